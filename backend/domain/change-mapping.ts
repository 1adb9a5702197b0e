import type { ErrorCode, ErrorDetail } from '../../shared/errors.ts';
import { directionRefusal } from '../../shared/rules/direction-rules.ts';
import { takesFirstValue } from '../../shared/rules/takes-first-value.ts';
import type { ConflictPolicy, Direction, ListItem } from '../../shared/vocabulary.ts';
import type { ActorTypeMapping, FieldMapping, FirstValue } from './connection.ts';
import type { CrmField } from './field.ts';
import { fittingValue } from './fitting-value.ts';
import { isBlank } from './value.ts';

export interface MappingChange {
  readonly active: boolean;
  readonly fields: readonly {
    readonly key: string;
    readonly crmField: string | null;
    readonly direction: Direction;
    readonly showInTab: boolean;
    readonly showInSearch: boolean;
    readonly policy?: ConflictPolicy | null | undefined;
    readonly firstValue?: FirstValue | undefined;
  }[];
}

/** What the systems offer a mapping. */
export interface Offered {
  readonly crmFields: readonly CrmField[];
  /** The other active connection that writes a SuperOffice field already. */
  readonly writtenBy: (crmField: string) => string | null;
  /** The ERP's lists that `newListDefaults` asks for, by name. */
  readonly lists: ReadonlyMap<string, readonly ListItem[]>;
}

export type ChangedMapping =
  | {
      readonly kind: 'changed';
      readonly mapping: ActorTypeMapping;
      /** The fields that are paired with another SuperOffice field than before, or none: what was known of them is void. */
      readonly repaired: readonly string[];
      /** What is kept equal, or how, is another than before. */
      readonly syncsOtherwise: boolean;
    }
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly detail: ErrorDetail };

/** The mapping as an administrator wants it, if every field can carry what she asks of it. Fields she did not name stay. */
export function changeMapping(
  mapping: ActorTypeMapping,
  { active, fields }: MappingChange,
  { crmFields, writtenBy, lists }: Offered,
): ChangedMapping {
  const wanted = new Map(fields.map((field) => [field.key, field]));
  const unknown = fields.find(({ key }) => !mapping.fields.some((field) => field.key === key));
  if (unknown) return refused('mapping.field_unknown', { field: unknown.key });

  const changed: FieldMapping[] = [];
  for (const [index, field] of mapping.fields.entries()) {
    const wish = wanted.get(field.key);
    if (!wish) {
      changed.push(field);
      continue;
    }
    const { crmField, direction, showInTab, policy = field.policy } = wish;
    // A search without a column would show nothing to choose by.
    const showInSearch = wish.showInSearch || index === 0;
    const first = firstValueOf(field, wish.firstValue ?? field.firstValue, lists);
    if ('code' in first) return refused(first.code, first.detail);
    changed.push({ ...field, crmField, direction, showInTab, showInSearch, policy, firstValue: first });
  }

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
    syncsOtherwise:
      active !== mapping.active ||
      changed.some(({ crmField, direction, policy }, index) => {
        const before = mapping.fields[index];
        return crmField !== before?.crmField || direction !== before.direction || policy !== before.policy;
      }),
  };
}

/** The names of the ERP's lists that have to be read before the change can be judged: those of items that were not chosen before. */
export function newListDefaults(mapping: ActorTypeMapping, { fields }: MappingChange): readonly string[] {
  const names = mapping.fields.flatMap(({ key, kind, listName, firstValue }) => {
    const wanted = fields.find((field) => field.key === key)?.firstValue?.value ?? null;
    return kind === 'list' && listName !== null && wanted !== null && wanted !== firstValue.value ? [listName] : [];
  });
  return [...new Set(names)];
}

/** What is there already may stay, even where it could not be set today, so that the rest can be saved. */
function firstValueOf(
  field: FieldMapping,
  wanted: FirstValue,
  lists: Offered['lists'],
): FirstValue | { readonly code: ErrorCode; readonly detail: ErrorDetail } {
  const { ask, mandatory } = wanted;
  const empty = wanted.value === null && !ask && !mandatory;
  if (empty || isSame(wanted, field.firstValue)) return wanted;
  // A mapping is read by every administrator: it is no place for a secret.
  const secret = field.kind === 'password' && wanted.value !== null;
  if (!takesFirstValue(field) || secret) return { code: 'input.invalid', detail: { field: field.name } };

  const fitting = fittingValue(field, wanted.value);
  if ('code' in fitting) return fitting;
  const value = isBlank(fitting.value) ? null : fitting.value;
  const isItem = () => lists.get(field.listName ?? '')?.some(({ key }) => key === value) ?? false;
  if (field.kind === 'list' && value !== null && value !== field.firstValue.value && !isItem()) {
    return { code: 'value.invalid', detail: { field: field.name, value } };
  }
  return { value, ask, mandatory };
}

function isSame(a: FirstValue, b: FirstValue): boolean {
  return a.value === b.value && a.ask === b.ask && a.mandatory === b.mandatory;
}

function refused(code: ErrorCode, detail: ErrorDetail): ChangedMapping {
  return { kind: 'refused', code, detail };
}
