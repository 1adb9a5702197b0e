import type { SettleMerge } from '../../../shared/api/sync.ts';
import { inTransaction, type Context } from '../../context.ts';
import { AppError } from '../../errors.ts';
import { requireAdministrator, requireVisible } from '../access.ts';
import { moveLink } from './follow-merge.ts';

/** Says which of two actors stays with a record that another one was merged into. The other is disconnected, not deleted. */
export async function settleMerge(ctx: Context, linkId: string, { keep }: SettleMerge): Promise<void> {
  const { id, name } = requireAdministrator(ctx);
  const { entity, parked } = await ctx.store.links.get(linkId);
  if (parked?.code !== 'link.merged') throw new AppError('link.changed');
  const into = { type: entity.type, id: Number(parked.detail['into']) };
  await requireVisible(ctx, into);

  const by = { cause: 'user', user: { id, name } } as const;
  await inTransaction(ctx, async (ctx) => {
    await ctx.store.marks.ensure(into);
    for (const each of [entity, into]) await ctx.store.marks.revoke(each);
    const link = await ctx.store.links.get(linkId);
    const other = (await ctx.store.links.ofEntity(into)).find(({ connectionId }) => connectionId === link.connectionId);
    if (keep === 'into') {
      if (!other) throw new AppError('link.changed');
      await ctx.store.links.remove(linkId);
    } else {
      if (other) await ctx.store.links.remove(other.id);
      if (!(await moveLink(ctx, link, into, by))) throw new AppError('link.changed');
    }
    await ctx.store.marks.removeUnlinked(entity);
    await ctx.store.marks.entities(into.type, [into.id], { lane: 'event', ...by, at: ctx.clock.now() });
  });
}
