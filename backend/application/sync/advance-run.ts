import { inTransaction, type Context } from '../../context.ts';
import { runIsOver, type Run, type RunCounts, type RunState } from '../../domain/run.ts';
import { mustAsk, releaseBrake } from './brake.ts';

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
  if (atWork.has(state)) await ctx.store.runs.hold(run.id);
  else await ctx.store.runs.letGo(run.id);
  // One in which every record failed has nothing to be decided either: each of them tells its own reason.
  if (state === 'done' || state === 'failed') await releaseBrake(ctx, run);
}

async function nextState(ctx: Context, run: Run): Promise<RunState | null> {
  const { runs } = ctx.store;
  const { id, dryRun, state } = run;
  if (state !== 'planning' && state !== 'running') return null;
  if (await runs.hasLeft(id, state === 'planning' ? 'toPlan' : 'toWrite')) return null;

  const counts = (await runs.counts([id])).get(id);
  if (!counts) return null;
  if (state === 'planning' && counts.toWrite > 0) {
    if (dryRun) return 'planned';
    return (await mustAsk(ctx, run)) ? 'needsApproval' : 'running';
  }
  return outcomeOf(counts);
}

function outcomeOf({ records, failed }: RunCounts): RunState {
  return records > 0 && failed === records ? 'failed' : 'done';
}
