import type { FieldKind, FieldValue } from '../../shared/vocabulary.ts';

/** What became of a text: a canonical value, or something that may not be taken for one. */
export type Parsed = { readonly kind: 'value'; readonly value: FieldValue } | { readonly kind: 'unreadable' };

export const unreadable: Parsed = { kind: 'unreadable' };

export function parsed(value: FieldValue): Parsed {
  return { kind: 'value', value };
}

/** Brings a text to the canonical form of its kind. What is not a value of that kind is unreadable, never 0 or blank. */
export function parseValue(kind: FieldKind, text: string): Parsed {
  switch (kind) {
    case 'text':
    case 'password':
    case 'label':
    case 'list':
      return storable(text) ? parsed(text === '' ? null : text) : unreadable;
    case 'integer':
      return parseNumber(text, 0);
    case 'decimal':
      return parseNumber(text, Infinity);
    case 'checkbox':
      return parseCheckbox(text);
    case 'date':
    case 'datetime':
      return parseMoment(kind, text);
  }
}

/** Whether a value surely is in the canonical form of its kind already, and need not be brought to it. */
export function isCanonical(kind: FieldKind, value: unknown): value is FieldValue {
  if (value === null) return kind !== 'checkbox';
  if (typeof value !== 'string') return false;
  switch (kind) {
    case 'text':
    case 'password':
    case 'label':
    case 'list':
      return value !== '' && storable(value);
    case 'integer':
      return canonicalInteger.test(value);
    case 'decimal':
      return canonicalDecimal.test(value);
    case 'checkbox':
      return value === 'true' || value === 'false';
    case 'date':
    case 'datetime':
      return false;
  }
}

/**
 * Whether two values of one field mean the same. Trailing white space and the form of line ends are noise: neither
 * system keeps them reliably.
 */
export function sameValue(a: FieldValue | undefined, b: FieldValue | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && comparable(a) === comparable(b));
}

/** Whether this may be what a system that keeps fewer decimals has made of the number: rounded, or cut off. */
export function isRounded(exact: FieldValue, kept: FieldValue): boolean {
  if (exact === null || kept === null || !plainNumber.test(exact) || !plainNumber.test(kept)) return false;
  const [all, few] = [decimalsOf(exact), decimalsOf(kept)];
  if (few >= all) return false;
  const units = (number: string) => BigInt(number.replace('.', '') + '0'.repeat(all - decimalsOf(number)));
  const difference = units(exact) - units(kept);
  const lastKept = 10n ** BigInt(all - few);
  return -lastKept < difference && difference < lastKept;
}

const plainNumber = /^-?\d+(?:\.\d+)?$/;

function decimalsOf(number: string): number {
  return number.split('.')[1]?.length ?? 0;
}

export function isBlank(value: FieldValue): boolean {
  return comparable(value) === '';
}

/** Characters as a reader counts them against a limit. */
export function lengthOf(text: string): number {
  return Array.from(text).length;
}

function comparable(value: FieldValue): string {
  return (value ?? '').replaceAll('\r\n', '\n').trimEnd();
}

/** Postgres and XML both refuse what is refused here. */
function storable(text: string): boolean {
  return !text.includes('\u0000') && text.isWellFormed();
}

/** Most numbers come in it already. */
const canonicalInteger = /^(?:0|-?[1-9]\d{0,399})$/;
const canonicalDecimal = /^(?:0|-?[1-9]\d{0,399}|-?(?:0|[1-9]\d{0,399})\.\d{0,399}[1-9])$/;

/** Text in, text out: a float would round the thirtieth digit away. */
function parseNumber(text: string, decimals: number): Parsed {
  if ((decimals === 0 ? canonicalInteger : canonicalDecimal).test(text)) return parsed(text);
  const trimmed = text.trim();
  if (trimmed === '') return parsed(null);

  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^([+-]?)(\d{0,400})(?:\.(\d{0,400}))?(?:[Ee]([+-]?\d{1,3}))?$/.exec(trimmed) ?? [];
  if (whole + fraction === '') return unreadable;

  const [head, tail] = shift(whole, fraction, Number(exponent));
  const wholePart = head.replace(/^0+/, '') || '0';
  const fractionPart = tail.replace(/0+$/, '');
  if (fractionPart.length > decimals) return unreadable;

  const digits = fractionPart === '' ? wholePart : `${wholePart}.${fractionPart}`;
  return parsed(sign === '-' && digits !== '0' ? `-${digits}` : digits);
}

function shift(whole: string, fraction: string, places: number): [whole: string, fraction: string] {
  if (places >= 0) {
    const padded = fraction.padEnd(places, '0');
    return [whole + padded.slice(0, places), padded.slice(places)];
  }
  const padded = whole.padStart(-places, '0');
  return [padded.slice(0, places), padded.slice(places) + fraction];
}

/** Neither system has a third state for a tick box: blank is not ticked. */
function parseCheckbox(text: string): Parsed {
  switch (text.trim().toLowerCase()) {
    case '1':
    case 'true':
      return parsed('true');
    case '':
    case '0':
    case 'false':
      return parsed('false');
    default:
      return unreadable;
  }
}

const iso =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,7})\d*)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;
const american = /^(\d{1,2})\/(\d{1,2})\/(\d{4})(?: (\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,7})\d*)?)?)?$/;

/** A wall clock reading: a zone, where one is sent, says nothing that both systems agree on. Year 1 is how .NET says blank. */
function parseMoment(kind: 'date' | 'datetime', text: string): Parsed {
  const trimmed = text.trim();
  if (trimmed === '') return parsed(null);

  const parts = iso.exec(trimmed)?.slice(1) ?? monthFirst(american.exec(trimmed));
  if (!parts) return unreadable;

  const [year = '', month = '', day = '', hour = '00', minute = '00', second = '00', fraction = ''] = parts;
  if (!exists(Number(year), Number(month), Number(day))) return unreadable;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return unreadable;
  if (year === '0001') return parsed(null);

  const date = `${year}-${two(month)}-${two(day)}`;
  if (kind === 'date') return parsed(date);

  const rest = fraction.replace(/0+$/, '');
  return parsed(`${date}T${two(hour)}:${minute}:${second}${rest && `.${rest}`}`);
}

function monthFirst(match: RegExpExecArray | null): (string | undefined)[] | null {
  if (!match) return null;
  const [, month, day, year, ...time] = match;
  return [year, month, day, ...time];
}

function exists(year: number, month: number, day: number): boolean {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1];
  return year > 0 && days !== undefined && day > 0 && day <= days;
}

function two(digits: string): string {
  return digits.padStart(2, '0');
}
