import { sql, type Selectable } from 'kysely';
import type { ActorRef, CrmEntity, CrmEntityType } from '../../shared/vocabulary.ts';
import { lanes, type Claim, type Mark } from '../domain/mark.ts';
import { AppError } from '../errors.ts';
import type { Db } from './db.ts';
import type { Database } from './schema.ts';

/** The name under which waiting workers hear that a tenant has work. */
export const workChannel = 'erpsync_work';

/** Never given twice, not even for a record that was disconnected and linked again meanwhile. */
export const nextFence = sql<number>`nextval('linked_entity_fence')`;

/** A claim with the connections its record is linked in, whose ERPs it may have to wait for. */
export interface MarkedClaim extends Claim {
  readonly connections: readonly string[];
}

/** What has to be looked at: marks on SuperOffice records that have links, and who is at work on them. */
export function markStore(db: Db, tenant: string) {
  /** Raises the mark of the rows that `chosen` finds. Something new also ends the wait after a failure. */
  async function raise({ lane, cause, user, at }: Mark, chosen: ReturnType<typeof sql<boolean>>): Promise<number> {
    const rank = lanes.indexOf(lane);
    const stronger = sql<boolean>`(marked = handled or lane > ${rank})`;
    const { numAffectedRows } = await sql`
      update linked_entity set
        marked = marked + 1,
        marked_at = case when marked = handled then ${at} else marked_at end,
        cause = case when ${stronger} then ${cause} else cause end,
        user_id = case when ${stronger} then ${user?.id ?? null}::integer else user_id end,
        user_name = case when ${stronger} then ${user?.name ?? null}::text else user_name end,
        lane = case when ${stronger} then ${rank}::smallint else lane end,
        next_try_at = case when ${lane === 'bulk'} then next_try_at end
      where tenant = ${tenant} and ${chosen}`.execute(db);
    const raised = Number(numAffectedRows ?? 0);
    if (raised > 0) await sql`select pg_notify(${workChannel}, ${tenant})`.execute(db);
    return raised;
  }

  const linksOf = sql`
    select link.connection_id from link
    where link.tenant = linked_entity.tenant
      and link.crm_type = linked_entity.crm_type and link.crm_id = linked_entity.crm_id`;

  return {
    /** Marks those of the records that have links; answers how many. */
    entities(type: CrmEntityType, ids: readonly number[], mark: Mark): Promise<number> {
      return raise(mark, sql`crm_type = ${type} and crm_id = any(${[...ids]}::integer[])`);
    },

    /** Marks the records linked to these actors of one connection. */
    actors(connectionId: string, refs: readonly ActorRef[], mark: Mark): Promise<number> {
      return raise(
        mark,
        sql`(crm_type, crm_id) in (
          select link.crm_type, link.crm_id from link
          join unnest(${refs.map(({ type }) => type)}::text[], ${refs.map(({ erpKey }) => erpKey)}::text[])
            as found (actor_type, erp_key)
            on link.actor_type = found.actor_type and md5(link.erp_key) = md5(found.erp_key) and link.erp_key = found.erp_key
          where link.tenant = ${tenant} and link.connection_id = ${connectionId} and link.confirmed_at is not null)`,
      );
    },

    /** Marks every record linked in a connection, or only those with a field that waits for a person or a list item. */
    connection(connectionId: string, which: 'all' | 'parked', mark: Mark): Promise<number> {
      const parked = sql`and (link.parked_code is not null or exists (
        select from open_field where open_field.tenant = link.tenant and open_field.link_id = link.id and open_field.kind = 'parked'))`;
      return raise(
        mark,
        sql`(crm_type, crm_id) in (
          select crm_type, crm_id from link
          where tenant = ${tenant} and connection_id = ${connectionId} ${which === 'parked' ? parked : sql``})`,
      );
    },

    /** Makes room for the links of a record. Until the end of the transaction nobody else does. */
    async ensure({ type, id }: CrmEntity): Promise<void> {
      await db
        .insertInto('linked_entity')
        .values({ tenant, crm_type: type, crm_id: id, user_id: null, user_name: null })
        // An update of nothing, because that locks the row.
        .onConflict((oc) => oc.columns(['tenant', 'crm_type', 'crm_id']).doUpdateSet({ crm_id: id }))
        .execute();
    },

    /**
     * Up to `limit` marked records that nobody works on: those somebody waits for first, then the longest waiting. What has a
     * link in a connection whose brake is on, or that is `full` of work, stays marked and waits.
     */
    async claimMarked(
      limit: number,
      now: Date,
      leaseUntil: Date,
      full: readonly string[] = [],
    ): Promise<readonly MarkedClaim[]> {
      const { rows } = await sql<Selectable<Database['linked_entity']> & { readonly connections: string[] }>`
        with due as (
          select crm_type, crm_id from linked_entity
          where tenant = ${tenant} and marked > handled
            and (next_try_at is null or next_try_at <= ${now}) and (lease_until is null or lease_until <= ${now})
            and not exists (
              select from brake
              join connection on connection.tenant = brake.tenant and connection.id = brake.connection_id
              join link on link.tenant = brake.tenant and link.connection_id = brake.connection_id
              where brake.tenant = linked_entity.tenant and brake.held_since is not null and connection.active
                and link.crm_type = linked_entity.crm_type and link.crm_id = linked_entity.crm_id)
            ${full.length === 0 ? sql`` : sql`and not exists (${linksOf} and link.connection_id = any(${[...full]}::uuid[]))`}
          order by lane, marked_at, crm_type, crm_id
          limit ${limit}
          for update skip locked
        )
        update linked_entity set lease_until = ${leaseUntil}, fence = ${nextFence}
        from due
        where linked_entity.tenant = ${tenant}
          and linked_entity.crm_type = due.crm_type and linked_entity.crm_id = due.crm_id
        returning linked_entity.*, array(${linksOf}) as connections`.execute(db);
      return rows.sort((a, b) => a.lane - b.lane).map((row) => ({ ...toClaim(row), connections: row.connections }));
    },

    /** This record, marked or not; null while somebody else works on it, or if it has no links. */
    async claim({ type, id }: CrmEntity, now: Date, leaseUntil: Date): Promise<Claim | null> {
      const row = await db
        .updateTable('linked_entity')
        .set({ lease_until: leaseUntil, fence: nextFence })
        .where('tenant', '=', tenant)
        .where('crm_type', '=', type)
        .where('crm_id', '=', id)
        .where((eb) => eb.or([eb('lease_until', 'is', null), eb('lease_until', '<=', now)]))
        .returningAll()
        .executeTakeFirst();
      return row ? toClaim(row) : null;
    },

    /**
     * Until the end of the transaction the claim stands; throws `link.busy` if it was lost. While a restored backup waits to be
     * decided on none stands but its own, also one that was taken in the very moment in which that became known.
     */
    async hold(claim: Claim): Promise<void> {
      if (!(await standing(claim).forUpdate().executeTakeFirst())) throw new AppError('link.busy');
    },

    /** Throws as `hold` does, for a moment in which nothing is recorded: then a lock would only have to be written down. */
    async mustStand(claim: Claim): Promise<void> {
      if (!(await standing(claim).executeTakeFirst())) throw new AppError('link.busy');
    },

    /** A long call is under way: the worker still lives. */
    async extend(claim: Claim, leaseUntil: Date): Promise<void> {
      await changeHeld(claim).set({ lease_until: leaseUntil }).execute();
    },

    /** Done: what was marked when it was claimed is handled. */
    async finish(claim: Claim): Promise<void> {
      await changeHeld(claim).set({ handled: claim.mark, lease_until: null, attempts: 0, next_try_at: null }).execute();
    },

    /** Not done: stays marked, and is tried again later. */
    async postpone(claim: Claim, nextTryAt: Date | null): Promise<void> {
      await changeHeld(claim)
        .set((eb) => ({
          marked: sql<number>`greatest(marked, handled + 1)`,
          lease_until: null,
          attempts: eb('attempts', '+', 1),
          next_try_at: nextTryAt,
        }))
        .execute();
    },

    /** An ERP answers again: what waits for it need not wait any longer. */
    async wake(connectionId: string): Promise<void> {
      await sql`
        update linked_entity set next_try_at = null
        where tenant = ${tenant} and marked > handled and next_try_at is not null and exists (
          select from link
          where link.tenant = ${tenant} and link.connection_id = ${connectionId}
            and link.crm_type = linked_entity.crm_type and link.crm_id = linked_entity.crm_id)`.execute(db);
    },

    /** Given back as it was found. */
    async release(claim: Claim): Promise<void> {
      await changeHeld(claim).set({ lease_until: null }).execute();
    },

    /** Whoever works on the record finds that its claim is lost. */
    async revoke({ type, id }: CrmEntity): Promise<void> {
      await db
        .updateTable('linked_entity')
        .set({ fence: nextFence, lease_until: null })
        .where('tenant', '=', tenant)
        .where('crm_type', '=', type)
        .where('crm_id', '=', id)
        .execute();
    },

    /** Whoever works on any record finds that its claim is lost. */
    async revokeAll(): Promise<void> {
      await db
        .updateTable('linked_entity')
        .set({ fence: nextFence, lease_until: null })
        .where('tenant', '=', tenant)
        .where('lease_until', 'is not', null)
        .execute();
    },

    /** Records whose links are gone carry no mark. */
    async removeUnlinked({ type, id }: CrmEntity): Promise<void> {
      await db
        .deleteFrom('linked_entity')
        .where('tenant', '=', tenant)
        .where('crm_type', '=', type)
        .where('crm_id', '=', id)
        .where((eb) =>
          eb.not(
            eb.exists(
              eb
                .selectFrom('link')
                .select('link.id')
                .where('link.tenant', '=', tenant)
                .where('link.crm_type', '=', type)
                .where('link.crm_id', '=', id),
            ),
          ),
        )
        .execute();
    },

    /** Records that were compared longest ago, as of which time they now count as compared. */
    async takeToCompare(type: CrmEntityType, limit: number, before: Date, now: Date): Promise<readonly number[]> {
      const { rows } = await sql<{ crm_id: number }>`
        with oldest as (
          select crm_id from linked_entity
          where tenant = ${tenant} and crm_type = ${type} and (compared_at is null or compared_at <= ${before})
          order by compared_at nulls first, crm_id
          limit ${limit}
          for update skip locked
        )
        update linked_entity set compared_at = ${now} from oldest
        where linked_entity.tenant = ${tenant} and linked_entity.crm_type = ${type}
          and linked_entity.crm_id = oldest.crm_id
        returning linked_entity.crm_id`.execute(db);
      return rows.map(({ crm_id }) => crm_id);
    },

    /** How many wait, and since when the one that has waited longest. */
    async backlog(): Promise<{ readonly waiting: number; readonly since: Date | null }> {
      const { waiting, since } = await db
        .selectFrom('linked_entity')
        .select((eb) => [eb.fn.countAll<number>().as('waiting'), eb.fn.min('marked_at').as('since')])
        .where('tenant', '=', tenant)
        .whereRef('marked', '>', 'handled')
        .executeTakeFirstOrThrow();
      return { waiting, since };
    },

    async waiting(): Promise<number> {
      const { count } = await db
        .selectFrom('linked_entity')
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .where('tenant', '=', tenant)
        .whereRef('marked', '>', 'handled')
        .executeTakeFirstOrThrow();
      return count;
    },

    /** Whether work on the record waits or is under way. */
    async isBusy({ type, id }: CrmEntity, now: Date): Promise<boolean> {
      const row = await db
        .selectFrom('linked_entity')
        .select('crm_id')
        .where('tenant', '=', tenant)
        .where('crm_type', '=', type)
        .where('crm_id', '=', id)
        .where((eb) => eb.or([eb('marked', '>', eb.ref('handled')), eb('lease_until', '>', now)]))
        .executeTakeFirst();
      return row !== undefined;
    },
  };

  function standing({ entity, fence, cause }: Claim) {
    return db
      .selectFrom('linked_entity')
      .select('crm_id')
      .where('tenant', '=', tenant)
      .where('crm_type', '=', entity.type)
      .where('crm_id', '=', entity.id)
      .where('fence', '=', fence)
      .$if(cause !== 'restore', (query) =>
        query.where((eb) => eb.not(eb.exists(openRestores(db, tenant).select('restore.id')))),
      );
  }

  function changeHeld({ entity, fence }: Claim) {
    return db
      .updateTable('linked_entity')
      .where('tenant', '=', tenant)
      .where('crm_type', '=', entity.type)
      .where('crm_id', '=', entity.id)
      .where('fence', '=', fence);
  }
}

/** Restored backups that wait for a decision. One that concerns a connection that is switched off rests with it. */
export function openRestores(db: Db, tenant: string) {
  return db
    .selectFrom('restore')
    .where('restore.tenant', '=', tenant)
    .where('settled_at', 'is', null)
    .where((eb) =>
      eb.or([
        eb('connection_id', 'is', null),
        eb.exists(
          eb
            .selectFrom('connection')
            .select('connection.id')
            .where('connection.tenant', '=', tenant)
            .whereRef('connection.id', '=', 'restore.connection_id')
            .where('connection.active', '=', true),
        ),
      ]),
    );
}

function toClaim(row: Selectable<Database['linked_entity']>): Claim {
  return {
    entity: { type: row.crm_type, id: row.crm_id },
    fence: row.fence,
    mark: row.marked,
    lane: lanes[row.lane] ?? 'bulk',
    cause: row.cause,
    user: row.user_id === null ? null : { id: row.user_id, name: row.user_name ?? '' },
    attempts: row.attempts,
  };
}
