import { passing, type ErrorCode } from '../../../shared/errors.ts';
import { inTransaction, type Context } from '../../context.ts';
import type { LinkMemory } from '../../domain/link.ts';
import { pauses, retryDelayMs } from '../../domain/retry.ts';
import type { RecordPlan, Run, RunTask } from '../../domain/run.ts';
import type { Intent, PlannedStep } from '../../domain/sync-plan.ts';
import { AppError } from '../../errors.ts';
import { log } from '../../log.ts';
import { advanceRun } from './advance-run.ts';
import { askAtBrakes } from './brake.ts';
import { leaseUntil, whileHeld } from './hold-record.ts';
import { planRestores } from './pause-after-restore.ts';
import { doubtful, planRecord, reconcile } from './reconcile.ts';
import { restoredSteps } from './restored-steps.ts';

/** How often a record is tried before the run goes on without it. */
const PATIENCE = 5;
const EXTEND_MS = 15_000;
const BUSY_MS = 1_000;

/** Up to `limit` records of runs under way. Also moves on a run whose last record a worker did and then died. */
export async function claimRunTasks(ctx: Context, limit: number): Promise<readonly RunTask[]> {
  const restores = await planRestores(ctx);
  if (restores.length === 0) for (const id of await askAtBrakes(ctx)) await advanceRun(ctx, id);
  const underWay = await ctx.store.runs.underWay();
  if (underWay.length === 0) return [];
  const tasks = await ctx.store.runs.claim(
    limit,
    ctx.clock.now(),
    leaseUntil(ctx),
    restores.length > 0 ? restores : null,
  );
  if (tasks.length === 0) for (const id of underWay) await advanceRun(ctx, id);
  return tasks;
}

/** Plans or writes one record of a run. */
export async function workOnRun(ctx: Context, task: RunTask): Promise<void> {
  const timer = setInterval(() => {
    ctx.store.runs
      .extend(task, leaseUntil(ctx))
      .catch((error: unknown) => log.error('run.lease_not_extended', error, { tenant: ctx.tenant }));
  }, EXTEND_MS);
  try {
    const run = await ctx.store.runs.get(task.runId);
    if (task.phase === 'plan') await plan(ctx, run, task);
    else await write(ctx, run, task);
  } finally {
    clearInterval(timer);
  }
  await advanceRun(ctx, task.runId);
}

async function plan(ctx: Context, run: Run, task: RunTask): Promise<void> {
  try {
    // An undo brings its steps along, and they are looked at; the others find theirs.
    const steps = run.kind === 'undo' ? await ctx.store.runs.stepsOf(run.id, task.entity) : undefined;
    const cause = run.kind === 'sync' ? 'sweep' : run.kind;
    const {
      record: found,
      read,
      failed,
      plan,
    } = await planRecord(ctx, { entity: task.entity, cause }, (links) => intentOf(run, links, steps));
    const [failure] = failed.map(({ failure }) => failure);
    if (failure && mayPass(failure.code, run, task)) {
      await later(ctx, task, failure);
      return;
    }

    const targets = read.filter(({ link }) => isTarget(run, link));
    const changes = run.kind === 'restore' ? [] : plan.steps;
    const planned = changes.flatMap((step) => {
      const target = targets.find(({ link }) => link.id === step.linkId);
      const pair = target?.pairs.find(({ erp }) => erp.key === step.fieldKey);
      if (!target || !pair || step.reason === 'overruled') return [];
      return [{ ...step, connectionId: target.link.connectionId, crmField: pair.crm.key }];
    });
    const open = plan.links.flatMap(({ linkId, open }) =>
      targets.some(({ link }) => link.id === linkId) ? Object.values(open) : [],
    );
    const untouched = plan.links.filter(
      ({ linkId, open }) =>
        targets.some(({ link }) => link.id === linkId) &&
        Object.keys(open).length === 0 &&
        !planned.some((step) => step.linkId === linkId),
    );
    await record(ctx, task, {
      links: targets.length + failed.filter(({ link }) => isTarget(run, link)).length,
      unchanged: untouched.length,
      conflicts: open.filter(({ kind }) => kind === 'conflict').length,
      parked: open.filter(({ kind }) => kind === 'parked').length,
      failure: failure?.code ?? null,
      steps: run.kind === 'restore' ? await restoredSteps(ctx, run.scope, found, targets) : planned,
    });
  } catch (error) {
    const failure = toFailure(ctx, task, error);
    if (mayPass(failure.code, run, task)) return later(ctx, task, failure);
    await record(ctx, task, { links: 0, unchanged: 0, conflicts: 0, parked: 0, failure: failure.code, steps: [] });
  }
}

