import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CompactSign, exportJWK } from 'jose';
import type { TestClock } from '../support/test-clock.ts';

export interface Seen {
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface StubAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text is sent as it is, anything else as JSON. */
  readonly body?: unknown;
  readonly afterMs?: number;
}

export const identity = (name: string): string => `http://schemes.superoffice.net/identity/${name}`;
const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
const appKeys = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** What the app was given by the developer portal. */
export const app = {
  clientId: 'client-1',
  clientSecret: 'client-secret-canary',
  redirectUri: 'http://127.0.0.1:3000/auth/callback',
  privateKey: String(appKeys.privateKey.export({ type: 'pkcs8', format: 'pem' })),
};

/** A server that remembers every header it was sent and answers what a test wants. */
export async function startStub(clock: TestClock, { privateKey } = keys) {
  const seen: Seen[] = [];
  const secondsNow = (): number => Math.floor(clock.now().getTime() / 1000);
  let tickets = 0;

  const stub = {
    seen,
    url: '',
    publicKey: createPublicKey(privateKey),
    /** Answers a call of the web API. */
    api: (_call: Seen): StubAnswer => ({ body: {} }),
    state: (tenant: string): StubAnswer => ({
      body: { State: 'Running', IsRunning: true, Api: `${stub.url}/${tenant}/api`, ValidUntil: null },
    }),
    /** Claims of the next system tokens; undefined takes one away. */
    systemClaims: {} as Record<string, unknown>,
    systemAnswer: null as StubAnswer | null,
    tokens: (_form: URLSearchParams): StubAnswer => ({ status: 400, body: { error: 'invalid_grant' } }),
    sign: (claims: object) => sign(claims, {}, privateKey),
    to: (part: string): Seen[] => seen.filter(({ path }) => path.includes(part)),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };

  async function answer(call: Seen): Promise<StubAnswer> {
    const { path, body } = call;
    if (path === '/login/.well-known/jwks') return { body: { keys: [await jwk(stub.publicKey)] } };
    const state = /^\/api\/state\/(.+)$/.exec(path)?.[1];
    if (state !== undefined) return stub.state(decodeURIComponent(state));
    if (path === '/Login/api/PartnerSystemUser/Authenticate') {
      if (stub.systemAnswer) return stub.systemAnswer;
      const { ContextIdentifier } = JSON.parse(body) as { readonly ContextIdentifier: string };
      tickets += 1;
      const token = await stub.sign({
        iss: 'SuperOffice AS',
        aud: 'spn:1234567890',
        iat: String(secondsNow()),
        exp: secondsNow() + 300,
        [identity('ctx')]: ContextIdentifier,
        [identity('serial')]: '1234567890',
        [identity('ticket')]: `7T:ticket-${tickets}-of-${ContextIdentifier}`,
        ...stub.systemClaims,
      });
      return { body: { IsSuccessful: true, Token: token } };
    }
    if (path === '/login/common/oauth/tokens') return stub.tokens(new URLSearchParams(body));
    return stub.api(call);
  }

  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      const call = { method, host: headers.host ?? '', path, headers, body: Buffer.concat(parts).toString() };
      seen.push(call);
      void answer(call).then(({ status = 200, headers: extra = {}, body = '', afterMs = 0 }) => {
        const text = typeof body === 'string' ? body : JSON.stringify(body);
        const type = typeof body === 'string' ? 'text/html' : 'application/json';
        setTimeout(() => response.writeHead(status, { 'Content-Type': type, ...extra }).end(text), afterMs);
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stub.url = `http://localhost:${(server.address() as AddressInfo).port}`;
  return stub;
}

export function sign(claims: object, header: object = {}, key: KeyObject = keys.privateKey): Promise<string> {
  return new CompactSign(Buffer.from(JSON.stringify(claims)))
    .setProtectedHeader({ alg: 'RS256', kid: 'key-1', ...header })
    .sign(key);
}

async function jwk(key: KeyObject): Promise<object> {
  // It does not say for which algorithm: that is for us to insist on.
  return { ...(await exportJWK(key)), kid: 'key-1', use: 'sig' };
}
