import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { isPublicAddress } from '../../backend/adapters/connectors/public-address.ts';
import { createSafeFetch, type SafeFetchOptions } from '../../backend/adapters/connectors/safe-fetch.ts';
import type { AppError } from '../../backend/errors.ts';
import { certificateAuthority, selfSigned, type CertificateAuthority } from '../support/certificates.ts';

const strict = (options: Partial<SafeFetchOptions> = {}) => createSafeFetch({ allowPrivate: false, ...options });
const local = (options: Partial<SafeFetchOptions> = {}) => createSafeFetch({ allowPrivate: true, ...options });

let canary: Server;
let port: number;
let connections = 0;
let answer: (request: IncomingMessage, response: ServerResponse) => void = (_request, response) => response.end('ok');

beforeAll(async () => {
  canary = createServer((request, response) => answer(request, response));
  canary.on('connection', () => connections++);
  await new Promise<void>((listening) => canary.listen(0, '127.0.0.1', listening));
  port = (canary.address() as AddressInfo).port;
});

afterAll(() => {
  canary.closeAllConnections();
  canary.close();
});

describe('an address that is not a public host', () => {
  test('is refused in every way of writing it, and never connected to', async () => {
    const addresses = forbiddenAddresses();
    expect(addresses.length).toBeGreaterThanOrEqual(1000);
    connections = 0;

    const fetch = strict({ ports: [port] });
    const refused = await Promise.all(
      addresses.map((url) =>
        fetch({ url, timeoutMs: 2000 }).then(
          () => `${url} answered`,
          (error: unknown) =>
            (error as { code?: string }).code === 'connector.address_refused' ? null : `${url} ${String(error)}`,
        ),
      ),
    );

    expect(refused.filter((told) => told !== null)).toEqual([]);
    expect(connections).toBe(0);
  });

  test.each([
    ['one private address among public ones', ['93.184.216.34', '10.0.0.1']],
    ['a loopback address', ['127.0.0.1']],
    ['an IPv6 loopback address', ['::1']],
    ['a private address inside a mapped one', ['::ffff:10.0.0.1']],
    ['a private address behind a translator', ['64:ff9b::a00:1']],
  ])('is refused when a name means %s', async (_, found) => {
    const fetch = strict({ ports: [port], lookup: answering(found) });
    await expect(fetch({ url: `https://erp.example.com:${port}/` })).rejects.toMatchObject({
      code: 'connector.address_refused',
    });
  });

  test('is refused when the second look-up of a name tells another address than the first', async () => {
    const answers = [['93.184.216.34'], ['127.0.0.1']];
    const fetch = strict({ ports: [port], lookup: answering(() => answers.shift() ?? ['127.0.0.1']) });
    connections = 0;

    await fetch({ url: `https://erp.example.com:${port}/`, timeoutMs: 300 }).catch(() => null);
    await expect(fetch({ url: `https://erp.example.com:${port}/` })).rejects.toMatchObject({
      code: 'connector.address_refused',
    });
    expect(connections).toBe(0);
  });

  test.each([
    'http://erp.example.com/',
    'https://user:secret@erp.example.com/',
    'https://erp.example.com:22/',
    'ftp://erp.example.com/',
    'nonsense',
  ])('is not even looked up: %s', async (url) => {
    const fetch = strict({ lookup: answering(() => expect.unreachable('looked up')) });
    await expect(fetch({ url })).rejects.toMatchObject({ code: 'connector.address_refused' });
  });
});

describe('an answer', () => {
  test('that redirects is refused, wherever it points', async () => {
    for (const status of [301, 302, 303, 307, 308]) {
      answer = (_request, response) => response.writeHead(status, { location: 'https://erp.example.com/' }).end();
      await expect(local()({ url: url() })).rejects.toMatchObject({
        code: 'connector.answer_invalid',
        detail: { problem: 'redirect' },
      });
    }
  });

  test('that is small on the wire and huge when unpacked is cut off', async () => {
    const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024));
    answer = (_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
    await expect(local({ maxBytes: 1024 * 1024 })({ url: url() })).rejects.toMatchObject({
      code: 'connector.answer_invalid',
      detail: { problem: 'size' },
    });
  });

  test('that never ends is cut off', async () => {
    answer = (_request, response) => {
      const more = setInterval(() => response.write('x'.repeat(65_536)), 1);
      response.on('close', () => clearInterval(more));
    };
    await expect(local({ maxBytes: 1024 * 1024 })({ url: url() })).rejects.toMatchObject({
      detail: { problem: 'size' },
    });
  });

  test('that does not come is given up', async () => {
    answer = () => undefined;
    await expect(local()({ url: url(), timeoutMs: 100 })).rejects.toMatchObject({ code: 'connector.timeout' });
  });

  test('that stops half-way is no answer', async () => {
    answer = (_request, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('half');
      setTimeout(() => response.destroy(), 20);
    };
    await expect(local()({ url: url() })).rejects.toMatchObject({ code: 'connector.unreachable' });
  });

  test('arrives whole, unpacked', async () => {
    answer = (_request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('Orkdal Eldresenter'));
    expect((await local()({ url: url() })).body.toString()).toBe('Orkdal Eldresenter');
  });
});

