import type { ActorTypeMapping } from '../../shared/api/mappings.ts';

/** The user edited the mapping of an actor type; nothing is saved yet. */
export class MappingChanged extends Event {
  readonly mapping: ActorTypeMapping;

  constructor(mapping: ActorTypeMapping) {
    super('erpsync-mapping-changed');
    this.mapping = mapping;
  }
}

declare global {
  interface HTMLElementEventMap {
    'erpsync-mapping-changed': MappingChanged;
  }
}
