import { z } from 'zod';
import type { SignIn } from '../../domain/endpoint.ts';
import { AppError } from '../../errors.ts';
import type { Clock } from '../../ports/clock.ts';
import { secretDigest } from '../secret-digest.ts';
import { createRecent, createSharedValue } from '../shared-value.ts';
import type { SafeFetch } from './safe-fetch.ts';
import { trusting } from './trusted-authority.ts';

interface Parts {
  readonly fetch: SafeFetch;
  readonly clock: Clock;
}

interface Token {
  readonly header: string;
  /** In milliseconds. */
  readonly until: number;
}

/** What a token lives, if the server does not say, and how much before its end it is renewed. */
const LIFE_SECONDS = 300;
const RENEWED_BEFORE_MS = 60_000;
const SIGN_INS = 1000;
const LARGEST_TOKEN = 64 * 1024;

/** Signs requests to one address in, where somebody the world does not know may vouch for it. */
export type Signed = (signIn: SignIn | null, url: string, authority?: string | null) => SafeFetch;

/**
 * Requests with a sign-in, and only to the origin it was typed for. A token is kept until just before it expires, renewed once
 * for all who wait, and fetched anew once when it is refused: what was refused has done nothing.
 */
export function signingFetch({ fetch, clock }: Parts): Signed {
  const signIns = createRecent<SafeFetch>(SIGN_INS);
  return (signIn, url, authority = null) => {
    const known = trusting(fetch, authority, signIn?.kind === 'oauth' ? [url, signIn.tokenUrl] : [url]);
    if (signIn === null) return known;
    const { origin } = new URL(url);
    return signIns(secretDigest([origin, signIn, authority]), () =>
      signedFetch(signIn, origin, { fetch: known, clock }),
    );
  };
}

function signedFetch(signIn: SignIn, origin: string, { fetch, clock }: Parts): SafeFetch {
  const send = (request: Parameters<SafeFetch>[0], name: string, value: string) => {
    if (new URL(request.url).origin !== origin) {
      throw new AppError('connector.address_refused', { host: new URL(request.url).host });
    }
    return fetch({ ...request, headers: { ...request.headers, [name]: value }, caller: value });
  };
  if (signIn.kind === 'header') return async (request) => send(request, signIn.name.toLowerCase(), signIn.secret);
  if (signIn.kind === 'basic') {
    const header = `Basic ${Buffer.from(`${signIn.userName}:${signIn.secret}`).toString('base64')}`;
    return async (request) => send(request, 'authorization', header);
  }

  const token = createSharedValue<Token>(
    () => fetchToken(signIn, { fetch, clock }),
    ({ until }) => until > clock.now().getTime(),
  );
  return async (request) => {
    const known = await token.get();
    const response = await send(request, 'authorization', known.header);
    return response.status === 401 ? send(request, 'authorization', (await token.replace(known)).header) : response;
  };
}

const TokenAnswer = z.object({
  access_token: z.string().regex(/^[\x21-\x7e]+$/),
  expires_in: z.coerce.number().positive().catch(LIFE_SECONDS),
});
const TokenRefusal = z.object({ error: z.string(), error_description: z.string().optional() });

/** Nobody's own signal: others may wait for it too. */
async function fetchToken(
  { tokenUrl, clientId, secret, scope }: SignIn & { readonly kind: 'oauth' },
  { fetch, clock }: Parts,
): Promise<Token> {
  const asked = clock.now().getTime();
  const form = {
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: secret,
    ...(scope === null ? {} : { scope }),
  };
  const { status, headers, body } = await fetch({
    url: tokenUrl,
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: Object.entries(form)
      .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
      .join('&'),
    repeatable: true,
    timeoutMs: 20_000,
    maxBytes: LARGEST_TOKEN,
  });
  const { host } = new URL(tokenUrl);
  if (status >= 500 || status === 429) throw new AppError('connector.unreachable', { host, status });
  const answer = /\bjson\b/i.test(headers['content-type'] ?? '') ? jsonIn(body) : null;
  if (status >= 400) {
    const told = TokenRefusal.safeParse(answer);
    const explanation = told.success ? (told.data.error_description ?? told.data.error).slice(0, 500) : null;
    throw new AppError('connector.denied', { host, explanation });
  }
  const granted = TokenAnswer.safeParse(answer);
  if (!granted.success) throw new AppError('connector.answer_invalid', { host, problem: 'token' });
  const { access_token: token, expires_in: seconds } = granted.data;
  return { header: `Bearer ${token}`, until: asked + seconds * 1000 - Math.min(RENEWED_BEFORE_MS, seconds * 500) };
}

function jsonIn(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return null;
  }
}
