import { randomUUID } from 'node:crypto';
import type { Context } from '../../context.ts';
import type { Restore } from '../../domain/restore.ts';
import { runIsOver, type Run } from '../../domain/run.ts';
import { AppError } from '../../errors.ts';
import { enterState } from './advance-run.ts';

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

/** Inside a transaction that has switched a connection on: what waits to be decided on is planned anew, now with its links. */
export async function joinRestores(ctx: Context, connectionId: string): Promise<void> {
  const { restores, runs, marks } = ctx.store;
  const open = await restores.open();
  const concerned = open.filter((restore) => restore.connectionId === null || restore.connectionId === connectionId);
  for (const { id, runId } of concerned) {
    const run = runId === null ? null : await runs.lock(runId);
    if (run && !runIsOver(run)) await enterState(ctx, run, 'cancelled');
    // Also where there is no plan yet, for whoever begins one in this very moment would make it without this connection.
    else if (!(await restores.setRun(id, runId, null))) throw new AppError('run.changed');
  }
  if (concerned.length > 0) await marks.revokeAll();
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
