import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { httpKind } from '../../backend/adapters/connectors/http/http-kind.ts';
import { odataKind } from '../../backend/adapters/connectors/odata/odata-kind.ts';
import { createSafeFetch } from '../../backend/adapters/connectors/safe-fetch.ts';
import { soapKind } from '../../backend/adapters/connectors/soap/soap-kind.ts';
import { trusting } from '../../backend/adapters/connectors/trusted-authority.ts';
import { trytonKind } from '../../backend/adapters/connectors/tryton/tryton-kind.ts';
import type { ConnectorKind } from '../../backend/ports/erp-connector.ts';
import type { FieldValues } from '../../shared/vocabulary.ts';
import { startBusinessCentral } from '../support/business-central.ts';
import { certificateAuthority } from '../support/certificates.ts';
import { FakeErp } from '../support/fake-connector.ts';
import { startHttpErp } from '../support/http-erp.ts';
import { startSoapErp } from '../support/soap-erp.ts';
import { TestClock } from '../support/test-clock.ts';
import { overTls } from '../support/tls-front.ts';

const clock = new TestClock();
const fetch = createSafeFetch({ allowPrivate: true });
const nordlys = certificateAuthority('Nordlys Root CA');
const ID = '3f1b2c4d-0000-4000-8000-000000000001';

interface Behind {
  readonly kind: ConnectorKind;
  readonly config: FieldValues;
  readonly server: { readonly url: string; close(): Promise<void> | void };
}

const setUps: Readonly<Record<string, () => Promise<Behind>>> = {
  async soap() {
    const soap = await startSoapErp(new FakeErp(clock));
    return { kind: soapKind({ fetch, clock }), config: { Filename: 'a.xlsx' }, server: soap };
  },
  async http() {
    const http = await startHttpErp(new FakeErp(clock));
    return { kind: httpKind({ fetch, clock }), config: { Filename: 'a.xlsx' }, server: http };
  },
  async odata() {
    const server = await startBusinessCentral(clock);
    server.tokens.good = 'none yet';
    const config = { System: 'businessCentral', Company: 'cronus danmark', SignIn: 'oauth', ClientId: 'app' };
    const signIn = { TokenUrl: await overTls(server.tokenUrl, nordlys.issue(['localhost'])), ClientSecret: 's3cret & more', Scope: 'https://api.businesscentral.dynamics.com/.default' }; // prettier-ignore
    return { kind: odataKind({ fetch, clock }), config: { ...config, ...signIn }, server };
  },
  async tryton() {
    const server = await startTryton();
    const config = { Database: 'erp', UserName: 'sync', Password: 'secret' };
    return { kind: trytonKind({ fetch, clock }), config, server };
  },
};

describe.each(Object.keys(setUps))('an ERP over %s with a certificate of its company’s own authority', (speech) => {
  let behind: Behind;
  let url: string;
  beforeEach(async () => {
    behind = await setUps[speech]!();
    onTestFinished(() => behind.server.close());
    url = await overTls(behind.server.url, nordlys.issue(['localhost']));
  });
  async function use(authority?: string): Promise<void> {
    const { kind, config } = behind;
    await (kind.testAddress?.({ url, authority }) ?? kind.configFields({ url, authority }));
    const erp = kind.open({ connectionId: ID, url, authority, config });
    await erp.testConfig();
    await erp.saveConnection();
    expect(await erp.actorTypes()).toContain('Customer');
  }

  test('is reached by who trusts that authority, and by nobody else', async () => {
    await use(nordlys.cert);
    const untrusted = { code: 'connector.certificate_untrusted', detail: { reason: 'authority' } };
    await expect(use()).rejects.toMatchObject(untrusted);
    await expect(use(certificateAuthority('Nordlys Root CA').cert)).rejects.toMatchObject(untrusted);
    const open = (authority?: string) =>
      behind.kind.open({ connectionId: ID, url, authority, config: behind.config }).testConfig();
    await expect(open()).rejects.toMatchObject(untrusted);
    await open(nordlys.cert);
  });
});

test('an authority is trusted at the addresses it was given for, and nowhere else', async () => {
  const [mine, elsewhere] = ['https://erp.example.com/', 'https://erp.example.com:8443/'];
  const trusted: string[] = [];
  const fetched = trusting(
    async ({ url, authority }) => {
      if (authority !== undefined) trusted.push(url);
      return { status: 200, headers: {}, body: Buffer.from('') };
    },
    nordlys.cert,
    [mine],
  );
  for (const url of [mine, `${mine}deeper?a=b`, elsewhere, mine.replace('https:', 'http:')]) await fetched({ url });
  expect(trusted).toEqual([mine, `${mine}deeper?a=b`]);
});

/** A Tryton with nothing in it but what it answers. */
async function startTryton() {
  const answers: Readonly<Record<string, unknown>> = {
    'common.server.version': '6.0.29',
    'common.db.login': [1, 'token'],
    'model.res.user.get_preferences': {},
    'model.party.party.fields_get': { name: { type: 'char', string: 'Name' } },
    'model.party.address.fields_get': { city: { type: 'char', string: 'City' } },
    'model.party.party.search_read': [],
  };
  const server = createServer((incoming, outgoing) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
      const { method } = JSON.parse(Buffer.concat(chunks).toString()) as { readonly method: string };
      outgoing.writeHead(200, { 'content-type': 'application/json' });
      outgoing.end(JSON.stringify({ id: 0, result: answers[method] ?? null }));
    })();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, close: () => void server.close() };
}
