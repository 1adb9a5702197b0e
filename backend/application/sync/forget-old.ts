import type { Context } from '../../context.ts';

const DAY_MS = 24 * 60 * 60_000;
const EVERY_MS = 60 * 60_000;
/** Small, so that nobody waits for the rows that go. */
const BATCH = 1_000;
const BATCHES = 50;

/** From when on the log and the runs are kept. */
export async function forgottenBefore(ctx: Context): Promise<{ readonly before: Date; readonly days: number }> {
  const days = await ctx.store.syncSettings.retentionDays();
  return { before: new Date(ctx.clock.now().getTime() - days * DAY_MS), days };
}

/** Removes what is older than the tenant keeps, now and then, a little at a time. */
export async function forgetOld(ctx: Context): Promise<void> {
  const now = ctx.clock.now();
  if (!(await ctx.store.syncSettings.takeTidying(new Date(now.getTime() - EVERY_MS), now))) return;
  const { before } = await forgottenBefore(ctx);
  await ctx.store.imports.forget(before);
  await ctx.store.creations.forget(before);
  for (let batch = 0; batch < BATCHES; batch++) {
    const more = [await ctx.store.ledger.forget(before, BATCH), await ctx.store.runs.forget(before, BATCH)];
    if (!more.includes(true)) return;
  }
}
