import { inTransaction, type Context } from '../../context.ts';
import { runIsOver, type Run, type RunCounts, type RunState } from '../../domain/run.ts';
import { mustAsk, releaseBrake } from './brake.ts';
import { resumeAfterRestore } from './resume-after-restore.ts';

const atWork: ReadonlySet<RunState> = new Set(['planning', 'running', 'paused']);

/** Moves a run on when nothing is left to do in its state. The brake stands between the plan and the first write. */
export async function advanceRun(ctx: Context, runId: string): Promise<void> {
  await inTransaction(ctx, async (ctx) => {
    const run = await ctx.store.runs.lock(runId);
    const next = await nextState(ctx, run);
    if (next !== null) await enterState(ctx, run, next);
  });
}

/** Inside a transaction that has locked the run. Throws `run.running` when it would work where another one does. */
export async function enterState(ctx: Context, run: Run, state: RunState): Promise<void> {
  const now = ctx.clock.now();
  await ctx.store.runs.change(run.id, {
    state,
    ...(run.state === 'planning' && state !== 'paused' && state !== 'cancelled' ? { plannedAt: now } : {}),
    ...(runIsOver({ state }) ? { endedAt: now } : {}),
  });
  // Where a backup was restored nothing else is at work, and what was must not stand in its way.
  if (run.kind === 'restore') await followRestore(ctx, run, state);
  else if (atWork.has(state)) await ctx.store.runs.hold(run.id);
  else await ctx.store.runs.letGo(run.id);
  // One in which every record failed has nothing to be decided either: each of them tells its own reason.
  if (state === 'done' || state === 'failed') await releaseBrake(ctx, run);
}

/** When it is over, syncing goes on; a record that could not be given anything says so itself. Cancelled, it is planned again. */
async function followRestore(ctx: Context, { id }: Run, state: RunState): Promise<void> {
  const restore = (await ctx.store.restores.open()).find(({ runId }) => runId === id);
  if (!restore) return;
  if (state === 'done' || state === 'failed') await resumeAfterRestore(ctx, restore);
  if (state === 'cancelled') await ctx.store.restores.setRun(restore.id, id, null);
}

async function nextState(ctx: Context, run: Run): Promise<RunState | null> {
  const { runs } = ctx.store;
  const { id, dryRun, state } = run;
  if (state !== 'planning' && state !== 'running') return null;
  if (await runs.hasLeft(id, state === 'planning' ? 'toPlan' : 'toWrite')) return null;

  const counts = (await runs.counts([id])).get(id);
  if (!counts) return null;
  // What was restored is looked at by a person, also where nothing is to be written.
  if (state === 'planning' && run.kind === 'restore') return 'planned';
  if (state === 'planning' && counts.toWrite > 0) {
    if (dryRun) return 'planned';
    return (await mustAsk(ctx, run)) ? 'needsApproval' : 'running';
  }
  return outcomeOf(counts);
}

function outcomeOf({ records, failed }: RunCounts): RunState {
  return records > 0 && failed === records ? 'failed' : 'done';
}
