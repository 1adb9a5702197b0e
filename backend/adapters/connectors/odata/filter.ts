import type { FieldValue } from '../../../../shared/vocabulary.ts';
import type { SearchRestriction } from '../../../ports/erp-connector.ts';
import { literal } from './edm.ts';
import type { Property } from './metadata.ts';

/** A condition of `$filter`, and whether a modest service understands it: no `not`, no `or` with null. */
export interface Condition {
  readonly text: string;
  readonly plain: boolean;
}

export interface Dialect {
  readonly qualifiesEnums: boolean;
}

const plain = (text: string): Condition => ({ text, plain: true });
const elaborate = (text: string): Condition => ({ text, plain: false });

/**
 * An operator of reference section 2.11 as `$filter`: what it lets through is at least what fits, so that the exact test can
 * be made here. Null where a service cannot be asked, as for texts between two others, whose order is each service's own.
 */
export function conditionOf(
  property: Property,
  { operator, values }: SearchRestriction,
  dialect: Dialect,
): Condition | null {
  const [value = null, other = null] = values;
  switch (property.kind) {
    case 'text':
      return textCondition(property, operator, value);
    case 'integer':
    case 'decimal':
      return numberCondition(property, operator, value, other, dialect);
    case 'checkbox':
      return value === 'true'
        ? plain(`${property.name} eq true`)
        : elaborate(`(${property.name} eq false or ${property.name} eq null)`);
    case 'date':
    case 'datetime':
      return momentCondition(property, operator, value, other);
    case 'list':
      return listCondition(property, operator, values, dialect);
    default:
      return null;
  }
}

function textCondition({ name, type }: Property, operator: string, value: FieldValue): Condition | null {
  // Only a text can be compared without regard to upper and lower case.
  if (type !== 'Edm.String' || value === null) return null;
  const folded = `tolower(${name})`;
  const text = literal('Edm.String', value.toLowerCase()) ?? '';
  const unless = (condition: string) => elaborate(`(${name} eq null or not ${condition})`);
  switch (operator) {
    case '=':
      return plain(`${folded} eq ${text}`);
    case 'begins':
      return plain(`startswith(${folded},${text})`);
    case 'contains':
      return plain(`contains(${folded},${text})`);
    case 'ends':
      return plain(`endswith(${folded},${text})`);
    case 'isnot':
      return elaborate(`(${name} eq null or ${folded} ne ${text})`);
    case 'notbegins':
      return unless(`startswith(${folded},${text})`);
    case 'notcontains':
      return unless(`contains(${folded},${text})`);
    case 'notends':
      return unless(`endswith(${folded},${text})`);
    default:
      return null;
  }
}

const comparisons: Readonly<Record<string, string>> = { '=': 'eq', '>': 'gt', '<': 'lt', '>=': 'ge', '<=': 'le' };

function numberCondition(
  property: Property,
  operator: string,
  value: FieldValue,
  other: FieldValue,
  dialect: Dialect,
): Condition | null {
  const [from, to] = [literalOf(property, value, dialect), literalOf(property, other, dialect)];
  const { name } = property;
  if (from === null) return null;
  if (operator === 'between') return to === null ? null : plain(`${name} ge ${from} and ${name} le ${to}`);
  if (operator === '!=') return elaborate(`(${name} eq null or ${name} ne ${from})`);
  const comparison = comparisons[operator];
  return comparison === undefined ? null : plain(`${name} ${comparison} ${from}`);
}

/** People search to the minute, or to the day where one side has no time; `until` is the first moment that is later. */
function momentCondition(
  { name, type }: Property,
  operator: string,
  value: FieldValue,
  other: FieldValue,
): Condition | null {
  const first = value === null ? null : span(type === 'Edm.Date', value);
  const last = other === null ? null : span(type === 'Edm.Date', other);
  if (!first) return null;
  switch (operator) {
    case '=':
      return plain(`${name} ge ${first.from} and ${name} lt ${first.until}`);
    case 'before':
      return plain(`${name} lt ${first.from}`);
    case 'after':
      return plain(`${name} ge ${first.until}`);
    case 'beforeOrEqual':
      return plain(`${name} lt ${first.until}`);
    case 'afterOrEqual':
      return plain(`${name} ge ${first.from}`);
    case 'between':
      return last && plain(`${name} ge ${first.from} and ${name} lt ${last.until}`);
    default:
      return null;
  }
}

function span(days: boolean, value: string): { readonly from: string; readonly until: string } | null {
  const wholeDay = days || value.length === 'yyyy-mm-dd'.length;
  const start = new Date(wholeDay ? `${value.slice(0, 10)}T00:00:00Z` : `${value.slice(0, 16)}:00Z`);
  if (Number.isNaN(start.getTime())) return null;
  const end = new Date(start.getTime() + (wholeDay ? 24 * 60 : 1) * 60_000);
  const written = (moment: Date) =>
    days ? moment.toISOString().slice(0, 10) : `${moment.toISOString().slice(0, 19)}Z`;
  return { from: written(start), until: written(end) };
}

function listCondition(
  property: Property,
  operator: string,
  values: readonly FieldValue[],
  dialect: Dialect,
): Condition | null {
  const { name } = property;
  const literals = values.flatMap((value) => literalOf(property, value, dialect) ?? []);
  // A blank, or a key that the property cannot hold, is looked for here.
  if (literals.length < values.length || literals.length > 50) return null;
  if (operator === 'oneof') return plain(`(${literals.map((each) => `${name} eq ${each}`).join(' or ')})`);
  if (operator !== 'notoneof') return null;
  return elaborate(`(${name} eq null or (${literals.map((each) => `${name} ne ${each}`).join(' and ')}))`);
}

export function literalOf({ type, enumName }: Property, value: FieldValue, { qualifiesEnums }: Dialect): string | null {
  return value === null ? null : literal(type, value, qualifiesEnums ? enumName : '');
}
