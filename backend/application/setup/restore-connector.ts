import type { Connector } from '../../../shared/api/connectors.ts';
import { inTransaction, type Context } from '../../context.ts';
import { requireAdministrator } from '../access.ts';
import { findConnector } from './find-connector.ts';

/** Brings a deleted connector back, unless its name or address has been given to another since. */
export async function restoreConnector(ctx: Context, id: string): Promise<Connector> {
  requireAdministrator(ctx);
  return inTransaction(ctx, async (ctx) => {
    const connector = await ctx.store.connectors.lock(id);
    await ctx.store.connectors.save({ ...connector, deleted: false });
    return findConnector(ctx, id);
  });
}
