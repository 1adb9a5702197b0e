import type { Connector } from '../../../shared/api/connectors.ts';
import type { Context } from '../../context.ts';
import { requireAdministrator } from '../access.ts';

/** All sync connectors, deleted ones too. */
export async function listConnectors(ctx: Context): Promise<readonly Connector[]> {
  requireAdministrator(ctx);
  return (await ctx.store.connectors.list()).map(({ wsdl, authority, ...connector }) => ({
    ...connector,
    wsdl: wsdl && { given: wsdl.given, since: wsdl.since.toISOString() },
    authority: authority && { name: authority.name, until: authority.until },
  }));
}
