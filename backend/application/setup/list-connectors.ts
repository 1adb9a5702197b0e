import type { Connector } from '../../../shared/api/connectors.ts';
import type { Context } from '../../context.ts';
import { requireAdministrator } from '../access.ts';

/** All sync connectors, deleted ones too. */
export async function listConnectors(ctx: Context): Promise<readonly Connector[]> {
  requireAdministrator(ctx);
  return ctx.store.connectors.list();
}
