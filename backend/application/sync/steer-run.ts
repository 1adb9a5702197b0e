import { inTransaction, type Context } from '../../context.ts';
import { mayBe, type Run, type RunAction } from '../../domain/run.ts';
import { AppError } from '../../errors.ts';
import { requireAdministrator } from '../access.ts';
import { advanceRun, enterState } from './advance-run.ts';

/**
 * Writes exactly what was planned: of a dry run, of an undo, or of a run the brake has stopped. `steps` is the number of
 * values the person saw and said yes to.
 */
export async function executeRun(
  ctx: Context,
  runId: string,
  action: 'approve' | 'execute',
  steps: number,
): Promise<void> {
  await steer(ctx, runId, action, async (ctx, run) => {
    const counts = (await ctx.store.runs.counts([run.id])).get(run.id);
    if (counts?.toWrite !== steps) throw new AppError('run.changed');
    if (run.kind === 'dryRun') await ctx.store.runs.change(run.id, { kind: 'resync' });
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
