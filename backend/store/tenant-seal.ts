import { randomBytes, randomUUID } from 'node:crypto';
import type { Db } from './db.ts';
import { createSeal, type Place, type Seal } from './seal.ts';

/** Seals a tenant's secrets under a data key of its own. */
export interface TenantSeal {
  close(secret: string, place: SecretPlace): Promise<string>;
  /** Null when it was sealed for another place, has been tampered with, or its key was destroyed. */
  open(sealed: string, place: SecretPlace): Promise<string | null>;
  /** Sealed under a key that is on its way out: seal it again. */
  isStale(sealed: string): boolean;
  /** From here on nothing that was sealed for the tenant opens again. */
  destroy(): Promise<void>;
}

export type SecretPlace = Omit<Place, 'tenant'>;

/** Data keys that were opened, by the master that opened them. A key never changes under its id. */
const openedBy = new WeakMap<Seal, Map<string, Seal>>();
const KEPT = 10_000;

/**
 * The data key stands in the database, sealed under the master key outside it. Destroying its row destroys what it
 * sealed, in every copy of the database that does not hold the row; and a new master key seals one row per tenant anew.
 */
export function createTenantSeal(db: Db, tenant: string, master: Seal): TenantSeal {
  const opened = openedBy.get(master) ?? new Map<string, Seal>();
  openedBy.set(master, opened);
  const placeOf = (id: string): Place => ({ tenant, owner: id, origin: '', field: 'tenantKey' });

  async function stored(): Promise<{ readonly id: string; readonly wrapped: string } | undefined> {
    return db.selectFrom('tenant_key').select(['id', 'wrapped']).where('tenant', '=', tenant).executeTakeFirst();
  }

  async function unwrap({ id, wrapped }: { readonly id: string; readonly wrapped: string }): Promise<Seal> {
    const known = opened.get(id);
    if (known) return known;
    const key = master.open(wrapped, placeOf(id));
    if (key === null) throw new Error(`The data key of ${tenant} does not open`);
    if (master.isStale(wrapped)) {
      await db
        .updateTable('tenant_key')
        .set({ wrapped: master.close(key, placeOf(id)) })
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .execute();
    }
    const seal = createSeal([{ id, key: new Uint8Array(Buffer.from(key, 'base64')) }]);
    if (opened.size >= KEPT) opened.clear();
    opened.set(id, seal);
    return seal;
  }

  async function current(): Promise<Seal> {
    const found = await stored();
    if (found) return unwrap(found);
    const id = randomUUID();
    await db
      .insertInto('tenant_key')
      .values({ tenant, id, wrapped: master.close(randomBytes(32).toString('base64'), placeOf(id)) })
      .onConflict((oc) => oc.doNothing())
      .execute();
    const made = await stored();
    if (!made) throw new Error(`The data key of ${tenant} is gone`);
    return unwrap(made);
  }

  return {
    close: async (secret, place) => (await current()).close(secret, { ...place, tenant }),
    async open(sealed, place) {
      if (master.sealed(sealed)) return master.open(sealed, { ...place, tenant });
      const [, id = ''] = sealed.split('.');
      let seal = opened.get(id);
      if (!seal) {
        const found = await stored();
        if (found?.id !== id) return null;
        seal = await unwrap(found);
      }
      return seal.open(sealed, { ...place, tenant });
    },
    // Sealed before tenants had keys of their own.
    isStale: (sealed) => master.sealed(sealed),
    async destroy() {
      const gone = await db.deleteFrom('tenant_key').where('tenant', '=', tenant).returning('id').execute();
      for (const { id } of gone) opened.delete(id);
    },
  };
}
