import { sql } from 'kysely';
import type { Installation, NotificationToken } from '../domain/installation.ts';
import type { Watched } from '../domain/tenant-standing.ts';
import type { Db } from './db.ts';
import { workChannel } from './marks.ts';
import type { SecretPlace, TenantSeal } from './tenant-seal.ts';

/** Whether and how the app is installed in this tenant. */
export function installationStore(db: Db, tenant: string, seal: TenantSeal) {
  const place: SecretPlace = { owner: 'installation', origin: '', field: 'systemToken' };
  const own = () => db.updateTable('installation').where('tenant', '=', tenant);

  return {
    async get(): Promise<Installation | null> {
      const row = await db.selectFrom('installation').selectAll().where('tenant', '=', tenant).executeTakeFirst();
      if (!row) return null;
      return {
        serial: row.serial,
        systemToken: row.system_token === null ? null : await seal.open(row.system_token, place),
        installedAt: row.installed_at,
        standing: row.standing,
        since: row.standing_since,
        state: row.tenant_state,
        licensedAt: row.licensed_at,
        latestAt: row.latest_at,
        watchedAt: row.watched_at,
        hint: row.hint,
      };
    },

    /** A key that was just given means that the app is approved; whatever was known before is found out anew. */
    async saveSystemToken(serial: string, systemToken: string): Promise<void> {
      const row = {
        serial,
        system_token: await seal.close(systemToken, place),
        standing: 'running' as const,
        standing_since: null,
        watched_at: null,
      };
      await db
        .insertInto('installation')
        .values({ tenant, ...row })
        .onConflict((oc) => oc.column('tenant').doUpdateSet(row))
        .execute();
    },

    /** Keeps others from installing or removing at the same time, until `until` at the latest. */
    async begin(at: Date, until: Date): Promise<boolean> {
      const { numUpdatedRows } = await own()
        .set({ busy_until: until })
        .where((eb) => eb.or([eb('busy_until', 'is', null), eb('busy_until', '<=', at)]))
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    async finish(): Promise<void> {
      await own().set({ busy_until: null }).execute();
    },

    async setInstalled(by: number | null, at: Date): Promise<void> {
      await own()
        .set((eb) => ({ installed_at: at, installed_by: by ?? eb.ref('installed_by') }))
        .execute();
    },

    /** True for one of all who want to ask SuperOffice about the tenant now: nobody has since `before`, or a notification came. */
    async claimWatch(now: Date, before: Date): Promise<boolean> {
      const { numUpdatedRows } = await own()
        .set({ watched_at: now })
        .where((eb) =>
          eb.or([eb('watched_at', 'is', null), eb('watched_at', '<=', before), eb('watched_at', '>', now)]),
        )
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    /** `hint` is the notification that was looked into; one that came meanwhile stays. */
    async saveWatched({ standing, since, state, licensedAt, latestAt }: Watched, hint: string | null): Promise<void> {
      await own()
        .set((eb) => ({
          standing,
          standing_since: since,
          tenant_state: state,
          licensed_at: licensedAt,
          latest_at: latestAt,
          hint: eb.case().when('hint', '=', hint).then(null).else(eb.ref('hint')).end(),
        }))
        .execute();
    },

    /** True the first time a notification comes with this token, until it ends. */
    async useToken({ id, endsAt }: NotificationToken, now: Date): Promise<boolean> {
      await db.deleteFrom('tenant_notification').where('tenant', '=', tenant).where('ends_at', '<', now).execute();
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('tenant_notification')
        .values({ tenant, token_id: id, ends_at: endsAt })
        .onConflict((oc) => oc.doNothing())
        .executeTakeFirst();
      return (numInsertedOrUpdatedRows ?? 0n) > 0n;
    },

    /** To be looked into at once, by whichever worker is first. */
    async notify(hint: string): Promise<void> {
      await own().set({ hint, watched_at: null }).execute();
      await sql`select pg_notify(${workChannel}, ${tenant})`.execute(db);
    },

    /** Without its key nothing that is sealed for the tenant opens again, here or in a copy of the database. */
    destroyKey: (): Promise<void> => seal.destroy(),
  };
}
