import type { Connector } from '../../../shared/api/connectors.ts';
import type { Context } from '../../context.ts';
import { AppError } from '../../errors.ts';
import { listConnectors } from './list-connectors.ts';

export async function findConnector(ctx: Context, id: string): Promise<Connector> {
  const found = (await listConnectors(ctx)).find((connector) => connector.id === id);
  if (!found) throw new AppError('connector.not_found', { id });
  return found;
}
