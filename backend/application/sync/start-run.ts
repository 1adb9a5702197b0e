import { randomUUID } from 'node:crypto';
import type { StartResync, StartUndo } from '../../../shared/api/runs.ts';
import { inTransaction, type Context } from '../../context.ts';
import { mayBe, type Run } from '../../domain/run.ts';
import { AppError } from '../../errors.ts';
import { requireAdministrator } from '../access.ts';
import { advanceRun } from './advance-run.ts';

/** Plans what one side being right would write; then a dry run waits, and a resync goes on unless the brake stops it. */
export async function startResync(
  ctx: Context,
  { kind, from, connectionId, keepNonBlank, entity }: StartResync,
): Promise<string> {
  const user = requireAdministrator(ctx);
  if (connectionId !== null) {
    const { active, deleted, name } = await ctx.store.connections.get(connectionId);
    if (!active || deleted) throw new AppError('connection.inactive', { name });
  }
  const run: Run = {
    id: randomUUID(),
    kind,
    state: 'planning',
    scope: { from, connectionId, keepNonBlank, entity },
    undoes: null,
    startedAt: ctx.clock.now(),
    plannedAt: null,
    endedAt: null,
    startedBy: user,
  };
  await inTransaction(ctx, async (ctx) => {
    await ctx.store.runs.start(run);
    await ctx.store.runs.hold(run.id);
  });
  await advanceRun(ctx, run.id);
  return run.id;
}

/** Plans to put back what a run, one record of it or one line of the ledger has changed. It waits to be executed. */
export async function startUndo(ctx: Context, { runId, ledgerId, entity }: StartUndo): Promise<string> {
  const user = requireAdministrator(ctx);
  const undone = runId === null ? null : await ctx.store.runs.get(runId);
  if (undone && !mayBe('undo', undone.state)) throw new AppError('run.changed');
  const line = ledgerId === null ? null : await ctx.store.ledger.get(Number(ledgerId));
  const scope = line ? { connectionId: line.connectionId, entity: line.entity } : { connectionId: null, entity };

  const now = ctx.clock.now();
  const run: Run = {
    id: randomUUID(),
    kind: 'undo',
    state: 'planned',
    scope: { from: 'crm', keepNonBlank: false, ...scope },
    undoes: runId,
    startedAt: now,
    plannedAt: now,
    endedAt: null,
    startedBy: user,
  };
  await inTransaction(ctx, (ctx) =>
    ctx.store.runs.startUndo(
      run,
      line ? { ledgerId: line.id, entity: line.entity } : { runId: undone?.id ?? '', entity },
    ),
  );
  return run.id;
}
