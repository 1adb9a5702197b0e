import { inTransaction, type Context } from '../../context.ts';
import { findLink } from '../sync/find-link.ts';

/** Breaks a link. Nothing is deleted or changed in either system; whoever works on the record stops before its next write. */
export async function disconnectEntity(ctx: Context, linkId: string): Promise<void> {
  const link = await findLink(ctx, linkId);
  const { entity } = link;
  await inTransaction(ctx, async (ctx) => {
    await ctx.store.marks.revoke(entity);
    await ctx.store.links.remove(linkId);
    await ctx.store.ledger.note('disconnected', link, { cause: 'user', user: ctx.user }, ctx.clock.now());
    await ctx.store.marks.removeUnlinked(entity);
  });
}
