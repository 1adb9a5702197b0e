import type { ErrorCode, ErrorDetail } from '../../shared/errors.ts';
import { directionRefusal } from '../../shared/rules/direction-rules.ts';
import { entityTypeOf, type ActorType, type CrmEntityType } from '../../shared/vocabulary.ts';
import type { ActorTypeMapping, FieldMapping, Scope } from './connection.ts';
import type { CrmField } from './field.ts';

/** Something that stands in the way of activating a connection. */
export interface Obstacle {
  readonly kind:
    | 'noActorType'
    | 'noMapping'
    | 'mandatoryUnmapped'
    | 'fieldMissingInErp'
    | 'fieldMissingInCrm'
    | 'directionRefused'
    | 'scopeEmpty'
    | 'testFailed';
  readonly actorType: ActorType | null;
  readonly field: string | null;
  readonly cause: { readonly code: ErrorCode; readonly detail: ErrorDetail } | null;
}

export interface Activation {
  readonly scope: Scope;
  readonly mappings: readonly ActorTypeMapping[];
  readonly crmFields: Readonly<Record<CrmEntityType, readonly CrmField[]>>;
  /** The other active connection that writes a SuperOffice field already, by kind of record and field. */
  readonly writtenBy: (type: CrmEntityType, crmField: string) => string | null;
}

/** All of them at once: an administrator wants the list, not the first of it. */
export function obstacles({ scope, mappings, crmFields, writtenBy }: Activation): readonly Obstacle[] {
  const found: Obstacle[] = [];
  if (!scope.everyone && scope.members.length === 0) found.push(plain('scopeEmpty'));

  const active = mappings.filter((mapping) => mapping.active && !mapping.missingInErp);
  if (active.length === 0) found.push(plain('noActorType'));

  for (const { actorType, fields } of active) {
    const type = entityTypeOf[actorType];
    if (fields.every(({ direction }) => direction === 'none')) found.push({ ...plain('noMapping'), actorType });
    for (const field of fields) {
      const crm = crmFields[type].find(({ key }) => key === field.crmField) ?? null;
      const writer = field.crmField === null ? null : writtenBy(type, field.crmField);
      const problem = problemOf(field, crm, writer);
      if (problem) found.push({ ...problem, actorType, field: field.name });
    }
  }
  return found;
}

function problemOf(field: FieldMapping, crm: CrmField | null, alreadyMappedIn: string | null): Obstacle | null {
  const { direction, access, missingInErp, defaultValue, firstValue } = field;
  const reason = directionRefusal({ ...field, alreadyMappedIn }, crm, direction);
  if (reason === 'missingInErp') return plain('fieldMissingInErp');
  if (reason === 'missingInCrm') return plain('fieldMissingInCrm');
  if (reason !== null) {
    const detail = { field: field.name, reason, connection: alreadyMappedIn };
    return { ...plain('directionRefused'), cause: { code: 'mapping.direction_refused', detail } };
  }
  const reachesErp = direction === 'toErp' || direction === 'both';
  const filled = reachesErp || firstValue.ask || firstValue.value !== null || defaultValue !== null;
  return access === 'mandatory' && !missingInErp && !filled ? plain('mandatoryUnmapped') : null;
}

function plain(kind: Obstacle['kind']): Obstacle {
  return { kind, actorType: null, field: null, cause: null };
}
