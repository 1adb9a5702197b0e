import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createEnvironment } from '../../backend/adapters/superoffice/environment.ts';
import { createSuperOffice } from '../../backend/adapters/superoffice/super-office.ts';
import { createTenants } from '../../backend/adapters/superoffice/tenants.ts';
import { TestClock } from '../support/test-clock.ts';
import { app, startStub } from './stub-superoffice.ts';

const clock = new TestClock();

/** Addresses that look like one of SuperOffice's, or like one of ours, or like none. */
const elsewhere = [
  'https://evil.test/Cust10001/api',
  'https://superoffice.com/Cust10001/api',
  'https://superoffice.com.evil.test/Cust10001/api',
  'https://app.superoffice.com.evil.test/api',
  'https://appsuperoffice.com/Cust10001/api',
  'https://evil-superoffice.com/api',
  'https://app.superoffice.com@evil.test/api',
  'https://user:word@app.superoffice.com/api',
  'https://evil.test#.superoffice.com/api',
  'https://evil.test?.superoffice.com/api',
  'https://evil.test/.superoffice.com/api',
  'https://evil.test\\.superoffice.com/api',
  'https://app.superoffice.com:8443/api',
  'https://app.superoffice.com:80/api',
  'https://app.superoffice.com./api',
  'https://app.superoffice.co/api',
  'https://app.superoffice.com.',
  'https://app.superoffıce.com/api',
  'https://app.superofficе.com/api',
  'http://app.superoffice.com/Cust10001/api',
  'ftp://app.superoffice.com/api',
  'file:///etc/passwd',
  'javascript:alert(1)//.superoffice.com',
  'data:text/plain,.superoffice.com',
  '//evil.test/api',
  '/Cust10001/api',
  'app.superoffice.com/Cust10001/api',
  'http://127.0.0.1/api',
  'https://127.0.0.1/api',
  'https://[::1]/api',
  'https://localhost/api',
  'http://169.254.169.254/latest/meta-data',
  'https://169.254.169.254/latest/meta-data',
  'https://2852039166/latest',
  'https://0x7f.1/api',
  'https://10.0.0.1/api',
  'https://%65vil.test/api',
  'https:evil.test',
  ' https://evil.test/api',
  'no address',
];

describe('where the State API says a tenant is', () => {
  const answer = (api: unknown) =>
    vi.stubGlobal('fetch', () =>
      Promise.resolve(Response.json({ State: 'Running', IsRunning: true, Api: api, ValidUntil: null })),
    );
  const tenants = () => createTenants(createEnvironment('https://online.superoffice.com'), clock, 1_000);
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  test.each(elsewhere)('is not believed when it leads out of the environment: %s', async (api) => {
    answer(api);
    await expect(tenants().apiUrl('Cust10001')).rejects.toMatchObject({ code: 'crm.answer_invalid' });
    const moving = tenants();
    answer('https://app.superoffice.com/Cust10001/api');
    await moving.apiUrl('Cust10001');
    answer(api);
    await expect(moving.movedFrom('Cust10001', 'https://app.superoffice.com/Cust10001/api/')).rejects.toMatchObject({
      code: 'crm.answer_invalid',
    });
  });

  test.each([{}, [], 42, true, ['https://app.superoffice.com/']])(
    'is not believed when it is no text: %j',
    async (api) => {
      answer(api);
      await expect(tenants().apiUrl('Cust10001')).rejects.toMatchObject({ code: 'crm.answer_invalid' });
    },
  );

  test.each(['https://app.superoffice.com/Cust10001/api', 'https://online3.superoffice.com/Cust10001/api/'])(
    'is believed within it: %s',
    async (api) => {
      answer(api);
      expect(await tenants().apiUrl('Cust10001')).toBe(api.replace(/\/*$/, '/'));
    },
  );
});

describe('an answer that the tenant is not here', () => {
  let stub: Awaited<ReturnType<typeof startStub>>;
  let evil: Server;
  let caught: string[];
  let evilUrl: string;

  beforeEach(async () => {
    stub = await startStub(clock);
    caught = [];
    evil = createServer((request, response) => {
      caught.push(`${request.url} ${JSON.stringify(request.headers)}`);
      response.end('{}');
    });
    await new Promise<void>((listening) => evil.listen(0, '127.0.0.1', listening));
    evilUrl = `http://127.0.0.1:${(evil.address() as AddressInfo).port}`;
    return async () => {
      await stub.close();
      evil.closeAllConnections();
      evil.close();
    };
  });

  const bodies: readonly (readonly [string, (to: string) => unknown])[] = [
    ['PublicEndpoint', (to) => ({ PublicEndpoint: to })],
    ['Api', (to) => ({ Api: to, State: 'Running', IsRunning: true })],
    ['Endpoint', (to) => ({ Endpoint: to, Location: to, redirect_uri: to, Url: to })],
    ['a sentence', (to) => ({ Message: `The tenant has moved to ${to}. Call ${to} instead.` })],
    ['a page that leads there', (to) => `<html><meta http-equiv="refresh" content="0;url=${to}"></html>`],
    ['a notification', (to) => ({ ContextIdentifier: 'CustA', ChangeType: 5, PublicEndpoint: to, Token: 'x' })],
    ['an object that poisons', (to) => ({ __proto__: { Api: to }, constructor: { Api: to } })],
    ['a list', (to) => [to, to]],
  ];
  const headers: readonly ((to: string) => Record<string, string>)[] = [
    () => ({}),
    (to) => ({
      Location: to,
      'Content-Location': to,
      Refresh: `0; url=${to}`,
      'Alt-Svc': `h2="${to}"`,
      Link: `<${to}>`,
    }),
  ];

  test.each(bodies.flatMap(([name, body]) => headers.map((head, n) => ({ name, told: n > 0, body, head }))))(
    'and says elsewhere in $name (in its headers too: $told) sends no credential there',
    async ({ body, head }) => {
      stub.api = () => ({ status: 421, body: body(evilUrl), headers: head(evilUrl) });
      const superOffice = createSuperOffice({
        authUrl: stub.url,
        clientId: app.clientId,
        clientSecret: app.clientSecret,
        redirectUri: app.redirectUri,
        systemUserPrivateKey: app.privateKey,
        clock,
        timeoutMs: 5_000,
      });
      const person = {
        accessToken: '8A:canary',
        refreshToken: 'canary',
        expiresAt: new Date(clock.now().getTime() + 3_600_000),
      };
      for (const crm of [
        superOffice.asSystemUser('CustA', 'canary'),
        superOffice.asUser('CustA', person, () => Promise.resolve()),
      ]) {
        await expect(crm.principal()).rejects.toMatchObject({ code: 'tenant.unavailable' });
      }

      // Asked once more where SuperOffice itself says the tenant is, and then given up.
      expect(stub.seen.filter(({ path }) => path.includes('/api/v1/'))).toHaveLength(4);
      expect(caught).toEqual([]);
    },
  );
});
