import type { RecordPlan, Run, RunCounts, RunStep, RunTask } from '../../backend/domain/run.ts';
import { AppError } from '../../backend/errors.ts';
import type { Store } from '../../backend/store/store.ts';
import type { CrmEntity } from '../../shared/vocabulary.ts';
import type { MemoryTables, StoreWatch } from './memory-store.ts';

export interface RunRecordRow extends Omit<RecordPlan, 'steps'> {
  readonly runId: string;
  readonly entity: CrmEntity;
  readonly state: 'toPlan' | 'toWrite' | 'done';
  readonly attempts: number;
  readonly nextTryAt: number | null;
  readonly leaseUntil: number | null;
  readonly fence: number;
}

export type RunStepRow = RunStep & { readonly runId: string };

type Calls = Pick<
  Store['runs'],
  | 'start'
  | 'startUndo'
  | 'get'
  | 'lock'
  | 'underWay'
  | 'hold'
  | 'letGo'
  | 'change'
  | 'hasLeft'
  | 'claim'
  | 'extend'
  | 'postpone'
  | 'planned'
  | 'written'
  | 'stepsOf'
  | 'dropSteps'
  | 'reach'
  | 'failures'
  | 'counts'
>;

const same = (a: CrmEntity, b: CrmEntity) => a.type === b.type && a.id === b.id;

