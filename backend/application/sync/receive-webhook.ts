import { crmEntityTypes, type CrmEntity } from '../../../shared/vocabulary.ts';
import type { Context } from '../../context.ts';

/** SuperOffice hints that something happened to records. What it was is found out by looking. */
export async function receiveWebhook(ctx: Context, ...hints: readonly { readonly entity: CrmEntity }[]): Promise<void> {
  const mark = { lane: 'event', cause: 'webhook', user: null, at: ctx.clock.now() } as const;
  for (const type of crmEntityTypes) {
    const ids = hints.filter(({ entity }) => entity.type === type).map(({ entity }) => entity.id);
    if (ids.length > 0) await ctx.store.marks.entities(type, ids, mark);
  }
}
