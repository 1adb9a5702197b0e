import { sql, type ExpressionBuilder, type Selectable } from 'kysely';
import type {
  ActorPlan,
  ChosenRecord,
  ChosenVerdict,
  Import,
  ImportCounts,
  ImportedActor,
  ImportOutcome,
  ImportTask,
  ImportVerdict,
  ListingTask,
  Obstacle,
} from '../domain/import.ts';
import { AppError } from '../errors.ts';
import { json, type Db } from './db.ts';
import { workChannel } from './marks.ts';
import type { Database } from './schema.ts';
import { violated } from './violated.ts';

export function importStore(db: Db, tenant: string) {
  const wake = () => sql`select pg_notify(${workChannel}, ${tenant})`.execute(db);
  const ofTenant = () => db.selectFrom('import').selectAll().where('tenant', '=', tenant);
  const held = ({ id, fence }: ImportTask) =>
    db.updateTable('import_actor').where('tenant', '=', tenant).where('id', '=', id).where('fence', '=', fence);
  const heldListing = ({ importId, fence }: ListingTask) =>
    db.updateTable('import').where('tenant', '=', tenant).where('id', '=', importId).where('fence', '=', fence);

  async function one(id: string, lock: boolean): Promise<Import> {
    const row = await ofTenant()
      .where('id', '=', id)
      .$if(lock, (query) => query.forUpdate())
      .executeTakeFirst();
    if (!row) throw new AppError('run.not_found', { id });
    return toImport(row);
  }

  return {
    /** Throws `run.running` while another one of the connection is not over. */
    async start(entered: Import): Promise<void> {
      await db
        .insertInto('import')
        .values({
          tenant,
          id: entered.id,
          connection_id: entered.connectionId,
          actor_type: entered.actorType,
          source: json(entered.source),
          state: entered.state,
          listed: entered.listed,
          warning: null,
          code: null,
          detail: null,
          user_id: entered.startedBy.id,
          user_name: entered.startedBy.name,
          started_at: entered.startedAt,
          planned_at: null,
          ended_at: null,
          next_try_at: null,
          lease_until: null,
        })
        .execute()
        .catch((error: unknown) => {
          if (violated(error, 'import_under_way')) throw new AppError('run.running');
          throw error;
        });
      await wake();
    },

    get: (id: string) => one(id, false),

    /** Until the end of the transaction nobody else changes its state. */
    lock: (id: string) => one(id, true),

    /** Latest first. */
    async latest(connectionId: string, limit: number): Promise<readonly Import[]> {
      const rows = await ofTenant()
        .where('connection_id', '=', connectionId)
        .orderBy('started_at', 'desc')
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map(toImport);
    },

    async underWay(): Promise<readonly string[]> {
      const rows = await db
        .selectFrom('import')
        .select('id')
        .where('tenant', '=', tenant)
        .where('state', 'in', ['planning', 'running'])
        .execute();
      return rows.map(({ id }) => id);
    },

    async change(
      id: string,
      change: Partial<Pick<Import, 'state' | 'plannedAt' | 'endedAt' | 'failure'>>,
    ): Promise<void> {
      const { state, plannedAt, endedAt, failure } = change;
      await db
        .updateTable('import')
        .set({
          ...(state === undefined ? {} : { state }),
          ...(plannedAt === undefined ? {} : { planned_at: plannedAt }),
          ...(endedAt === undefined ? {} : { ended_at: endedAt }),
          ...(failure ? { code: failure.code, detail: json(failure.detail) } : {}),
        })
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .execute();
      await wake();
    },

    /** One whose actors are not known yet and that nobody asks for. */
    async claimListing(now: Date, leaseUntil: Date): Promise<ListingTask | null> {
      const { rows } = await sql<{ id: string; fence: number; attempts: number }>`
        update import set lease_until = ${leaseUntil}, fence = fence + 1
        where tenant = ${tenant} and id = (
          select id from import where tenant = ${tenant} and state = 'planning' and not listed
            and (next_try_at is null or next_try_at <= ${now}) and (lease_until is null or lease_until <= ${now})
          order by started_at limit 1 for update skip locked)
        returning id, fence, attempts`.execute(db);
      const [row] = rows;
      return row ? { importId: row.id, fence: row.fence, attempts: row.attempts } : null;
    },

    async extendListing(task: ListingTask, leaseUntil: Date): Promise<void> {
      await heldListing(task).set({ lease_until: leaseUntil }).execute();
    },

    async postponeListing(task: ListingTask, nextTryAt: Date, tried: boolean): Promise<void> {
      await heldListing(task)
        .set((eb) => ({ lease_until: null, attempts: eb('attempts', '+', Number(tried)), next_try_at: nextTryAt }))
        .execute();
    },

    /** The actors there are; those of them that are connected are done. Counts only while the task is still held. */
    async list(
      task: ListingTask,
      actors: readonly { readonly erpKey: string; readonly name: string; readonly linkedTo: number | null }[],
      warning: string | null,
    ): Promise<void> {
      const { numUpdatedRows } = await heldListing(task)
        .set({ listed: true, warning, lease_until: null })
        .where('listed', '=', false)
        .executeTakeFirst();
      if (numUpdatedRows !== 1n) return;
      const rows = actors.map(({ erpKey, name, linkedTo }) => ({
        tenant,
        import_id: task.importId,
        erp_key: erpKey,
        name,
        state: linkedTo === null ? ('toPlan' as const) : ('done' as const),
        verdict: linkedTo === null ? null : ('linked' as const),
        crm_id: linkedTo,
        digest: null,
        known: null,
        chosen: null,
        outcome: null,
        code: null,
        detail: null,
        next_try_at: null,
        lease_until: null,
      }));
      // Fifteen columns a row, and Postgres takes 65535 parameters.
      for (let start = 0; start < rows.length; start += 4000) {
        await db
          .insertInto('import_actor')
          .values(rows.slice(start, start + 4000))
          .onConflict((oc) => oc.doNothing())
          .execute();
      }
    },

    /** Up to `limit` actors of imports under way that nobody works on. */
    async claim(limit: number, now: Date, leaseUntil: Date): Promise<readonly ImportTask[]> {
      const { rows } = await sql<Selectable<Database['import_actor']>>`
        with due as (
          select actor.id from import_actor actor
          join import on import.tenant = actor.tenant and import.id = actor.import_id
          where actor.tenant = ${tenant} and import.listed
            and ((import.state = 'planning' and actor.state = 'toPlan')
              or (import.state = 'running' and actor.state = 'toWrite')
              -- What has begun is found out, whatever became of the import meanwhile.
              or actor.state = 'open')
            and (actor.next_try_at is null or actor.next_try_at <= ${now})
            and (actor.lease_until is null or actor.lease_until <= ${now})
          order by actor.id
          limit ${limit}
          for update of actor skip locked
        )
        update import_actor set lease_until = ${leaseUntil}, fence = fence + 1
        from due where import_actor.tenant = ${tenant} and import_actor.id = due.id
        returning import_actor.*`.execute(db);
      return rows.flatMap(({ import_id, id, erp_key, state, digest, known, chosen, fence, attempts }) =>
        state === 'done'
          ? []
          : [{ importId: import_id, id, erpKey: erp_key, state, digest, known: known ?? [], chosen, fence, attempts }],
      );
    },

    /** Never shortens it: an open call may last longer than its worker. */
    async extend(task: ImportTask, leaseUntil: Date): Promise<void> {
      await held(task)
        .set({ lease_until: sql<Date>`greatest(lease_until, ${leaseUntil})` })
        .execute();
    },

    async postpone(task: ImportTask, nextTryAt: Date, tried: boolean): Promise<void> {
      await held(task)
        .set((eb) => ({ lease_until: null, attempts: eb('attempts', '+', Number(tried)), next_try_at: nextTryAt }))
        .execute();
    },

    /** `known` are the records that look like it. */
    async planned(task: ImportTask, plan: ActorPlan, digest: string, known: readonly number[]): Promise<void> {
      await held(task)
        .set(toPlanned(plan, digest, known))
        .execute();
    },

    /** The actor as it is planned now that somebody has said which record it is. Throws `run.changed` when that comes too late. */
    async chosen(
      importId: string,
      actorId: number,
      {
        chosen,
        plan,
        digest,
        known,
      }: {
        readonly chosen: ChosenRecord;
        readonly plan: ActorPlan;
        readonly digest: string;
        readonly known: readonly number[];
      },
    ): Promise<void> {
      const { numUpdatedRows } = await db
        .updateTable('import_actor')
        .set((eb) => ({ ...toPlanned(plan, digest, known), chosen, outcome: null, fence: eb('fence', '+', 1) }))
        .where('tenant', '=', tenant)
        .where('import_id', '=', importId)
        .where('id', '=', actorId)
        .where(isChoosable)
        .executeTakeFirst();
      if (numUpdatedRows !== 1n) throw new AppError('run.changed');
    },

    /** The ERP key of one that somebody may say of which record it is. Throws `run.changed` when there is none. */
    async choosable(importId: string, actorId: number): Promise<string> {
      const { erp_key } = await db
        .selectFrom('import_actor')
        .select('erp_key')
        .where('tenant', '=', tenant)
        .where('import_id', '=', importId)
        .where('id', '=', actorId)
        .where(isChoosable)
        .executeTakeFirstOrThrow(() => new AppError('run.changed'));
      return erp_key;
    },

    /** From here on a record may be there without anybody knowing. Throws `link.busy` when the task is no longer held. */
    async open(task: ImportTask, known: readonly number[], leaseUntil: Date): Promise<void> {
      const { numUpdatedRows } = await held(task)
        .set({ state: 'open', known: [...known], lease_until: leaseUntil })
        .executeTakeFirst();
      if (numUpdatedRows !== 1n) throw new AppError('link.busy');
    },

    /** Throws `link.busy` when the task is no longer held. */
    async done(
      task: ImportTask,
      outcome: ImportOutcome,
      crmId: number | null,
      reason: Obstacle | null = null,
    ): Promise<void> {
      const { numUpdatedRows } = await held(task)
        .set({
          state: 'done',
          outcome,
          ...(crmId === null ? {} : { crm_id: crmId }),
          code: reason?.code ?? null,
          detail: reason ? json(reason.detail) : null,
          lease_until: null,
        })
        .executeTakeFirst();
      if (numUpdatedRows !== 1n) throw new AppError('link.busy');
    },

    /** Leaves out actors that something would become of, or takes them in again. Whoever works on one loses it. */
    async leaveOut(
      importId: string,
      { verdicts, ids }: { readonly verdicts: readonly ChosenVerdict[]; readonly ids: readonly number[] | null },
      leftOut: boolean,
    ): Promise<void> {
      await db
        .updateTable('import_actor')
        .set((eb) => ({
          state: leftOut ? 'done' : 'toWrite',
          outcome: leftOut ? 'leftOut' : null,
          fence: eb('fence', '+', 1),
          lease_until: null,
        }))
        .where('tenant', '=', tenant)
        .where('import_id', '=', importId)
        .where('verdict', 'in', verdicts)
        .where((eb) => (leftOut ? eb('state', '=', 'toWrite') : eb('outcome', '=', 'leftOut')))
        .$if(ids !== null, (query) => query.where('id', 'in', ids ?? []))
        .execute();
    },

    async hasLeft(id: string, states: readonly ImportTask['state'][]): Promise<boolean> {
      const row = await db
        .selectFrom('import_actor')
        .select('id')
        .where('tenant', '=', tenant)
        .where('import_id', '=', id)
        .where('state', 'in', states)
        .limit(1)
        .executeTakeFirst();
      return row !== undefined;
    },

    /** Whether there are some that a person may say the record of. */
    async hasDuplicates(id: string): Promise<boolean> {
      const row = await db
        .selectFrom('import_actor')
        .select('id')
        .where('tenant', '=', tenant)
        .where('import_id', '=', id)
        .where('verdict', '=', 'duplicate')
        .limit(1)
        .executeTakeFirst();
      return row !== undefined;
    },

    async counts(ids: readonly string[]): Promise<ReadonlyMap<string, ImportCounts>> {
      const { rows } = await sql<ImportCounts & { id: string }>`
        select import.id, count(actor.id) as actors,
          count(*) filter (where actor.state in ('toPlan', 'open')
            or (actor.state = 'toWrite' and import.planned_at is not null
              and import.state in ('running', 'paused'))) as left,
          count(*) filter (where verdict = 'create' and outcome is distinct from 'leftOut') as create,
          count(*) filter (where verdict = 'connect' and outcome is distinct from 'leftOut') as connect,
          count(*) filter (where outcome = 'leftOut') as "leftOut",
          count(*) filter (where verdict = 'linked') as linked,
          count(*) filter (where verdict = 'duplicate') as duplicate,
          count(*) filter (where verdict = 'blocked') as blocked,
          count(*) filter (where outcome = 'created') as created,
          count(*) filter (where outcome = 'connected') as connected,
          count(*) filter (where outcome = 'disconnected') as disconnected,
          count(*) filter (where outcome = 'stale') as stale, count(*) filter (where outcome = 'failed') as failed
        from import left join import_actor actor on actor.tenant = import.tenant and actor.import_id = import.id
        where import.tenant = ${tenant} and import.id = any(${[...ids]}::uuid[])
        group by import.id`.execute(db);
      return new Map(rows.map(({ id, ...counts }) => [id, counts]));
    },

    /** In the order the ERP named them; `after` is the id of the last one seen. */
    async actors(
      importId: string,
      {
        verdict,
        outcome,
        after,
      }: {
        readonly verdict: ImportVerdict | null;
        readonly outcome: ImportOutcome | null;
        readonly after: number | null;
      },
      limit: number,
    ): Promise<readonly ImportedActor[]> {
      const rows = await db
        .selectFrom('import_actor')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('import_id', '=', importId)
        .$if(verdict !== null, (query) => query.where('verdict', '=', verdict))
        .$if(outcome !== null, (query) => query.where('outcome', '=', outcome))
        .$if(after !== null, (query) => query.where('id', '>', after ?? 0))
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map((row) => ({
        id: row.id,
        erpKey: row.erp_key,
        name: row.name,
        verdict: row.verdict,
        crmId: row.crm_id,
        lookalikes: row.verdict === 'duplicate' || row.chosen !== null ? (row.known ?? []) : [],
        chosen: row.chosen,
        outcome: row.outcome,
        reason: row.code ? { code: row.code, detail: row.detail ?? {} } : null,
      }));
    },

    /** Says of all that it made and connected that this was taken back, and which these are. */
    async takeBack(importId: string): Promise<readonly { readonly erpKey: string; readonly crmId: number | null }[]> {
      const rows = await db
        .updateTable('import_actor')
        .set({ outcome: 'disconnected' })
        .where('tenant', '=', tenant)
        .where('import_id', '=', importId)
        .where('outcome', 'in', ['created', 'connected'])
        .returning(['erp_key', 'crm_id'])
        .execute();
      return rows.map(({ erp_key, crm_id }) => ({ erpKey: erp_key, crmId: crm_id }));
    },

    /** Imports that ended before, with all they knew. */
    async forget(before: Date): Promise<void> {
      await db.deleteFrom('import').where('tenant', '=', tenant).where('ended_at', '<', before).execute();
    },
  };
}

