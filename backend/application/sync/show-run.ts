import type { Run as ShownRun, RunDetail, RunPage, RunStepPage, RunStepQuery } from '../../../shared/api/runs.ts';
import { entityTypeOf } from '../../../shared/vocabulary.ts';
import type { Context } from '../../context.ts';
import { mayBe, runActions, type Run, type RunAction, type RunCounts } from '../../domain/run.ts';
import { AppError } from '../../errors.ts';
import { requireAdministrator } from '../access.ts';
import { reachOf } from './brake.ts';
import { forgottenBefore } from './forget-old.ts';
import { recordNames } from './record-names.ts';
import { nameToType } from './steer-run.ts';

const LONGEST_LIST = 50;
const PAGE = 50;
const DAY_MS = 24 * 60 * 60_000;

/** Latest first. */
export async function listRuns(ctx: Context): Promise<RunPage> {
  requireAdministrator(ctx);
  const runs = await ctx.store.runs.latest(LONGEST_LIST);
  const counts = await ctx.store.runs.counts(runs.map(({ id }) => id));
  const [nameOf, memory] = await Promise.all([connectionNames(ctx), forgottenBefore(ctx)]);
  return { runs: runs.map((run) => shown(run, counts.get(run.id), nameOf, memory)) };
}

export async function showRun(ctx: Context, runId: string): Promise<RunDetail> {
  requireAdministrator(ctx);
  const run = await ctx.store.runs.get(runId);
  const counts = (await ctx.store.runs.counts([runId])).get(runId);
  const [fields, failures, reach, nameOf, fieldName, memory] = await Promise.all([
    ctx.store.runs.fields(runId),
    ctx.store.runs.failures(runId),
    reachOf(ctx, run),
    connectionNames(ctx),
    fieldNames(ctx),
    forgottenBefore(ctx),
  ]);
  return {
    ...shown(run, counts, nameOf, memory),
    reach: [...reach],
    failures: failures.map((code) => ({ code, detail: {} })),
    nameToType: counts ? await nameToType(ctx, run, counts) : null,
    fields: fields.map((field) => ({
      ...field,
      connectionName: nameOf(field.connectionId) ?? '',
      fieldName: fieldName(field.connectionId, null, field.fieldKey),
    })),
  };
}

/** The values of a plan. Those of a record that the person may not see in SuperOffice are not told. */
export async function showRunSteps(
  ctx: Context,
  runId: string,
  { connectionId, fieldKey, target, blanksOnly, after }: RunStepQuery,
): Promise<RunStepPage> {
  requireAdministrator(ctx);
  const run = await ctx.store.runs.get(runId);
  const rows = await ctx.store.runs.steps(
    run.id,
    {
      connectionId: connectionId ?? null,
      fieldKey: fieldKey ?? null,
      target: target ?? null,
      blanksOnly: blanksOnly === 'true',
      after: after === undefined ? null : Number(after),
    },
    PAGE + 1,
  );
  const steps = rows.slice(0, PAGE);
  const [nameOf, fieldName, recordName] = await Promise.all([
    connectionNames(ctx),
    fieldNames(ctx),
    recordNames(
      ctx,
      steps.map(({ entity }) => entity),
    ),
  ]);
  return {
    steps: steps.map((step) => {
      const entityName = recordName(step.entity);
      return {
        id: String(step.id),
        entity: step.entity,
        entityName,
        connectionName: nameOf(step.connectionId) ?? '',
        fieldKey: step.fieldKey,
        fieldName: fieldName(step.connectionId, step.entity.type, step.fieldKey),
        target: step.target,
        before: entityName === null ? null : step.before,
        after: entityName === null ? null : step.after,
        outcome: step.outcome,
      };
    }),
    next: rows.length > PAGE ? String(steps.at(-1)?.id) : null,
  };
}

function shown(
  run: Run,
  counts: RunCounts | undefined,
  nameOf: (id: string) => string | null,
  { before, days }: { readonly before: Date; readonly days: number },
): ShownRun {
  if (!counts) throw new AppError('run.not_found', { id: run.id });
  const { from, connectionId, keepNonBlank, records } = run.scope;
  return {
    id: run.id,
    kind: run.kind,
    dryRun: run.dryRun,
    state: run.state,
    from,
    connectionId,
    connectionName: connectionId === null ? null : nameOf(connectionId),
    keepNonBlank,
    records: {
      kind: records.kind,
      name: records.kind === 'selection' ? records.name : null,
      actorType: records.kind === 'actors' ? records.actorType : null,
    },
    undoes: run.undoes,
    startedAt: run.startedAt.toISOString(),
    startedBy: run.startedBy?.name ?? null,
    endedAt: run.endedAt?.toISOString() ?? null,
    may: (Object.keys(runActions) as RunAction[]).filter(
      (action) => mayBe(action, run.state) && (action !== 'undo' || (counts.written > 0 && run.startedAt >= before)),
    ),
    undoUntil: new Date(run.startedAt.getTime() + days * DAY_MS).toISOString(),
    counts,
  };
}

async function connectionNames(ctx: Context): Promise<(id: string) => string | null> {
  const connections = await ctx.store.connections.list();
  return (id) => connections.find((connection) => connection.id === id)?.name ?? null;
}

async function fieldNames(ctx: Context) {
  const connections = await ctx.store.connections.list();
  const mappings = (await Promise.all(connections.map(({ id }) => ctx.store.mappings.list(id)))).flat();
  return (connectionId: string, entityType: string | null, fieldKey: string): string =>
    mappings
      .filter((mapping) => mapping.connectionId === connectionId)
      .filter(({ actorType }) => entityType === null || entityTypeOf[actorType] === entityType)
      .flatMap(({ fields }) => fields)
      .find(({ key }) => key === fieldKey)?.name ?? fieldKey;
}
