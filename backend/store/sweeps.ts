import { sql } from 'kysely';
import { crmEntityTypes, type CrmEntityType } from '../../shared/vocabulary.ts';
import type { SweepClaim } from '../domain/watch.ts';
import { AppError } from '../errors.ts';
import type { Db } from './db.ts';

export function sweepStore(db: Db, tenant: string) {
  return {
    /** A kind whose time has come and of which records are linked. */
    async claimDue(now: Date, leaseUntil: Date): Promise<SweepClaim | null> {
      // One row of each kind is looked for, however many there are; in order, so that a kind without any is seen by the index too.
      await sql`
        insert into sweep (tenant, crm_type, due_at)
        select ${tenant}, kind.crm_type, ${now} from unnest(${[...crmEntityTypes]}::text[]) as kind (crm_type)
        cross join lateral (
          select from linked_entity
          where tenant = ${tenant} and linked_entity.crm_type = kind.crm_type
          order by crm_id
          limit 1
        ) as linked
        on conflict do nothing`.execute(db);
      const { rows } = await sql<{ crm_type: CrmEntityType; fence: number; since: Date | null }>`
        with due as (
          select crm_type from sweep
          where tenant = ${tenant} and due_at <= ${now} and (lease_until is null or lease_until <= ${now})
          order by due_at, crm_type
          limit 1
          for update skip locked
        )
        update sweep set lease_until = ${leaseUntil}, fence = fence + 1 from due
        where sweep.tenant = ${tenant} and sweep.crm_type = due.crm_type
        returning sweep.crm_type, sweep.fence, sweep.since`.execute(db);
      const [row] = rows;
      return row ? { type: row.crm_type, fence: row.fence, since: row.since } : null;
    },

    /** Everything is looked at next: nobody may have listened until now. */
    async makeDue(now: Date): Promise<void> {
      await db.updateTable('sweep').set({ due_at: now }).where('tenant', '=', tenant).execute();
    },

    async hold({ type, fence }: SweepClaim): Promise<void> {
      const held = await db
        .selectFrom('sweep')
        .select('crm_type')
        .where('tenant', '=', tenant)
        .where('crm_type', '=', type)
        .where('fence', '=', fence)
        .forUpdate()
        .executeTakeFirst();
      if (!held) throw new AppError('link.busy');
    },

    /** `since` null leaves it where it was. */
    async finish({ type, fence }: SweepClaim, since: Date | null, dueAt: Date): Promise<void> {
      await db
        .updateTable('sweep')
        .set({ lease_until: null, due_at: dueAt, ...(since ? { since } : {}) })
        .where('tenant', '=', tenant)
        .where('crm_type', '=', type)
        .where('fence', '=', fence)
        .execute();
    },
  };
}
