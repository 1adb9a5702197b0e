import { sql, type Selectable } from 'kysely';
import type { ErrorCode } from '../../shared/errors.ts';
import type { CrmEntity, CrmEntityType, Side } from '../../shared/vocabulary.ts';
import type {
  RecordPlan,
  Run,
  RunCounts,
  RunReach,
  RunState,
  RunStep,
  RunTask,
  StepOutcome,
  Undone,
} from '../domain/run.ts';
import { AppError } from '../errors.ts';
import { json, type Db } from './db.ts';
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

  const ofRecord = ({ runId, entity }: RunTask) =>
    db
      .updateTable('run_step')
      .where('tenant', '=', tenant)
      .where('run_id', '=', runId)
      .where('crm_type', '=', entity.type)
      .where('crm_id', '=', entity.id);

  async function insert(run: Run): Promise<void> {
    const { scope, startedBy } = run;
    await db
      .insertInto('run')
      .values({
        tenant,
        id: run.id,
        kind: run.kind,
        dry_run: run.dryRun,
        state: run.state,
        source: scope.from,
        connection_id: scope.connectionId,
        keep_non_blank: scope.keepNonBlank,
        records: json(scope.records),
        undoes: run.undoes,
        started_at: run.startedAt,
        planned_at: run.plannedAt,
        ended_at: null,
        user_id: startedBy?.id ?? null,
        user_name: startedBy?.name ?? null,
      })
      .execute();
  }

  const isOneOf = (entities: readonly CrmEntity[]) => sql`(crm_type, crm_id) in (select * from unnest(
    ${entities.map(({ type }) => type)}::text[], ${entities.map(({ id }) => id)}::integer[]))`;

  return {
    /** With every record that has a link in its scope, all still to be planned. `members` are those of a selection. */
    async start(run: Run, members: readonly CrmEntity[] = []): Promise<void> {
      await insert(run);
      const { connectionId, records } = run.scope;
      const chosen = {
        all: () => sql`true`,
        these: () => isOneOf(records.kind === 'these' ? records.entities : []),
        selection: () => isOneOf(members),
        actors: () =>
          records.kind === 'actors'
            ? sql`actor_type = ${records.actorType} and (${records.erpKeys.length} = 0
                or erp_key = any(${[...records.erpKeys]}::text[]))`
            : sql`false`,
        import: () => sql`exists (select from import join import_actor imported
          on imported.tenant = import.tenant and imported.import_id = import.id
          where import.tenant = link.tenant and import.id = ${records.kind === 'import' ? records.importId : null}::uuid
          and import.connection_id = link.connection_id and import.actor_type = link.actor_type
          and imported.erp_key = link.erp_key and imported.outcome = 'connected')`,
        marked: () => sql`exists (select from linked_entity marked where marked.tenant = link.tenant
          and marked.crm_type = link.crm_type and marked.crm_id = link.crm_id and marked.marked > marked.handled)`,
      }[records.kind]();
      await sql`
        insert into run_record (tenant, run_id, crm_type, crm_id, state)
        select distinct link.tenant, ${run.id}::uuid, crm_type, crm_id, 'toPlan'
        from link join connection on connection.tenant = link.tenant and connection.id = link.connection_id
        where link.tenant = ${tenant} and confirmed_at is not null and connection.active and not connection.deleted
          and (${connectionId}::uuid is null or link.connection_id = ${connectionId}::uuid)
          and ${chosen}`.execute(db);
      await wake();
    },

    /**
     * The ledger backwards: what stood there before the first of the writes, to be put back where the last one still
     * stands. Whether it does is found out when it is planned. Before an actor was created there was nothing to put back.
     */
    async startUndo(run: Run, undone: Undone): Promise<void> {
      await insert(run);
      const entity = 'runId' in undone ? undone.entity : undone.since;
      const ofRecord = sql`(${entity?.type ?? null}::text is null
        or (crm_type = ${entity?.type ?? null}::text and crm_id = ${entity?.id ?? null}::integer))`;
      const concerned =
        'runId' in undone
          ? sql`run_id = ${undone.runId}::uuid and ${ofRecord}`
          : undone.since === null
            ? sql`id = ${undone.ledgerId}`
            : sql`id >= ${undone.ledgerId} and ${ofRecord}`;
      const writes = sql`
        select link_id, connection_id, crm_type, crm_id, field_key, crm_field, target,
          (array_agg(after order by id desc))[1] as before, (array_agg(before order by id))[1] as after
        from ledger
        where tenant = ${tenant} and settled and event is null and reason not in ('overruled', 'created') and ${concerned}
        group by link_id, connection_id, crm_type, crm_id, field_key, crm_field, target`;
      await sql`
        insert into run_record (tenant, run_id, crm_type, crm_id, state)
        select ${tenant}, ${run.id}::uuid, crm_type, crm_id, 'toPlan'
        from (${writes}) as write where before is distinct from after
        group by crm_type, crm_id`.execute(db);
      await sql`
        insert into run_step
          (tenant, run_id, crm_type, crm_id, link_id, connection_id, field_key, crm_field, target, before, after)
        select ${tenant}, ${run.id}::uuid, crm_type, crm_id, link_id, connection_id, field_key, crm_field, target,
          before, after
        from (${writes}) as write where before is distinct from after`.execute(db);
      await wake();
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

    async change(
      id: string,
      change: Partial<Pick<Run, 'dryRun' | 'state' | 'plannedAt' | 'endedAt' | 'startedBy'>>,
    ): Promise<void> {
      const { dryRun, plannedAt, endedAt, startedBy, ...rest } = change;
      await db
        .updateTable('run')
        .set({
          ...rest,
          ...(dryRun === undefined ? {} : { dry_run: dryRun }),
          ...(startedBy ? { user_id: startedBy.id, user_name: startedBy.name } : {}),
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

    /** Takes the values of one field out of a plan. */
    async dropSteps(
      runId: string,
      { connectionId, fieldKey }: { readonly connectionId: string; readonly fieldKey: string },
    ): Promise<void> {
      await db
        .deleteFrom('run_step')
        .where('tenant', '=', tenant)
        .where('run_id', '=', runId)
        .where('connection_id', '=', connectionId)
        .where('field_key', '=', fieldKey)
        .execute();
    },

    /** Up to `limit` records of runs under way, or only of these, that nobody works on. */
    async claim(
      limit: number,
      now: Date,
      leaseUntil: Date,
      only: readonly string[] | null = null,
    ): Promise<readonly RunTask[]> {
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
          where run_record.tenant = ${tenant} and (${only === null} or run.id = any(${[...(only ?? [])]}::uuid[]))
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

    /** Without `tried` the record itself was not to blame, and is no nearer to being given up. */
    async postpone(task: RunTask, nextTryAt: Date, tried: boolean): Promise<void> {
      await heldRecord(task)
        .set((eb) => ({ lease_until: null, attempts: eb('attempts', '+', Number(tried)), next_try_at: nextTryAt }))
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
      if (numUpdatedRows !== 1n) return;

      const rows = steps.map((step) => ({
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
      }));
      // An undo brings its steps along: those that are not in the plan cannot be put back any more.
      await ofRecord(task)
        .set({ outcome: plan.failure === null ? 'stale' : 'failed' })
        .execute();
      if (rows.length === 0) return;
      await db
        .insertInto('run_step')
        .values(rows)
        .onConflict((oc) => oc.constraint('run_step_once').doUpdateSet({ outcome: null }))
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
        where tenant = ${tenant} and run_id = ${task.runId}::uuid and outcome is null
          and crm_type = ${task.entity.type} and crm_id = ${task.entity.id}`.execute(db);
    },

    /** What is still to be done on one record. */
    async stepsOf(runId: string, { type, id }: CrmEntity): Promise<readonly RunStep[]> {
      const rows = await db
        .selectFrom('run_step')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('run_id', '=', runId)
        .where('crm_type', '=', type)
        .where('crm_id', '=', id)
        .where('outcome', 'is', null)
        .orderBy('id')
        .execute();
      return rows.map(toStep);
    },

    /** Per connection, how many of its links the run would change. */
    async reach(id: string): Promise<readonly RunReach[]> {
      const { rows } = await sql<RunReach>`
        select connection_id as "connectionId", count(distinct link_id) as "changedLinks"
        from run_step where tenant = ${tenant} and run_id = ${id}::uuid and outcome is distinct from 'stale'
        group by connection_id order by connection_id`.execute(db);
      return rows;
    },

    /** Why the records that failed did. */
    async failures(id: string): Promise<readonly ErrorCode[]> {
      const rows = await db
        .selectFrom('run_record')
        .select('failure')
        .distinct()
        .where('tenant', '=', tenant)
        .where('run_id', '=', id)
        .where('failure', 'is not', null)
        .orderBy('failure')
        .$narrowType<{ failure: ErrorCode }>()
        .execute();
      return rows.map(({ failure }) => failure);
    },

    /** Up to `limit` rows of runs that ended before; true when there are more. */
    async forget(before: Date, limit: number): Promise<boolean> {
      const old = sql`select id from run where tenant = ${tenant} and ended_at < ${before}`;
      for (const [table, key] of [
        ['run_step', 'id'],
        ['run_record', 'ctid'],
        ['run', 'ctid'],
      ] as const) {
        const [name, column] = [sql.table(table), sql.ref(key)];
        const run = sql.ref(table === 'run' ? 'id' : 'run_id');
        const { numAffectedRows } = await sql`
          delete from ${name} where tenant = ${tenant} and ${column} in (
            select ${column} from ${name} where tenant = ${tenant} and ${run} in (${old}) limit ${limit})`.execute(db);
        if (Number(numAffectedRows ?? 0) >= limit) return true;
      }
      return false;
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
            select count(*) filter (where outcome is distinct from 'stale') as "toWrite",
              count(*) filter (where after is null and outcome is distinct from 'stale') as blanks,
              count(distinct link_id) filter (where outcome is distinct from 'stale') as "changedLinks",
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
    dryRun: row.dry_run,
    state: row.state satisfies RunState,
    scope: {
      from: row.source,
      connectionId: row.connection_id,
      keepNonBlank: row.keep_non_blank,
      records: row.records,
    },
    undoes: row.undoes,
    startedAt: row.started_at,
    plannedAt: row.planned_at,
    endedAt: row.ended_at,
    startedBy: row.user_id === null ? null : { id: row.user_id, name: row.user_name ?? '' },
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
