import type { SaveFieldMapping } from '../../../shared/api/mappings.ts';
import { entityTypeOf, type ActorType, type ListItem } from '../../../shared/vocabulary.ts';
import { inTransaction, type Context } from '../../context.ts';
import { nothingMapped } from '../../domain/convert.ts';
import { changeMapping, newListDefaults } from '../../domain/change-mapping.ts';
import { AppError } from '../../errors.ts';
import { requireAdministrator } from '../access.ts';
import { writersBeside } from './writers-beside.ts';

/** Decides which fields of an actor type are kept equal, which way, and where they are shown. */
export async function saveFieldMapping(
  ctx: Context,
  id: string,
  actorType: ActorType,
  input: SaveFieldMapping,
): Promise<void> {
  const user = requireAdministrator(ctx);
  const type = entityTypeOf[actorType];
  const [crmFields, lists] = await Promise.all([ctx.crm.fields(type), listsToJudgeBy(ctx, id, actorType, input)]);

  await inTransaction(ctx, async (ctx) => {
    const connection = await ctx.store.connections.lock(id);
    const mapping = await ctx.store.mappings.get(id, actorType);
    if (connection.deleted) throw new AppError('connection.not_found', { id });
    if (!mapping || mapping.missingInErp) throw new AppError('mapping.field_unknown', { field: actorType });

    const writtenBy = await writersBeside(ctx, id);
    const changed = changeMapping(mapping, input, {
      crmFields,
      writtenBy: (crmField) => writtenBy(type, crmField),
      lists,
    });
    if (changed.kind === 'refused') throw new AppError(changed.code, changed.detail);

    await ctx.store.mappings.save(changed.mapping);
    await ctx.store.schemaTasks.done(id, actorType);
    if (changed.repaired.length > 0) {
      await ctx.store.links.forgetAgreed(id, actorType, changed.repaired);
      for (const key of changed.repaired) await ctx.store.listItems.save(id, actorType, key, nothingMapped);
    }
    if (connection.active && changed.syncsOtherwise) {
      await ctx.store.marks.connection(id, 'all', { lane: 'bulk', cause: 'user', user, at: ctx.clock.now() });
    }
  });
}

/** The ERP's lists with the items that became default values. */
async function listsToJudgeBy(
  ctx: Context,
  id: string,
  actorType: ActorType,
  input: SaveFieldMapping,
): Promise<ReadonlyMap<string, readonly ListItem[]>> {
  const mapping = await ctx.store.mappings.get(id, actorType);
  const names = mapping ? newListDefaults(mapping, input) : [];
  if (names.length === 0) return new Map();
  const connector = await ctx.connector(await ctx.store.connections.get(id));
  return new Map(await Promise.all(names.map(async (name) => [name, await connector.getList(name)] as const)));
}
