import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startStandIn, type StandIn } from '../stand-in/start.ts';
import { TestClock } from '../support/test-clock.ts';

const APP = 'http://127.0.0.1:3999';
const CALLBACK = `${APP}/auth/callback`;
const BOSS = 5;
const SALES = 11;
const claim = (name: string): string => `http://schemes.superoffice.net/identity/${name}`;

let standIn: StandIn;
let clock: TestClock;

beforeEach(async () => {
  clock = new TestClock();
  standIn = await startStandIn({ appUrl: APP, now: () => clock.now() });
});
afterEach(async () => {
  await standIn.close();
});

describe('the sign-in page', () => {
  it('lists the users of the tenant that was asked for, and of no other', async () => {
    const page = await (await authorize({}, 'Cust10001')).text();
    expect(page).toContain('Lars Holm');
    expect(page).not.toContain('Sofia Lind');
  });

  it('lists the users of every tenant when none was asked for', async () => {
    expect(await (await authorize({}, 'common')).text()).toContain('Sofia Lind');
  });

  it('takes the tenant from acr_values', async () => {
    const page = await (await authorize({ acr_values: 'tenant:Cust20002' }, 'common')).text();
    expect(page).toContain('Sofia Lind');
    expect(page).not.toContain('Lars Holm');
  });

  it('sends nobody to another site', async () => {
    const response = await post('/login/session', { user: `Cust10001:${SALES}`, returnTo: '//evil.example/' });
    expect(response.headers.get('location')).toBe('/Cust10001/');
  });

  it('asks a user of another tenant again', async () => {
    approve();
    const cookie = await signIn('Cust20002', SALES);
    expect((await authorize({}, 'Cust10001', cookie)).status).toBe(200);
    expect((await authorize({}, 'Cust20002', cookie)).status).toBe(302);
  });

  it('refuses an app it does not know, and an address that is not registered, without going there', async () => {
    expect((await authorize({ client_id: 'other' })).status).toBe(400);
    expect((await authorize({ redirect_uri: `${APP}/auth/callback/x` })).status).toBe(400);
  });
});

describe('approval', () => {
  it('is asked of an administrator, once', async () => {
    const cookie = await signIn('Cust10001', BOSS);
    const asked = await authorize({}, 'Cust10001', cookie);
    expect(await asked.text()).toContain('I approve');

    const returnTo = new URL(asked.url).pathname + new URL(asked.url).search;
    const approved = await post('/login/consent', { decision: 'approve', returnTo }, cookie);
    expect(approved.headers.get('location')).toBe(returnTo);
    expect((await authorize({}, 'Cust10001', cookie)).headers.get('location')).toContain('code=');
  });

  it('is told back as denied when the administrator will not', async () => {
    const cookie = await signIn('Cust10001', BOSS);
    const asked = await authorize({ state: 'abc' }, 'Cust10001', cookie);
    const returnTo = new URL(asked.url).pathname + new URL(asked.url).search;
    const denied = await post('/login/consent', { decision: 'deny', returnTo }, cookie);
    const back = new URL(denied.headers.get('location')!);
    expect(back.origin).toBe(APP);
    expect(Object.fromEntries(back.searchParams)).toMatchObject({ error: 'access_denied', state: 'abc' });
    expect(standIn.tenant().approved).toBe(false);
  });

  it('keeps everybody else out until it is given', async () => {
    const refused = await authorize({}, 'Cust10001', await signIn('Cust10001', SALES));
    expect(refused.status).toBe(403);
    expect(await refused.text()).toContain('Astrid Berg');
  });

  it('cannot be given by someone who is no administrator', async () => {
    const response = await post(
      '/login/consent',
      { decision: 'approve', returnTo: '/' },
      await signIn('Cust10001', SALES),
    );
    expect(response.status).toBe(403);
    expect(standIn.tenant().approved).toBe(false);
  });

  it('is needed in each tenant', () => {
    standIn.tenant('Cust10001').approve('ERP Sync');
    expect(standIn.tenant('Cust20002').approved).toBe(false);
  });

  it('can be taken back: no sign-in, no refresh, no ticket, and no token opens anything', async () => {
    approve();
    const cookie = await signIn('Cust10001', SALES);
    const { refresh_token: refreshToken, access_token: accessToken } = await exchange(await codeFor(cookie));
    standIn.tenant().approval = 'revoked';

    expect((await authorize({}, 'Cust10001', cookie)).headers.get('location')).toContain('error_description=Revoked');
    expect(await tokens({ grant_type: 'refresh_token', refresh_token: refreshToken })).toMatchObject({
      error: 'invalid_grant',
    });
    expect(await ticketAnswer(signed(standIn.app.privateKey))).toMatchObject({
      IsSuccessful: false,
      ErrorMessage: 'Revoked',
    });
    const call = await fetch(`${standIn.url}/Cust10001/api/v1/Contact/2`, {
      headers: { authorization: `Bearer ${accessToken}` },
    });
    expect(call.status).toBe(401);
  });
});