/** The runs of one tenant in memory, with the rules of their tables. */
export function memoryRuns(tables: MemoryTables, watch: StoreWatch): Calls {
  const { runs, runRecords, runSteps, runHolds, links, ledger, open } = tables;
  const keyOf = (runId: string, { type, id }: CrmEntity) => `${runId} ${type}/${id}`;
  const recordsOf = (runId: string) => [...runRecords.values()].filter((row) => row.runId === runId);
  const stepsOf = (runId: string) => [...runSteps.values()].filter((step) => step.runId === runId);
  const found = (id: string): Run => {
    const run = runs.get(id);
    if (!run) throw new AppError('run.not_found', { id });
    return run;
  };
  const put = (row: RunRecordRow) => tables.put(runRecords, keyOf(row.runId, row.entity), row);
  const held = ({ runId, entity, fence }: RunTask): RunRecordRow | null => {
    const row = runRecords.get(keyOf(runId, entity));
    return row?.fence === fence ? row : null;
  };
  const fresh = { links: 0, unchanged: 0, conflicts: 0, parked: 0, failure: null };
  const begin = (runId: string, entity: CrmEntity) => {
    const times = { attempts: 0, nextTryAt: null, leaseUntil: null, fence: 0 };
    put({ runId, entity, state: 'toPlan', ...fresh, ...times });
  };
  const putStep = (step: Omit<RunStepRow, 'id'>) => {
    const known = stepsOf(step.runId).find(
      ({ linkId, fieldKey, target }) => linkId === step.linkId && fieldKey === step.fieldKey && target === step.target,
    );
    if (known) {
      tables.put(runSteps, String(known.id), { ...known, outcome: null });
      return;
    }
    tables.stepIds += 1;
    tables.put(runSteps, String(tables.stepIds), { ...step, id: tables.stepIds });
  };

  return {
    async start(run) {
      tables.put(runs, run.id, run);
      const { connectionId, records } = run.scope;
      const active = tables.connections.filter((connection) => connection.active).map(({ id }) => id);
      for (const link of links.values()) {
        const mark = [...tables.marks.values()].find((row) => same(row.entity, link.entity));
        const chosen =
          records.kind === 'all' ||
          (records.kind === 'these' && records.entities.some((entity) => same(entity, link.entity))) ||
          (records.kind === 'marked' && mark !== undefined && mark.marked > mark.handled);
        const inScope = connectionId === null || link.connectionId === connectionId;
        if (link.confirmedAt && chosen && inScope && active.includes(link.connectionId)) begin(run.id, link.entity);
      }
      tables.onCommit(() => watch.raised());
    },
    async startUndo(run, undone) {
      tables.put(runs, run.id, run);
      const entity = 'runId' in undone ? undone.entity : undone.since;
      const rows = [...ledger.values()]
        .filter(({ settled, event, reason }) => settled && event === null && !['overruled', 'created'].includes(reason))
        .filter((row) => entity === null || same(row.entity, entity))
        .filter((row) =>
          'runId' in undone
            ? row.runId === undone.runId
            : undone.since === null
              ? row.id === undone.ledgerId
              : row.id >= undone.ledgerId,
        )
        .sort((a, b) => a.id - b.id);
      const places = Map.groupBy(rows, ({ linkId, fieldKey, target }) => `${linkId} ${fieldKey} ${target}`);
      for (const [first, ...others] of places.values()) {
        const last = others.at(-1) ?? first;
        if (!first || !last || first.before === last.after) continue;
        const { linkId, connectionId, fieldKey, crmField, target } = first;
        begin(run.id, first.entity);
        const about = { runId: run.id, entity: first.entity, linkId, connectionId, fieldKey, crmField, target };
        putStep({ ...about, before: last.after, after: first.before, outcome: null });
      }
      tables.onCommit(() => watch.raised());
    },
    get: async (id) => found(id),
    lock: async (id) => found(id),
    async underWay() {
      return [...runs.values()].filter(({ state }) => state === 'planning' || state === 'running').map(({ id }) => id);
    },
    async hold(id) {
      const entities = recordsOf(id).map(({ entity }) => entity);
      const needed = [...links.values()].filter((link) => entities.some((entity) => same(entity, link.entity)));
      for (const { connectionId } of needed) {
        const holder = runHolds.get(connectionId);
        if (holder !== undefined && holder !== id) throw new AppError('run.running');
        tables.put(runHolds, connectionId, id);
      }
    },
    async letGo(id) {
      for (const [connectionId, holder] of runHolds) if (holder === id) tables.drop(runHolds, connectionId);
    },
    async change(id, change) {
      tables.put(runs, id, { ...found(id), ...change });
      tables.onCommit(() => watch.raised());
    },
    async hasLeft(id, state) {
      return recordsOf(id).some((row) => row.state === state);
    },
    async claim(limit, now, leaseUntil, only = null) {
      const due = [...runRecords.values()].filter((row) => {
        const { state } = found(row.runId);
        const free = row.leaseUntil === null || row.leaseUntil <= now.getTime();
        const isDue = row.nextTryAt === null || row.nextTryAt <= now.getTime();
        const fits =
          (state === 'planning' && row.state === 'toPlan') || (state === 'running' && row.state === 'toWrite');
        return fits && free && isDue && (only === null || only.includes(row.runId));
      });
      return due.slice(0, limit).map((row) => {
        put({ ...row, leaseUntil: leaseUntil.getTime(), fence: row.fence + 1 });
        const phase = row.state === 'toPlan' ? 'plan' : 'write';
        return { runId: row.runId, phase, entity: row.entity, fence: row.fence + 1, attempts: row.attempts };
      });
    },
    async extend(task, leaseUntil) {
      const row = held(task);
      if (row) put({ ...row, leaseUntil: leaseUntil.getTime() });
    },
    async postpone(task, nextTryAt, tried) {
      const row = held(task);
      const attempts = (row?.attempts ?? 0) + Number(tried);
      if (row) put({ ...row, leaseUntil: null, attempts, nextTryAt: nextTryAt.getTime() });
    },
    async planned(task, { steps, ...plan }) {
      const row = held(task);
      if (!row) return;
      const state = steps.length > 0 ? 'toWrite' : 'done';
      put({ ...row, ...plan, state, leaseUntil: null, nextTryAt: null, attempts: 0 });
      for (const step of stepsOf(task.runId).filter(({ entity }) => same(entity, task.entity))) {
        tables.put(runSteps, String(step.id), { ...step, outcome: plan.failure === null ? 'stale' : 'failed' });
      }
      for (const step of steps) putStep({ ...step, runId: task.runId, entity: task.entity, outcome: null });
    },
    async written(task, failure) {
      const row = held(task);
      if (!row) return;
      put({ ...row, state: 'done', leaseUntil: null, ...(failure === null ? {} : { failure }) });
      for (const step of stepsOf(task.runId).filter(({ entity }) => same(entity, task.entity))) {
        if (step.outcome !== null) continue;
        const done = [...ledger.values()].some(
          ({ runId, settled, linkId, fieldKey, target }) =>
            runId === task.runId &&
            settled &&
            linkId === step.linkId &&
            fieldKey === step.fieldKey &&
            target === step.target,
        );
        const parked = open.get(`${step.linkId} ${step.fieldKey}`)?.kind === 'parked' || links.get(step.linkId)?.parked;
        const outcome = done ? 'written' : failure !== null || parked ? 'failed' : 'stale';
        tables.put(runSteps, String(step.id), { ...step, outcome });
      }
    },
    async stepsOf(runId, entity) {
      return stepsOf(runId).filter((step) => step.outcome === null && same(step.entity, entity));
    },
    async dropSteps(runId, { connectionId, fieldKey }) {
      const dropped = stepsOf(runId).filter((step) => step.connectionId === connectionId && step.fieldKey === fieldKey);
      for (const { id } of dropped) tables.drop(runSteps, String(id));
    },
    async reach(id) {
      const steps = stepsOf(id).filter(({ outcome }) => outcome !== 'stale');
      return [...Map.groupBy(steps, ({ connectionId }) => connectionId)].map(([connectionId, own]) => ({
        connectionId,
        changedLinks: new Set(own.map(({ linkId }) => linkId)).size,
      }));
    },
    async failures(id) {
      return recordsOf(id).flatMap(({ failure }) => (failure === null ? [] : [failure]));
    },
    async counts(ids) {
      return new Map(
        ids
          .filter((id) => runs.has(id))
          .map((id): [string, RunCounts] => {
            const records = recordsOf(id);
            const steps = stepsOf(id).filter(({ outcome }) => outcome !== 'stale');
            const sum = (of: 'links' | 'unchanged' | 'conflicts' | 'parked') =>
              records.reduce((total, row) => total + row[of], 0);
            return [
              id,
              {
                records: records.length,
                recordsLeft: records.filter(({ state }) => state !== 'done').length,
                links: sum('links'),
                toWrite: steps.length,
                blanks: steps.filter(({ after }) => after === null).length,
                changedLinks: new Set(steps.map(({ linkId }) => linkId)).size,
                written: steps.filter(({ outcome }) => outcome === 'written').length,
                stale: stepsOf(id).length - steps.length,
                unchanged: sum('unchanged'),
                conflicts: sum('conflicts'),
                parked: sum('parked'),
                failed: records.filter(({ failure }) => failure !== null).length,
              },
            ];
          }),
      );
    },
  };
}
