import { connectEntity } from '../../backend/application/erp-tab/connect-entity.ts';
import { compareValues } from '../../backend/application/erp-tab/compare-values.ts';
import type { Context } from '../../backend/context.ts';
import type { ActorRef, CrmEntity, FieldValues, Side } from '../../shared/vocabulary.ts';

/** What a user does in the connect dialog: looks at both sides, chooses, connects. Answers the link's id. */
export async function connect(
  ctx: Context,
  connectionId: string,
  entity: CrmEntity,
  actor: ActorRef,
  choices: Readonly<Record<string, Side>> = {},
  answers: FieldValues = {},
): Promise<string> {
  const { fields, asked, seen } = await compareValues(ctx, { connectionId, entity, actor });
  const all = fields.filter(({ equal }) => !equal).map(({ key, preselected }) => [key, choices[key] ?? preselected]);
  const { linkId } = await connectEntity(ctx, {
    connectionId,
    entity,
    actor,
    choices: Object.fromEntries(all) as Record<string, Side>,
    answers: { ...Object.fromEntries(asked.map(({ key, defaultValue }) => [key, defaultValue])), ...answers },
    seen,
  });
  return linkId;
}
