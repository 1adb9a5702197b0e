import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { httpKind } from '../../backend/adapters/connectors/http/http-kind.ts';
import { createSafeFetch } from '../../backend/adapters/connectors/safe-fetch.ts';
import { signingFetch } from '../../backend/adapters/connectors/sign-in.ts';
import { soapKind } from '../../backend/adapters/connectors/soap/soap-kind.ts';
import type { SignIn } from '../../backend/domain/endpoint.ts';
import type { ConnectorKind, ErpConnector } from '../../backend/ports/erp-connector.ts';
import { FakeErp } from '../support/fake-connector.ts';
import { startHttpErp } from '../support/http-erp.ts';
import { startSoapErp } from '../support/soap-erp.ts';
import { TestClock } from '../support/test-clock.ts';

const ID = '3f1b2c4d-0000-4000-8000-000000000001';

interface Guarded {
  readonly kind: ConnectorKind;
  readonly url: string;
  /** Whom it lets in. */
  admit(wanted: (headers: IncomingHttpHeaders) => boolean): void;
  close(): Promise<void>;
}

/** Issues tokens, and takes none back by itself. */
interface TokenServer {
  readonly url: string;
  readonly asked: { readonly form: URLSearchParams; readonly headers: IncomingHttpHeaders }[];
  answer: (response: ServerResponse, count: number) => void;
  close(): Promise<void>;
}

const clock = new TestClock();
const fetch = createSafeFetch({ allowPrivate: true });
const setUps: Readonly<Record<string, () => Promise<Guarded>>> = {
  async soap() {
    const soap = await startSoapErp(new FakeErp(clock));
    return {
      kind: soapKind({ fetch, clock }),
      url: soap.url,
      admit: (wanted) => (soap.admits = wanted),
      close: () => soap.close(),
    };
  },
  async http() {
    const http = await startHttpErp(new FakeErp(clock));
    return {
      kind: httpKind({ fetch, clock }),
      url: http.url,
      admit: (wanted) => {
        http.intercept = ({ headers }) => (wanted(headers) ? undefined : { status: 401, body: {} });
      },
      close: () => http.close(),
    };
  },
};

let tokens: TokenServer;
beforeEach(async () => {
  tokens = await startTokens();
});
afterEach(() => tokens.close());

