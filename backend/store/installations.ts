import type { Db } from './db.ts';
import type { Place, Seal } from './seal.ts';

export interface Installation {
  readonly serial: string;
  /** The key to the tenant's system user; null when it was removed again. */
  readonly systemToken: string | null;
  /** Null until every step of the installation has passed. */
  readonly installedAt: Date | null;
}

/** Whether and how the app is installed in this tenant. */
export function installationStore(db: Db, tenant: string, seal: Seal) {
  const place: Place = { tenant, owner: 'installation', origin: '', field: 'systemToken' };

  return {
    async get(): Promise<Installation | null> {
      const row = await db.selectFrom('installation').selectAll().where('tenant', '=', tenant).executeTakeFirst();
      if (!row) return null;
      return {
        serial: row.serial,
        systemToken: row.system_token === null ? null : seal.open(row.system_token, place),
        installedAt: row.installed_at,
      };
    },

    async saveSystemToken(serial: string, systemToken: string): Promise<void> {
      const row = { serial, system_token: seal.close(systemToken, place) };
      await db
        .insertInto('installation')
        .values({ tenant, ...row })
        .onConflict((oc) => oc.column('tenant').doUpdateSet(row))
        .execute();
    },

    /** Keeps others from installing or removing at the same time, until `until` at the latest. */
    async begin(at: Date, until: Date): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable('installation')
        .set({ busy_until: until })
        .where('tenant', '=', tenant)
        .where((eb) => eb.or([eb('busy_until', 'is', null), eb('busy_until', '<=', at)]))
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    async finish(): Promise<void> {
      await db.updateTable('installation').set({ busy_until: null }).where('tenant', '=', tenant).execute();
    },

    async setInstalled(by: number, at: Date): Promise<void> {
      await db
        .updateTable('installation')
        .set({ installed_at: at, installed_by: by })
        .where('tenant', '=', tenant)
        .execute();
    },

    /** Forgets the key, too: from here on nothing of ours can reach the tenant. */
    async setRemoved(): Promise<void> {
      await db
        .updateTable('installation')
        .set({ installed_at: null, system_token: null })
        .where('tenant', '=', tenant)
        .execute();
    },
  };
}
