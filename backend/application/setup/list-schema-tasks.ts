import type { SchemaTasks } from '../../../shared/api/mappings.ts';
import { inLanguage } from '../../../shared/multi-language.ts';
import type { Context } from '../../context.ts';
import { requireAdministrator } from '../access.ts';

/** What ERPs changed under mappings, until an administrator has seen to it. */
export async function listSchemaTasks(ctx: Context, language: string): Promise<SchemaTasks> {
  requireAdministrator(ctx);
  const tasks = await ctx.store.schemaTasks.list();
  return {
    tasks: tasks.map(({ connectionId, connectionName, actorType, fieldName, kind, since }) => ({
      connectionId,
      connectionName,
      actorType,
      fieldName: fieldName === null ? null : inLanguage(fieldName, language),
      kind,
      since: since.toISOString(),
    })),
  };
}
