import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;
const FORMAT = '1';

/** Where a secret lives. It opens nowhere else: not for another tenant, connection, address or field. */
export interface Place {
  readonly tenant: string;
  /** The connection, or whatever else the secret belongs to. */
  readonly owner: string;
  /** The address it may be sent to. */
  readonly origin: string;
  readonly field: string;
}

export interface Seal {
  close(secret: string, place: Place): string;
  /** Null when it was sealed for another place or has been tampered with. Throws when its key is not there. */
  open(sealed: string, place: Place): string | null;
  /** Sealed under a key that is on its way out: seal it again. */
  isStale(sealed: string): boolean;
  /** Sealed under one of these keys. */
  sealed(text: string): boolean;
}

/** A named 32-byte key; the first of a list seals, the others only open what they sealed. */
export interface SealKey {
  readonly id: string;
  readonly key: Uint8Array;
}

export function createSeal(keys: readonly [SealKey, ...SealKey[]]): Seal {
  for (const { id, key } of keys) {
    if (key.length !== 32 || !/^[A-Za-z0-9_-]+$/.test(id)) throw new Error(`The secrets key "${id}" is not 32 bytes`);
  }
  const [current] = keys;

  return {
    close(secret, place) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv(ALGORITHM, tenantKey(current, place), iv, { authTagLength: TAG_BYTES });
      cipher.setAAD(boundTo(place));
      const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
      return [FORMAT, current.id, ...[iv, text, cipher.getAuthTag()].map((part) => part.toString('base64url'))].join(
        '.',
      );
    },

    open(sealed, place) {
      const [format, id, ...parts] = sealed.split('.');
      if (format !== FORMAT || parts.length !== 3) return null;
      const found = keys.find((key) => key.id === id);
      if (!found) throw new Error(`The secrets key "${id}" is missing`);
      const [iv, text, tag] = parts.map((part) => Buffer.from(part, 'base64url')) as [Buffer, Buffer, Buffer];
      if (iv.length !== IV_BYTES || tag.length !== TAG_BYTES) return null;

      const decipher = createDecipheriv(ALGORITHM, tenantKey(found, place), iv, { authTagLength: TAG_BYTES });
      decipher.setAAD(boundTo(place));
      decipher.setAuthTag(tag);
      try {
        return Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8');
      } catch {
        return null;
      }
    },

    isStale: (sealed) => sealed.split('.')[1] !== current.id,
    sealed: (text) => keys.some(({ id }) => id === text.split('.')[1]),
  };
}

/** Each tenant has its own key, derived: nothing to store, and no two tenants share a nonce space. */
function tenantKey({ key }: SealKey, { tenant }: Place): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key, new Uint8Array(), `erp-sync secrets ${tenant}`, 32));
}

function boundTo({ tenant, owner, origin, field }: Place): Uint8Array {
  return Buffer.from(JSON.stringify([FORMAT, tenant, owner, origin, field]), 'utf8');
}
