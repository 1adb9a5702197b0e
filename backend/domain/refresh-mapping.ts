import { directionRefusal } from '../../shared/rules/direction-rules.ts';
import { entityTypeOf, type ActorType, type CrmEntityType, type Direction } from '../../shared/vocabulary.ts';
import { noFirstValue, type ActorTypeMapping, type FieldMapping } from './connection.ts';
import type { CrmField, ErpField } from './field.ts';

/** What a connector says about one actor type. */
export interface Announced {
  readonly connectionId: string;
  readonly actorType: ActorType;
  readonly fields: readonly ErpField[];
  readonly searchable: readonly string[];
}

/** Columns of the search, until someone chooses. */
const SHOWN_IN_SEARCH = 3;
/** Fields that SuperOffice cannot hold are why one opens the ERP tab; an ERP may have hundreds. */
const SHOWN_IN_TAB = 10;

/**
 * The mapping as the ERP's fields are now. Decisions stay; a field that is gone is kept and marked; a new one comes last and
 * is paired with the SuperOffice field of the same key, without a direction.
 */
export function refreshMapping(
  known: ActorTypeMapping | null,
  { connectionId, actorType, fields, searchable }: Announced,
  crmFields: readonly CrmField[],
): ActorTypeMapping {
  const announced = new Map(fields.map((field) => [field.key, field]));
  const kept = (known?.fields ?? []).map((old) => {
    const now = announced.get(old.key);
    return now ? renewed(old, now, searchable, crmFields) : { ...old, missingInErp: true };
  });

  const taken = new Set(kept.map(({ crmField }) => crmField));
  const added: FieldMapping[] = [];
  for (const field of byRank(announced.values())) {
    if (kept.some(({ key }) => key === field.key)) continue;
    const crmField = automatic(entityTypeOf[actorType], field, crmFields, taken);
    taken.add(crmField);
    added.push({
      ...field,
      searchable: searchable.includes(field.key),
      missingInErp: false,
      crmField,
      direction: 'none',
      showInSearch: known === null && added.length < SHOWN_IN_SEARCH,
      showInTab: known === null && crmField === null && isShowable(field) && added.length < SHOWN_IN_TAB,
      policy: null,
      firstValue: noFirstValue,
    });
  }
  return {
    connectionId,
    actorType,
    active: known?.active ?? false,
    missingInErp: false,
    fields: [...kept, ...added].map((field, index) => ({ ...field, rank: index + 1 })),
  };
}

function renewed(
  old: FieldMapping,
  now: ErpField,
  searchable: readonly string[],
  crmFields: readonly CrmField[],
): FieldMapping {
  const field = { ...old, ...now, searchable: searchable.includes(now.key), missingInErp: false };
  // A value of another kind is none.
  const firstValue = field.kind === old.kind ? old.firstValue : { ...old.firstValue, value: null };
  return { ...field, firstValue, direction: stillPossible(field, old, crmFields) };
}

/** A field of another kind means something else; what was decided about the old one does not hold. */
function stillPossible(field: FieldMapping, old: FieldMapping, crmFields: readonly CrmField[]): Direction {
  if (field.kind !== old.kind) return 'none';
  const crm = crmFields.find(({ key }) => key === field.crmField);
  // Where the SuperOffice field is gone nothing moves anyway, and it may come back.
  if (!crm || directionRefusal({ ...field, alreadyMappedIn: null }, crm, field.direction) === null) {
    return field.direction;
  }
  const oneWay = field.direction === 'both' ? 'toCrm' : 'none';
  return directionRefusal({ ...field, alreadyMappedIn: null }, crm, oneWay) === null ? oneWay : 'none';
}

function automatic(
  entityType: CrmEntityType,
  field: ErpField,
  crmFields: readonly CrmField[],
  taken: ReadonlySet<string | null>,
): string | null {
  const key = field.key.toUpperCase();
  if (!pairedByKey[entityType].has(key)) return null;
  const crm = crmFields.find((candidate) => candidate.key === key);
  if (!crm || taken.has(key)) return null;
  const side = { ...field, missingInErp: false, crmField: key, alreadyMappedIn: null };
  const carries = (['toCrm', 'toErp'] as const).some((way) => directionRefusal(side, crm, way) === null);
  return carries ? key : null;
}

function byRank(fields: Iterable<ErpField>): readonly ErpField[] {
  return [...fields].sort((a, b) => a.rank - b.rank);
}

function isShowable({ kind }: ErpField): boolean {
  return kind !== 'label' && kind !== 'password';
}

const addressLines = ['AD1', 'AD2', 'AD3', 'ZIP', 'CITY', 'COUNTY', 'STATE'];
const address = (prefix: string) => addressLines.map((line) => prefix + line);

/** Documented for the sync connector of SuperOffice: an ERP field with one of these keys is paired by itself. */
const pairedByKey: Readonly<Record<CrmEntityType, ReadonlySet<string>>> = {
  contact: new Set([
    ...['NAME', 'NUMBER1', 'NUMBER2', 'DEPARTMENT', 'PHONE', 'FAX', 'EMAIL', 'URL', 'COUNTRY', 'VATNO'],
    ...address('POSTAL'),
    ...address('STREET'),
  ]),
  person: new Set([
    ...['FIRSTNAME', 'MIDDLENAME', 'LASTNAME', 'TITLE', 'NUMBER', 'EMAIL', 'URL', 'POSITION', 'BIRTHDATE'],
    ...['PHONE_DIRECT', 'PHONE_PRIVATE', 'PHONE_MOBILE', 'PHONE_OTHER', 'POSTALCOUNTRY'],
    ...address('POSTAL'),
  ]),
  project: new Set(['NAME', 'TEXT', 'NUMBER', 'URL', 'ENDDATE']),
};
