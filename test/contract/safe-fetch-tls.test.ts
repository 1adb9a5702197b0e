import { randomBytes } from 'node:crypto';
import type { LookupAddress } from 'node:dns';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server, type ServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  createSafeFetch,
  type SafeFetch,
  type SafeFetchOptions,
} from '../../backend/adapters/connectors/safe-fetch.ts';
import type { AppError } from '../../backend/errors.ts';
import { certificateAuthority, selfSigned } from '../support/certificates.ts';

const HOST = 'erp.example.com';
/** Every name means this machine. */
const lookup = ((_name: string, _options: unknown, found: (error: null, addresses: LookupAddress[]) => void) =>
  found(null, [{ address: '127.0.0.1', family: 4 }])) as unknown as NonNullable<SafeFetchOptions['lookup']>;

const believed = certificateAuthority('Authority');
const unknown = certificateAuthority('Somebody');

let server: Server;
let handshakes: number;
let asked: string[];
let sockets: Set<Socket>;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let fetch: SafeFetch;

const url = (path = '') => `https://${HOST}:${(server.address() as AddressInfo).port}/${path}`;

async function serve(options: ServerOptions): Promise<void> {
  [handshakes, asked, sockets] = [0, [], new Set()];
  answer = (_request, response) => response.end('ok');
  server = createServer(options, (request, response) => {
    asked.push(`${request.method} ${request.url}`);
    answer(request, response);
  });
  server.on('secureConnection', (socket) => {
    handshakes++;
    sockets.add(socket);
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const safe = createSafeFetch({ allowPrivate: true, lookup });
  fetch = (request) => safe({ authority: believed.cert, ...request });
}

const failure = (path?: string) =>
  fetch({ url: url(path), timeoutMs: 5000 }).catch((error: unknown) => error as AppError);

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

describe('a certificate', () => {
  test('of somebody who is believed, for the host that was typed, is taken', async () => {
    await serve(believed.issue([HOST]));
    expect((await fetch({ url: url() })).body.toString()).toBe('ok');
  });

  test.each<[string, () => ServerOptions, string]>([
    ['that has expired', () => believed.issue([HOST], { fromDays: -10, untilDays: -0.01 }), 'CERT_HAS_EXPIRED'],
    ['that is not valid yet', () => believed.issue([HOST], { fromDays: 0.01, untilDays: 10 }), 'CERT_NOT_YET_VALID'],
    ['of another host', () => believed.issue(['other.example.com']), 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['of a host below', () => believed.issue([`*.${HOST}`]), 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['of all hosts there are', () => believed.issue(['*.com', '*']), 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['of somebody nobody knows', () => unknown.issue([HOST]), 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'],
    [
      'of somebody nobody knows, who comes along',
      () => {
        const { key, cert } = unknown.issue([HOST]);
        return { key, cert: cert + unknown.cert };
      },
      'SELF_SIGNED_CERT_IN_CHAIN',
    ],
    ['that it made itself', () => selfSigned([HOST]), 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    [
      'that was issued with one that is good for a host only',
      () => {
        const middle = believed.issue([HOST]);
        const leaf = selfSigned([HOST]);
        return { key: leaf.key, cert: leaf.cert + middle.cert };
      },
      'DEPTH_ZERO_SELF_SIGNED_CERT',
    ],
  ])('%s is not spoken to', async (_, certificate, code) => {
    await serve(certificate());
    expect(await failure()).toMatchObject({
      code: 'connector.certificate_untrusted',
      cause: { code },
      detail: { host: new URL(url()).host },
    });
    expect(asked).toEqual([]);
  });

  test.each(['TLSv1', 'TLSv1.1'] as const)('is not even looked at over %s', async (version) => {
    await serve({ ...believed.issue([HOST]), minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' });
    expect(await failure()).toMatchObject({ code: 'connector.unreachable' });
    expect(asked).toEqual([]);
  });
});

describe('a connection that is kept over TLS', () => {
  const ticketKeys = randomBytes(48);
  beforeEach(() => serve({ ...believed.issue([HOST]), ticketKeys }));

  test('serves the next call of the same caller: one handshake for many', async () => {
    for (let call = 0; call < 5; call++) await fetch({ url: url(String(call)) });
    await fetch({ url: url('read'), method: 'POST', body: 'x', repeatable: true });
    expect([handshakes, asked.length]).toEqual([1, 6]);
  });

  test('is one for each sign-in, in the header or told otherwise', async () => {
    const as = (authorization: string) => fetch({ url: url(), headers: { authorization } });
    await as('Bearer one');
    await as('Bearer two');
    await as('Bearer one');
    await fetch({ url: url(), headers: { 'x-key': 'three' }, caller: 'three' });
    await fetch({ url: url() });
    await as('Bearer two');
    expect(handshakes).toBe(4);
  });

  test('is one for each origin, though both stand on one machine', async () => {
    const { key, cert } = believed.issue([HOST, 'second.example.com']);
    server.setSecureContext({ key, cert });
    await fetch({ url: url() });
    await fetch({ url: url().replace(HOST, 'second.example.com') });
    await fetch({ url: url() });
    expect(handshakes).toBe(2);
  });

  test('that the other side closed meanwhile is replaced', async () => {
    await fetch({ url: url('first') });
    for (const socket of sockets) socket.destroy();
    await new Promise((closed) => setTimeout(closed, 20));
    expect((await fetch({ url: url('second') })).status).toBe(200);
    expect([handshakes, asked]).toEqual([2, ['GET /first', 'GET /second']]);
  });

  test('and breaks as we ask is replaced for a question, which is asked again', async () => {
    const served = new WeakSet<object>();
    answer = (request, response) => {
      if (served.has(request.socket)) request.socket.destroy();
      else response.end('ok');
      served.add(request.socket);
    };
    await fetch({ url: url('first') });
    expect((await fetch({ url: url('second') })).status).toBe(200);
    expect([handshakes, asked]).toEqual([2, ['GET /first', 'GET /second', 'GET /second']]);
  });

  test('takes no change, which has one of its own and is sent once, also when that one breaks', async () => {
    await fetch({ url: url('first') });
    answer = (request) => request.socket.destroy();
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'] as const) {
      await expect(fetch({ url: url(method), method, body: 'x' })).rejects.toMatchObject({
        code: 'connector.unreachable',
      });
    }
    expect([handshakes, asked]).toEqual([
      5,
      ['GET /first', 'POST /POST', 'PUT /PUT', 'PATCH /PATCH', 'DELETE /DELETE'],
    ]);
  });

  test.each([
    ['another host', () => believed.issue(['other.example.com']), 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['a time that is over', () => believed.issue([HOST], { fromDays: -10, untilDays: -0.01 }), 'CERT_HAS_EXPIRED'],
    ['somebody nobody knows', () => unknown.issue([HOST]), 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'],
  ])(
    'is no letter of recommendation: the next one is looked at anew, and one of %s is refused',
    async (_, certificate, code) => {
      await fetch({ url: url('first') });
      // The same keys for tickets: whoever resumes what was agreed on before is shown no certificate.
      server.setSecureContext({ ...certificate(), ticketKeys });
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => setTimeout(closed, 20));
      expect(await failure('second')).toMatchObject({ code: 'connector.certificate_untrusted', cause: { code } });
      expect(asked).toEqual(['GET /first']);
    },
  );
});
