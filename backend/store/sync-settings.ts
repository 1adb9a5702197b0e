import type { Db } from './db.ts';

export function syncSettingStore(db: Db, tenant: string) {
  return {
    /** On until someone switches it off. */
    async isAutomatic(): Promise<boolean> {
      const row = await db
        .selectFrom('sync_setting')
        .select('automatic')
        .where('tenant', '=', tenant)
        .executeTakeFirst();
      return row?.automatic ?? true;
    },

    async setAutomatic(automatic: boolean): Promise<void> {
      await db
        .insertInto('sync_setting')
        .values({ tenant, automatic })
        .onConflict((oc) => oc.column('tenant').doUpdateSet({ automatic }))
        .execute();
    },
  };
}
