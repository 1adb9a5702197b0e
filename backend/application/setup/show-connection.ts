import type { Connection } from '../../../shared/api/connections.ts';
import type { Context } from '../../context.ts';
import { AppError } from '../../errors.ts';
import { requireAdministrator } from '../access.ts';
import { viewConnections } from './view-connections.ts';

export async function showConnection(ctx: Context, id: string): Promise<Connection> {
  requireAdministrator(ctx);
  const [found] = await viewConnections(ctx, [await ctx.store.connections.get(id)]);
  if (!found) throw new AppError('connection.not_found', { id });
  return found;
}