function toPlanned({ verdict, entity, reason }: ActorPlan, digest: string, known: readonly number[]) {
  return {
    state: verdict === 'create' || verdict === 'connect' ? ('toWrite' as const) : ('done' as const),
    verdict,
    crm_id: entity?.id ?? null,
    digest,
    known: [...known],
    code: reason?.code ?? null,
    detail: reason ? json(reason.detail) : null,
    attempts: 0,
    next_try_at: null,
    lease_until: null,
  };
}

/** It could be several records, or is what somebody has said, and nothing has become of it yet. */
function isChoosable(eb: ExpressionBuilder<Database, 'import_actor'>) {
  return eb.and([
    eb.or([eb('verdict', '=', 'duplicate'), eb('chosen', 'is not', null)]),
    eb('state', 'in', ['toWrite', 'done']),
    eb.or([eb('outcome', 'is', null), eb('outcome', '=', 'leftOut')]),
  ]);
}

function toImport(row: Selectable<Database['import']>): Import {
  return {
    id: row.id,
    connectionId: row.connection_id,
    actorType: row.actor_type,
    source: row.source,
    state: row.state,
    listed: row.listed,
    warning: row.warning,
    failure: row.code ? { code: row.code, detail: row.detail ?? {} } : null,
    startedBy: { id: row.user_id, name: row.user_name },
    startedAt: row.started_at,
    plannedAt: row.planned_at,
    endedAt: row.ended_at,
  };
}
