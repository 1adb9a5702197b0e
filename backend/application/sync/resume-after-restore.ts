import type { Context } from '../../context.ts';
import type { Restore } from '../../domain/restore.ts';

/** Inside a transaction. Syncing goes on, asks the ERPs from the very beginning, and compares all there is. */
export async function resumeAfterRestore(ctx: Context, { id, connectionId }: Restore): Promise<void> {
  const now = ctx.clock.now();
  await ctx.store.restores.settle(id, now);
  await ctx.store.polls.forgetCursors(connectionId);
  await ctx.store.comparisons.begin(connectionId, now);
}
