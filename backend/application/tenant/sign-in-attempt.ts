import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Identity, SignInRequest } from '../../ports/super-office.ts';

const MINUTE = 60_000;

/** As long as SuperOffice's own authorization code lives. */
const ATTEMPT_LASTS = 10 * MINUTE;
/** Time enough to type the code, and not to trick someone out of it. */
export const CODE_LASTS = 2 * MINUTE;
export const CODE_TRIES = 5;

/** Without letters that look like digits. 32 of them, so that each says five bits. */
const ALPHABET = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';
const CODE_LENGTH = 8;

export function attemptsSince(now: Date): Date {
  return new Date(now.getTime() - ATTEMPT_LASTS);
}

/** Forty random bits that a person can copy. */
export function newCode(): string {
  return [...randomBytes(CODE_LENGTH)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('');
}

/** `k7qf 2m9t`, as people type, is `K7QF2M9T`. */
export function readCode(typed: string): string {
  return typed.toUpperCase().replaceAll(/[\s-]/g, '');
}

export function digest(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}

export function fits(secret: string, itsDigest: string): boolean {
  const given = Buffer.from(digest(secret));
  const expected = Buffer.from(itsDigest);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

export type Expected = Omit<SignInRequest, 'url'>;

/** Only what is used later: nothing else of the identity is kept, not even for minutes. */
export function writeIdentity({ tenant, serial, userId, systemToken, tokens }: Identity): string {
  return JSON.stringify({ tenant, serial, userId, systemToken, tokens });
}

export type KeptIdentity = Pick<Identity, 'tenant' | 'serial' | 'userId' | 'systemToken' | 'tokens'>;

export function readIdentity(text: string): KeptIdentity {
  const kept = JSON.parse(text) as KeptIdentity;
  return { ...kept, tokens: { ...kept.tokens, expiresAt: new Date(kept.tokens.expiresAt) } };
}
