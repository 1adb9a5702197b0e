import type { SetAutomaticSync, SyncStatus } from '../../../shared/api/sync.ts';
import type { Context } from '../../context.ts';
import { requireAdministrator } from '../access.ts';
import { showSyncStatus } from './show-sync-status.ts';

/** While it is off, what changes is remembered and waits. */
export async function setAutomaticSync(ctx: Context, { automatic }: SetAutomaticSync): Promise<SyncStatus> {
  requireAdministrator(ctx);
  await ctx.store.syncSettings.setAutomatic(automatic);
  return showSyncStatus(ctx);
}
