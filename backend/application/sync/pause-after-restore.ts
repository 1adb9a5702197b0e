import { randomUUID } from 'node:crypto';
import type { Context } from '../../context.ts';
import type { Restore } from '../../domain/restore.ts';
import type { Run } from '../../domain/run.ts';

/**
 * A system was put back to an older state: automatic sync stops before anything is written, and whoever is at work loses
 * its hold. Told twice, it is one.
 */
export async function pauseAfterRestore(
  { store, clock }: Pick<Context, 'store' | 'clock'>,
  { side, connectionId, userName }: Pick<Restore, 'side' | 'connectionId' | 'userName'>,
): Promise<void> {
  await store.transaction(async ({ restores, marks }) => {
    const restore = { id: randomUUID(), side, connectionId, at: clock.now(), userName, runId: null };
    if (await restores.begin(restore)) await marks.revokeAll();
  });
}

/** Makes the plans that are still missing. They read, and write nothing. */
export async function planRestores(ctx: Context): Promise<readonly string[]> {
  const open = await ctx.store.restores.open();
  for (const { id, side, connectionId, runId } of open) {
    if (runId !== null) continue;
    const run: Run = {
      id: randomUUID(),
      kind: 'restore',
      dryRun: true,
      state: 'planning',
      scope: { from: side, connectionId, keepNonBlank: false, records: { kind: 'all' } },
      undoes: null,
      startedAt: ctx.clock.now(),
      plannedAt: null,
      endedAt: null,
      startedBy: null,
    };
    await ctx.store.transaction(async ({ restores, runs }) => {
      if (await restores.setRun(id, null, run.id)) await runs.start(run);
    });
  }
  return (await ctx.store.restores.open()).flatMap(({ runId }) => (runId === null ? [] : [runId]));
}
