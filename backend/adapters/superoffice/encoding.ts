import type { FieldKind, FieldValue } from '../../../shared/vocabulary.ts';
import { AppError } from '../../errors.ts';

/** SuperOffice has no null for dates: year one stands for it. */
export const NO_DATE = '0001-01-01T00:00:00';

/** Reads a user-defined value: `[I:5]`, `[D:11/22/2026]`, or the plain forms that occur beside them. */
export function decode(kind: FieldKind, text: string, field: string): FieldValue {
  const plain = /^\[[A-Z]{1,2}:(.*)\]$/s.exec(text)?.[1] ?? text;
  if (kind === 'text') return text === '' ? null : text;
  if (plain.trim() === '') return null;
  const value = decoders[kind]?.(plain.trim());
  if (value === undefined) throw new AppError('crm.answer_invalid', { field });
  return value;
}

const decoders: Partial<Record<FieldKind, (text: string) => FieldValue | undefined>> = {
  integer: (text) => decimal(text)?.match(/^-?\d+$/)?.[0],
  decimal,
  checkbox: (text) => (/^(?:1|true)$/i.test(text) ? 'true' : /^(?:0|false)$/i.test(text) ? 'false' : undefined),
  list: (text) => (text === '0' ? null : /^\d+$/.test(text) ? text : undefined),
  date,
  datetime,
};

/** The form SuperOffice understands in every culture. An empty text takes the value away. */
export function encode(kind: FieldKind, value: FieldValue): string {
  if (value === null) return '';
  switch (kind) {
    case 'integer':
    case 'list':
      return `[I:${value}]`;
    case 'decimal':
      return `[F:${value}]`;
    case 'checkbox':
      return value === 'true' ? '[I:1]' : '[I:0]';
    case 'date':
      return `[D:${american(value)}]`;
    case 'datetime':
      return `[DT:${american(value.slice(0, 10))} ${value.slice(11)}]`;
    default:
      return value;
  }
}

const canonical: Partial<Record<FieldKind, RegExp>> = {
  integer: /^(?:0|-?[1-9]\d*)$/,
  decimal: /^-?\d+(?:\.\d+)?$/,
  checkbox: /^(?:true|false)$/,
  date: /^\d{4}-\d{2}-\d{2}$/,
  datetime: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/,
  list: /^[1-9]\d*$/,
};

export function isCanonical(kind: FieldKind, value: string): boolean {
  return canonical[kind]?.test(value) ?? value !== '';
}

/** The day of a date in any shape SuperOffice's documentation shows: ISO, `MM/dd/yyyy`, `yyyy.MM.dd`; with or without a time. */
export function date(text: string): FieldValue | undefined {
  const iso = /^(\d{4})[-.](\d{2})[-.](\d{2})(?:[T ].*)?$/.exec(text);
  const us = /^(\d{1,2})\/(\d{1,2})\/(\d{4})(?: .*)?$/.exec(text);
  const [year, month, day] = iso ? [iso[1], iso[2], iso[3]] : us ? [us[3], us[1], us[2]] : [];
  if (year === undefined || month === undefined || day === undefined) return undefined;
  // Year one is no date; year two is a birthday of which the year is not known.
  return Number(year) <= 2 ? null : `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
}

/** Wall-clock time to the second, in any of the shapes of `date`. */
function datetime(text: string): FieldValue | undefined {
  const day = date(text);
  const time = /[T ](\d{2}:\d{2}:\d{2})(?:\.\d+)?(?:Z|[+-]00:00)?$/.exec(text)?.[1] ?? '00:00:00';
  return day ? `${day}T${time}` : day;
}

/** `MM/dd/yyyy`, the one shape that SuperOffice's documentation tells to write. */
function american(day: string): string {
  const [year = '', month = '', date = ''] = day.split('-');
  return `${month}/${date}/${year}`;
}

/** A moment in UTC. Times of change come without a zone and mean UTC. */
export function moment(text: string | null | undefined): Date | null {
  if (!text || text.startsWith('0001-')) return null;
  const at = new Date(/(?:Z|[+-]\d{2}:\d{2})$/.test(text) ? text : `${text}Z`);
  return Number.isNaN(at.getTime()) ? null : at;
}

function decimal(text: string): string | undefined {
  const parts = /^(-?)0*(\d+)(?:\.(\d*?)0*)?$/.exec(text);
  if (!parts) return undefined;
  const [, sign = '', whole = '', fraction = ''] = parts;
  const number = fraction === '' ? whole : `${whole}.${fraction}`;
  return /^[0.]*$/.test(number) ? '0' : sign + number;
}
