import type { Context } from '../../context.ts';
import { runIsOver } from '../../domain/run.ts';
import { AppError } from '../../errors.ts';
import { findLink } from './find-link.ts';
import { leaseUntil, requireNoRestore } from './hold-record.ts';
import { planUndo, requireRemembered } from './start-run.ts';
import { workOnRun } from './work-on-run.ts';

const PATIENCE_MS = 8_000;
const LOOK_AGAIN_MS = 100;

/**
 * Puts back one value of the record in view while the person waits, if what was written still stands there. A run like
 * any other, which can be undone in its turn.
 */
export async function undoChange(ctx: Context, linkId: string, ledgerId: string): Promise<void> {
  const { connectionId, entity } = await findLink(ctx, linkId);
  const line = await ctx.store.ledger.get(Number(ledgerId));
  if (line.connectionId !== connectionId || line.entity.type !== entity.type || line.entity.id !== entity.id) {
    throw new AppError('link.not_found', { id: linkId });
  }
  await requireRemembered(ctx, line.at);
  await requireNoRestore(ctx);

  const runId = await planUndo(ctx, { ledgerId: line.id, since: null }, false);
  for (let waited = 0; waited <= PATIENCE_MS; waited += LOOK_AGAIN_MS) {
    const now = ctx.clock.now();
    const tasks = await ctx.store.runs.claim(1, now, leaseUntil(ctx), [runId]);
    for (const task of tasks) await workOnRun(ctx, task);
    if (runIsOver(await ctx.store.runs.get(runId))) break;
    if (tasks.length === 0) await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }

  // A worker finishes what took too long; until then the record is busy.
  if (!runIsOver(await ctx.store.runs.get(runId))) throw new AppError('link.busy');
  const [failure] = await ctx.store.runs.failures(runId);
  if (failure) throw new AppError(failure);
  const written = (await ctx.store.runs.counts([runId])).get(runId)?.written ?? 0;
  if (written === 0) throw new AppError('link.changed');
}
