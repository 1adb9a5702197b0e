import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { Hono } from 'hono';
import type { Context } from 'hono';
import { accessTokenSeconds, systemTokenProblem } from './credentials.ts';
import { consentPage, refusalPage, signInErrorPage, signInPage } from './pages/sign-in-pages.ts';
import type { SeedUser } from './seed.ts';
import type { World } from './start.ts';
import type { Tenant } from './tenant.ts';

interface Code {
  readonly context: string;
  readonly associateId: number;
  readonly redirectUri: string;
  readonly nonce: string | undefined;
  readonly challenge: string | undefined;
  readonly method: string;
  readonly until: number;
}

const claim = (name: string): string => `http://schemes.superoffice.net/identity/${name}`;
const codeMinutes = 10;

/** The sign-in host: OpenID Connect, the system user, the state of tenants. It never moves. */
export function signIn(world: World): Hono {
  const { app, sessions, credentials } = world;
  const codes = new Map<string, Code>();
  const routes = new Hono();

  routes.get('/login/.well-known/openid-configuration', (c) =>
    c.json({
      issuer: world.url(),
      jwks_uri: `${world.url()}/login/.well-known/jwks`,
      authorization_endpoint: `${world.url()}/login/common/oauth/authorize`,
      token_endpoint: `${world.url()}/login/common/oauth/tokens`,
      end_session_endpoint: `${world.url()}/login/logout`,
      scopes_supported: ['openid'],
      response_types_supported: ['code', 'id_token', 'code id_token', 'token id_token', 'token'],
      response_modes_supported: ['form_post', 'fragment', 'query'],
      grant_types_supported: ['authorization_code', 'refresh_token', 'implicit'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
      code_challenge_methods_supported: ['plain', 'S256'],
    }),
  );

  routes.get('/login/.well-known/jwks', async (c) => c.json(await credentials.keySet()));

  routes.get('/login/logout', (c) => {
    sessions.end(c);
    return c.redirect('/');
  });

  routes.get('/login/:context/oauth/authorize', (c) => {
    const ask = (name: string): string | undefined => c.req.query(name);
    const redirectUri = ask('redirect_uri') ?? '';
    if (ask('client_id') !== app.clientId) return c.html(signInErrorPage('Unknown application'), 400);
    if (!app.redirectUrls.includes(redirectUri)) return c.html(signInErrorPage('InvalidRedirectUrl'), 400);

    const back = (answer: Record<string, string>): Response => {
      const url = new URL(redirectUri);
      const state = ask('state');
      for (const [key, value] of Object.entries({ ...answer, ...(state === undefined ? {} : { state }) })) {
        url.searchParams.set(key, value);
      }
      return c.redirect(url.href);
    };
    if (ask('response_type') !== 'code') return back({ error: 'unsupported_response_type' });
    if (!ask('scope')?.split(' ').includes('openid')) return back({ error: 'invalid_scope' });

    const hinted = /^tenant:(\w+)$/.exec(ask('acr_values') ?? '')?.[1];
    const path = c.req.param('context');
    const wanted = path === 'common' ? hinted : path;
    if (wanted !== undefined && !world.tenants.has(wanted)) return c.html(signInErrorPage('Unknown customer'), 404);

    const here = new URL(c.req.url);
    const returnTo = here.pathname + here.search;
    const session = sessions.of(c);
    if (!session || (wanted !== undefined && session.context !== wanted)) {
      const offered = [...world.tenants.values()].filter((tenant) => wanted === undefined || tenant.context === wanted);
      return c.html(signInPage(offered, returnTo));
    }

    const tenant = world.tenants.get(session.context)!;
    const user = tenant.user(session.associateId)!;
    if (tenant.approval === 'revoked') return back({ error: 'access_denied', error_description: 'Revoked' });
    if (!tenant.approved) {
      if (mayApprove(user)) return c.html(consentPage(app, tenant, user, returnTo));
      const refused = back({ error: 'access_denied', error_description: 'NeedsReapproval' });
      return c.html(refusalPage(app, tenant, user, refused.headers.get('location')!), 403);
    }

    const code = randomBytes(24).toString('base64url');
    codes.set(code, {
      context: tenant.context,
      associateId: user.associateId,
      redirectUri,
      nonce: ask('nonce'),
      challenge: ask('code_challenge'),
      method: ask('code_challenge_method') ?? 'plain',
      until: world.now().getTime() + codeMinutes * 60_000,
    });
    return back({ code });
  });

  routes.post('/login/session', async (c) => {
    const form = await c.req.formData();
    const [context = '', associateId = ''] = text(form, 'user').split(':');
    const user = world.tenants.get(context)?.user(Number(associateId));
    if (!user) return c.html(signInErrorPage('Unknown user'), 400);
    sessions.start(c, { context, associateId: user.associateId });
    return c.redirect(localPath(text(form, 'returnTo')) ?? `/${context}/`, 303);
  });

  routes.post('/login/consent', async (c) => {
    const form = await c.req.formData();
    const session = sessions.of(c);
    const tenant = session ? world.tenants.get(session.context) : undefined;
    const user = session ? tenant?.user(session.associateId) : undefined;
    const returnTo = localPath(text(form, 'returnTo')) ?? '/';
    if (!tenant || !user || !mayApprove(user)) return c.html(signInErrorPage('Denied'), 403);
    if (text(form, 'decision') === 'approve') {
      tenant.approve(app.appName);
      world.save();
      return c.redirect(returnTo, 303);
    }
    const asked = new URL(returnTo, world.url()).searchParams;
    const url = new URL(app.redirectUrls.find((registered) => registered === asked.get('redirect_uri')) ?? world.url());
    url.search = new URLSearchParams({
      error: 'access_denied',
      error_description: 'Denied',
      state: asked.get('state') ?? '',
    }).toString();
    return c.redirect(url.href, 303);
  });

  routes.post('/login/:context/oauth/tokens', async (c) => {
    c.header('Cache-Control', 'no-store');
    const form = new URLSearchParams(await c.req.text());
    const { id, secret } = clientOf(c, form);
    if (id !== app.clientId || !same(secret, app.clientSecret)) return c.json({ error: 'invalid_client' }, 401);

    if (form.get('grant_type') === 'refresh_token') {
      const token = form.get('refresh_token') ?? '';
      const tenant = [...world.tenants.values()].find((candidate) => candidate.refreshTokens.has(token));
      const user = tenant?.user(tenant.refreshTokens.get(token)!);
      if (!tenant?.approved || !user) return c.json({ error: 'invalid_grant' }, 400);
      return c.json(await tokens(tenant, user, undefined));
    }
    if (form.get('grant_type') !== 'authorization_code') return c.json({ error: 'unsupported_grant_type' }, 400);

    const code = codes.get(form.get('code') ?? '');
    // Good for one use, whether or not it succeeds.
    codes.delete(form.get('code') ?? '');
    const valid =
      code !== undefined &&
      code.until > world.now().getTime() &&
      code.redirectUri === form.get('redirect_uri') &&
      verified(code, form.get('code_verifier'));
    if (!valid) return c.json({ error: 'invalid_grant' }, 400);
    const tenant = world.tenants.get(code.context)!;
    const answer = await tokens(tenant, tenant.user(code.associateId)!, code.nonce);
    const refreshToken = credentials.refreshToken(tenant, code.associateId);
    world.save();
    return c.json({ ...answer, refresh_token: refreshToken });
  });

  const authenticate = async (c: Context): Promise<Response> => {
    const asked = (await c.req.json<Record<string, unknown> | null>().catch(() => null)) ?? {};
    const tenant = world.tenants.get(String(asked['ContextIdentifier']));
    const refuse = (ErrorMessage: string): Response => c.json({ IsSuccessful: false, Token: null, ErrorMessage });
    if (!tenant) return refuse('Unknown customer');
    if (!same(String(asked['ApplicationToken']), app.clientSecret)) return refuse('Invalid application token');
    if (!tenant.approved) return refuse(tenant.approval === 'revoked' ? 'Revoked' : 'NeedsReapproval');
    const problem = systemTokenProblem(String(asked['SignedSystemToken']), tenant.systemToken, app, world.now());
    if (problem !== null) return refuse(problem);
    if (asked['ReturnTokenType'] !== 'JWT') return refuse('Unsupported token type');
    const Token = await credentials.sign({
      iss: 'SuperOffice AS',
      aud: `spn:${tenant.seed.serial}`,
      ...times(300),
      [claim('ctx')]: tenant.context,
      [claim('serial')]: tenant.seed.serial,
      [claim('ticket')]: credentials.ticket(tenant),
      [claim('webapi_url')]: `${world.endpoint(tenant)}/api/`,
      [claim('netserver_url')]: `${world.endpoint(tenant)}/Remote/Services8x/`,
    });
    return c.json({ IsSuccessful: true, Token, ErrorMessage: null });
  };
  routes.post('/Login/api/PartnerSystemUser/Authenticate', authenticate);
  routes.post('/login/api/PartnerSystemUser/Authenticate', authenticate);

  routes.get('/api/state/:context', (c) => {
    const context = c.req.param('context');
    const tenant = world.tenants.get(context);
    const ValidUntil = new Date(world.now().getTime() + 10 * 60_000).toISOString();
    if (!tenant) {
      return c.json({
        ContextIdentifier: context,
        Endpoint: '',
        Api: '',
        State: 'Unknown',
        IsRunning: false,
        ValidUntil,
        Version: '',
      });
    }
    return c.json({
      ContextIdentifier: context,
      Endpoint: world.endpoint(tenant),
      State: tenant.state,
      IsRunning: tenant.running,
      ValidUntil,
      Api: `${world.endpoint(tenant)}/api`,
      Version: world.version,
    });
  });

  async function tokens(tenant: Tenant, user: SeedUser, nonce: string | undefined): Promise<Record<string, unknown>> {
    const administrator = mayApprove(user);
    const claims = {
      sub: user.email,
      iss: world.url(),
      aud: app.clientId,
      ...times(300),
      ...(nonce === undefined ? {} : { nonce }),
      [claim('ctx')]: tenant.context,
      [claim('serial')]: tenant.seed.serial,
      [claim('associateid')]: String(user.associateId),
      [claim('upn')]: user.email,
      [claim('email')]: user.email,
      [claim('so_primary_email_address')]: user.email,
      [claim('initials')]: user.name,
      [claim('company_name')]: tenant.seed.companyName,
      [claim('is_administrator')]: administrator ? 'True' : 'False',
      [claim('identityprovider')]: 'superoffice-online',
      [claim('netserver_url')]: `${world.endpoint(tenant)}/Remote/Services8x/`,
      [claim('webapi_url')]: `${world.endpoint(tenant)}/api/`,
      ...(administrator ? { [claim('system_token')]: tenant.systemToken } : {}),
    };
    return {
      token_type: 'Bearer',
      access_token: credentials.accessToken(tenant, user.associateId),
      expires_in: accessTokenSeconds,
      id_token: await credentials.sign(claims),
    };
  }

  /** `iat` is text, as in SuperOffice's own tokens; strict libraries refuse it. */
  function times(seconds: number): { readonly iat: string; readonly nbf: number; readonly exp: number } {
    const now = Math.floor(world.now().getTime() / 1000);
    return { iat: String(now), nbf: now - 60, exp: now + seconds };
  }

  return routes;
}

export function mayApprove(user: SeedUser): boolean {
  return user.functionRights.includes('admin-all') || user.functionRights.includes('admin-users');
}

function verified(code: Code, verifier: string | null): boolean {
  if (code.challenge === undefined) return verifier === null;
  if (verifier === null) return false;
  const computed = code.method === 'S256' ? createHash('sha256').update(verifier).digest('base64url') : verifier;
  return same(computed, code.challenge);
}

function clientOf(c: Context, form: URLSearchParams): { readonly id: string; readonly secret: string } {
  const basic = /^Basic (.+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
  if (basic === undefined) return { id: form.get('client_id') ?? '', secret: form.get('client_secret') ?? '' };
  const [id = '', secret = ''] = Buffer.from(basic, 'base64').toString().split(':');
  return { id: decodeURIComponent(id), secret: decodeURIComponent(secret) };
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function text(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === 'string' ? value : '';
}

/** Only ever back to ourselves. */
function localPath(path: string): string | null {
  return /^\/(?![/\\])/.test(path) ? path : null;
}
