import { hash } from 'node:crypto';

/** Settings hold secrets: none is a key in memory. */
export function secretDigest(value: unknown): string {
  return hash('sha256', JSON.stringify(value), 'base64url');
}