describe('tokens', () => {
  beforeEach(approve);

  it('come for a code and its verifier, signed, with iat as text', async () => {
    const answer = await exchange(await codeFor(await signIn('Cust10001', SALES), { nonce: 'n-1' }));
    expect(answer['access_token']).toMatch(/^8A:Cust10001\./);
    expect(answer['expires_in']).toBe(3600);

    const { iat, ...claims } = decode(answer['id_token']!);
    expect(iat).toMatch(/^\d+$/);
    expect(claims).toMatchObject({
      iss: standIn.url,
      aud: standIn.app.clientId,
      nonce: 'n-1',
      [claim('ctx')]: 'Cust10001',
      [claim('associateid')]: '11',
      [claim('is_administrator')]: 'False',
      [claim('webapi_url')]: `${standIn.url}/Cust10001/api/`,
    });
  });

  it('can be verified with the published keys', async () => {
    const { id_token: idToken } = await exchange(await codeFor(await signIn('Cust10001', SALES)));
    const keys = createRemoteJWKSet(new URL(`${standIn.url}/login/.well-known/jwks`));
    // The library stumbles over the textual iat, and only over that: the signature was good.
    await expect(jwtVerify(idToken!, keys, { currentDate: clock.now() })).rejects.toThrow(
      '"iat" claim must be a number',
    );
    const forged = idToken!.replace(/\.[^.]+\./, `.${Buffer.from('{"sub":"x"}').toString('base64url')}.`);
    await expect(jwtVerify(forged, keys)).rejects.toThrow('signature verification failed');
  });

  it('hold the system token for administrators only', async () => {
    const boss = decode((await exchange(await codeFor(await signIn('Cust10001', BOSS))))['id_token']!);
    const sales = decode((await exchange(await codeFor(await signIn('Cust10001', SALES))))['id_token']!);
    expect(boss[claim('system_token')]).toMatch(/^ERP Sync-.{10}$/);
    expect(sales).not.toHaveProperty(claim('system_token'));
  });

  it('are refused to a wrong verifier, to a missing one, and from then on to the right one too', async () => {
    const cookie = await signIn('Cust10001', SALES);
    const code = await codeFor(cookie);
    expect(await exchange({ ...code, verifier: 'x'.repeat(43) })).toEqual({ error: 'invalid_grant' });
    expect(await exchange(code)).toEqual({ error: 'invalid_grant' });
    expect(await exchange({ ...(await codeFor(cookie)), verifier: undefined })).toEqual({ error: 'invalid_grant' });
  });

  it('come once for a code, and not after ten minutes', async () => {
    const cookie = await signIn('Cust10001', SALES);
    const code = await codeFor(cookie);
    expect(await exchange(code)).toHaveProperty('access_token');
    expect(await exchange(code)).toEqual({ error: 'invalid_grant' });

    const late = await codeFor(cookie);
    clock.advance(10 * 60_000);
    expect(await exchange(late)).toEqual({ error: 'invalid_grant' });
  });

  it('are refused to another client and to another address', async () => {
    const cookie = await signIn('Cust10001', SALES);
    const { code, verifier } = await codeFor(cookie);
    const request = { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: CALLBACK };
    expect(await tokens({ ...request, client_secret: 'guess' })).toEqual({ error: 'invalid_client' });
    expect(await tokens({ ...request, redirect_uri: `${APP}/other` })).toEqual({ error: 'invalid_grant' });
  });

  it('are renewed by a refresh token, which stays good', async () => {
    const { refresh_token: refreshToken } = await exchange(await codeFor(await signIn('Cust10001', SALES)));
    const renewed = await tokens({ grant_type: 'refresh_token', refresh_token: refreshToken });
    expect(renewed['access_token']).toMatch(/^8A:/);
    expect(renewed).not.toHaveProperty('refresh_token');
    expect(await tokens({ grant_type: 'refresh_token', refresh_token: refreshToken })).toHaveProperty('access_token');
  });
});

