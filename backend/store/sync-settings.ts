import { sql } from 'kysely';
import { otherIntegration } from '../domain/crm-rules.ts';
import { defaultNightlyTime, type NightlyTime } from '../domain/nightly.ts';
import type { Db } from './db.ts';

const KEPT_DAYS = 90;

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
        .values({ tenant, automatic, tidied_at: null })
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

    /** Where the consents of new contacts came from. */
    async consentSource(): Promise<string> {
      const row = await db
        .selectFrom('sync_setting')
        .select('consent_source')
        .where('tenant', '=', tenant)
        .executeTakeFirst();
      return row?.consent_source ?? otherIntegration;
    },

    async setConsentSource(key: string): Promise<void> {
      await db
        .insertInto('sync_setting')
        .values({ tenant, consent_source: key, tidied_at: null })
        .onConflict((oc) => oc.column('tenant').doUpdateSet({ consent_source: key }))
        .execute();
    },

    /** How long the log and the runs are kept. */
    async retentionDays(): Promise<number> {
      const row = await db
        .selectFrom('sync_setting')
        .select('retention_days')
        .where('tenant', '=', tenant)
        .executeTakeFirst();
      return row?.retention_days ?? KEPT_DAYS;
    },

    async setRetentionDays(days: number): Promise<void> {
      await db
        .insertInto('sync_setting')
        .values({ tenant, retention_days: days, tidied_at: null })
        .onConflict((oc) => oc.column('tenant').doUpdateSet({ retention_days: days, tidied_at: null }))
        .execute();
    },

    /** True for one caller, when nobody has tidied up since `before`. */
    async takeTidying(before: Date, now: Date): Promise<boolean> {
      const { numAffectedRows } = await sql`
        insert into sync_setting (tenant, tidied_at) values (${tenant}, ${now})
        on conflict (tenant) do update set tidied_at = excluded.tidied_at
        where sync_setting.tidied_at is null or sync_setting.tidied_at < ${before}`.execute(db);
      return numAffectedRows === 1n;
    },
  };
}
