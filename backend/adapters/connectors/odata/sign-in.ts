import type { Clock } from '../../../ports/clock.ts';
import { AppError } from '../../../errors.ts';
import type { SafeFetch } from '../safe-fetch.ts';
import { isObject, parseJson, type JsonObject } from './json.ts';

export type SignIn =
  | { readonly kind: 'none' }
  | { readonly kind: 'basic'; readonly userName: string; readonly password: string }
  | { readonly kind: 'bearer'; readonly token: string }
  | {
      readonly kind: 'oauth';
      readonly tokenUrl: string;
      readonly clientId: string;
      readonly clientSecret: string;
      readonly scope: string | null;
    };

export interface Authorizer {
  /** The value of the header; null without a sign-in. */
  header(): Promise<string | null>;
  /** The service did not accept this one. Answers whether another can be had. */
  refused(header: string | null): boolean;
}

/** What a token lives, if the server does not say, and how much before its end it is renewed. */
const LIFE_SECONDS = 300;
const RENEWED_BEFORE_MS = 60_000;

export function createAuthorizer(signIn: SignIn, { fetch, clock }: { fetch: SafeFetch; clock: Clock }): Authorizer {
  if (signIn.kind !== 'oauth') {
    const header =
      signIn.kind === 'basic'
        ? `Basic ${Buffer.from(`${signIn.userName}:${signIn.password}`).toString('base64')}`
        : signIn.kind === 'bearer'
          ? `Bearer ${signIn.token}`
          : null;
    return { header: () => Promise.resolve(header), refused: () => false };
  }

  let known: { readonly header: string; readonly until: number } | undefined;
  let fetching: Promise<string> | undefined;
  const renew = async () => {
    const asked = clock.now().getTime();
    const { token, seconds } = await fetchToken(signIn, fetch);
    known = { header: `Bearer ${token}`, until: asked + seconds * 1000 - Math.min(RENEWED_BEFORE_MS, seconds * 500) };
    return known.header;
  };
  return {
    header() {
      if (known && known.until > clock.now().getTime()) return Promise.resolve(known.header);
      // All who wait, wait for the same one.
      fetching ??= renew().finally(() => (fetching = undefined));
      return fetching;
    },
    refused(header) {
      if (known?.header === header) known = undefined;
      return true;
    },
  };
}

/** Nobody's own signal: others may wait for it too. */
async function fetchToken(
  { tokenUrl, clientId, clientSecret, scope }: SignIn & { kind: 'oauth' },
  fetch: SafeFetch,
): Promise<{ readonly token: string; readonly seconds: number }> {
  const form = {
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
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
  });
  const host = new URL(tokenUrl).host;
  if (status >= 500 || status === 429) throw new AppError('connector.unreachable', { host, status });
  const isJson = /\bjson\b/i.test(headers['content-type'] ?? '');
  const answer = isJson ? parseJson(body.toString()) : null;
  if (status >= 400) {
    const told: JsonObject = isObject(answer ?? undefined) ? (answer as JsonObject) : {};
    const explanation = [told['error_description'], told['error']].find((text) => typeof text === 'string');
    throw new AppError('connector.denied', { host, explanation: explanation?.toString().slice(0, 500) ?? null });
  }
  if (!isObject(answer ?? undefined)) throw new AppError('connector.answer_invalid', { host, problem: 'token' });
  const { access_token: token, expires_in: seconds } = answer as JsonObject;
  if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token)) {
    throw new AppError('connector.answer_invalid', { host, problem: 'token' });
  }
  return { token, seconds: Number(seconds) > 0 ? Number(seconds) : LIFE_SECONDS };
}
