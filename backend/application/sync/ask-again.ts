import { inTransaction, type Context } from '../../context.ts';
import { runIsOver } from '../../domain/run.ts';
import { AppError } from '../../errors.ts';
import { requireAdministrator } from '../access.ts';
import { advanceRun } from './advance-run.ts';
import { askAtBrakes } from './brake.ts';

/** Plans anew what the brake of a connection has stopped, after its last plan was cancelled. */
export async function askAgain(ctx: Context, connectionId: string): Promise<void> {
  requireAdministrator(ctx);
  await ctx.store.connections.get(connectionId);
  await inTransaction(ctx, async (ctx) => {
    const brake = await ctx.store.brakes.lock(connectionId, ctx.clock.now());
    if (!brake.heldSince) throw new AppError('run.changed');
    if (brake.runId !== null && !runIsOver(await ctx.store.runs.get(brake.runId))) throw new AppError('run.running');
    await ctx.store.brakes.save({ ...brake, runId: null });
  });
  for (const id of await askAtBrakes(ctx)) await advanceRun(ctx, id);
}
