import { sql, type Selectable } from 'kysely';
import type { ErrorCode } from '../../shared/errors.ts';
import type { CrmEntity, CrmEntityType, Side } from '../../shared/vocabulary.ts';
import type { RecordPlan, Run, RunCounts, RunState, RunStep, RunTask, StepOutcome } from '../domain/run.ts';
import { AppError } from '../errors.ts';
import type { Db } from './db.ts';
import { workChannel } from './marks.ts';
import type { Database } from './schema.ts';

export interface StepFilter {
  readonly connectionId: string | null;
  readonly fieldKey: string | null;
  readonly target: Side | null;
  readonly blanksOnly: boolean;
  readonly after: number | null;
}

/** How many values of one field a run changes. */
export interface FieldTotal {
  readonly connectionId: string;
  readonly fieldKey: string;
  readonly target: Side;
  readonly changes: number;
  readonly blanks: number;
}

/** What an undo takes back: a run, one record of it, or one line of the ledger. */
export type Undone =
  | { readonly runId: string; readonly entity: CrmEntity | null }
  | { readonly ledgerId: number; readonly entity: CrmEntity };

export function runStore(db: Db, tenant: string) {
  const wake = () => sql`select pg_notify(${workChannel}, ${tenant})`.execute(db);
  const heldRecord = ({ runId, entity, fence }: RunTask) =>
    db
      .updateTable('run_record')
      .where('tenant', '=', tenant)
      .where('run_id', '=', runId)
      .where('crm_type', '=', entity.type)
      .where('crm_id', '=', entity.id)
      .where('fence', '=', fence);

  async function insert({ id, kind, state, scope, undoes, startedAt, plannedAt, startedBy }: Run): Promise<void> {
    await db
      .insertInto('run')
      .values({
        tenant,
        id,
        kind,
        state,
        source: scope.from,
        connection_id: scope.connectionId,
        keep_non_blank: scope.keepNonBlank,
        crm_type: scope.entity?.type ?? null,
        crm_id: scope.entity?.id ?? null,
        undoes,
        started_at: startedAt,
        planned_at: plannedAt,
        ended_at: null,
        user_id: startedBy.id,
        user_name: startedBy.name,
      })
      .execute();
  }

  return {
    /** With every record that has a link in its scope, all still to be planned. */
    async start(run: Run): Promise<void> {
      await insert(run);
      const { connectionId, entity } = run.scope;
      await sql`
        insert into run_record (tenant, run_id, crm_type, crm_id, state)
        select distinct link.tenant, ${run.id}::uuid, crm_type, crm_id, 'toPlan'
        from link join connection on connection.tenant = link.tenant and connection.id = link.connection_id
        where link.tenant = ${tenant} and confirmed_at is not null and connection.active and not connection.deleted
          and (${connectionId}::uuid is null or link.connection_id = ${connectionId}::uuid)
          and (${entity?.type ?? null}::text is null
            or (crm_type = ${entity?.type ?? null}::text and crm_id = ${entity?.id ?? null}::integer))`.execute(db);
      await wake();
    },

    /** A plan from the ledger backwards: what stood there before the first of the writes, where the last one still stands. */
    async startUndo(run: Run, undone: Undone): Promise<void> {
      await insert(run);
      const concerned =
        'ledgerId' in undone
          ? sql`id = ${undone.ledgerId}`
          : sql`run_id = ${undone.runId}::uuid and (${undone.entity?.type ?? null}::text is null
              or (crm_type = ${undone.entity?.type ?? null}::text and crm_id = ${undone.entity?.id ?? null}::integer))`;
      const writes = sql`
        select link_id, connection_id, crm_type, crm_id, field_key, crm_field, target,
          (array_agg(after order by id desc))[1] as before, (array_agg(before order by id))[1] as after
        from ledger
        where tenant = ${tenant} and settled and reason <> 'overruled' and ${concerned}
        group by link_id, connection_id, crm_type, crm_id, field_key, crm_field, target`;
      await sql`
        insert into run_record (tenant, run_id, crm_type, crm_id, state, links)
        select ${tenant}, ${run.id}::uuid, crm_type, crm_id, 'toWrite', count(distinct link_id)
        from (${writes}) as write where before is distinct from after
        group by crm_type, crm_id`.execute(db);
      await sql`
        insert into run_step
          (tenant, run_id, crm_type, crm_id, link_id, connection_id, field_key, crm_field, target, before, after)
        select ${tenant}, ${run.id}::uuid, crm_type, crm_id, link_id, connection_id, field_key, crm_field, target,
          before, after
        from (${writes}) as write where before is distinct from after`.execute(db);
    },

    async get(id: string): Promise<Run> {
      const row = await db
        .selectFrom('run')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .executeTakeFirst();
      if (!row) throw new AppError('run.not_found', { id });
      return toRun(row);
    },

    /** Until the end of the transaction nobody else changes its state. */
    async lock(id: string): Promise<Run> {
      const row = await db
        .selectFrom('run')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .forUpdate()
        .executeTakeFirst();
      if (!row) throw new AppError('run.not_found', { id });
      return toRun(row);
    },

    /** Latest first. */
    async latest(limit: number): Promise<readonly Run[]> {
      const rows = await db
        .selectFrom('run')
        .selectAll()
        .where('tenant', '=', tenant)
        .orderBy('started_at', 'desc')
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map(toRun);
    },

    async underWay(): Promise<readonly string[]> {
      const rows = await db
        .selectFrom('run')
        .select('id')
        .where('tenant', '=', tenant)
        .where('state', 'in', ['planning', 'running'])
        .execute();
      return rows.map(({ id }) => id);
    },

    /** Reserves every connection that has links on the records of the run. Throws `run.running` if another run has one. */
    async hold(id: string): Promise<void> {
      const connections = sql`
        select distinct link.tenant, link.connection_id, ${id}::uuid as run_id
        from run_record join link on link.tenant = run_record.tenant
          and link.crm_type = run_record.crm_type and link.crm_id = run_record.crm_id
        where run_record.tenant = ${tenant} and run_record.run_id = ${id}::uuid
        order by link.connection_id`;
      await sql`insert into run_hold (tenant, connection_id, run_id) ${connections} on conflict do nothing`.execute(db);
      const { rows } = await sql`
        ${sql`select from (${connections}) as needed`} where not exists (
          select from run_hold where run_hold.tenant = needed.tenant
            and run_hold.connection_id = needed.connection_id and run_hold.run_id = needed.run_id)
        limit 1`.execute(db);
      if (rows.length > 0) throw new AppError('run.running');
    },

    async letGo(id: string): Promise<void> {
      await db.deleteFrom('run_hold').where('tenant', '=', tenant).where('run_id', '=', id).execute();
    },

    async change(id: string, change: Partial<Pick<Run, 'kind' | 'state' | 'plannedAt' | 'endedAt'>>): Promise<void> {
      const { plannedAt, endedAt, ...rest } = change;
      await db
        .updateTable('run')
        .set({
          ...rest,
          ...(plannedAt === undefined ? {} : { planned_at: plannedAt }),
          ...(endedAt === undefined ? {} : { ended_at: endedAt }),
        })
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .execute();
      await wake();
    },

    async hasLeft(id: string, state: 'toPlan' | 'toWrite'): Promise<boolean> {
      const row = await db
        .selectFrom('run_record')
        .select('run_id')
        .where('tenant', '=', tenant)
        .where('run_id', '=', id)
        .where('state', '=', state)
        .limit(1)
        .executeTakeFirst();
      return row !== undefined;
    },

    /** Up to `limit` records of runs under way that nobody works on. */
    async claim(limit: number, now: Date, leaseUntil: Date): Promise<readonly RunTask[]> {
      const { rows } = await sql<{
        run_id: string;
        crm_type: CrmEntityType;
        crm_id: number;
        state: 'toPlan' | 'toWrite';
        fence: number;
        attempts: number;
      }>`
        with due as (
          select run_record.run_id, run_record.crm_type, run_record.crm_id
          from run_record join run on run.tenant = run_record.tenant and run.id = run_record.run_id
          where run_record.tenant = ${tenant}
            and ((run.state = 'planning' and run_record.state = 'toPlan')
              or (run.state = 'running' and run_record.state = 'toWrite'))
            and (next_try_at is null or next_try_at <= ${now}) and (lease_until is null or lease_until <= ${now})
          order by run.started_at, run_record.crm_type, run_record.crm_id
          limit ${limit}
          for update of run_record skip locked
        )
        update run_record set lease_until = ${leaseUntil}, fence = fence + 1
        from due
        where run_record.tenant = ${tenant} and run_record.run_id = due.run_id
          and run_record.crm_type = due.crm_type and run_record.crm_id = due.crm_id
        returning run_record.run_id, run_record.crm_type, run_record.crm_id, state, fence, attempts`.execute(db);
      return rows.map(({ run_id, crm_type, crm_id, state, fence, attempts }) => ({
        runId: run_id,
        phase: state === 'toPlan' ? 'plan' : 'write',
        entity: { type: crm_type, id: crm_id },
        fence,
        attempts,
      }));
    },

    async extend(task: RunTask, leaseUntil: Date): Promise<void> {
      await heldRecord(task).set({ lease_until: leaseUntil }).execute();
    },

    async postpone(task: RunTask, nextTryAt: Date): Promise<void> {
      await heldRecord(task)
        .set((eb) => ({ lease_until: null, attempts: eb('attempts', '+', 1), next_try_at: nextTryAt }))
        .execute();
    },

    /** Stores what is to be written on one record. Counts only while the task is still held. */
    async planned(task: RunTask, { steps, ...plan }: RecordPlan): Promise<void> {
      const { numUpdatedRows } = await heldRecord(task)
        .set({
          ...plan,
          state: steps.length > 0 ? 'toWrite' : 'done',
          lease_until: null,
          next_try_at: null,
          attempts: 0,
        })
        .executeTakeFirst();
      if (numUpdatedRows !== 1n || steps.length === 0) return;
      await db
        .insertInto('run_step')
        .values(
          steps.map((step) => ({
            tenant,
            run_id: task.runId,
            crm_type: task.entity.type,
            crm_id: task.entity.id,
            link_id: step.linkId,
            connection_id: step.connectionId,
            field_key: step.fieldKey,
            crm_field: step.crmField,
            target: step.target,
            before: step.before,
            after: step.after,
            outcome: null,
          })),
        )
        .execute();
    },

    /** The record is done. What became of each step is told by the ledger, and by what waits on the link. */
    async written(task: RunTask, failure: ErrorCode | null): Promise<void> {
      const { numUpdatedRows } = await heldRecord(task)
        .set({ state: 'done', lease_until: null, ...(failure === null ? {} : { failure }) })
        .executeTakeFirst();
      if (numUpdatedRows !== 1n) return;
      await sql`
        update run_step set outcome = case
          when exists (select from ledger
            where ledger.tenant = run_step.tenant and ledger.run_id = run_step.run_id and ledger.settled
              and ledger.link_id = run_step.link_id and ledger.field_key = run_step.field_key
              and ledger.target = run_step.target) then 'written'
          when ${failure}::text is not null
            or exists (select from link where link.tenant = run_step.tenant and link.id = run_step.link_id
              and link.parked_code is not null)
            or exists (select from open_field where open_field.tenant = run_step.tenant
              and open_field.link_id = run_step.link_id and open_field.field_key = run_step.field_key
              and open_field.kind = 'parked') then 'failed'
          else 'stale' end
        where tenant = ${tenant} and run_id = ${task.runId}::uuid
          and crm_type = ${task.entity.type} and crm_id = ${task.entity.id}`.execute(db);
    },

    async stepsOf(runId: string, { type, id }: CrmEntity): Promise<readonly RunStep[]> {
      const rows = await db
        .selectFrom('run_step')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('run_id', '=', runId)
        .where('crm_type', '=', type)
        .where('crm_id', '=', id)
        .orderBy('id')
        .execute();
      return rows.map(toStep);
    },

    /** In the order of records; `after` is the id of the last one seen. */
    async steps(
      runId: string,
      { connectionId, fieldKey, target, blanksOnly, after }: StepFilter,
      limit: number,
    ): Promise<readonly RunStep[]> {
      const rows = await db
        .selectFrom('run_step')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('run_id', '=', runId)
        .$if(connectionId !== null, (query) => query.where('connection_id', '=', connectionId))
        .$if(fieldKey !== null, (query) => query.where('field_key', '=', fieldKey))
        .$if(target !== null, (query) => query.where('target', '=', target))
        .$if(blanksOnly, (query) => query.where('after', 'is', null))
        .$if(after !== null, (query) => query.where('id', '>', after))
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map(toStep);
    },

    /** Fields by how often they change. */
    async fields(runId: string): Promise<readonly FieldTotal[]> {
      const { rows } = await sql<FieldTotal>`
        select connection_id as "connectionId", field_key as "fieldKey", target,
          count(*) as changes, count(*) filter (where after is null) as blanks
        from run_step where tenant = ${tenant} and run_id = ${runId}::uuid
        group by connection_id, field_key, target
        order by changes desc, field_key, target, connection_id`.execute(db);
      return rows;
    },

    async counts(ids: readonly string[]): Promise<ReadonlyMap<string, RunCounts>> {
      const { rows } = await sql<RunCounts & { id: string }>`
        select run.id, records.*, steps.* from run,
          lateral (
            select count(*) as records, count(*) filter (where state = 'toPlan' or (state = 'toWrite' and
                run.state in ('running', 'paused'))) as "recordsLeft",
              coalesce(sum(links), 0)::bigint as links, coalesce(sum(unchanged), 0)::bigint as unchanged,
              coalesce(sum(conflicts), 0)::bigint as conflicts, coalesce(sum(parked), 0)::bigint as parked,
              count(*) filter (where failure is not null) as failed
            from run_record where run_record.tenant = run.tenant and run_id = run.id
          ) as records,
          lateral (
            select count(*) as "toWrite", count(*) filter (where after is null) as blanks,
              count(distinct link_id) as "changedLinks",
              count(*) filter (where outcome = 'written') as written, count(*) filter (where outcome = 'stale') as stale
            from run_step where run_step.tenant = run.tenant and run_id = run.id
          ) as steps
        where run.tenant = ${tenant} and run.id = any(${[...ids]}::uuid[])`.execute(db);
      return new Map(rows.map(({ id, ...counts }) => [id, counts]));
    },
  };
}

function toRun(row: Selectable<Database['run']>): Run {
  return {
    id: row.id,
    kind: row.kind,
    state: row.state satisfies RunState,
    scope: {
      from: row.source,
      connectionId: row.connection_id,
      keepNonBlank: row.keep_non_blank,
      entity: row.crm_type && row.crm_id !== null ? { type: row.crm_type, id: row.crm_id } : null,
    },
    undoes: row.undoes,
    startedAt: row.started_at,
    plannedAt: row.planned_at,
    endedAt: row.ended_at,
    startedBy: { id: row.user_id, name: row.user_name },
  };
}

function toStep(row: Selectable<Database['run_step']>): RunStep {
  return {
    id: row.id,
    entity: { type: row.crm_type, id: row.crm_id },
    linkId: row.link_id,
    connectionId: row.connection_id,
    fieldKey: row.field_key,
    crmField: row.crm_field,
    target: row.target,
    before: row.before,
    after: row.after,
    outcome: row.outcome satisfies StepOutcome | null,
  };
}
