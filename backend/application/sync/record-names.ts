import type { CrmEntity } from '../../../shared/vocabulary.ts';
import type { Context } from '../../context.ts';

/** What the records are called, as far as the signed-in person may see them; null for the others. */
export async function recordNames(
  ctx: Context,
  entities: readonly CrmEntity[],
): Promise<(entity: CrmEntity) => string | null> {
  const distinct = new Map(entities.map((entity) => [keyOf(entity), entity]));
  const records = distinct.size > 0 ? await ctx.userCrm.read([...distinct.values()], []) : [];
  const names = new Map(records.map(({ entity, name }) => [keyOf(entity), name]));
  return (entity) => names.get(keyOf(entity)) ?? null;
}

function keyOf({ type, id }: CrmEntity): string {
  return `${type}/${id}`;
}