describe('a server that speaks TLS', () => {
  test.each<[string, () => ServerOptions, RegExp]>([
    [
      'in a version of the nineties',
      () => ({
        ...selfSigned(['localhost']),
        minVersion: 'TLSv1',
        maxVersion: 'TLSv1.1',
        ciphers: 'DEFAULT@SECLEVEL=0',
      }),
      // Refused before any certificate is looked at.
      /^(?!DEPTH_ZERO)/,
    ],
    ['without a certificate', () => ({}), /^EPROTO$|HANDSHAKE/],
  ])('%s is not spoken to', async (_, options, reason) => {
    const { there, asked } = await tlsServer(options());
    const failure = await local()({ url: there, timeoutMs: 5000 }).catch((error: unknown) => error);
    // Why is for the log; whoever types addresses learns nothing of what stands there.
    expect(failure).toMatchObject({
      code: 'connector.unreachable',
      cause: { code: expect.stringMatching(reason) as unknown },
    });
    expect((failure as AppError).detail).toEqual({ host: new URL(there).host });
    expect(asked()).toBe(0);
  });

  const nordlys = certificateAuthority('Nordlys Root CA');
  const issuing = nordlys.below('Nordlys Issuing CA');
  test.each<[string, () => ServerOptions, string | undefined, string]>([
    ['that it made itself', () => selfSigned(['localhost']), undefined, 'authority'],
    ['of an authority that nobody trusts', () => nordlys.issue(['localhost']), undefined, 'authority'],
    ['of another authority than the trusted one', () => nordlys.issue(['localhost']), certificateAuthority('Nordlys Root CA').cert, 'authority'], // prettier-ignore
    ['that has expired', () => nordlys.issue(['localhost'], { fromDays: -2, untilDays: -1 }), nordlys.cert, 'expired'],
    ['that is not good yet', () => nordlys.issue(['localhost'], { fromDays: 1, untilDays: 2 }), nordlys.cert, 'authority'], // prettier-ignore
    ['for another host', () => nordlys.issue(['erp.example.com']), nordlys.cert, 'host'],
    ['whose authority has expired', () => expired.issue(['localhost']), expired.cert, 'expired'],
  ])('with a certificate %s is not spoken to, and why is told', async (_, options, authority, reason) => {
    const { there, asked } = await tlsServer(options());
    await expect(local()({ url: there, ...(authority === undefined ? {} : { authority }) })).rejects.toMatchObject({
      code: 'connector.certificate_untrusted',
      detail: { host: new URL(there).host, reason },
    });
    expect(asked()).toBe(0);
  });

  test.each<[string, () => ServerOptions, string]>([
    ['its authority', () => nordlys.issue(['localhost']), nordlys.cert],
    ['one of several', () => nordlys.issue(['localhost']), certificateAuthority('Old CA').cert + nordlys.cert],
    ['the authority in between', () => issuing.issue(['localhost']), issuing.cert],
    ['the root, whose server sends the rest', () => chained(issuing), nordlys.cert],
  ])('is spoken to where %s is trusted', async (_, options, authority) => {
    const { there } = await tlsServer(options());
    expect((await local()({ url: there, authority })).body.toString()).toBe('ok');
  });

  test('that one caller trusts answers no other on the connection kept for him, nor by what it remembers of him', async () => {
    const { there, asked } = await tlsServer(nordlys.issue(['localhost']));
    const fetch = local();
    await fetch({ url: there, caller: 'a', authority: nordlys.cert });
    await fetch({ url: there, caller: 'a', authority: nordlys.cert });
    await expect(fetch({ url: there, caller: 'a' })).rejects.toMatchObject({ code: 'connector.certificate_untrusted' });
    expect(asked()).toBe(2);
  });
});

