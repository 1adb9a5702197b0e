import type { CrmEntity } from '../../../shared/vocabulary.ts';
import type { Context } from '../../context.ts';

/** Where SuperOffice says something has changed: a place to look, never a value to use. */
export interface WebhookHint {
  readonly entity: CrmEntity;
}

/** Marks the record if it has links. Who else it concerns finds out by looking. */
export async function receiveWebhook(ctx: Context, { entity }: WebhookHint): Promise<void> {
  const mark = { lane: 'event', cause: 'webhook', user: null, at: ctx.clock.now() } as const;
  await ctx.store.marks.entities(entity.type, [entity.id], mark);
}
