import type { SavePriority } from '../../../shared/api/connections.ts';
import { inTransaction, type Context } from '../../context.ts';
import { AppError } from '../../errors.ts';
import { requireAdministrator } from '../access.ts';

/** Decides which ERP wins where several change one field at once. Connections that are not named come last, as they were. */
export async function savePriority(ctx: Context, { connectionIds }: SavePriority): Promise<void> {
  requireAdministrator(ctx);
  await inTransaction(ctx, async (ctx) => {
    const known = (await ctx.store.connections.list()).map(({ id }) => id);
    const stranger = connectionIds.find((id) => !known.includes(id));
    if (stranger !== undefined) throw new AppError('connection.not_found', { id: stranger });
    await ctx.store.connections.setOrder([...new Set([...connectionIds, ...known])]);
  });
}