const expired = certificateAuthority('Nordlys Old CA', { fromDays: -2, untilDays: -1 });

function chained(authority: CertificateAuthority): ServerOptions {
  const { key, cert } = authority.issue(['localhost']);
  return { key, cert: cert + authority.cert };
}

async function tlsServer(options: ServerOptions) {
  let asked = 0;
  const server = createTlsServer(options, (_request, response) => {
    asked++;
    response.end('ok');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { there: `https://localhost:${(server.address() as AddressInfo).port}/`, asked: () => asked };
}

test('no more calls go to one origin at once than allowed, and all are made in the end', async () => {
  let [now, most] = [0, 0];
  answer = (_request, response) => {
    most = Math.max(most, ++now);
    setTimeout(() => {
      now--;
      response.end('ok');
    }, 5);
  };
  const fetch = local({ maxPerOrigin: 3 });

  const answers = await Promise.all(Array.from({ length: 20 }, () => fetch({ url: url() })));

  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
  expect(most).toBe(3);
});

describe('a connection is kept', () => {
  beforeEach(() => {
    canary.closeAllConnections();
    connections = 0;
    answer = (_request, response) => response.end('ok');
  });

  test('for the next call of the same caller to the same origin, whatever its name means by then', async () => {
    let lookups = 0;
    const fetch = local({ lookup: answering(() => (lookups++, ['127.0.0.1'])) });
    for (let call = 0; call < 5; call++) await fetch({ url: `http://erp.example.com:${port}/${call}` });
    await fetch({ url: `http://erp.example.com:${port}/`, method: 'POST', body: 'x', repeatable: true });
    expect([connections, lookups]).toEqual([1, 1]);
  });

  test('after an answer that was packed', async () => {
    answer = (_request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x'.repeat(500_000)));
    const fetch = local();
    for (let call = 0; call < 3; call++) expect((await fetch({ url: url() })).body.length).toBe(500_000);
    expect(connections).toBe(1);
  });

  test('not for a caller who signs in otherwise', async () => {
    const fetch = local();
    const as = (authorization: string) => fetch({ url: url(), headers: { authorization } });
    await as('Bearer one');
    await as('Bearer two');
    await fetch({ url: url() });
    await as('Bearer one');
    expect(connections).toBe(3);
  });

  test('not for what may not be sent twice', async () => {
    const fetch = local();
    await fetch({ url: url() });
    await fetch({ url: url(), method: 'POST', body: 'create' });
    await fetch({ url: url(), method: 'POST', body: 'create' });
    expect(connections).toBe(3);
  });

  test('and when the other side closes it as we write, what may be repeated goes over a new one', async () => {
    const seen: string[] = [];
    const served = new WeakSet<object>();
    answer = (request, response) => {
      seen.push(`${request.method} ${request.url}`);
      if (served.has(request.socket)) request.socket.resetAndDestroy();
      else response.end('ok');
      served.add(request.socket);
    };
    const fetch = local();
    await fetch({ url: `${url()}first` });
    expect((await fetch({ url: `${url()}second` })).status).toBe(200);
    expect(seen).toEqual(['GET /first', 'GET /second', 'GET /second']);
  });

  test('and a connection that is new is tried once', async () => {
    let calls = 0;
    answer = (request) => {
      calls++;
      request.socket.resetAndDestroy();
    };
    await expect(local()({ url: url() })).rejects.toMatchObject({ code: 'connector.unreachable' });
    expect(calls).toBe(1);
  });

  test('but not one on which something came unasked', async () => {
    const fetch = local();
    answer = (request, response) => {
      response.end('ok');
      setTimeout(() => request.socket.write('HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nbad'), 10);
    };
    await fetch({ url: url() });
    await pause(50);
    answer = (_request, response) => response.end('good');
    expect((await fetch({ url: url() })).body.toString()).toBe('good');
    expect(connections).toBe(2);
  });

  test.each([
    ['redirects', (_: IncomingMessage, response: ServerResponse) => response.writeHead(302, { location: '/' }).end()],
    ['is too large', (_: IncomingMessage, response: ServerResponse) => response.end('x'.repeat(5000))],
    ['is late', () => undefined],
  ])('but not one whose answer %s', async (_, bad) => {
    const fetch = local({ maxBytes: 1000 });
    answer = bad;
    await expect(fetch({ url: url(), timeoutMs: 100 })).rejects.toThrow();
    answer = (_request, response) => response.end('good');
    expect((await fetch({ url: url() })).body.toString()).toBe('good');
    expect(connections).toBe(2);
  });

  test.each([
    ['rests too long', { idleMs: 20 }, 60],
    ['has grown old', { ageMs: 20 }, 60],
  ])('until it %s', async (_, kept, wait) => {
    const fetch = local({ kept });
    await fetch({ url: url() });
    await pause(wait);
    await fetch({ url: url() });
    await pause(wait);
    await fetch({ url: url() });
    expect(connections).toBeGreaterThan(1);
  });

  test('until too many rest', async () => {
    const fetch = local({ kept: { most: 2 } });
    const as = (authorization: string) => fetch({ url: url(), headers: { authorization } });
    for (const caller of ['one', 'two', 'three']) await as(caller);
    await pause(20);
    expect(await open()).toBe(2);
    await as('three');
    await as('one');
    expect(connections).toBe(4);
  });
});

test('a secret that no header can hold is one that the other side does not know', async () => {
  await expect(local()({ url: url(), headers: { authorization: 'Bearer 秘' } })).rejects.toMatchObject({
    code: 'connector.denied',
  });
});

test.each(['8.8.8.8', '93.184.216.34', '2606:2800:220:1:248:1893:25c8:1946', '172.32.0.1', '100.128.0.1'])(
  '%s is a public host',
  (address) => {
    expect(isPublicAddress(address)).toBe(true);
  },
);

const open = () => new Promise<number>((told) => canary.getConnections((_, count) => told(count)));

const url = () => `http://127.0.0.1:${port}/`;

function answering(found: readonly string[] | (() => readonly string[])): NonNullable<SafeFetchOptions['lookup']> {
  const lookup = (
    _name: string,
    _options: unknown,
    callback: (error: null, addresses: { address: string; family: number }[]) => void,
  ) => {
    const addresses = typeof found === 'function' ? found() : found;
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
  return lookup as unknown as NonNullable<SafeFetchOptions['lookup']>;
}

/** Addresses of every special-purpose network, each in all the ways a URL can write it. */
function forbiddenAddresses(): string[] {
  const v4 = [
    '0.0.0.0',
    '10.0.0.1',
    '10.255.255.254',
    '100.64.0.1',
    '100.127.255.254',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.254',
    '192.0.0.8',
    '192.0.2.1',
    '192.88.99.1',
    '192.168.0.1',
    '192.168.255.254',
    '198.18.0.1',
    '198.19.255.254',
    '198.51.100.7',
    '203.0.113.9',
    '224.0.0.1',
    '239.255.255.250',
    '240.0.0.1',
    '255.255.255.255',
  ];
  const v6 = [
    '::',
    '::1',
    'fe80::1',
    'fc00::1',
    'fd12:3456::1',
    'ff02::1',
    '2001::1',
    '2001:db8::1',
    '3fff::1',
    '100::1',
    '2620:4f:8000::1',
    '5f00::1',
  ];
  const hex = (part: number) => part.toString(16);
  const written = v4.flatMap((address) => {
    const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
    const whole = ((a * 256 + b) * 256 + c) * 256 + d;
    const groups = `${hex(a * 256 + b)}:${hex(c * 256 + d)}`;
    return [
      address,
      `${address}.`,
      String(whole),
      `0x${hex(whole)}`,
      `0${whole.toString(8)}`,
      `${a}.${b}.${c * 256 + d}`,
      `${a}.${(b * 256 + c) * 256 + d}`,
      [a, b, c, d].map((part) => `0x${hex(part)}`).join('.'),
      [a, b, c, d].map((part) => `0${part.toString(8)}`).join('.'),
      address.replaceAll('.', '%2e'),
      address.replaceAll('.', '。'),
      `[::ffff:${address}]`,
      `[::ffff:${groups}]`,
      `[0:0:0:0:0:ffff:${groups}]`,
      `[::${groups}]`,
      `[64:ff9b::${groups}]`,
      `[2002:${groups}::1]`,
    ];
  });
  const hosts = [
    ...written,
    ...v6.map((address) => `[${address}]`),
    ...v6.map((address) => `[${address.toUpperCase()}]`),
  ];
  return hosts.flatMap((host) => [`https://${host}/`, `https://${host}:${port}/path?q=1`, `HTTPS://${host}:8443`]);
}
