import type { Connector } from '../../../shared/api/connectors.ts';
import type { Context } from '../../context.ts';
import { AppError } from '../../errors.ts';

export async function findConnector(ctx: Context, id: string): Promise<Connector> {
  const found = (await ctx.store.connectors.list()).find((connector) => connector.id === id);
  if (!found) throw new AppError('connector.not_found', { id });
  return found;
}
