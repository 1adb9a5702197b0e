import { randomBytes } from 'node:crypto';

export interface HeldSession {
  readonly tenant: string;
  /** 256 random bits, which only the browser keeps. */
  readonly key: string;
}

/** The tenant stands beside the key, because every row is found by its tenant first. It proves nothing: the key does. */
export function writeSessionToken({ tenant, key }: HeldSession): string {
  return `${tenant}.${key}`;
}

export function readSessionToken(token: string): HeldSession | null {
  const [, tenant, key] = /^([A-Za-z0-9_-]{1,64})\.([A-Za-z0-9_-]{43})$/.exec(token) ?? [];
  return tenant !== undefined && key !== undefined ? { tenant, key } : null;
}

export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}
