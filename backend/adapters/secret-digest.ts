import { createHash } from 'node:crypto';

/** Settings hold secrets: none is a key in memory. */
export function secretDigest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url');
}
