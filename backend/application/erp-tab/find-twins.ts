import type { ActorRef, ActorType } from '../../../shared/vocabulary.ts';
import { entityTypeOf } from '../../../shared/vocabulary.ts';
import type { FieldMapping } from '../../domain/connection.ts';
import { identifies } from '../../domain/crm-rules.ts';
import { isTwin, type Trait } from '../../domain/twins.ts';
import type { Actor, ActorPage, ErpConnector } from '../../ports/erp-connector.ts';

export interface Twins {
  readonly actors: readonly Actor[];
  /** The ERP was asked by something that tells actors apart, and held nothing back. */
  readonly complete: boolean;
}

interface Search {
  readonly type: ActorType;
  readonly parent: ActorRef | null;
  readonly traits: readonly Trait[];
  /** Fields to be read beside those searched by. */
  readonly columns: readonly FieldMapping[];
}

/** The actors that may be the one these values belong to: by our reference, by number, by name. */
export async function findTwins(connector: ErpConnector, { type, parent, traits, columns }: Search): Promise<Twins> {
  const wanted = new Map([...traits.map(({ field }) => field), ...columns].map((field) => [field.key, field]));
  const fields = [...wanted.values()];
  const below = parent ? { parent } : {};
  const searches = traits.map((trait): Promise<ActorPage> | null => {
    const { field, value, of } = trait;
    if (of === 'name') {
      return isFirstName(type, field) ? null : connector.searchActors(type, value.trim(), fields, below);
    }
    if (field.searchable && field.kind !== 'list') {
      return connector.searchAdvanced(type, [{ field, operator: '=', values: [value] }], fields, below);
    }
    // Our own id in free text would find every house number.
    return of === 'number' ? connector.searchActors(type, value.trim(), fields, below) : null;
  });
  const pages = await Promise.all(searches.filter((search) => search !== null));

  const found = new Map(pages.flatMap(({ actors }) => actors).map((actor) => [actor.erpKey, actor]));
  return {
    actors: [...found.values()].filter((actor) => actor.type === type && isTwin(traits, actor)),
    complete: pages.length > 0 && pages.every(({ warning }) => warning === null),
  };
}

/** Half the town is called so. */
function isFirstName(type: ActorType, { crmField }: FieldMapping): boolean {
  return entityTypeOf[type] === 'person' && crmField === 'FIRSTNAME' && identifies('person', crmField) === 'name';
}
