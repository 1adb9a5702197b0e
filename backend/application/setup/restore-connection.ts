import type { Connection } from '../../../shared/api/connections.ts';
import { inTransaction, type Context } from '../../context.ts';
import { AppError } from '../../errors.ts';
import { requireAdministrator } from '../access.ts';
import { introduceConnection } from './introduce-connection.ts';
import { showConnection } from './show-connection.ts';

/** Brings a deleted connection back, inactive, with its links and mappings. */
export async function restoreConnection(ctx: Context, id: string): Promise<Connection> {
  requireAdministrator(ctx);
  const restored = await inTransaction(ctx, async (ctx) => {
    const { connectorId } = await ctx.store.connections.get(id);
    const connector = await ctx.store.connectors.lock(connectorId);
    if (connector.deleted) throw new AppError('connector.not_found', { id: connectorId });
    const before = await ctx.store.connections.lock(id);
    if (!before.deleted) return null;
    await ctx.store.connections.save({ ...before, deleted: false });
    return before;
  });
  if (restored) await introduceConnection(ctx, restored);
  return showConnection(ctx, id);
}
