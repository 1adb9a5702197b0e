import { inTransaction, type Context } from '../../context.ts';
import { AppError } from '../../errors.ts';
import { requireAdministrator } from '../access.ts';
import { findConnector } from './find-connector.ts';

/** Puts a connector aside. Its row stays, for its deleted connections and to be restored. */
export async function deleteConnector(ctx: Context, id: string): Promise<void> {
  requireAdministrator(ctx);
  await inTransaction(ctx, async (ctx) => {
    const connector = await ctx.store.connectors.lock(id);
    const { connections } = await findConnector(ctx, id);
    if (connections > 0) throw new AppError('connector.has_connections', { name: connector.name, connections });
    await ctx.store.connectors.save({ ...connector, deleted: true });
  });
}
