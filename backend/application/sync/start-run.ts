import { randomUUID } from 'node:crypto';
import type { StartSync, StartUndo } from '../../../shared/api/runs.ts';
import type { CrmEntity } from '../../../shared/vocabulary.ts';
import { inTransaction, type Context } from '../../context.ts';
import { mayBe, type Run, type RunRecords, type Undone } from '../../domain/run.ts';
import { AppError } from '../../errors.ts';
import { requireAdministrator } from '../access.ts';
import { advanceRun } from './advance-run.ts';
import { forgottenBefore } from './forget-old.ts';

/** Plans what would be written; then a dry run waits, and another goes on unless the brake stops it. */
export async function startSync(ctx: Context, input: StartSync): Promise<string> {
  const { kind, dryRun, from, connectionId, keepNonBlank } = input;
  const user = requireAdministrator(ctx);
  if (connectionId !== null) {
    const { active, deleted, name } = await ctx.store.connections.get(connectionId);
    if (!active || deleted) throw new AppError('connection.inactive', { name });
  }
  if (input.records.kind === 'import') {
    const entered = await ctx.store.imports.get(input.records.importId);
    if (entered.connectionId !== connectionId) throw new AppError('input.invalid', { field: 'records' });
  }
  const { records, members } = await chosen(ctx, input.records);
  const run: Run = {
    ...begun(ctx),
    kind,
    dryRun,
    scope: { from, connectionId, keepNonBlank, records },
    undoes: null,
    startedBy: { id: user.id, name: user.name },
  };
  await inTransaction(ctx, async (ctx) => {
    await ctx.store.runs.start(run, members);
    await ctx.store.runs.hold(run.id);
  });
  await advanceRun(ctx, run.id);
  return run.id;
}

async function chosen(
  ctx: Context,
  records: StartSync['records'],
): Promise<{ readonly records: RunRecords; readonly members: readonly CrmEntity[] }> {
  if (records.kind !== 'selection') return { records, members: [] };
  // With the person's own eyes: what she may not see is not chosen by her.
  const { name, members } = await ctx.userCrm.selection(records.selectionId);
  return { records: { ...records, name }, members };
}

/** Plans to put back what was written, as a run of its own that waits to be executed. */
export async function startUndo(
  ctx: Context,
  { runId, ledgerId, entity, wholeRecord = false }: StartUndo,
): Promise<string> {
  requireAdministrator(ctx);
  if (runId !== null) {
    const { state, startedAt } = await ctx.store.runs.get(runId);
    if (!mayBe('undo', state)) throw new AppError('run.changed');
    await requireRemembered(ctx, startedAt);
    return planUndo(ctx, { runId, entity });
  }
  const line = await ctx.store.ledger.get(Number(ledgerId));
  await requireRemembered(ctx, line.at);
  return planUndo(ctx, { ledgerId: line.id, since: wholeRecord ? line.entity : null });
}

/** Without `dryRun` it goes on by itself. */
export async function planUndo(ctx: Context, undone: Undone, dryRun = true): Promise<string> {
  const run: Run = {
    ...begun(ctx),
    kind: 'undo',
    dryRun,
    scope: { from: 'crm', connectionId: null, keepNonBlank: false, records: { kind: 'all' } },
    undoes: 'runId' in undone ? undone.runId : null,
    startedBy: ctx.user && { id: ctx.user.id, name: ctx.user.name },
  };
  await inTransaction(ctx, async (ctx) => {
    await ctx.store.runs.startUndo(run, undone);
    await ctx.store.runs.hold(run.id);
  });
  await advanceRun(ctx, run.id);
  return run.id;
}

/** What is about to be forgotten, or partly is, cannot be put back whole. */
export async function requireRemembered(ctx: Context, at: Date): Promise<void> {
  const { before, days } = await forgottenBefore(ctx);
  if (at < before) throw new AppError('undo.expired', { days });
}

function begun(ctx: Context): Pick<Run, 'id' | 'state' | 'startedAt' | 'plannedAt' | 'endedAt'> {
  return { id: randomUUID(), state: 'planning', startedAt: ctx.clock.now(), plannedAt: null, endedAt: null };
}