describe('the system user', () => {
  beforeEach(approve);

  it("gets a ticket for the app's signature, in a token for this tenant alone", async () => {
    const { IsSuccessful, Token } = await ticketAnswer(signed(standIn.app.privateKey));
    expect(IsSuccessful).toBe(true);
    expect(decode(Token!)).toMatchObject({
      iss: 'SuperOffice AS',
      aud: 'spn:1234567890',
      [claim('ticket')]: expect.stringMatching(/^7T:/) as unknown,
    });
    const headers = {
      authorization: `SOTicket ${String(decode(Token!)[claim('ticket')])}`,
      'so-apptoken': standIn.app.clientSecret,
    };
    const me = await fetch(`${standIn.url}/Cust10001/api/v1/User/currentPrincipal`, { headers });
    expect(await me.json()).toMatchObject({ UserType: 'SystemAssociate' });
    expect((await fetch(`${standIn.url}/Cust20002/api/v1/User/currentPrincipal`, { headers })).status).toBe(401);
    const withoutSecret = { authorization: headers.authorization };
    expect(
      (await fetch(`${standIn.url}/Cust10001/api/v1/User/currentPrincipal`, { headers: withoutSecret })).status,
    ).toBe(401);
  });

  it("is refused with another key, an old stamp, another secret or another tenant's token", async () => {
    const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
      type: 'pkcs8',
      format: 'pem',
    });
    const key = standIn.app.privateKey;
    const refusal = async (token: string, more = {}): Promise<unknown> =>
      (await ticketAnswer(token, more))['ErrorMessage'];
    expect(await refusal(signed(stranger.toString()))).toBe('InvalidSignature');
    expect(await refusal(signed(key, { at: new Date(clock.now().getTime() - 3_600_000) }))).toBe('InvalidTimestamp');
    expect(await refusal(signed(key), { ApplicationToken: 'guess' })).toBe('Invalid application token');
    expect(await refusal(signed(key, { token: standIn.tenant('Cust20002').systemToken }))).toBe('NeedsReapproval');
  });

  it('loses its ticket six hours after its last use', async () => {
    const ticket = standIn.credentials.ticket(standIn.tenant());
    const opens = (): boolean =>
      standIn.credentials.caller(standIn.tenant(), `SOTicket ${ticket}`, standIn.app.clientSecret) !== null;
    clock.advance(5 * 3_600_000);
    expect(opens()).toBe(true);
    clock.advance(5 * 3_600_000);
    expect(opens()).toBe(true);
    clock.advance(6 * 3_600_000);
    expect(opens()).toBe(false);
  });
});

