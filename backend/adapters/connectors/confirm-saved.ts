import { actorTypes, type ActorRef, type ActorType } from '../../../shared/vocabulary.ts';
import { AppError } from '../../errors.ts';
import type { Actor, ActorChange, ActorPage, SaveOutcome, WantedField } from '../../ports/erp-connector.ts';

/** What the ERP really stored. An ERP that does not answer it, or not all of it, is asked for it. */
export async function confirmSaved(
  changes: readonly ActorChange[],
  saved: readonly Actor[],
  fields: readonly WantedField[],
  read: (type: ActorType, keys: readonly string[]) => Promise<ActorPage>,
): Promise<readonly SaveOutcome[]> {
  const found = [...saved];
  for (const type of actorTypes) {
    const untold = changes.filter((change) => change.type === type && !tellsAll(find(saved, change), fields));
    if (untold.length === 0) continue;
    const page = await read(
      type,
      untold.map(({ erpKey }) => erpKey),
    );
    if (page.warning !== null && page.actors.length < untold.length) {
      throw new AppError('connector.answer_invalid', { problem: 'saved', explanation: page.warning });
    }
    found.unshift(...page.actors);
  }
  return changes.map((change) => {
    const actor = find(found, change);
    return actor ? { kind: 'saved', actor } : { kind: 'refused', code: 'actor.not_found', explanation: null };
  });
}

function tellsAll(actor: Actor | undefined, fields: readonly WantedField[]): boolean {
  return actor !== undefined && fields.every(({ key }) => key in actor.values || key in actor.unreadable);
}

function find(actors: readonly Actor[], { type, erpKey }: ActorRef): Actor | undefined {
  return actors.find((actor) => actor.type === type && actor.erpKey === erpKey);
}
