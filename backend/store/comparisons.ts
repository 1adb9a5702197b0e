import { sql } from 'kysely';
import type { ErrorCode, ErrorDetail } from '../../shared/errors.ts';
import type { ActorRef, ActorType, CrmEntity, CrmEntityType } from '../../shared/vocabulary.ts';
import type { Comparison, ComparisonClaim, Finding } from '../domain/comparison.ts';
import type { UnequalReason } from '../domain/news.ts';
import { AppError } from '../errors.ts';
import { json, type Db } from './db.ts';
import { workChannel } from './marks.ts';

/** What one batch came to. */
export interface Compared {
  readonly after: CrmEntity;
  readonly compared: number;
  readonly equal: number;
  readonly findings: readonly Finding[];
}

/** A link that was not proven equal, and whether that has been settled since. */
export interface UnequalLink {
  readonly linkId: string;
  readonly entity: CrmEntity;
  readonly actor: ActorRef;
  readonly reason: UnequalReason;
  readonly settled: boolean;
}

const settled = sql<boolean>`link.synced_at > unequal_link.at and link.parked_code is null and not exists (
  select from open_field where open_field.tenant = link.tenant and open_field.link_id = link.id)`;

export function comparisonStore(db: Db, tenant: string) {
  const held = ({ connectionId, fence }: ComparisonClaim) =>
    db
      .updateTable('comparison')
      .where('tenant', '=', tenant)
      .where('connection_id', '=', connectionId)
      .where('fence', '=', fence);
  const ofRound = (connectionId: string) =>
    sql`unequal_link.tenant = ${tenant} and unequal_link.connection_id = ${connectionId}`;

  return {
    /** One whose time has come or that is under way, and that nobody works on. A connection is first due at `firstAt`. */
    async claimDue(now: Date, leaseUntil: Date, firstAt: Date): Promise<ComparisonClaim | null> {
      await sql`
        insert into comparison (tenant, connection_id, due_at)
        select tenant, id, ${firstAt} from connection where tenant = ${tenant} and active and not deleted
        on conflict do nothing`.execute(db);
      const { rows } = await sql<{
        connection_id: string;
        fence: number;
        attempts: number;
        after_type: CrmEntityType | null;
        after_id: number | null;
      }>`
        with due as (
          select comparison.connection_id, started_at is null as begins from comparison
          join connection on connection.tenant = comparison.tenant and connection.id = comparison.connection_id
            and connection.active and not connection.deleted
          where comparison.tenant = ${tenant} and due_at <= ${now} and (lease_until is null or lease_until <= ${now})
          order by due_at, comparison.connection_id
          limit 1
          for update of comparison skip locked
        )
        update comparison set
          lease_until = ${leaseUntil},
          fence = fence + 1,
          started_at = coalesce(started_at, ${now}),
          round = round + begins::integer,
          after_type = case when not begins then after_type end,
          after_id = case when not begins then after_id end,
          compared = case when begins then 0 else compared end,
          equal = case when begins then 0 else equal end,
          total = case when begins then (select count(*) from link where link.tenant = ${tenant}
            and link.connection_id = due.connection_id and confirmed_at is not null) else total end
        from due
        where comparison.tenant = ${tenant} and comparison.connection_id = due.connection_id
        returning comparison.connection_id, fence, attempts, after_type, after_id`.execute(db);
      const [row] = rows;
      if (!row) return null;
      const { connection_id: connectionId, fence, attempts, after_type: type, after_id: id } = row;
      return { connectionId, fence, attempts, after: type && id !== null ? { type, id } : null };
    },

    /** Until the end of the transaction the claim stands; throws `link.busy` if it was lost. */
    async hold({ connectionId, fence }: ComparisonClaim): Promise<void> {
      const row = await db
        .selectFrom('comparison')
        .select('connection_id')
        .where('tenant', '=', tenant)
        .where('connection_id', '=', connectionId)
        .where('fence', '=', fence)
        .forUpdate()
        .executeTakeFirst();
      if (!row) throw new AppError('link.busy');
    },

    async extend(claim: ComparisonClaim, leaseUntil: Date): Promise<void> {
      await held(claim).set({ lease_until: leaseUntil }).execute();
    },

    /** Records one batch: whoever comes next goes on behind it. */
    async advance(claim: ComparisonClaim, { after, compared, equal, findings }: Compared, now: Date): Promise<void> {
      if (findings.length > 0) {
        await sql`
          insert into unequal_link (tenant, connection_id, round, link_id, reason, fresh, at)
          select tenant, connection_id, round, found.link_id, reason, fresh, ${now}::timestamptz
          from comparison, unnest(${findings.map(({ linkId }) => linkId)}::uuid[],
            ${findings.map(({ reason }) => reason)}::text[], ${findings.map(({ fresh }) => String(fresh))}::text[]::boolean[])
            as found (link_id, reason, fresh)
          where tenant = ${tenant} and connection_id = ${claim.connectionId}
            and exists (select from link where link.tenant = ${tenant} and link.id = found.link_id)`.execute(db);
      }
      await held(claim)
        .set((eb) => ({
          after_type: after.type,
          after_id: after.id,
          compared: eb('compared', '+', compared),
          equal: eb('equal', '+', equal),
          attempts: 0,
        }))
        .execute();
    },

    /** Given back before the end, so that other work has its turn. */
    async release(claim: ComparisonClaim): Promise<void> {
      await held(claim).set({ lease_until: null }).execute();
    },

    async postpone(claim: ComparisonClaim, dueAt: Date): Promise<void> {
      await held(claim)
        .set((eb) => ({ lease_until: null, attempts: eb('attempts', '+', 1), due_at: dueAt }))
        .execute();
    },

    /** What this round has found missing that nobody knew of. */
    async freshlyGone({ connectionId }: ComparisonClaim): Promise<readonly CrmEntity[]> {
      const { rows } = await sql<{ crm_type: CrmEntityType; crm_id: number }>`
        select crm_type, crm_id from unequal_link
        join comparison on comparison.tenant = unequal_link.tenant
          and comparison.connection_id = unequal_link.connection_id and comparison.round = unequal_link.round
        join link on link.tenant = unequal_link.tenant and link.id = unequal_link.link_id
        where ${ofRound(connectionId)} and reason = 'gone' and fresh`.execute(db);
      return rows.map(({ crm_type, crm_id }) => ({ type: crm_type, id: crm_id }));
    },

    /** The round is over, and this is what it proved. */
    async finish(claim: ComparisonClaim, now: Date, dueAt: Date): Promise<void> {
      await held(claim)
        .set((eb) => ({
          lease_until: null,
          attempts: 0,
          due_at: dueAt,
          started_at: null,
          trouble_code: null,
          trouble_detail: null,
          verified_at: now,
          verified_round: eb.ref('round'),
          verified_total: eb.ref('compared'),
          verified_equal: eb.ref('equal'),
        }))
        .execute();
      await sql`
        delete from unequal_link using comparison
        where ${ofRound(claim.connectionId)} and comparison.tenant = unequal_link.tenant
          and comparison.connection_id = unequal_link.connection_id
          and unequal_link.round <> comparison.verified_round`.execute(db);
    },

    /** The round came to nothing. What the one before it proved still stands. */
    async fail(
      claim: ComparisonClaim,
      trouble: { readonly code: ErrorCode; readonly detail: ErrorDetail },
      dueAt: Date,
    ): Promise<void> {
      await held(claim)
        .set({
          lease_until: null,
          attempts: 0,
          due_at: dueAt,
          started_at: null,
          trouble_code: trouble.code,
          trouble_detail: json(trouble.detail),
        })
        .execute();
    },

    /** Begins now, for one connection or all, unless it is under way. */
    async begin(connectionId: string | null, now: Date): Promise<void> {
      await sql`
        insert into comparison (tenant, connection_id, due_at)
        select tenant, id, ${now} from connection
        where tenant = ${tenant} and active and not deleted
          and (${connectionId}::uuid is null or id = ${connectionId}::uuid)
        on conflict (tenant, connection_id) do update set due_at = ${now}, attempts = 0
          where comparison.started_at is null`.execute(db);
      await sql`select pg_notify(${workChannel}, ${tenant})`.execute(db);
    },

    /** Every one that is not under way begins at this time. */
    async reschedule(dueAt: Date): Promise<void> {
      await db
        .updateTable('comparison')
        .set({ due_at: dueAt })
        .where('tenant', '=', tenant)
        .where('started_at', 'is', null)
        .execute();
    },

    async list(): Promise<readonly Comparison[]> {
      const rows = await db.selectFrom('comparison').selectAll().where('tenant', '=', tenant).execute();
      const { rows: others } = await sql<{
        connection_id: string;
        reason: UnequalReason;
        count: number;
        settled: number;
      }>`
        select unequal_link.connection_id, reason, count(*) as count, count(*) filter (where ${settled}) as settled
        from unequal_link
        join comparison on comparison.tenant = unequal_link.tenant
          and comparison.connection_id = unequal_link.connection_id
          and comparison.verified_round = unequal_link.round
        join link on link.tenant = unequal_link.tenant and link.id = unequal_link.link_id
        where unequal_link.tenant = ${tenant}
        group by unequal_link.connection_id, reason
        order by count desc, reason`.execute(db);
      return rows.map((row) => ({
        connectionId: row.connection_id,
        progress: row.started_at ? { compared: row.compared, total: row.total } : null,
        verified: row.verified_at
          ? {
              at: row.verified_at,
              total: row.verified_total,
              equal: row.verified_equal,
              others: others
                .filter(({ connection_id }) => connection_id === row.connection_id)
                .map(({ reason, count, settled }) => ({ reason, count, settled })),
            }
          : null,
        trouble: row.trouble_code ? { code: row.trouble_code, detail: row.trouble_detail ?? {} } : null,
      }));
    },

    /** What the last whole comparison did not find equal, in the order of links; `after` is the last one seen. */
    async unequal(
      connectionId: string,
      { reason, after }: { readonly reason: UnequalReason | null; readonly after: string | null },
      limit: number,
    ): Promise<readonly UnequalLink[]> {
      const { rows } = await sql<{
        link_id: string;
        crm_type: CrmEntityType;
        crm_id: number;
        actor_type: ActorType;
        erp_key: string;
        reason: UnequalReason;
        settled: boolean;
      }>`
        select link_id, crm_type, crm_id, actor_type, erp_key, reason, coalesce(${settled}, false) as settled
        from unequal_link
        join comparison on comparison.tenant = unequal_link.tenant
          and comparison.connection_id = unequal_link.connection_id
          and comparison.verified_round = unequal_link.round
        join link on link.tenant = unequal_link.tenant and link.id = unequal_link.link_id
        where ${ofRound(connectionId)} and (${reason}::text is null or reason = ${reason}::text)
          and (${after}::uuid is null or link_id > ${after}::uuid)
        order by link_id
        limit ${limit}`.execute(db);
      return rows.map((row) => ({
        linkId: row.link_id,
        entity: { type: row.crm_type, id: row.crm_id },
        actor: { type: row.actor_type, erpKey: row.erp_key },
        reason: row.reason,
        settled: row.settled,
      }));
    },
  };
}
