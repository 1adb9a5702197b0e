import { createHash, createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { createSuperOffice } from '../../backend/adapters/superoffice/super-office.ts';
import type { SignInRequest, SuperOffice } from '../../backend/ports/super-office.ts';
import { startStandIn } from '../stand-in/start.ts';
import { TestClock } from '../support/test-clock.ts';
import { app, identity, sign, startStub } from './stub-superoffice.ts';

const BOSS = 5;
const SALES = 11;

describe('signing in at a tenant', () => {
  let standIn: Awaited<ReturnType<typeof startStandIn>>;
  let superOffice: SuperOffice;

  beforeEach(async () => {
    const clock = new TestClock();
    standIn = await startStandIn({ now: () => clock.now(), approved: true, contexts: ['Cust10001'] });
    superOffice = createSuperOffice({
      authUrl: standIn.url,
      clientId: standIn.app.clientId,
      clientSecret: standIn.app.clientSecret,
      redirectUri: standIn.app.redirectUrls[0]!,
      systemUserPrivateKey: standIn.app.privateKey,
      clock,
    });
    return () => standIn.close();
  });

  /** What the browser of a user of the tenant comes back with. */
  async function browse(url: string, associateId: number): Promise<string> {
    const user = new URLSearchParams({ user: `Cust10001:${associateId}`, returnTo: '/' });
    const form = await fetch(`${standIn.url}/login/session`, {
      method: 'POST',
      body: formOf(user),
      redirect: 'manual',
    });
    const cookie = form.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ');
    const answer = await fetch(url, { headers: { cookie }, redirect: 'manual' });
    return answer.headers.get('location') ?? '';
  }

  test('an administrator brings the key to the tenant along', async () => {
    const request = await superOffice.startSignIn('Cust10001');
    const who = await superOffice.finishSignIn(await browse(request.url, BOSS), request);
    expect(who).toMatchObject({
      tenant: 'Cust10001',
      serial: standIn.tenant().seed.serial,
      userId: BOSS,
      administrator: true,
      systemToken: standIn.tenant().systemToken,
    });
    const crm = superOffice.asUser(who.tenant, who.tokens, async () => undefined);
    expect(await crm.principal()).toMatchObject({ userId: BOSS, name: 'Astrid Berg' });
    expect(await superOffice.asSystemUser(who.tenant, who.systemToken!).principal()).toMatchObject({
      licences: ['erpsync.erp-sync'],
    });
  });

  test('anybody else does not', async () => {
    const request = await superOffice.startSignIn('Cust10001');
    const who = await superOffice.finishSignIn(await browse(request.url, SALES), request);
    expect(who).toMatchObject({ userId: SALES, administrator: false, systemToken: null });
  });

  test('an app that is not approved, or no longer, says so', async () => {
    const request = await superOffice.startSignIn('Cust10001');
    const back = (problem: string) =>
      superOffice.finishSignIn(
        `${standIn.app.redirectUrls[0]}?error=access_denied&error_description=${problem}&state=${request.state}`,
        request,
      );
    await expect(back('NeedsReapproval')).rejects.toMatchObject({ code: 'approval.missing' });
    await expect(back('Denied')).rejects.toMatchObject({ code: 'sign_in.failed' });
    await expect(back('Expired')).rejects.toMatchObject({ code: 'sign_in.expired' });
    standIn.tenant().approval = 'revoked';
    await expect(superOffice.finishSignIn(await browse(request.url, BOSS), request)).rejects.toMatchObject({
      code: 'tenant.revoked',
    });
  });

  test('a code is good once', async () => {
    const request = await superOffice.startSignIn('Cust10001');
    const callback = await browse(request.url, SALES);
    await superOffice.finishSignIn(callback, request);
    await expect(superOffice.finishSignIn(callback, request)).rejects.toMatchObject({ code: 'sign_in.expired' });
  });

  test('a code of somebody else’s sign-in is worth nothing', async () => {
    const [mine, theirs] = await Promise.all([superOffice.startSignIn(null), superOffice.startSignIn(null)]);
    const stolen = new URL(await browse(theirs.url, BOSS));
    await expect(superOffice.finishSignIn(stolen.href, mine)).rejects.toMatchObject({ code: 'sign_in.failed' });
    stolen.searchParams.set('state', mine.state);
    await expect(superOffice.finishSignIn(stolen.href, mine)).rejects.toMatchObject({ code: 'sign_in.expired' });
  });
});

describe('the request to sign in', () => {
  const superOffice = createSuperOffice({
    authUrl: 'https://sod.superoffice.com',
    clientId: app.clientId,
    clientSecret: app.clientSecret,
    redirectUri: app.redirectUri,
    systemUserPrivateKey: app.privateKey,
    clock: new TestClock(),
  });

  test('goes to the tenant hinted at, with a proof that is not the secret itself', async () => {
    const { url, state, nonce, codeVerifier } = await superOffice.startSignIn('Cust10001');
    const { origin, pathname, searchParams } = new URL(url);
    expect(origin + pathname).toBe('https://sod.superoffice.com/login/Cust10001/oauth/authorize');
    expect(Object.fromEntries(searchParams)).toEqual({
      client_id: app.clientId,
      response_type: 'code',
      scope: 'openid',
      redirect_uri: app.redirectUri,
      state,
      nonce,
      code_challenge: createHash('sha256').update(codeVerifier).digest('base64url'),
      code_challenge_method: 'S256',
    });
    expect(url).not.toContain(app.clientSecret);
  });

  test.each([null, '', '../common/logout', 'Cust1?x=', 'a'.repeat(65)])(
    'goes to nobody’s in particular for %j',
    async (hint) => {
      expect(new URL((await superOffice.startSignIn(hint)).url).pathname).toBe('/login/common/oauth/authorize');
    },
  );

  test('is never the same twice', async () => {
    const [a, b] = await Promise.all([superOffice.startSignIn(null), superOffice.startSignIn(null)]);
    expect([a.state, a.nonce, a.codeVerifier]).not.toContain(b.state);
    expect(a.nonce).not.toBe(b.nonce);
    expect(a.codeVerifier).not.toBe(b.codeVerifier);
  });
});

describe('what comes back', () => {
  const clock = new TestClock();
  const now = Math.floor(clock.now().getTime() / 1000);
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  let stub: Awaited<ReturnType<typeof startStub>>;
  let superOffice: SuperOffice;
  let request: SignInRequest;

  beforeEach(async () => {
    stub = await startStub(clock);
    superOffice = createSuperOffice({
      authUrl: stub.url,
      clientId: app.clientId,
      clientSecret: app.clientSecret,
      redirectUri: app.redirectUri,
      systemUserPrivateKey: app.privateKey,
      clock,
      timeoutMs: 1_000,
    });
    request = await superOffice.startSignIn('CustA');
    return () => stub.close();
  });

  const good = (): Record<string, unknown> => ({
    iss: stub.url,
    aud: app.clientId,
    iat: String(now),
    nbf: now - 60,
    exp: now + 300,
    nonce: request.nonce,
    [identity('ctx')]: 'CustA',
    [identity('serial')]: '123',
    [identity('associateid')]: '11',
    [identity('is_administrator')]: 'False',
  });

  function answering(idToken: unknown): void {
    stub.tokens = () => ({
      body: {
        token_type: 'Bearer',
        access_token: '8A:CustA.x',
        refresh_token: 'r',
        expires_in: 3600,
        id_token: idToken,
      },
    });
  }

  const finish = (query: Record<string, string> = {}) => {
    const callback = new URL(app.redirectUri);
    callback.search = new URLSearchParams({ code: 'code-1', state: request.state, ...query }).toString();
    return superOffice.finishSignIn(callback.href, request);
  };

  test.each<[string, object]>([
    ['as SuperOffice documents it', {}],
    ['with a time of issue that is a number', { iat: now }],
    ['without a time it begins', { nbf: undefined }],
    ['a minute behind our clock', { iat: String(now - 359), exp: now - 59 }],
    ['a minute ahead of our clock', { iat: String(now + 60), nbf: now + 60 }],
    ['with a list of one audience', { aud: [app.clientId] }],
    ['with an associate as a number', { [identity('associateid')]: 11 }],
  ])('a token %s is accepted', async (_, claims) => {
    answering(await sign({ ...good(), ...claims }));
    await expect(finish()).resolves.toMatchObject({
      tenant: 'CustA',
      userId: 11,
      tokens: { accessToken: '8A:CustA.x' },
    });
  });

  test('the code is exchanged with the secret, the verifier and the address that is registered', async () => {
    answering(await sign(good()));
    await finish();
    expect(Object.fromEntries(new URLSearchParams(stub.to('oauth/tokens')[0]?.body))).toEqual({
      grant_type: 'authorization_code',
      code: 'code-1',
      redirect_uri: app.redirectUri,
      code_verifier: request.codeVerifier,
      client_id: app.clientId,
      client_secret: app.clientSecret,
    });
  });

  test.each<[string, Record<string, string>]>([
    ['a foreign state', { state: 'somebody-else' }],
    ['an empty state', { state: '' }],
    ['another issuer', { iss: 'https://online.superoffice.com' }],
  ])('%s ends it before the code is spent', async (_, query) => {
    answering(await sign(good()));
    await expect(finish(query)).rejects.toMatchObject({ code: 'sign_in.failed' });
    expect(stub.to('oauth/tokens')).toEqual([]);
  });

  const forged: readonly (readonly [string, () => Promise<unknown>])[] = [
    ...claimsForged(),
    ...headersForged(),
    ...piecesForged(),
  ];

  test('at least forty ways to forge a token are tried', () => {
    expect(forged.length).toBeGreaterThanOrEqual(40);
  });

  test.each(forged)('a token with %s is refused', async (_, forge) => {
    answering(await forge());
    await expect(finish()).rejects.toMatchObject({ code: 'sign_in.failed' });
  });

  function claimsForged(): (readonly [string, () => Promise<unknown>])[] {
    const changed: [string, Record<string, unknown>][] = [
      ['no issuer', { iss: undefined }],
      ['the issuer of another environment', { iss: 'https://online.superoffice.com' }],
      ['the issuer of system tokens', { iss: 'SuperOffice AS' }],
      ['an issuer that only begins like ours', { iss: 'ISSUER.evil.example' }],
      ['an issuer with a slash more', { iss: 'ISSUER/' }],
      ['several issuers', { iss: ['ISSUER'] }],
      ['no audience', { aud: undefined }],
      ['the audience of another app', { aud: 'client-2' }],
      ['the audience of a system token', { aud: 'spn:123' }],
      ['the audience of a connector', { aud: `spn:${app.clientId}` }],
      ['an audience of several', { aud: [app.clientId, 'client-2'] }],
      ['an audience of none', { aud: [] }],
      ['an audience in capitals', { aud: app.clientId.toUpperCase() }],
      ['no end', { exp: undefined }],
      ['an end an hour ago', { exp: now - 3_600 }],
      ['an end just beyond the tolerance', { exp: now - 60 }],
      ['an end as text', { exp: String(now + 300) }],
      ['an end that is no number', { exp: null }],
      ['a beginning in the future', { nbf: now + 61 }],
      ['a beginning as text', { nbf: String(now - 60) }],
      ['no time of issue', { iat: undefined }],
      ['a time of issue in the future', { iat: now + 3_600 }],
      ['a time of issue in the future, as text', { iat: String(now + 3_600) }],
      ['a time of issue as 1e9', { iat: '1e9' }],
      ['a time of issue with a blank', { iat: ' 1' }],
      ['a time of issue as 0x1', { iat: '0x1' }],
      ['an empty time of issue', { iat: '' }],
      ['a negative time of issue', { iat: '-1' }],
      ['a time of issue with a point', { iat: '1581665207.5' }],
      ['a time of issue of thirteen digits', { iat: '1581665207000' }],
      ['a time of issue that is true', { iat: true }],
      ['no nonce', { nonce: undefined }],
      ['a foreign nonce', { nonce: 'somebody-else' }],
      ['no tenant', { [identity('ctx')]: undefined }],
      ['a tenant that is a path', { [identity('ctx')]: '../Cust1' }],
      ['an empty tenant', { [identity('ctx')]: '' }],
      ['no associate', { [identity('associateid')]: undefined }],
      ['associate nought', { [identity('associateid')]: '0' }],
      ['a negative associate', { [identity('associateid')]: '-5' }],
      ['an associate who is an expression', { [identity('associateid')]: '1e3' }],
      ['half an associate', { [identity('associateid')]: 1.5 }],
    ];
    return changed.map(([name, claims]) => [name, () => sign(ours({ ...good(), ...claims }))]);
  }

  /** The issuer's address is known only once the stub runs. */
  function ours(claims: Record<string, unknown>): Record<string, unknown> {
    return JSON.parse(JSON.stringify(claims).replaceAll('ISSUER', stub.url)) as Record<string, unknown>;
  }

  function headersForged(): (readonly [string, () => Promise<unknown>])[] {
    const withHeader = (header: object, key?: KeyObject) => () => sign(good(), header, key);
    const hmac = (secret: string | Buffer) => async () => {
      const signed = `${encoded({ alg: 'HS256', kid: 'key-1' })}.${encoded(good())}`;
      return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
    };
    return [
      ['no algorithm', async () => `${encoded({ alg: 'none' })}.${encoded(good())}.`],
      ['no algorithm, in other letters', async () => `${encoded({ alg: 'nOnE', kid: 'key-1' })}.${encoded(good())}.`],
      ['a signature made with the public key as PEM', () => hmac(pem())()],
      [
        'a signature made with the public key as DER',
        () => hmac(stub.publicKey.export({ type: 'spki', format: 'der' }))(),
      ],
      ['a signature made with our secret', hmac(app.clientSecret)],
      ['another algorithm of the same key', withHeader({ alg: 'RS512' })],
      ['padding of another kind', withHeader({ alg: 'PS256' })],
      ['a key nobody knows', withHeader({ kid: 'key-2' })],
      ['a foreign key under a known name', withHeader({}, stranger)],
      ['a foreign key it brings along', withHeader({ jwk: jwkOf(stranger) }, stranger)],
      ['the address of a foreign key', withHeader({ jku: 'https://evil.example/jwks' }, stranger)],
      ['the address of a foreign certificate', withHeader({ x5u: 'https://evil.example/cert' }, stranger)],
      ['a demand nobody understands', async () => criticalToken()],
    ];
  }

  function piecesForged(): (readonly [string, () => Promise<unknown>])[] {
    const pieces = async () => (await sign(good())).split('.') as [string, string, string];
    return [
      ['nothing in it', async () => ''],
      ['no signature', async () => (await pieces()).slice(0, 2).join('.')],
      ['an empty signature', async () => [...(await pieces()).slice(0, 2), ''].join('.')],
      ['a piece too many', async () => [...(await pieces()), 'x'].join('.')],
      [
        'other claims under the same signature',
        async () => {
          const [header, , signature] = await pieces();
          return [header, encoded({ ...good(), [identity('associateid')]: '5' }), signature].join('.');
        },
      ],
      ['a signature cut short', async () => (await sign(good())).slice(0, -10)],
      ['claims that are a list', async () => sign([good()])],
      ['null for a token', async () => null],
    ];
  }

  const pem = (): string => String(stub.publicKey.export({ type: 'spki', format: 'pem' }));

  async function criticalToken(): Promise<string> {
    const [, payload = '', signature = ''] = (await sign(good())).split('.');
    return [encoded({ alg: 'RS256', kid: 'key-1', crit: ['exp'], exp: 1 }), payload, signature].join('.');
  }

  test('SuperOffice being away is no refusal', async () => {
    stub.tokens = () => ({ status: 502, body: '<html>' });
    await expect(finish()).rejects.toMatchObject({ code: 'crm.unreachable' });
    stub.tokens = () => ({ afterMs: 3_000 });
    await expect(finish()).rejects.toMatchObject({ code: 'crm.unreachable' });
    await stub.close();
    await expect(finish()).rejects.toMatchObject({ code: 'crm.unreachable' });
  });
});

function encoded(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function jwkOf(key: KeyObject): object {
  return { ...key.export({ format: 'jwk' }), d: undefined };
}

/** A form as a browser sends it. */
function formOf(fields: URLSearchParams): FormData {
  const form = new FormData();
  for (const [name, value] of fields) form.append(name, value);
  return form;
}
