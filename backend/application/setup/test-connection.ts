import type { Context } from '../../context.ts';
import { AppError } from '../../errors.ts';
import { requireAdministrator } from '../access.ts';

/** Whether a saved connection really reaches its ERP now; throws why not. */
export async function testConnection(ctx: Context, id: string): Promise<void> {
  requireAdministrator(ctx);
  const connection = await ctx.store.connections.get(id);
  if (connection.deleted) throw new AppError('connection.not_found', { id });
  await (await ctx.connector(connection)).testConnection();
  // If it was left alone, that is over.
  await ctx.store.polls.askNow(id, ctx.clock.now());
}
