import type { ErpList } from '../../../shared/api/mappings.ts';
import { inLanguage } from '../../../shared/multi-language.ts';
import type { ActorType } from '../../../shared/vocabulary.ts';
import type { Context } from '../../context.ts';
import { AppError } from '../../errors.ts';
import { requireAdministrator } from '../access.ts';

/** What the ERP offers in a field of kind list. */
export async function showErpList(
  ctx: Context,
  id: string,
  actorType: ActorType,
  fieldKey: string,
  language: string,
): Promise<ErpList> {
  requireAdministrator(ctx);
  const connection = await ctx.store.connections.get(id);
  const mapping = await ctx.store.mappings.get(id, actorType);
  const listName = mapping?.fields.find(({ key, kind }) => key === fieldKey && kind === 'list')?.listName;
  if (!listName) throw new AppError('mapping.field_unknown', { field: fieldKey });
  const connector = await ctx.connector(connection);
  const items = await connector.getList(listName, { language });
  return { items: items.map(({ key, text }) => ({ key, text: inLanguage(text, language) })) };
}
