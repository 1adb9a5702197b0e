import type { ErrorCode, ErrorDetail } from '../../shared/errors.ts';
import { directionRefusal } from '../../shared/rules/direction-rules.ts';
import type { ConflictPolicy, Direction } from '../../shared/vocabulary.ts';
import type { ActorTypeMapping, FieldMapping } from './connection.ts';
import type { CrmField } from './field.ts';

export interface MappingChange {
  readonly active: boolean;
  readonly fields: readonly {
    readonly key: string;
    readonly crmField: string | null;
    readonly direction: Direction;
    readonly showInTab: boolean;
    readonly showInSearch: boolean;
    readonly policy?: ConflictPolicy | null | undefined;
  }[];
}

export type ChangedMapping =
  | {
      readonly kind: 'changed';
      readonly mapping: ActorTypeMapping;
      /** The fields that are paired with another SuperOffice field than before, or none: what was known of them is void. */
      readonly repaired: readonly string[];
    }
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly detail: ErrorDetail };

/** The mapping as an administrator wants it, if every field can carry what she asks of it. Fields she did not name stay. */
export function changeMapping(
  mapping: ActorTypeMapping,
  { active, fields }: MappingChange,
  crmFields: readonly CrmField[],
  writtenBy: (crmField: string) => string | null,
): ChangedMapping {
  const wanted = new Map(fields.map((field) => [field.key, field]));
  const unknown = fields.find(({ key }) => !mapping.fields.some((field) => field.key === key));
  if (unknown) return refused('mapping.field_unknown', { field: unknown.key });

  const changed = mapping.fields.map((field, index): FieldMapping => {
    const wish = wanted.get(field.key);
    if (!wish) return field;
    const { crmField, direction, showInTab, policy = field.policy } = wish;
    // A search without a column would show nothing to choose by.
    return { ...field, crmField, direction, showInTab, showInSearch: wish.showInSearch || index === 0, policy };
  });

  const taken = new Map<string, FieldMapping>();
  for (const [index, field] of changed.entries()) {
    const { name, crmField, direction } = field;
    if (crmField === null) {
      if (direction !== 'none') return refused('mapping.direction_refused', { field: name, reason: 'noCrmField' });
      continue;
    }
    const crm = crmFields.find(({ key }) => key === crmField) ?? null;
    // One that is gone may stay as it was, so that the rest can be saved; nobody can choose it anew.
    if (!crm && mapping.fields[index]?.crmField !== crmField)
      return refused('mapping.field_unknown', { field: crmField });
    if (taken.has(crmField)) return refused('mapping.field_twice', { field: name });
    taken.set(crmField, field);

    const before = mapping.fields[index];
    const touched = before?.crmField !== crmField || before.direction !== direction;
    const reason = directionRefusal({ ...field, alreadyMappedIn: writtenBy(crmField) }, crm, direction);
    if (reason !== null && touched) return refused('mapping.direction_refused', { field: name, reason });
  }
  return {
    kind: 'changed',
    mapping: { ...mapping, active, fields: changed },
    repaired: changed
      .filter((field, index) => field.crmField !== mapping.fields[index]?.crmField)
      .map(({ key }) => key),
  };
}

function refused(code: ErrorCode, detail: ErrorDetail): ChangedMapping {
  return { kind: 'refused', code, detail };
}
