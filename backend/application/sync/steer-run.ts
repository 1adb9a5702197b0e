import type { ConfirmRun } from '../../../shared/api/runs.ts';
import { inTransaction, type Context } from '../../context.ts';
import { mayBe, type Run, type RunAction, type RunCounts } from '../../domain/run.ts';
import { AppError } from '../../errors.ts';
import { requireAdministrator } from '../access.ts';
import { advanceRun, enterState } from './advance-run.ts';

/** So many records are not changed by a slip of the hand: the name of the connection has to be typed. */
const MANY = 1_000;
export const SUPEROFFICE = 'SuperOffice';

/** What has to be typed before the run may write; null when nothing has to. */
export async function nameToType(
  ctx: Context,
  { scope }: Run,
  { changedLinks }: Pick<RunCounts, 'changedLinks'>,
): Promise<string | null> {
  if (changedLinks <= MANY) return null;
  return scope.connectionId === null ? SUPEROFFICE : (await ctx.store.connections.get(scope.connectionId)).name;
}

/**
 * Writes exactly what was planned: of a dry run, of an undo, or of a run the brake has stopped. The person says how many
 * values she saw.
 */
export async function executeRun(
  ctx: Context,
  runId: string,
  action: 'approve' | 'execute',
  { steps, name = '' }: ConfirmRun,
): Promise<void> {
  const user = requireAdministrator(ctx);
  await steer(ctx, runId, action, async (ctx, run) => {
    const counts = (await ctx.store.runs.counts([run.id])).get(run.id);
    if (counts?.toWrite !== steps) throw new AppError('run.changed');
    const wanted = await nameToType(ctx, run, counts);
    if (wanted !== null && name.trim() !== wanted) throw new AppError('input.invalid', { field: 'name' });
    await ctx.store.runs.change(run.id, { dryRun: false, startedBy: run.startedBy ?? user });
    await enterState(ctx, run, 'running');
  });
}

/** What is under way is finished; nothing else is taken up. */
export async function pauseRun(ctx: Context, runId: string): Promise<void> {
  await steer(ctx, runId, 'pause', (ctx, run) => enterState(ctx, run, 'paused'));
}

export async function resumeRun(ctx: Context, runId: string): Promise<void> {
  await steer(ctx, runId, 'resume', (ctx, run) =>
    enterState(ctx, run, run.plannedAt === null ? 'planning' : 'running'),
  );
}

/** What was written stays written, and can be undone. */
export async function cancelRun(ctx: Context, runId: string): Promise<void> {
  await steer(ctx, runId, 'cancel', (ctx, run) => enterState(ctx, run, 'cancelled'));
}

async function steer(
  ctx: Context,
  runId: string,
  action: RunAction,
  work: (ctx: Context, run: Run) => Promise<void>,
): Promise<void> {
  requireAdministrator(ctx);
  await inTransaction(ctx, async (ctx) => {
    const run = await ctx.store.runs.lock(runId);
    if (!mayBe(action, run.state)) throw new AppError('run.changed');
    await work(ctx, run);
  });
  await advanceRun(ctx, runId);
}
