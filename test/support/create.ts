import { createActor } from '../../backend/application/erp-tab/create-actor.ts';
import { prepareActor } from '../../backend/application/erp-tab/prepare-actor.ts';
import type { Context } from '../../backend/context.ts';
import type { CreatedActor } from '../../shared/api/creations.ts';
import type { ActorType, CrmEntity, FieldValues } from '../../shared/vocabulary.ts';

/** What a user does in the create dialog: looks at what would be created, fills in what is asked, creates. */
export async function create(
  ctx: Context,
  connectionId: string,
  entity: CrmEntity,
  answers: FieldValues = {},
  actorType: ActorType = 'Customer',
): Promise<CreatedActor> {
  const input = { connectionId, entity, actorType };
  const { asked, seen } = await prepareActor(ctx, input, 'en');
  const filled = Object.fromEntries(asked.map(({ key, defaultValue }) => [key, defaultValue]));
  return createActor(ctx, { ...input, answers: { ...filled, ...answers }, seen });
}
