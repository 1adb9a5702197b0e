import { sql } from 'kysely';
import { AppError } from '../errors.ts';
import type { Db } from './db.ts';
import type { SecretPlace, TenantSeal } from './tenant-seal.ts';
import { violated } from './violated.ts';

export interface WebhookSecrets {
  /** The one that SuperOffice knows, and the one it is about to be told. */
  readonly secrets: readonly string[];
  readonly crmId: number | null;
}

export interface WebhookLook {
  readonly state: string | null;
  /** The code of what stood in the way. */
  readonly failure: string | null;
  readonly rearmedAt: Date | null;
}

export interface ReceivedEvent {
  readonly eventId: string;
  readonly event: string;
  readonly recordId: number;
}

/** Our subscription in this tenant, and the events that came through it. */
export function webhookStore(db: Db, tenant: string, seal: TenantSeal) {
  const place = (id: string): SecretPlace => ({ owner: id, origin: '', field: 'webhookSecret' });
  const opened = async (id: string, sealed: string | null) => (sealed === null ? null : seal.open(sealed, place(id)));

  return {
    async secrets(id: string): Promise<WebhookSecrets | null> {
      const row = await db
        .selectFrom('webhook')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .executeTakeFirst();
      if (!row) return null;
      const secrets = [await opened(id, row.secret), await opened(id, row.pending_secret)];
      return { secrets: secrets.filter((secret) => secret !== null), crmId: row.crm_id };
    },

    /** The subscription's id and its number in SuperOffice, if it has been confirmed. */
    async current(): Promise<{ readonly id: string; readonly crmId: number | null } | null> {
      const row = await db
        .selectFrom('webhook')
        .select(['id', 'crm_id'])
        .where('tenant', '=', tenant)
        .executeTakeFirst();
      return row ? { id: row.id, crmId: row.crm_id } : null;
    },

    /**
     * Known before SuperOffice is told, because it posts a test event before it answers. Answers the secret to tell it: one
     * that was left pending may be in use by now, so it stays.
     */
    async prepare(id: string, secret: string): Promise<string> {
      const row = await db
        .insertInto('webhook')
        .values({ tenant, id, pending_secret: await seal.close(secret, place(id)) })
        .onConflict((oc) =>
          oc.columns(['tenant', 'id']).doUpdateSet((eb) => ({
            pending_secret: eb.fn.coalesce('webhook.pending_secret', 'excluded.pending_secret'),
          })),
        )
        .returning('pending_secret')
        .executeTakeFirstOrThrow();
      return (await opened(id, row.pending_secret)) ?? secret;
    },

    async confirm(id: string, crmId: number): Promise<void> {
      await db
        .updateTable('webhook')
        .set((eb) => ({ crm_id: crmId, secret: eb.ref('pending_secret'), pending_secret: null }))
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .where('pending_secret', 'is not', null)
        .execute();
    },

    /** True for one of all who want to look after it now. */
    async claimLook(now: Date, before: Date): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable('webhook')
        .set({ looked_at: now })
        .where('tenant', '=', tenant)
        .where((eb) => eb.or([eb('looked_at', 'is', null), eb('looked_at', '<=', before), eb('looked_at', '>', now)]))
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    /** What was found. `rearmedAt` null leaves it as it was. */
    async noteLook({ state, failure, rearmedAt }: WebhookLook): Promise<void> {
      await db
        .updateTable('webhook')
        .set({ state, failure, ...(rearmedAt && { rearmed_at: rearmedAt }) })
        .where('tenant', '=', tenant)
        .execute();
    },

    /** To be looked after at once. */
    async makeDue(): Promise<void> {
      await db.updateTable('webhook').set({ looked_at: null }).where('tenant', '=', tenant).execute();
    },

    async rearmedAt(): Promise<Date | null> {
      const row = await db.selectFrom('webhook').select('rearmed_at').where('tenant', '=', tenant).executeTakeFirst();
      return row?.rearmed_at ?? null;
    },

    async remove(): Promise<void> {
      await db.deleteFrom('webhook').where('tenant', '=', tenant).execute();
    },

    /** Answers the ids of those that had not come before. One statement, however many there are. */
    async receive(id: string, events: readonly ReceivedEvent[], at: Date): Promise<ReadonlySet<string>> {
      const column = <Name extends keyof ReceivedEvent>(name: Name) => events.map((event) => event[name]);
      const { rows } = await sql<{ event_id: string }>`
        insert into webhook_event (tenant, webhook_id, event_id, event, record_id, received_at)
        select ${tenant}, ${id}, came.event_id, came.event, came.record_id, ${at}
        from unnest(${column('eventId')}::text[], ${column('event')}::text[], ${column('recordId')}::integer[])
          as came (event_id, event, record_id)
        on conflict do nothing
        returning event_id`
        .execute(db)
        .catch((error: unknown) => {
          if (violated(error, 'webhook_event_subscription')) throw new AppError('webhook.refused');
          throw error;
        });
      return new Set(rows.map(({ event_id }) => event_id));
    },

    async forgetEvents(before: Date): Promise<void> {
      await db.deleteFrom('webhook_event').where('tenant', '=', tenant).where('received_at', '<', before).execute();
    },
  };
}