function record(ctx: Context, task: RunTask, plan: RecordPlan): Promise<void> {
  return inTransaction(ctx, (ctx) => ctx.store.runs.planned(task, plan));
}

/** A resync from SuperOffice may be meant for one ERP; everything else goes on from the record to all the others. */
function isTarget({ kind, scope }: Run, { connectionId }: LinkMemory): boolean {
  if (kind === 'restore') return scope.connectionId === null || scope.connectionId === connectionId;
  return (
    kind !== 'resync' || scope.from === 'erp' || scope.connectionId === null || scope.connectionId === connectionId
  );
}

async function write(ctx: Context, run: Run, task: RunTask): Promise<void> {
  const { entity } = task;
  const steps = await ctx.store.runs.stepsOf(run.id, entity);
  const links = (await ctx.store.links.ofEntity(entity)).filter(({ confirmedAt }) => confirmedAt !== null);
  if (links.length === 0) return done(ctx, task, null);

  const now = ctx.clock.now();
  const until = leaseUntil(ctx);
  const claim = await ctx.store.marks.claim(entity, now, until);
  if (!claim) return ctx.store.runs.postpone(task, new Date(now.getTime() + BUSY_MS), false);
  // These steps and no others: whatever the record was marked for is still to be looked at. As of the end of our own lease
  // only a mark can make it busy.
  const waits = await ctx.store.marks.isBusy(entity, until);
  if (waits) {
    await ctx.store.marks.entities(entity.type, [entity.id], { lane: 'event', cause: 'sweep', user: null, at: now });
  }

  const cause = run.kind === 'sync' ? claim.cause : run.kind;
  const ours = { ...claim, cause, user: run.startedBy ?? claim.user };
  const intent = intentOf(run, links, steps);
  const { links: outcomes } = await whileHeld(ctx, ours, () => reconcile(ctx, ours, { intent, runId: run.id }));
  const concerned = outcomes.filter(({ linkId }) => steps.some((step) => step.linkId === linkId));
  const obstacles = concerned.flatMap(({ obstacle }) => (obstacle ? [obstacle] : []));
  const passes = obstacles.find(({ code }) => mayPass(code, run, task));
  if (passes) return later(ctx, task, new AppError(passes.code, passes.detail));
  const failure = obstacles.find(({ code }) => passing.has(code) || code === 'internal');
  await done(ctx, task, failure?.code ?? null);
}

function done(ctx: Context, task: RunTask, failure: ErrorCode | null): Promise<void> {
  return inTransaction(ctx, (ctx) => ctx.store.runs.written(task, failure));
}

function intentOf({ kind, scope }: Run, links: readonly LinkMemory[], steps?: readonly PlannedStep[]): Intent {
  if (kind === 'undo' || kind === 'restore') return { kind: 'undo', steps: steps ?? [] };
  if (kind === 'sync') return { kind, ...(steps ? { only: steps } : {}) };
  const source = links.find(({ connectionId }) => connectionId === scope.connectionId);
  // Without its link, the ERP that should be right has nothing to say about this record.
  const only = scope.from === 'erp' && !source ? [] : steps;
  return {
    kind: 'resync',
    from: scope.from === 'crm' || !source ? 'crm' : { linkId: source.id },
    keepNonBlank: scope.keepNonBlank,
    ...(only ? { only } : {}),
  };
}

/** What a restored backup put back and nobody decided on would count as an edit, so there no record is given up in a hurry. */
function mayPass(code: ErrorCode, { kind }: Run, { attempts }: RunTask): boolean {
  const isRestore = kind === 'restore';
  if (pauses.has(code) || (isRestore && passing.has(code))) return true;
  if (doubtful.has(code)) return attempts < (isRestore ? PATIENCE : 1);
  return (passing.has(code) || code === 'internal') && attempts < PATIENCE;
}

function later(ctx: Context, task: RunTask, failure: AppError): Promise<void> {
  const { type, id } = task.entity;
  const asked = Number(failure.detail['retryAfterSeconds'] ?? 0) * 1000;
  const delay = retryDelayMs(task.attempts, `${task.runId} ${type} ${id}`, asked);
  return ctx.store.runs.postpone(task, new Date(ctx.clock.now().getTime() + delay), !pauses.has(failure.code));
}

function toFailure(ctx: Context, { runId, entity }: RunTask, error: unknown): AppError {
  if (error instanceof AppError) return error;
  log.error('run.record_failed', error, { tenant: ctx.tenant, runId, entityType: entity.type, entityId: entity.id });
  return new AppError('internal', {}, { cause: error });
}
