import type { SetRetention } from '../../../shared/api/sync.ts';
import type { Context } from '../../context.ts';
import { requireAdministrator } from '../access.ts';

/** How long the log and the runs are kept; what is older goes within the hour, and cannot be undone any more. */
export async function setRetention(ctx: Context, { days }: SetRetention): Promise<void> {
  requireAdministrator(ctx);
  await ctx.store.syncSettings.setRetentionDays(days);
}
