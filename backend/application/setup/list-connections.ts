import type { Connection } from '../../../shared/api/connections.ts';
import type { Context } from '../../context.ts';
import { requireAdministrator } from '../access.ts';
import { viewConnections } from './view-connections.ts';

/** All connections by priority, deleted ones too. */
export async function listConnections(ctx: Context): Promise<readonly Connection[]> {
  requireAdministrator(ctx);
  return viewConnections(ctx, await ctx.store.connections.list());
}
