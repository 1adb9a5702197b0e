import type { CrmEntity } from '../../../shared/vocabulary.ts';
import type { Context } from '../../context.ts';

/** SuperOffice hints that something happened to a record. What it was is found out by looking. */
export async function receiveWebhook(ctx: Context, { entity }: { readonly entity: CrmEntity }): Promise<void> {
  const { type, id } = entity;
  await ctx.store.marks.entities(type, [id], { lane: 'event', cause: 'webhook', user: null, at: ctx.clock.now() });
}
