import { compactVerify, createRemoteJWKSet, errors } from 'jose';
import type { ErrorCode } from '../../../shared/errors.ts';
import { AppError } from '../../errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Environment } from './environment.ts';

export const claim = (name: string): string => `http://schemes.superoffice.net/identity/${name}`;

/** What a token must say to be of one class. SuperOffice signs several classes with the same keys. */
export interface Pins {
  readonly issuers: readonly string[];
  /** Undefined when the token names none. */
  readonly audience: (audience: string | undefined) => boolean;
  readonly nonce: string | null;
  /** The code of a refusal. */
  readonly code: ErrorCode;
}

export type Claims = Readonly<Record<string, unknown>>;
export type VerifyToken = (token: string, pins: Pins) => Promise<Claims>;

export const SKEW_SECONDS = 60;

/** Verifies SuperOffice's tokens against the environment's own keys, never against anything the token brings along. */
export function createTokenVerifier(environment: Environment, clock: Clock, timeoutMs: number): VerifyToken {
  const keys = createRemoteJWKSet(new URL(environment.keysUrl), {
    timeoutDuration: timeoutMs,
    cooldownDuration: 60_000,
  });

  return async (token, pins) => {
    const refuse = (problem: string): AppError => new AppError(pins.code, { problem });
    let payload: Uint8Array;
    try {
      ({ payload } = await compactVerify(token, keys, { algorithms: ['RS256'] }));
    } catch (error) {
      if (error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError)) {
        throw new AppError('crm.unreachable', { call: 'keys' });
      }
      throw refuse(error.code);
    }

    const claims = object(payload);
    if (!claims) throw refuse('payload');
    const now = Math.floor(clock.now().getTime() / 1000);
    const { iss, aud, exp, nbf, nonce } = claims;
    const audience: unknown = Array.isArray(aud) && aud.length === 1 ? aud[0] : aud;

    if (typeof iss !== 'string' || !pins.issuers.includes(iss)) throw refuse('iss');
    if ((audience !== undefined && typeof audience !== 'string') || !pins.audience(audience)) throw refuse('aud');
    if (!isTime(exp) || exp + SKEW_SECONDS <= now) throw refuse('exp');
    if (nbf !== undefined && (!isTime(nbf) || nbf - SKEW_SECONDS > now)) throw refuse('nbf');
    const issuedAt = issued(claims['iat']);
    if (issuedAt === null || issuedAt - SKEW_SECONDS > now) throw refuse('iat');
    if (pins.nonce !== null && nonce !== pins.nonce) throw refuse('nonce');
    return claims;
  };
}

/**
 * SuperOffice sends `iat` as text, which JOSE libraries rightly refuse; that is why the claims are checked here. Only
 * plain digits are taken for a time.
 */
function issued(iat: unknown): number | null {
  if (typeof iat === 'string') return /^\d{1,12}$/.test(iat) ? Number(iat) : null;
  return isTime(iat) ? iat : null;
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function object(payload: Uint8Array): Claims | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Claims) : null;
  } catch {
    return null;
  }
}
