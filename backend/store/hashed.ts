import { createHash } from 'node:crypto';

/** How a random secret is kept that only has to be recognised. Not for passwords: it is fast. */
export function hashed(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}
