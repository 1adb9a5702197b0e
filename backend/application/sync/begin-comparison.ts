import type { BeginComparison, ComparisonPage, NightlyTime } from '../../../shared/api/comparisons.ts';
import { inTransaction, type Context } from '../../context.ts';
import { isTimeZone, nextNight } from '../../domain/nightly.ts';
import { AppError } from '../../errors.ts';
import { requireAdministrator } from '../access.ts';
import { showComparisons } from './show-comparisons.ts';

/** Compares all links now. It only reads and marks, so it may be asked for at any time. */
export async function beginComparison(ctx: Context, { connectionId }: BeginComparison): Promise<ComparisonPage> {
  requireAdministrator(ctx);
  if (connectionId !== null) {
    const { active, deleted, name } = await ctx.store.connections.get(connectionId);
    if (!active || deleted) throw new AppError('connection.inactive', { name });
  }
  await ctx.store.comparisons.begin(connectionId, ctx.clock.now());
  return showComparisons(ctx);
}

export async function setNightlyTime(ctx: Context, nightly: NightlyTime): Promise<ComparisonPage> {
  requireAdministrator(ctx);
  if (!isTimeZone(nightly.timeZone)) throw new AppError('input.invalid', { field: 'timeZone' });
  await inTransaction(ctx, async (ctx) => {
    await ctx.store.syncSettings.setNightly(nightly);
    await ctx.store.comparisons.reschedule(nextNight(ctx.clock.now(), nightly));
  });
  return showComparisons(ctx);
}
