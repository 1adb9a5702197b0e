import type { FieldKind, FieldValue, FieldValues } from '../../../shared/vocabulary.ts';
import { AppError } from '../../errors.ts';
import type { SearchRestriction } from '../../ports/erp-connector.ts';

type Test = (value: FieldValue, operands: readonly FieldValue[]) => boolean;

/** Search for a connector whose ERP cannot search by itself. A value that could not be read is not there, so nothing holds for it. */
export function satisfies(values: FieldValues, restrictions: readonly SearchRestriction[]): boolean {
  return restrictions.every((restriction) => {
    const test = testOf(restriction);
    const value = values[restriction.field.key];
    return value !== undefined && test(value, restriction.values);
  });
}

/** The test that a restriction asks for. Throws `input.invalid` where the kind of its field has no such operator. */
export function testOf({ field, operator, values }: SearchRestriction): Test {
  const known = tests[field.kind];
  const test = Object.hasOwn(known, operator) ? known[operator] : undefined;
  if (!test || values.length === 0 || (operator === 'between' && values.length < 2)) {
    throw new AppError('input.invalid', { field: field.key, operator });
  }
  return test;
}

/** What a field of this kind can be searched by. */
export function operatorsOf(kind: FieldKind): readonly string[] {
  return Object.keys(tests[kind]);
}

/** Free text: blank finds everything, the rest what contains it in any of the values, upper or lower case. */
export function containsText(values: Iterable<FieldValue>, text: string): boolean {
  const wanted = folded(text);
  return wanted === '' || [...values].some((value) => folded(value).includes(wanted));
}

const text: Record<string, Test> = {
  '=': (value, [wanted]) => folded(value) === folded(wanted),
  isnot: (value, [wanted]) => folded(value) !== folded(wanted),
  begins: (value, [wanted]) => folded(value).startsWith(folded(wanted)),
  contains: (value, [wanted]) => folded(value).includes(folded(wanted)),
  ends: (value, [wanted]) => folded(value).endsWith(folded(wanted)),
  notbegins: (value, [wanted]) => !folded(value).startsWith(folded(wanted)),
  notcontains: (value, [wanted]) => !folded(value).includes(folded(wanted)),
  notends: (value, [wanted]) => !folded(value).endsWith(folded(wanted)),
  between: (value, [from, to]) => value !== null && folded(value) >= folded(from) && folded(value) <= folded(to),
};

const number: Record<string, Test> = {
  '=': (value, [wanted]) => value === (wanted ?? null),
  '!=': (value, [wanted]) => value !== (wanted ?? null),
  '>': ordered(compareNumbers, (order) => order > 0),
  '<': ordered(compareNumbers, (order) => order < 0),
  '>=': ordered(compareNumbers, (order) => order >= 0),
  '<=': ordered(compareNumbers, (order) => order <= 0),
  between: within(compareNumbers),
};

const moment: Record<string, Test> = {
  '=': (value, [wanted]) =>
    value === (wanted ?? null) || ordered(compareMoments, (order) => order === 0)(value, [wanted ?? null]),
  before: ordered(compareMoments, (order) => order < 0),
  after: ordered(compareMoments, (order) => order > 0),
  beforeOrEqual: ordered(compareMoments, (order) => order <= 0),
  afterOrEqual: ordered(compareMoments, (order) => order >= 0),
  between: within(compareMoments),
};

const list: Record<string, Test> = {
  oneof: (value, wanted) => wanted.includes(value),
  notoneof: (value, wanted) => !wanted.includes(value),
};

const checkbox: Record<string, Test> = {
  '=': (value, [wanted]) => (value ?? 'false') === (wanted ?? 'false'),
};

const tests: Readonly<Record<FieldKind, Readonly<Record<string, Test>>>> = {
  text,
  password: text,
  label: text,
  integer: number,
  decimal: number,
  checkbox,
  date: moment,
  datetime: moment,
  list,
};

function ordered(compare: (a: string, b: string) => number, holds: (order: number) => boolean): Test {
  return (value, [wanted = null]) => value !== null && wanted !== null && holds(compare(value, wanted));
}

function within(compare: (a: string, b: string) => number): Test {
  return (value, [from = null, to = null]) =>
    value !== null && from !== null && to !== null && compare(value, from) >= 0 && compare(value, to) <= 0;
}

/** Compares digits, not floats, so that the thirtieth digit counts. */
function compareNumbers(a: string, b: string): number {
  const [negative, alsoNegative] = [a.startsWith('-'), b.startsWith('-')];
  if (negative !== alsoNegative) return negative ? -1 : 1;
  return negative ? compareMagnitudes(b.slice(1), a.slice(1)) : compareMagnitudes(a, b);
}

function compareMagnitudes(a: string, b: string): number {
  const [whole = '', fraction = ''] = a.split('.');
  const [otherWhole = '', otherFraction = ''] = b.split('.');
  return whole.length - otherWhole.length || order(whole, otherWhole) || order(fraction, otherFraction);
}

/** To the minute, as people search; to the day when one side has no time. */
function compareMoments(a: string, b: string): number {
  const length = Math.min(a.length, b.length, 'yyyy-mm-ddThh:mm'.length);
  return order(a.slice(0, length), b.slice(0, length));
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function folded(value: FieldValue | undefined): string {
  return (value ?? '').normalize('NFC').toLowerCase();
}
