import { sql } from 'kysely';
import type { Db } from './db.ts';

/** The few facts that no single tenant owns. */
export interface Registry {
  tenants(): Promise<readonly string[]>;
  add(tenant: string, at: Date): Promise<void>;
  /** Takes every row of the tenant with it. */
  remove(tenant: string): Promise<void>;
}

export function createRegistry(db: Db): Registry {
  return {
    async tenants() {
      const rows = await db.selectFrom('tenant').select('tenant').orderBy('tenant').execute();
      return rows.map(({ tenant }) => tenant);
    },

    async add(tenant, at) {
      await db
        .insertInto('tenant')
        .values({ tenant, registered_at: at })
        .onConflict((oc) => oc.doNothing())
        .execute();
    },

    async remove(tenant) {
      await db.transaction().execute(async (tx) => {
        // Years of a ledger take longer than anything a user waits for.
        await sql`set local statement_timeout = '15min'`.execute(tx);
        await tx.deleteFrom('tenant').where('tenant', '=', tenant).execute();
      });
    },
  };
}
