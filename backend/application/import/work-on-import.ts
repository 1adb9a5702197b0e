import { randomUUID } from 'node:crypto';
import { passing, type ErrorCode } from '../../../shared/errors.ts';
import {
  entityTypeOf,
  type ActorRef,
  type CrmEntity,
  type FieldValue,
  type FieldValues,
} from '../../../shared/vocabulary.ts';
import { inTransaction, type Context } from '../../context.ts';
import { agreedAfterImport, planDigest, type Import, type ImportTask, type Obstacle } from '../../domain/import.ts';
import { pauses, retryDelayMs } from '../../domain/retry.ts';
import { AppError } from '../../errors.ts';
import { log } from '../../log.ts';
import type { Actor } from '../../ports/erp-connector.ts';
import type { CrmRecord } from '../../ports/crm.ts';
import { leaseUntil } from '../sync/hold-record.ts';
import { LONGEST_CALL_MS } from '../sync/leftovers.ts';
import { advanceImport } from './advance-import.ts';
import { openGround, planActor, type Ground, type LookedAt } from './plan-actor.ts';

/** How often an actor is tried before the import goes on without it. */
const PATIENCE = 5;
const EXTEND_MS = 15_000;

/** Up to `limit` actors of imports under way. Also moves on an import whose last actor a worker did and then died. */
export async function claimImportTasks(ctx: Context, limit: number): Promise<readonly ImportTask[]> {
  const tasks = await ctx.store.imports.claim(limit, ctx.clock.now(), leaseUntil(ctx));
  if (tasks.length === 0) for (const id of await ctx.store.imports.underWay()) await advanceImport(ctx, id);
  return tasks;
}

/** Finds out what one actor is, or does what was planned for it. */
export async function workOnImport(ctx: Context, task: ImportTask): Promise<void> {
  const timer = setInterval(() => {
    ctx.store.imports
      .extend(task, leaseUntil(ctx))
      .catch((error: unknown) => log.error('import.lease_not_extended', error, { tenant: ctx.tenant }));
  }, EXTEND_MS);
  try {
    const entered = await ctx.store.imports.get(task.importId);
    const ground = await openGround(ctx, entered);
    if (task.state === 'toPlan') await plan(ctx, entered, ground, task);
    else await write(ctx, entered, ground, task);
  } catch (error) {
    const failure = toFailure(ctx, task, error);
    if (failure.code === 'link.busy') throw failure;
    if (mayPass(failure.code, task) || task.state === 'open') await later(ctx, task, failure);
    else await fail(ctx, task, failure);
  } finally {
    clearInterval(timer);
  }
  await advanceImport(ctx, task.importId);
}

async function plan(ctx: Context, entered: Import, ground: Ground, task: ImportTask): Promise<void> {
  const { plan, twins } = await planActor(ctx, entered, ground, task);
  await ctx.store.imports.planned(
    task,
    plan,
    planDigest(plan),
    twins.map(({ id }) => id),
  );
}

async function write(ctx: Context, entered: Import, ground: Ground, task: ImportTask): Promise<void> {
  const looked = await planActor(ctx, entered, ground, task);
  const { plan, actor, twins } = looked;
  if (task.state === 'open') return resolve(ctx, entered, ground, task, looked);
  // Exactly what was shown, or nothing.
  if (planDigest(plan) !== task.digest || !actor) {
    await ctx.store.imports.done(task, 'stale', plan.entity?.id ?? null, plan.reason);
  } else if (plan.verdict === 'connect' && plan.entity) {
    await adopt(ctx, entered, task, { actor, entity: plan.entity, outcome: 'connected', agreed: {} });
  } else {
    await create(ctx, entered, ground, task, actor, plan.values, plan.company, twins);
  }
}

/** A record was about to be made, and its call is surely over. What came of it is connected; if nothing did, it is made. */
async function resolve(
  ctx: Context,
  entered: Import,
  ground: Ground,
  task: ImportTask,
  { plan, actor, twins }: LookedAt,
): Promise<void> {
  if (!actor) return fail(ctx, task, new AppError('actor.not_found'));
  if (plan.verdict === 'linked') return ctx.store.imports.done(task, 'created', plan.entity?.id ?? null);
  const [made, ...others] = twins.filter(({ id }) => !task.known.includes(id));
  if (others.length > 0) return fail(ctx, task, new AppError('import.ambiguous', { count: others.length + 1 }));
  if (made) return adopt(ctx, entered, task, { actor, entity: made, outcome: 'created', agreed: {} });
  if (plan.verdict !== 'create' || planDigest(plan) !== task.digest) {
    return ctx.store.imports.done(task, 'stale', null, plan.reason);
  }
  await create(ctx, entered, ground, task, actor, plan.values, plan.company, twins);
}

