import { sql, type Selectable } from 'kysely';
import type { CrmEntity, FieldValue } from '../../shared/vocabulary.ts';
import type { LedgerEntry, LedgerRow } from '../domain/ledger.ts';
import type { Claim } from '../domain/mark.ts';
import { AppError } from '../errors.ts';
import type { Db } from './db.ts';
import type { Database } from './schema.ts';

export interface LedgerFilter {
  readonly connectionId: string | null;
  /** Found in a value, a field's key, the ERP key or the user's name; empty finds all. */
  readonly text: string;
  readonly before: number | null;
}

export function ledgerStore(db: Db, tenant: string) {
  return {
    /** Enters what is about to be written, and answers the ids in the same order. */
    async enter(entries: readonly LedgerEntry[], { cause, user }: Claim, at: Date): Promise<readonly number[]> {
      if (entries.length === 0) return [];
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
          })),
        )
        .returning('id')
        .execute();
      return rows.map(({ id }) => id);
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

    /** Entered by a worker that did not live to say whether it was written. */
    async unsettled({ type, id }: CrmEntity): Promise<readonly LedgerRow[]> {
      const rows = await db
        .selectFrom('ledger')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('crm_type', '=', type)
        .where('crm_id', '=', id)
        .where('settled', '=', false)
        .orderBy('id')
        .execute();
      return rows.map(toLedgerRow);
    },

    /** Latest first; `before` is the id of the last one seen. */
    async page({ connectionId, text, before }: LedgerFilter, limit: number): Promise<readonly LedgerRow[]> {
      const rows = await db
        .selectFrom('ledger')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('settled', '=', true)
        .$if(before !== null, (query) => query.where('id', '<', before))
        .$if(connectionId !== null, (query) => query.where('connection_id', '=', connectionId))
        .$if(text !== '', (query) =>
          query.where(
            sql<boolean>`position(lower(${text}) in
              lower(concat_ws(' ', before, after, field_key, crm_field, erp_key, user_name))) > 0`,
          ),
        )
        .orderBy('id', 'desc')
        .limit(limit)
        .execute();
      return rows.map(toLedgerRow);
    },

    async get(id: number): Promise<LedgerRow> {
      const row = await db
        .selectFrom('ledger')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('settled', '=', true)
        .where('id', '=', id)
        .executeTakeFirst();
      if (!row) throw new AppError('run.not_found', { id });
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