describe('the state of a tenant', () => {
  const state = async (context: string): Promise<unknown> =>
    (await fetch(`${standIn.url}/api/state/${context}`)).json();

  it('tells where it is and until when that holds', async () => {
    expect(await state('Cust10001')).toEqual({
      ContextIdentifier: 'Cust10001',
      Endpoint: `${standIn.url}/Cust10001`,
      Api: `${standIn.url}/Cust10001/api`,
      State: 'Running',
      IsRunning: true,
      ValidUntil: new Date(clock.now().getTime() + 600_000).toISOString(),
      Version: expect.any(String) as unknown,
    });
  });

  it('follows it to another host and through maintenance', async () => {
    standIn.moveTenant('Cust10001');
    standIn.tenant().state = 'OfflineMaintenance';
    expect(await state('Cust10001')).toMatchObject({
      Endpoint: `${standIn.url.replace('localhost', '127.0.0.1')}/Cust10001`,
      State: 'OfflineMaintenance',
      IsRunning: false,
    });
    standIn.tenant().state = 'OnlineMaintenance';
    expect(await state('Cust10001')).toMatchObject({ IsRunning: true });
  });

  it('is unknown for a tenant that does not exist', async () => {
    expect(await state('Cust99999')).toMatchObject({ State: 'Unknown', IsRunning: false });
  });
});

function approve(): void {
  for (const tenant of standIn.tenants.values()) tenant.approve(standIn.app.appName);
}

function authorize(more: Readonly<Record<string, string>>, context = 'Cust10001', cookie = ''): Promise<Response> {
  const query = new URLSearchParams({
    client_id: standIn.app.clientId,
    response_type: 'code',
    scope: 'openid',
    redirect_uri: CALLBACK,
    state: 's',
    ...more,
  });
  return fetch(`${standIn.url}/login/${context}/oauth/authorize?${query}`, { headers: { cookie }, redirect: 'manual' });
}

function post(path: string, form: Readonly<Record<string, string>>, cookie = ''): Promise<Response> {
  return fetch(standIn.url + path, {
    method: 'POST',
    body: new URLSearchParams(form),
    headers: { cookie },
    redirect: 'manual',
  });
}

async function signIn(context: string, associateId: number): Promise<string> {
  const response = await post('/login/session', { user: `${context}:${associateId}`, returnTo: '/' });
  return response.headers.getSetCookie()[0]!.split(';')[0]!;
}

interface Code {
  readonly code: string;
  readonly verifier: string | undefined;
}

async function codeFor(cookie: string, more: Readonly<Record<string, string>> = {}): Promise<Code> {
  const verifier = randomBytes(32).toString('base64url');
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  const response = await authorize(
    { code_challenge: challenge, code_challenge_method: 'S256', ...more },
    'Cust10001',
    cookie,
  );
  const code = new URL(response.headers.get('location')!).searchParams.get('code')!;
  return { code, verifier };
}

function exchange({ code, verifier }: Code): Promise<Record<string, string>> {
  const proof = verifier === undefined ? {} : { code_verifier: verifier };
  return tokens({ grant_type: 'authorization_code', code, redirect_uri: CALLBACK, ...proof });
}

async function tokens(form: Readonly<Record<string, string | undefined>>): Promise<Record<string, string>> {
  const body = { client_id: standIn.app.clientId, client_secret: standIn.app.clientSecret, ...form };
  const response = await post('/login/common/oauth/tokens', body);
  return (await response.json()) as Record<string, string>;
}

function signed(key: string, { at = clock.now(), token = standIn.tenant().systemToken } = {}): string {
  const message = `${token}.${at.toISOString().replaceAll(/\D/g, '').slice(0, 12)}`;
  return `${message}.${sign('sha256', Buffer.from(message), key).toString('base64')}`;
}

async function ticketAnswer(
  signedToken: string,
  more: Readonly<Record<string, string>> = {},
): Promise<{ readonly IsSuccessful: boolean; readonly Token?: string; readonly ErrorMessage?: string }> {
  const response = await fetch(`${standIn.url}/Login/api/PartnerSystemUser/Authenticate`, {
    method: 'POST',
    body: JSON.stringify({
      SignedSystemToken: signedToken,
      ApplicationToken: standIn.app.clientSecret,
      ContextIdentifier: 'Cust10001',
      ReturnTokenType: 'JWT',
      ...more,
    }),
  });
  expect(response.status).toBe(200);
  return (await response.json()) as { IsSuccessful: boolean };
}

function decode(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as Record<string, unknown>;
}
