import type { SaveFieldRanks } from '../../../shared/api/mappings.ts';
import type { ActorType } from '../../../shared/vocabulary.ts';
import { inTransaction, type Context } from '../../context.ts';
import { rankFields } from '../../domain/rank-fields.ts';
import { AppError } from '../../errors.ts';
import { requireAdministrator } from '../access.ts';

/** Decides in which order fields stand, and which of them the ERP tab shows. */
export async function saveFieldRanks(
  ctx: Context,
  id: string,
  actorType: ActorType,
  { fields }: SaveFieldRanks,
): Promise<void> {
  requireAdministrator(ctx);
  await inTransaction(ctx, async (ctx) => {
    const { deleted } = await ctx.store.connections.lock(id);
    if (deleted) throw new AppError('connection.not_found', { id });
    const mapping = await ctx.store.mappings.get(id, actorType);
    if (!mapping) throw new AppError('mapping.field_unknown', { field: actorType });
    await ctx.store.mappings.save({ ...mapping, fields: rankFields(mapping.fields, fields) });
  });
}
