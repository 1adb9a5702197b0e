import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSuperOffice } from '../../backend/adapters/superoffice/super-office.ts';
import type { SuperOffice } from '../../backend/ports/super-office.ts';
import { TestClock } from '../support/test-clock.ts';
import { app, identity, startStub } from './stub-superoffice.ts';

/**
 * SuperOffice signs tokens of several classes with the same keys. Each is let in at one door, in the environment it was made
 * in; with everything else about it as it should be.
 */

const environments = ['sod', 'stage', 'online'] as const;
const clock = new TestClock();
const now = Math.floor(clock.now().getTime() / 1000);
const lifetime = { iat: String(now), nbf: now - 60, exp: now + 300 };
const tenant = { [identity('ctx')]: 'CustA', [identity('serial')]: '123' };

type Stub = Awaited<ReturnType<typeof startStub>>;
const stubs = new Map<string, Stub>();

beforeAll(async () => {
  for (const name of environments) {
    stubs.set(name, await startStub(clock, generateKeyPairSync('rsa', { modulusLength: 2048 })));
  }
});

afterAll(() => Promise.all([...stubs.values()].map((stub) => stub.close())));

/** The claims of a good token of each class; whoever forges a sign-in may know what it is expected to repeat. */
const classes: Readonly<Record<string, (issuer: string, nonce: string) => object>> = {
  'sign-in': (iss, nonce) => ({
    ...lifetime,
    ...tenant,
    iss,
    aud: app.clientId,
    nonce,
    [identity('associateid')]: '11',
  }),
  'system user': () => ({
    ...lifetime,
    ...tenant,
    iss: 'SuperOffice AS',
    aud: 'spn:123',
    [identity('ticket')]: '7T:ticket',
  }),
  // A call of SuperOffice to a connector, made for one of its users. No door of ours is for it.
  connector: () => ({
    ...lifetime,
    ...tenant,
    iss: 'SuperOffice AS',
    aud: `spn:${app.clientId}`,
    [identity('associateid')]: '11',
  }),
  notification: (iss) => ({ ...lifetime, iss, aud: app.clientId, [identity('ctx')]: 'CustA' }),
};

/** Whether a token is let in. */
const doors: Readonly<
  Record<string, (stub: Stub, open: SuperOffice, token: (nonce: string) => Promise<string>) => Promise<boolean>>
> = {
  async 'sign-in'(stub, superOffice, token) {
    const request = await superOffice.startSignIn('CustA');
    const id_token = await token(request.nonce);
    stub.tokens = () => ({
      body: { token_type: 'Bearer', access_token: '8A:CustA.x', refresh_token: 'r', expires_in: 3600, id_token },
    });
    return superOffice.finishSignIn(`${app.redirectUri}?code=code-1&state=${request.state}`, request).then(
      () => true,
      () => false,
    );
  },
  async 'system user'(stub, superOffice, token) {
    stub.systemAnswer = { body: { IsSuccessful: true, Token: await token('') } };
    stub.seen.length = 0;
    await superOffice
      .asSystemUser('CustA', 'ERP Sync-token')
      .principal()
      .catch(() => undefined);
    return stub.to('/CustA/api').length > 0;
  },
  async notification(_, superOffice, token) {
    return superOffice.verifyNotification(await token(''), 'CustA').then(
      () => true,
      () => false,
    );
  },
};

test.each(environments)('a token of one class opens one door, and only in %s where it was made', async (here) => {
  const stub = stubs.get(here)!;
  const letIn: string[] = [];
  for (const there of environments) {
    const maker = stubs.get(there)!;
    for (const [kind, claims] of Object.entries(classes)) {
      for (const [door, enter] of Object.entries(doors)) {
        const superOffice = createSuperOffice({
          authUrl: stub.url,
          clientId: app.clientId,
          clientSecret: app.clientSecret,
          redirectUri: app.redirectUri,
          systemUserPrivateKey: app.privateKey,
          clock,
          timeoutMs: 5_000,
        });
        // The issuer that this environment goes by, so that the key alone gives a foreign one away.
        for (const issuer of new Set([maker.url, stub.url])) {
          const opened = await enter(stub, superOffice, (nonce) => maker.sign(claims(issuer, nonce)));
          if (opened) letIn.push(`${kind} of ${there} as ${door}`);
        }
      }
    }
  }
  expect(letIn).toEqual(Object.keys(doors).map((door) => `${door} of ${here} as ${door}`));
});
