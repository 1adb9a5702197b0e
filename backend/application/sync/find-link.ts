import type { Context } from '../../context.ts';
import type { LinkMemory } from '../../domain/link.ts';
import { AppError } from '../../errors.ts';
import { requireConnection, requireLicensed, requireVisible } from '../access.ts';

/** A link that the signed-in person may work with. One whose record she may not see does not exist for her. */
export async function findLink(ctx: Context, linkId: string): Promise<LinkMemory> {
  requireLicensed(ctx);
  const link = await ctx.store.links.get(linkId);
  await requireVisible(ctx, link.entity);
  await requireConnection(ctx, link.connectionId, 'canConnect');
  if (link.confirmedAt === null) throw new AppError('link.not_found', { id: linkId });
  return link;
}
