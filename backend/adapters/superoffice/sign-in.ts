import * as oidc from 'openid-client';
import { z } from 'zod';
import { AppError } from '../../errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Identity, SignInRequest, Tokens } from '../../ports/super-office.ts';
import type { Environment } from './environment.ts';
import { withoutCredentials } from './failure.ts';
import { claim, type VerifyToken } from './id-token.ts';

export interface SignIn {
  start(tenantHint: string | null): Promise<SignInRequest>;
  finish(callbackUrl: string, expected: Omit<SignInRequest, 'url'>): Promise<Identity>;
  /** Throws `session.expired` when SuperOffice no longer honours the refresh token. */
  refresh(tokens: Tokens): Promise<Tokens>;
}

export interface SignInOptions {
  readonly environment: Environment;
  readonly clientId: string;
  readonly clientSecret: string;
  /** As registered. */
  readonly redirectUri: string;
  readonly verify: VerifyToken;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

const HOUR_SECONDS = 3_600;
/** An access token is renewed this long before it runs out, so that it does not expire on its way. */
const EARLY_SECONDS = 60;

/** Code flow with PKCE. */
export function createSignIn(options: SignInOptions): SignIn {
  const { environment, clientId, redirectUri, verify, clock } = options;

  return {
    async start(tenantHint) {
      const tenant = tenantHint !== null && /^[A-Za-z0-9_-]{1,64}$/.test(tenantHint) ? tenantHint : null;
      const request = {
        state: oidc.randomState(),
        nonce: oidc.randomNonce(),
        codeVerifier: oidc.randomPKCECodeVerifier(),
      };
      const url = oidc.buildAuthorizationUrl(configure(options, tenant).client, {
        response_type: 'code',
        scope: 'openid',
        redirect_uri: redirectUri,
        state: request.state,
        nonce: request.nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(request.codeVerifier),
        code_challenge_method: 'S256',
      });
      return { url: url.href, ...request };
    },

    async finish(callbackUrl, { state, nonce, codeVerifier }) {
      // What the browser was told to call is fixed; only the answer in it is new.
      const callback = new URL(redirectUri);
      callback.search = new URL(callbackUrl).search;

      const { client, received } = configure(options, null);
      const answer = await oidc
        .authorizationCodeGrant(client, callback, { expectedState: state, pkceCodeVerifier: codeVerifier })
        .catch((error: unknown) => {
          throw received.isAway ? away() : signInFailure(error);
        });
      if (received.idToken === null) throw new AppError('sign_in.failed', { problem: 'id_token' });
      const claims = await verify(received.idToken, {
        issuers: [environment.issuer],
        audience: (audience) => audience === clientId,
        nonce,
        code: 'sign_in.failed',
      });
      if (!answer.refresh_token) throw new AppError('sign_in.failed', { problem: 'refresh_token' });
      return identityOf(claims, tokensOf(answer, answer.refresh_token, clock));
    },

    async refresh(tokens) {
      const { client, received } = configure(options, null);
      const answer = await oidc.refreshTokenGrant(client, tokens.refreshToken).catch((error: unknown) => {
        throw received.isAway ? away() : refreshFailure(error);
      });
      return tokensOf(answer, answer.refresh_token ?? tokens.refreshToken, clock);
    },
  };
}

/** For one exchange: the id token is taken out of the answer here, because the library refuses its textual `iat`. */
function configure({ environment, clientId, clientSecret, timeoutMs }: SignInOptions, tenant: string | null) {
  const client = new oidc.Configuration(
    {
      issuer: environment.issuer,
      authorization_endpoint: environment.authorizeUrl(tenant),
      token_endpoint: environment.tokenUrl,
    },
    clientId,
    undefined,
    oidc.ClientSecretPost(clientSecret),
  );
  client.timeout = timeoutMs / 1000;
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- on this machine only; see createEnvironment
  if (environment.insecure) oidc.allowInsecureRequests(client);

  const received: { idToken: string | null; isAway: boolean } = { idToken: null, isAway: false };
  client[oidc.customFetch] = async (url, init) => {
    const response = await fetch(url, init as RequestInit);
    received.isAway = response.status >= 500;
    if (!response.ok || !response.headers.get('content-type')?.includes('json')) return response;
    const { id_token: idToken, ...rest } = z
      .looseObject({ id_token: z.string().nullish() })
      .parse(await response.json());
    received.idToken = idToken ?? null;
    return Response.json(rest, { status: response.status });
  };
  return { client, received };
}

const IdentityClaims = z.object({
  [claim('ctx')]: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
  [claim('associateid')]: z.union([z.string().regex(/^[1-9]\d{0,9}$/), z.int().positive()]),
  [claim('serial')]: z.string().nullish(),
  [claim('upn')]: z.string().nullish(),
  [claim('email')]: z.string().nullish(),
  [claim('initials')]: z.string().nullish(),
  [claim('is_administrator')]: z.string().nullish(),
  [claim('system_token')]: z.string().nullish(),
});

function identityOf(claims: Readonly<Record<string, unknown>>, tokens: Tokens): Identity {
  const known = IdentityClaims.safeParse(claims);
  if (!known.success) throw new AppError('sign_in.failed', { problem: 'claims' });
  const text = (name: string): string => String(known.data[claim(name)] ?? '');
  return {
    tenant: text('ctx'),
    serial: text('serial'),
    userId: Number(text('associateid')),
    name: text('initials') || text('upn'),
    email: text('email') || text('upn'),
    administrator: text('is_administrator').toLowerCase() === 'true',
    systemToken: text('system_token') || null,
    tokens,
  };
}

function tokensOf(
  answer: { readonly access_token: string; readonly expires_in?: number | undefined },
  refreshToken: string,
  clock: Clock,
): Tokens {
  const seconds = (answer.expires_in ?? HOUR_SECONDS) - EARLY_SECONDS;
  return {
    accessToken: answer.access_token,
    refreshToken,
    expiresAt: new Date(clock.now().getTime() + seconds * 1000),
  };
}

function signInFailure(error: unknown): AppError {
  if (error instanceof oidc.AuthorizationResponseError) return refusal(error.error, error.error_description ?? '');
  if (error instanceof oidc.ResponseBodyError) {
    // A code is good for ten minutes and one use.
    if (error.error === 'invalid_grant') return new AppError('sign_in.expired');
    return refusal(error.error, error.error_description ?? '');
  }
  if (error instanceof oidc.ClientError) {
    if (error.code === 'OAUTH_TIMEOUT') return away();
    return new AppError('sign_in.failed', { problem: error.code ?? 'answer' });
  }
  return away();
}

function away(): AppError {
  return new AppError('crm.unreachable', { call: 'tokens' });
}

/** SuperOffice names its reason in the error or in its description: `NeedsReapproval`, `Revoked`, `Expired`, `Denied`. */
function refusal(error: string, description: string): AppError {
  const said = `${error} ${description}`;
  const detail = { problem: error, explanation: withoutCredentials(description) };
  if (/revoked/i.test(said)) return new AppError('tenant.revoked', detail);
  if (/approv|consent/i.test(said)) return new AppError('approval.missing', detail);
  if (/expired/i.test(said)) return new AppError('sign_in.expired', detail);
  return new AppError('sign_in.failed', detail);
}

function refreshFailure(error: unknown): AppError {
  const refused =
    error instanceof oidc.ResponseBodyError &&
    ['invalid_grant', 'access_denied', 'unauthorized_client'].includes(error.error);
  return refused ? new AppError('session.expired') : signInFailure(error);
}
