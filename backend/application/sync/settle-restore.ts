import type { ReportRestore, SettleRestore } from '../../../shared/api/restores.ts';
import { inTransaction, type Context } from '../../context.ts';
import { mayBe } from '../../domain/run.ts';
import { AppError } from '../../errors.ts';
import { requireAdministrator } from '../access.ts';
import { advanceRun, enterState } from './advance-run.ts';
import { pauseAfterRestore } from './pause-after-restore.ts';
import { resumeAfterRestore } from './resume-after-restore.ts';

/** An administrator says that an ERP was restored. Of SuperOffice we are told. */
export async function reportRestore(ctx: Context, { connectionId }: ReportRestore): Promise<void> {
  const { name: userName } = requireAdministrator(ctx);
  const { deleted, name } = await ctx.store.connections.get(connectionId);
  if (deleted) throw new AppError('connection.inactive', { name });
  await pauseAfterRestore(ctx, { side: 'erp', connectionId, userName });
}

/**
 * Gives the restored system its newer values again, but for the fields that are to keep the restored ones; or keeps all of
 * those. Either way syncing goes on, and what is kept counts as an edit: where the other side has another one, it is asked.
 */
export async function settleRestore(
  ctx: Context,
  restoreId: string,
  { take, steps, keep }: SettleRestore,
): Promise<void> {
  const user = requireAdministrator(ctx);
  const restore = (await ctx.store.restores.open()).find(({ id }) => id === restoreId);
  if (!restore) throw new AppError('restore.not_found', { id: restoreId });
  const { runId } = restore;
  if (runId === null) throw new AppError('run.changed');

  await inTransaction(ctx, async (ctx) => {
    const run = await ctx.store.runs.lock(runId);
    if (!mayBe('execute', run.state)) throw new AppError('run.changed');
    const counts = (await ctx.store.runs.counts([runId])).get(runId);
    if (counts?.toWrite !== steps) throw new AppError('run.changed');
    if (take === 'restored') {
      await enterState(ctx, run, 'cancelled');
      await resumeAfterRestore(ctx, restore);
      return;
    }
    for (const field of keep) await ctx.store.runs.dropSteps(runId, field);
    await ctx.store.runs.change(runId, { dryRun: false, startedBy: user });
    await enterState(ctx, run, 'running');
  });
  if (take === 'newer') await advanceRun(ctx, runId);
}