async function create(
  ctx: Context,
  entered: Import,
  { pairs }: Ground,
  task: ImportTask,
  actor: Actor,
  values: FieldValues,
  company: CrmEntity | null,
  twins: readonly CrmEntity[],
): Promise<void> {
  const surelyOver = new Date(ctx.clock.now().getTime() + LONGEST_CALL_MS);
  await ctx.store.imports.open(
    task,
    twins.map(({ id }) => id),
    surelyOver,
  );
  const opened = { ...task, state: 'open' } as const;
  const consentSource = await ctx.store.syncSettings.consentSource();
  let record: CrmRecord;
  try {
    record = await ctx.crm.create({
      type: entityTypeOf[actor.type],
      values,
      consentSource,
      ...(company ? { company } : {}),
    });
  } catch (error) {
    if (error instanceof AppError && isRefusal(error.code)) return fail(ctx, task, error);
    log.warn('import.unanswered', { tenant: ctx.tenant, runId: task.importId });
    return ctx.store.imports.postpone(opened, surelyOver, true);
  }
  const agreed = agreedAfterImport(pairs, values, record.values, actor.values);
  const sent = pairs.flatMap(({ erp, crm }) => {
    const value = values[crm.key];
    return value === undefined
      ? []
      : [{ fieldKey: erp.key, crmField: crm.key, value, stored: record.values[crm.key] ?? value }];
  });
  await adopt(ctx, entered, opened, { actor, entity: record.entity, outcome: 'created', agreed, sent });
}

/** Whether a failure says that SuperOffice has surely made no record. Any other may have come after it did. */
function isRefusal(code: ErrorCode): boolean {
  return /^(value|mapping|list)\./.test(code) || code === 'crm.rejected' || code === 'crm.denied';
}

interface Adoption {
  readonly actor: Actor;
  readonly entity: CrmEntity;
  readonly outcome: 'created' | 'connected';
  readonly agreed: ReturnType<typeof agreedAfterImport>;
  readonly sent?: readonly SentValue[];
}

interface SentValue {
  readonly fieldKey: string;
  readonly crmField: string;
  readonly value: FieldValue;
  /** As SuperOffice keeps it. */
  readonly stored: FieldValue;
}

/** Link, ledger and outcome in one transaction. The rest is ordinary syncing, with its rules, its conflicts and its brake. */
async function adopt(
  ctx: Context,
  { connectionId, startedBy: user }: Import,
  task: ImportTask,
  { actor: { type, erpKey }, entity, outcome, agreed, sent = [] }: Adoption,
): Promise<void> {
  const now = ctx.clock.now();
  const actor: ActorRef = { type, erpKey };
  const mark = { lane: 'bulk', cause: 'import', user, at: now } as const;
  try {
    await inTransaction(ctx, async (ctx) => {
      await ctx.store.imports.done(task, outcome, entity.id);
      await ctx.store.marks.ensure(entity);
      const pending = await ctx.store.creations.pending(connectionId);
      if (pending.some((creation) => creation.entity.type === entity.type && creation.entity.id === entity.id)) {
        throw new AppError('creation.open', { connectionId });
      }
      const link = await ctx.store.links.claim(randomUUID(), { connectionId, entity, actor }, now);
      await ctx.store.links.confirm(link.id, now);
      await ctx.store.links.settle(link.id, { agreed, waiting: [] }, now);
      await ctx.store.ledger.note('connected', link, mark, now);
      const rows = sent.map(({ fieldKey, crmField, value }) => ({
        link,
        runId: null,
        fieldKey,
        crmField,
        target: 'crm' as const,
        before: null,
        after: value,
        reason: 'created' as const,
      }));
      const ids = await ctx.store.ledger.enter(rows, mark, now);
      await ctx.store.ledger.settle(sent.map(({ stored }, index) => ({ id: ids[index] ?? 0, after: stored })));
      await ctx.store.marks.entities(entity.type, [entity.id], mark);
    });
  } catch (error) {
    const taken = error instanceof AppError && /^(link\.(exists|actor_taken)|creation\.open)$/.test(error.code);
    if (!taken) throw error;
    // Somebody was faster. A record that was made stands there unconnected, and the import says which.
    await ctx.store.imports.done(task, 'failed', entity.id, { code: error.code, detail: error.detail });
    await inTransaction(ctx, (ctx) => ctx.store.marks.removeUnlinked(entity));
  }
}

async function fail(ctx: Context, task: ImportTask, { code, detail }: Obstacle): Promise<void> {
  if (task.state === 'toPlan') {
    const plan = { verdict: 'blocked', entity: null, values: {}, company: null, reason: { code, detail } } as const;
    await ctx.store.imports.planned(task, plan, planDigest(plan), []);
  } else {
    await ctx.store.imports.done(task, 'failed', null, { code, detail });
  }
}

function mayPass(code: ErrorCode, { attempts }: ImportTask): boolean {
  return pauses.has(code) || ((passing.has(code) || code === 'internal') && attempts < PATIENCE);
}

function later(ctx: Context, task: ImportTask, failure: AppError): Promise<void> {
  const asked = Number(failure.detail['retryAfterSeconds'] ?? 0) * 1000;
  const delay = retryDelayMs(task.attempts, `${task.importId} ${task.erpKey}`, asked);
  const nextTryAt = new Date(ctx.clock.now().getTime() + delay);
  return ctx.store.imports.postpone(task, nextTryAt, !pauses.has(failure.code));
}

function toFailure(ctx: Context, { importId }: ImportTask, error: unknown): AppError {
  if (error instanceof AppError) return error;
  log.error('import.actor_failed', error, { tenant: ctx.tenant, runId: importId });
  return new AppError('internal', {}, { cause: error });
}
