import { randomUUID } from 'node:crypto';
import type { Context } from '../../context.ts';
import type { Restore } from '../../domain/restore.ts';

/**
 * Inside a transaction. Syncing goes on, asks the ERPs from the very beginning, and compares all there is. Connections that are
 * switched off had no part in this, so what it means for them is decided when they are switched on.
 */
export async function resumeAfterRestore(ctx: Context, restore: Restore): Promise<void> {
  const { id, connectionId } = restore;
  const now = ctx.clock.now();
  await ctx.store.restores.settle(id, now);
  if (connectionId === null) {
    const linked = await ctx.store.links.counts();
    const resting = (await ctx.store.connections.list()).filter(({ id, active }) => !active && linked.has(id));
    for (const { id } of resting) {
      await ctx.store.restores.begin({ ...restore, id: randomUUID(), connectionId: id, runId: null });
    }
  }
  await ctx.store.polls.forgetCursors(connectionId);
  await ctx.store.comparisons.begin(connectionId, now);
}
