import { inTransaction, type Context } from '../../context.ts';
import type { LinkMemory } from '../../domain/link.ts';
import type { Claim } from '../../domain/mark.ts';
import type { CrmEntity } from '../../../shared/vocabulary.ts';

/**
 * A record that was merged into another takes its links along. Where the other has a link of its own in that connection,
 * two actors stand against one record, and a person says which of them stays. What was agreed on with the old record says
 * nothing about the new one.
 */
export async function followMerge(
  ctx: Context,
  claim: Claim,
  links: readonly LinkMemory[],
  into: CrmEntity,
): Promise<void> {
  const now = ctx.clock.now();
  await inTransaction(ctx, async (ctx) => {
    await ctx.store.marks.hold(claim);
    await ctx.store.marks.ensure(into);
    const moved: LinkMemory[] = [];
    for (const link of links) {
      if (await moveLink(ctx, link, into, claim)) moved.push(link);
      else await ctx.store.links.park(link.id, 'link.merged', { into: into.id }, now);
    }
    await ctx.store.marks.finish(claim);
    await ctx.store.marks.removeUnlinked(claim.entity);
    await ctx.store.marks.removeUnlinked(into);
    const mark = { lane: 'event', cause: 'sweep', user: null, at: now } as const;
    await ctx.store.marks.entities(into.type, [into.id], mark);
    if (into.type !== 'contact') return;
    // The people of a company move with it. Those that were looked at too early waited for this.
    for (const connectionId of new Set(moved.map((link) => link.connectionId))) {
      await ctx.store.marks.connection(connectionId, 'parked', mark);
    }
  });
}

/** Inside a transaction. False when the record has a link of its own there. */
export async function moveLink(
  ctx: Context,
  link: LinkMemory,
  into: CrmEntity,
  by: Pick<Claim, 'cause' | 'user'>,
): Promise<boolean> {
  if (!(await ctx.store.links.moveTo(link.id, into))) return false;
  await ctx.store.ledger.follow(link.id, into);
  await ctx.store.ledger.note('merged', { ...link, entity: into }, by, ctx.clock.now(), String(link.entity.id));
  return true;
}
