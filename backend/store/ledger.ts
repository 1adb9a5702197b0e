import { sql, type ExpressionBuilder, type Selectable } from 'kysely';
import type { Cause, CrmEntity, FieldValue } from '../../shared/vocabulary.ts';
import type { LedgerEntry, LedgerRow, LinkEvent, UnsettledRow } from '../domain/ledger.ts';
import type { Link } from '../domain/link.ts';
import type { Claim } from '../domain/mark.ts';
import { AppError } from '../errors.ts';
import type { Db } from './db.ts';
import type { Database } from './schema.ts';

export interface LedgerFilter {
  readonly connectionId?: string | undefined;
  readonly entity?: CrmEntity | undefined;
  /** As the ERP calls it. */
  readonly fieldKey?: string | undefined;
  readonly cause?: Cause | undefined;
  readonly userId?: number | undefined;
  readonly from?: Date | undefined;
  /** Up to and without. */
  readonly to?: Date | undefined;
  /** Found in a value, a field's key, the ERP key or the user's name; empty finds all. */
  readonly text?: string | undefined;
  readonly before?: number | undefined;
}

export function ledgerStore(db: Db, tenant: string) {
  return {
    /**
     * Enters what is about to be written, and answers the ids in the same order. It takes the place of the same write that
     * was begun before and that nobody saw the end of: what stands there in the end, stands there once.
     */
    async enter(
      entries: readonly LedgerEntry[],
      { cause, user }: Pick<Claim, 'cause' | 'user'>,
      at: Date,
    ): Promise<readonly number[]> {
      if (entries.length === 0) return [];
      await sql`
        delete from ledger using unnest(
          ${entries.map(({ link }) => link.id)}::uuid[], ${entries.map(({ fieldKey }) => fieldKey)}::text[],
          ${entries.map(({ target }) => target)}::text[], ${entries.map(({ before }) => before)}::text[],
          ${entries.map(({ after }) => after)}::text[]) as again (link_id, field_key, target, before, after)
        where ledger.tenant = ${tenant} and not ledger.settled and ledger.link_id = again.link_id
          and ledger.crm_type = ${entries[0]?.link.entity.type} and ledger.crm_id = ${entries[0]?.link.entity.id}
          and ledger.field_key = again.field_key and ledger.target = again.target
          and ledger.before is not distinct from again.before and ledger.after is not distinct from again.after`.execute(
        db,
      );
      const rows = await db
        .insertInto('ledger')
        .values(
          entries.map(({ link, ...entry }) => ({
            tenant,
            run_id: entry.runId,
            link_id: link.id,
            connection_id: link.connectionId,
            crm_type: link.entity.type,
            crm_id: link.entity.id,
            actor_type: link.actor.type,
            erp_key: link.actor.erpKey,
            field_key: entry.fieldKey,
            crm_field: entry.crmField,
            target: entry.target,
            before: entry.before,
            after: entry.after,
            reason: entry.reason,
            cause,
            user_id: user?.id ?? null,
            user_name: user?.name ?? null,
            at,
            settled: false,
            event: null,
          })),
        )
        .returning('id')
        .execute();
      return rows.map(({ id }) => id);
    },

    /** What happened to a link stands beside the values; `before` is the id of the record it stood on. */
    async note(
      event: LinkEvent,
      { id, connectionId, entity, actor }: Pick<Link, 'id' | 'connectionId' | 'entity' | 'actor'>,
      { cause, user }: Pick<Claim, 'cause' | 'user'>,
      at: Date,
      before: FieldValue = null,
    ): Promise<void> {
      await db
        .insertInto('ledger')
        .values({
          tenant,
          run_id: null,
          link_id: id,
          connection_id: connectionId,
          crm_type: entity.type,
          crm_id: entity.id,
          actor_type: actor.type,
          erp_key: actor.erpKey,
          field_key: '',
          crm_field: '',
          target: 'erp',
          before,
          after: null,
          reason: event,
          cause,
          user_id: user?.id ?? null,
          user_name: user?.name ?? null,
          at,
          settled: true,
          event,
        })
        .execute();
    },

    /** The link stands on another record now: whoever works on that finds out what became of the writes to its actor. */
    async follow(linkId: string, { type, id }: CrmEntity): Promise<void> {
      await db
        .updateTable('ledger')
        .set({ crm_type: type, crm_id: id })
        .where('tenant', '=', tenant)
        .where('link_id', '=', linkId)
        .where('target', '=', 'erp')
        .where('settled', '=', false)
        .execute();
    },

    /** It was written, and this is what the other system made of it. */
    async settle(written: readonly { readonly id: number; readonly after: FieldValue }[]): Promise<void> {
      if (written.length === 0) return;
      await sql`
        update ledger set settled = true, after = written.after
        from unnest(${written.map(({ id }) => id)}::bigint[], ${written.map(({ after }) => after)}::text[])
          as written (id, after)
        where ledger.tenant = ${tenant} and ledger.id = written.id`.execute(db);
    },

    /** It was not written. */
    async strike(ids: readonly number[]): Promise<void> {
      if (ids.length === 0) return;
      await db
        .deleteFrom('ledger')
        .where('tenant', '=', tenant)
        .where('id', '=', sql<number>`any(${[...ids]}::bigint[])`)
        .where('settled', '=', false)
        .execute();
    },

    /** All values ever written for the links of a record, oldest first. */
    async ofEntity({ type, id }: CrmEntity): Promise<readonly LedgerRow[]> {
      const rows = await db
        .selectFrom('ledger')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('crm_type', '=', type)
        .where('crm_id', '=', id)
        .where('event', 'is', null)
        .where('settled', '=', true)
        .orderBy('id')
        .execute();
      return rows.map(toLedgerRow);
    },

    /** Entered by a worker that did not live to say whether it was written. */
    async unsettled({ type, id }: CrmEntity): Promise<readonly UnsettledRow[]> {
      const later = (eb: ExpressionBuilder<Database, 'ledger'>) =>
        eb.exists(
          eb
            .selectFrom('ledger as later')
            .select('later.id')
            .where('later.tenant', '=', tenant)
            .where('later.crm_type', '=', type)
            .where('later.crm_id', '=', id)
            .whereRef('later.link_id', '=', 'ledger.link_id')
            .whereRef('later.field_key', '=', 'ledger.field_key')
            .whereRef('later.target', '=', 'ledger.target')
            .whereRef('later.id', '>', 'ledger.id'),
        );
      const rows = await db
        .selectFrom('ledger')
        .selectAll()
        .select((eb) => later(eb).as('overtaken'))
        .where('tenant', '=', tenant)
        .where('crm_type', '=', type)
        .where('crm_id', '=', id)
        .where('settled', '=', false)
        .orderBy('id')
        .execute();
      return rows.map(({ overtaken, ...row }) => ({ ...toLedgerRow(row), overtaken: Boolean(overtaken) }));
    },

    /** Latest first; `before` is the id of the last one seen. */
    async page(filter: LedgerFilter, limit: number): Promise<readonly LedgerRow[]> {
      const { connectionId, entity, fieldKey, cause, userId, from, to, text = '', before } = filter;
      let query = db.selectFrom('ledger').selectAll().where('tenant', '=', tenant).where('settled', '=', true);
      if (before !== undefined) query = query.where('id', '<', before);
      if (connectionId !== undefined) query = query.where('connection_id', '=', connectionId);
      if (entity !== undefined) query = query.where('crm_type', '=', entity.type).where('crm_id', '=', entity.id);
      if (fieldKey !== undefined) query = query.where('field_key', '=', fieldKey);
      if (cause !== undefined) query = query.where('cause', '=', cause);
      if (userId !== undefined) query = query.where('user_id', '=', userId);
      if (from !== undefined) query = query.where('at', '>=', from);
      if (to !== undefined) query = query.where('at', '<', to);
      if (text !== '') {
        query = query.where(
          sql<boolean>`position(lower(${text}) in
            lower(concat_ws(' ', before, after, field_key, crm_field, erp_key, user_name))) > 0`,
        );
      }
      const rows = await query.orderBy('id', 'desc').limit(limit).execute();
      return rows.map(toLedgerRow);
    },

    /** Who has caused a line, by name. */
    async users(): Promise<readonly { readonly id: number; readonly name: string }[]> {
      const { rows } = await sql<{ id: number; name: string }>`
        select user_id as id, (array_agg(user_name order by id desc))[1] as name from ledger
        where tenant = ${tenant} and user_id is not null group by user_id order by name, id`.execute(db);
      return rows;
    },

    /** Whether ordinary syncing has written through this link since then. */
    async touched(linkId: string, { type, id }: CrmEntity, since: Date): Promise<boolean> {
      const row = await db
        .selectFrom('ledger')
        .select('id')
        .where('tenant', '=', tenant)
        .where('crm_type', '=', type)
        .where('crm_id', '=', id)
        .where('link_id', '=', linkId)
        .where('run_id', 'is', null)
        .where('event', 'is', null)
        .where('reason', '<>', 'overruled')
        .where('at', '>=', since)
        .limit(1)
        .executeTakeFirst();
      return row !== undefined;
    },

    /** Up to `limit` lines from before; true when there are more. */
    async forget(before: Date, limit: number): Promise<boolean> {
      const { numAffectedRows } = await sql`
        delete from ledger where tenant = ${tenant} and id in (
          select id from ledger where tenant = ${tenant} and at < ${before} order by at limit ${limit})`.execute(db);
      return Number(numAffectedRows ?? 0) >= limit;
    },

    async get(id: number): Promise<LedgerRow> {
      const row = await db
        .selectFrom('ledger')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('settled', '=', true)
        .where('id', '=', id)
        .executeTakeFirst();
      if (!row) throw new AppError('undo.expired');
      return toLedgerRow(row);
    },

    /** When anything was last written. */
    async lastAt(): Promise<Date | null> {
      const row = await db
        .selectFrom('ledger')
        .select('at')
        .where('tenant', '=', tenant)
        .where('settled', '=', true)
        .orderBy('id', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row?.at ?? null;
    },
  };
}

function toLedgerRow(row: Selectable<Database['ledger']>): LedgerRow {
  return {
    id: row.id,
    at: row.at,
    runId: row.run_id,
    event: row.event,
    linkId: row.link_id,
    connectionId: row.connection_id,
    entity: { type: row.crm_type, id: row.crm_id },
    actor: { type: row.actor_type, erpKey: row.erp_key },
    fieldKey: row.field_key,
    crmField: row.crm_field,
    target: row.target,
    before: row.before,
    after: row.after,
    reason: row.reason,
    cause: row.cause,
    userName: row.user_name,
  };
}
