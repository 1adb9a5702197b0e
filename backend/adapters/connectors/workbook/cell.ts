import type { FieldKind, FieldValue } from '../../../../shared/vocabulary.ts';
import { parsed, parseValue, unreadable, type Parsed } from '../../../domain/value.ts';
import { momentOf, serialOf } from './moment.ts';

/**
 * What stands in a cell: one letter for what Excel takes it for, then the text. A twenty-thousand-row workbook has three
 * hundred thousand of these, so they are strings and not objects. Blank is the empty string.
 *
 * `s` text, `n` number, `d` moment (a number under a date format), `b` 1 or 0, `e` error (`#N/A`).
 */
export type Cell = string;

export const BLANK: Cell = '';

export const tags = ['s', 'n', 'd', 'b', 'e'] as const;
export type Tag = (typeof tags)[number];

export function cell(tag: Tag, text: string): Cell {
  return tag + text;
}

export function tagOf(of: Cell): Tag | null {
  return of === BLANK ? null : (of.charAt(0) as Tag);
}

export function textOf(of: Cell): string {
  return of.slice(1);
}

/** The cells of a row as one text: a table of them is quick to hand from one thread to another, and light to keep. */
export function packed(cells: readonly Cell[]): string {
  return cells.join(SEPARATOR);
}

export function unpacked(row: string): Cell[] {
  return row.split(SEPARATOR);
}

/** Text with this character in it is unreadable, so it never stands in a cell. */
export const SEPARATOR = '\u0000';

/** What is written in place of a cell. `moment` carries the serial. */
export type NewCell =
  | { readonly kind: 'blank' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'number'; readonly number: string }
  | { readonly kind: 'moment'; readonly serial: number; readonly hasTime: boolean }
  | { readonly kind: 'boolean'; readonly value: boolean };

/** Excel's own limits: what is longer or finer does not come back as it went in. */
export const LONGEST_TEXT = 32_767;
const SIGNIFICANT_DIGITS = 15;

/** A cell as a value of the kind that is wanted. An Excel error is unreadable, not blank. */
export function decodeCell(of: Cell, kind: FieldKind, date1904: boolean): Parsed {
  const text = textOf(of);
  switch (tagOf(of)) {
    case null:
      return kind === 'checkbox' ? parsed('false') : parsed(null);
    case 'e':
      return unreadable;
    case 'b':
      return parseValue(kind, isWords(kind) ? (text === '1' ? 'true' : 'false') : text);
    case 'n':
      return kind === 'date' || kind === 'datetime' ? decodeSerial(text, kind, date1904) : parseValue(kind, text);
    case 'd':
    case 's':
      return parseValue(kind, text);
  }
}

/**
 * What to write so that the value stands there the way its neighbours do; `like` is the cell that was there, or one of
 * the same column. Null when Excel could not give the value back unchanged.
 */
export function encodeValue(value: FieldValue, kind: FieldKind, like: Cell, date1904: boolean): NewCell | null {
  if (value === null) return { kind: 'blank' };
  const written = encode(value, kind, like, date1904);
  return written && comesBack(written, value, kind, date1904) ? written : null;
}

function encode(value: string, kind: FieldKind, like: Cell, date1904: boolean): NewCell | null {
  switch (kind) {
    case 'text':
    case 'password':
    case 'label':
    case 'list':
      return tagOf(like) === 'n' && isPlainNumber(value)
        ? { kind: 'number', number: value }
        : { kind: 'text', text: value };
    case 'integer':
    case 'decimal':
      return { kind: 'number', number: value };
    case 'checkbox':
      if (tagOf(like) === 'n') return { kind: 'number', number: value === 'true' ? '1' : '0' };
      return { kind: 'boolean', value: value === 'true' };
    case 'date':
    case 'datetime': {
      if (tagOf(like) === 's') return { kind: 'text', text: value };
      const serial = serialOf(value, date1904);
      return serial === null ? null : { kind: 'moment', serial, hasTime: kind === 'datetime' };
    }
  }
}

function comesBack(written: NewCell, value: string, kind: FieldKind, date1904: boolean): boolean {
  const back = decodeCell(asCell(written, date1904), kind, date1904);
  return back.kind === 'value' && back.value === value;
}

function asCell(written: NewCell, date1904: boolean): Cell {
  switch (written.kind) {
    case 'blank':
      return BLANK;
    case 'text':
      return written.text.length > LONGEST_TEXT ? cell('e', '') : cell('s', written.text);
    case 'number':
      return Number.isFinite(Number(written.number)) ? cell('n', excelNumber(written.number)) : cell('e', '');
    case 'moment':
      return cell('d', momentOf(written.serial, date1904) ?? '');
    case 'boolean':
      return cell('b', written.value ? '1' : '0');
  }
}

/** Files hold `1.1000000000000001` where people typed and see `1.1`: Excel knows fifteen digits. */
export function excelNumber(raw: string): string {
  if (/^-?(0|[1-9]\d{0,14})$/.test(raw)) return raw;
  const rounded = parseValue('decimal', String(Number(Number(raw).toPrecision(SIGNIFICANT_DIGITS))));
  return rounded.kind === 'value' && rounded.value !== null ? rounded.value : raw;
}

function decodeSerial(text: string, kind: 'date' | 'datetime', date1904: boolean): Parsed {
  const moment = momentOf(Number(text), date1904);
  return moment === null ? unreadable : parseValue(kind, moment);
}

function isWords(kind: FieldKind): boolean {
  return kind === 'text' || kind === 'label' || kind === 'password' || kind === 'list';
}

/** Without leading zeros, which a number would lose. */
function isPlainNumber(text: string): boolean {
  return /^-?(0|[1-9]\d{0,14})(\.\d*[1-9])?$/.test(text) && text !== '-0' && excelNumber(text) === text;
}
