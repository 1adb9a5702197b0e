import type { ConnectionSummary } from '../../../shared/api/connections.ts';
import { inLanguage } from '../../../shared/multi-language.ts';
import type { Context } from '../../context.ts';
import { requireAdministrator } from '../access.ts';

/** Per actor type what is mapped, with or without a direction. */
export async function showConnectionSummary(ctx: Context, id: string, language: string): Promise<ConnectionSummary> {
  requireAdministrator(ctx);
  await ctx.store.connections.get(id);
  const mappings = await ctx.store.mappings.list(id);
  return {
    actorTypes: mappings.map(({ actorType, active, fields }) => ({
      actorType,
      active,
      mapped: fields.filter(({ crmField }) => crmField !== null).map(({ name }) => inLanguage(name, language)),
    })),
  };
}