describe.each(Object.keys(setUps))('a connector over %s that wants a sign-in', (speech) => {
  let guarded: Guarded;
  beforeEach(async () => {
    guarded = await setUps[speech]!();
  });
  afterEach(() => guarded.close());

  const open = (signIn: SignIn | null): ErpConnector =>
    guarded.kind.open({ connectionId: ID, url: guarded.url, config: { Filename: 'a.xlsx' }, signIn });
  /** What it asks for, saved, and used. */
  async function use(signIn: SignIn | null): Promise<void> {
    await guarded.kind.configFields({ url: guarded.url, signIn });
    const erp = open(signIn);
    await erp.saveConnection();
    expect(await erp.actorTypes()).toEqual(['Customer', 'Person']);
  }
  const denied = (signIn: SignIn | null) =>
    expect(guarded.kind.configFields({ url: guarded.url, signIn })).rejects.toMatchObject({ code: 'connector.denied' });

  test.each<[string, SignIn, (headers: IncomingHttpHeaders) => boolean]>([
    ['a header', { kind: 'header', name: 'X-Api-Key', secret: 'k3y' }, (sent) => sent['x-api-key'] === 'k3y'],
    [
      'a user name and a password, whatever letters they have',
      { kind: 'basic', userName: 'sync', secret: 'på:ss' },
      (sent) => sent.authorization === `Basic ${Buffer.from('sync:på:ss').toString('base64')}`,
    ],
  ])('gets %s with every call, the description included', async (_, signIn, wanted) => {
    guarded.admit(wanted);
    await use(signIn);
    await denied({ ...signIn, secret: 'another' });
    await denied(null);
  });

  test('gets a token, asked for once by all who wait, and again just before it expires', async () => {
    guarded.admit(({ authorization }) => authorization === `Bearer token-${tokens.asked.length}`);
    const erp = open(oauth());
    await erp.saveConnection();
    await Promise.all([erp.actorTypes(), erp.actorTypes(), open(oauth()).actorTypes()]);
    expect(tokens.asked.map(({ form }) => Object.fromEntries(form))).toEqual([
      { grant_type: 'client_credentials', client_id: 'erp sync', client_secret: 's+c&t', scope: 'api://erp/.default' },
    ]);

    clock.advance(3_539_000);
    await erp.actorTypes();
    expect(tokens.asked).toHaveLength(1);
    clock.advance(2_000);
    await Promise.all([erp.actorTypes(), erp.actorTypes()]);
    expect(tokens.asked).toHaveLength(2);
  });

  test('that withdrew a token is given another, once', async () => {
    let withdrawn = 0;
    guarded.admit(({ authorization }) => authorization !== `Bearer token-${withdrawn}`);
    const erp = open(oauth());
    await erp.saveConnection();
    withdrawn = 1;
    await Promise.all([erp.actorTypes(), erp.actorTypes()]);
    expect(tokens.asked).toHaveLength(2);

    guarded.admit(() => false);
    await expect(erp.actorTypes()).rejects.toMatchObject({ code: 'connector.denied' });
    expect(tokens.asked).toHaveLength(3);
  });

  test.each<[string, TokenServer['answer'], object]>([
    [
      'refuses us is told in its own words',
      (response) =>
        response
          .writeHead(401, { 'content-type': 'application/json' })
          .end('{"error":"invalid_client","error_description":"The secret has expired."}'),
      { code: 'connector.denied', detail: { explanation: 'The secret has expired.' } },
    ],
    ['is down is an outage', (response) => response.writeHead(503).end(), { code: 'connector.unreachable' }],
    [
      'answers a page is no server of tokens',
      (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
      { code: 'connector.answer_invalid', detail: { problem: 'token' } },
    ],
    [
      'sends a token no header can carry is not believed',
      (response) =>
        response.writeHead(200, { 'content-type': 'application/json' }).end('{"access_token":"a\\r\\nx: y"}'),
      { code: 'connector.answer_invalid', detail: { problem: 'token' } },
    ],
  ])('a server of tokens that %s', async (_, answer, failure) => {
    tokens.answer = answer;
    const given = oauth({ clientId: 'nobody' });
    await expect(guarded.kind.configFields({ url: guarded.url, signIn: given })).rejects.toMatchObject(failure);
  });
});

test('a secret is sent nowhere but to the origin it was typed for', async () => {
  const sent: string[] = [];
  const signed = signingFetch({
    fetch: async ({ url }) => {
      sent.push(url);
      return { status: 200, headers: {}, body: Buffer.alloc(0) };
    },
    clock,
  });
  const there = signed({ kind: 'header', name: 'x-key', secret: 's' }, 'https://erp.example.com/a');
  await there({ url: 'https://erp.example.com/b' });
  for (const elsewhere of ['https://evil.example.com/a', 'http://erp.example.com/a', 'https://erp.example.com:8443/']) {
    await expect(there({ url: elsewhere })).rejects.toMatchObject({ code: 'connector.address_refused' });
  }
  expect(sent).toEqual(['https://erp.example.com/b']);
});

test('a connection has no secret of its own where the connector is signed in to', async () => {
  const http = await startHttpErp(new FakeErp(clock));
  const kind = httpKind({ fetch, clock });
  const signIn: SignIn = { kind: 'basic', userName: 'sync', secret: 'pass' };
  expect((await kind.configFields({ url: http.url })).map(({ key }) => key)).toEqual(['$secret', 'Filename']);
  expect((await kind.configFields({ url: http.url, signIn })).map(({ key }) => key)).toEqual(['Filename']);

  const config = { Filename: 'a.xlsx', $secret: 'old' };
  await kind.open({ connectionId: ID, url: http.url, config, signIn }).saveConnection();
  expect(http.calls.at(-1)?.headers.authorization).toMatch(/^Basic /);
  await http.close();
});

const oauth = (over: Partial<SignIn & { kind: 'oauth' }> = {}): SignIn => ({
  kind: 'oauth',
  tokenUrl: tokens.url,
  clientId: 'erp sync',
  scope: 'api://erp/.default',
  secret: 's+c&t',
  ...over,
});

async function startTokens(): Promise<TokenServer> {
  const server: Server = createServer((request: IncomingMessage, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      made.asked.push({ form: new URLSearchParams(Buffer.concat(chunks).toString()), headers: request.headers });
      made.answer(response, made.asked.length);
    })();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const made: TokenServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`,
    asked: [],
    answer: (response, count) =>
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ access_token: `token-${count}`, token_type: 'Bearer', expires_in: 3600 })),
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
  return made;
}
