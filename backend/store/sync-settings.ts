import { defaultNightlyTime, type NightlyTime } from '../domain/nightly.ts';
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

    async nightly(): Promise<NightlyTime> {
      const row = await db
        .selectFrom('sync_setting')
        .select(['compare_hour', 'time_zone'])
        .where('tenant', '=', tenant)
        .executeTakeFirst();
      return row ? { hour: row.compare_hour, timeZone: row.time_zone } : defaultNightlyTime;
    },

    async setNightly({ hour, timeZone }: NightlyTime): Promise<void> {
      const nightly = { compare_hour: hour, time_zone: timeZone };
      await db
        .insertInto('sync_setting')
        .values({ tenant, automatic: true, ...nightly })
        .onConflict((oc) => oc.column('tenant').doUpdateSet(nightly))
        .execute();
    },
  };
}
