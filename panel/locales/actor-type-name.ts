import { msg } from '@lit/localize';
import { entityTypeOf, type ActorType, type CrmEntityType } from '../../shared/vocabulary.ts';

const actorTypeNames: Record<ActorType, () => string> = {
  Customer: () => msg('Customer'),
  Supplier: () => msg('Supplier'),
  Partner: () => msg('Partner'),
  Person: () => msg('Contact'),
  Project: () => msg('Project'),
};

const entityTypeNames: Record<CrmEntityType, () => string> = {
  contact: () => msg('Company'),
  person: () => msg('Contact'),
  project: () => msg('Project'),
};

export const actorTypeName = (type: ActorType): string => actorTypeNames[type]();

export const entityTypeName = (type: CrmEntityType): string => entityTypeNames[type]();

/** What an actor of this type is in SuperOffice. */
export const entityNameOf = (type: ActorType): string => entityTypeName(entityTypeOf[type]);
