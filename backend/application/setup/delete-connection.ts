import { inTransaction, type Context } from '../../context.ts';
import { AppError } from '../../errors.ts';
import { log } from '../../log.ts';
import { requireAdministrator } from '../access.ts';

/** Puts a connection aside with its links, mappings and secrets: nothing moves until it is restored. */
export async function deleteConnection(ctx: Context, id: string): Promise<void> {
  requireAdministrator(ctx);
  const connection = await inTransaction(ctx, async (ctx) => {
    const before = await ctx.store.connections.lock(id);
    await ctx.store.connections.save({ ...before, active: false, deleted: true });
    return before;
  });
  if (connection.deleted) return;

  try {
    await (await ctx.connector(connection)).deleteConnection();
  } catch (error) {
    // The connector may tidy up; that it did not is no reason to keep the connection.
    if (!(error instanceof AppError)) throw error;
    log.warn('connection.not_forgotten', { tenant: ctx.tenant, connectionId: id, code: error.code });
  }
}
