import type { SaveListMapping } from '../../../shared/api/list-mappings.ts';
import type { ActorType } from '../../../shared/vocabulary.ts';
import { inTransaction, type Context } from '../../context.ts';
import { nothingMapped, type ListItemMap } from '../../domain/convert.ts';
import { changeListMapping } from '../../domain/list-mapping.ts';
import { AppError } from '../../errors.ts';
import { requireAdministrator } from '../access.ts';
import { listPairs, type ListPair } from './list-pairs.ts';

/** Decides which SuperOffice item each ERP item of a list is. What waited for that goes on. */
export async function saveListMapping(
  ctx: Context,
  id: string,
  actorType: ActorType,
  { fieldKey, crmField, items }: SaveListMapping,
): Promise<void> {
  const user = requireAdministrator(ctx);
  const pair = await pairOf(ctx, id, actorType, fieldKey);
  const crmItems = await ctx.crm.list(pair.crm.listName);

  await inTransaction(ctx, async (ctx) => {
    const { active, deleted } = await ctx.store.connections.lock(id);
    if (deleted) throw new AppError('connection.not_found', { id });
    const mapping = await ctx.store.mappings.get(id, actorType);
    const field = mapping?.fields.find(({ key }) => key === fieldKey);
    // Their items are the items of another list.
    if (!field || field.crmField !== crmField || pair.crm.key !== crmField) {
      throw new AppError('mapping.changed', { field: pair.erp.name });
    }

    const before: ListItemMap = (await ctx.store.listItems.get(id, actorType)).get(fieldKey) ?? nothingMapped;
    const after: ListItemMap = {
      items: new Map(items.map(({ key, crmItem }) => [key, crmItem])),
      goesBack: new Set(items.filter(({ goesBack }) => goesBack).map(({ key }) => key)),
    };
    const changed = changeListMapping(field, before, after, crmItems);
    if (changed.kind === 'refused') throw new AppError(changed.code, changed.detail);

    await ctx.store.listItems.save(id, actorType, fieldKey, after);
    // What both sides agreed on was agreed in the old meaning.
    if (changed.revised) await ctx.store.links.forgetAgreed(id, actorType, [fieldKey]);
    if (!active) return;
    const mark = { lane: 'bulk', cause: 'user', user, at: ctx.clock.now() } as const;
    await ctx.store.marks.connection(id, changed.revised ? 'all' : 'parked', mark);
  });
}

async function pairOf(ctx: Context, id: string, actorType: ActorType, fieldKey: string): Promise<ListPair> {
  await ctx.store.connections.get(id);
  const mapping = await ctx.store.mappings.get(id, actorType);
  const pairs = mapping ? await listPairs(ctx, mapping) : [];
  const pair = pairs.find(({ erp }) => erp.key === fieldKey);
  if (!pair) throw new AppError('mapping.changed', { field: fieldKey });
  return pair;
}
