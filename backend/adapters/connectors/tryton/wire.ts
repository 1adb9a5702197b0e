import type { FieldKind, FieldValue } from '../../../../shared/vocabulary.ts';
import { parseValue, unreadable, type Parsed } from '../../../domain/value.ts';
import { AppError } from '../../../errors.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';

const kinds = {
  char: 'text',
  text: 'text',
  integer: 'integer',
  biginteger: 'integer',
  float: 'decimal',
  numeric: 'decimal',
  boolean: 'checkbox',
  date: 'date',
  datetime: 'datetime',
  timestamp: 'datetime',
  selection: 'list',
  many2one: 'list',
} as const satisfies Record<string, FieldKind>;

/** A type of Tryton's that has a place in a field; rows of other tables, files and durations have none. */
export type TrytonType = keyof typeof kinds;

export function isTrytonType(type: string): type is TrytonType {
  return Object.hasOwn(kinds, type);
}

export function kindOf(type: TrytonType): FieldKind {
  return kinds[type];
}

/** A value as Tryton sent it, in the canonical form of its kind. */
export function decode(type: TrytonType, value: Json | undefined): Parsed {
  const kind = kinds[type];
  if (value === undefined || value === null) return parseValue(kind, '');
  if (!isObject(value)) return typeof value === 'object' ? unreadable : parseValue(kind, String(value));
  const { decimal } = value;
  if (value['__class__'] === 'Decimal') return typeof decimal === 'string' ? parseValue(kind, decimal) : unreadable;
  const moment = momentOf(value);
  return moment === null ? unreadable : parseValue(kind, moment);
}

/** Throws `value.invalid` for a number that JSON would carry rounded. */
export function encode(type: TrytonType, value: FieldValue): Json {
  if (type === 'boolean') return value === 'true';
  if (value === null) return null;
  switch (type) {
    case 'numeric':
      return { __class__: 'Decimal', decimal: value };
    case 'integer':
    case 'biginteger':
    case 'many2one':
      return wholeNumber(value);
    case 'float':
      return Number(value);
    case 'date':
    case 'datetime':
    case 'timestamp':
      return momentFrom(value);
    default:
      return value;
  }
}

/** A date or a moment, in as many digits as Tryton keeps, so that the texts sort as the moments do. */
export function momentOf(value: Json | undefined): string | null {
  if (!isObject(value)) return null;
  const part = (name: string, digits: number) => String(Number(value[name] ?? 0)).padStart(digits, '0');
  const date = `${part('year', 4)}-${part('month', 2)}-${part('day', 2)}`;
  switch (value['__class__']) {
    case 'date':
      return date;
    case 'datetime':
      return `${date}T${part('hour', 2)}:${part('minute', 2)}:${part('second', 2)}.${part('microsecond', 6)}`;
    default:
      return null;
  }
}

/** Null for what is no moment. */
export function momentFrom(text: string): JsonObject | null {
  const [, year, month, day, hour, minute, second, fraction = ''] =
    /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6})\d*)?)?$/.exec(text) ?? [];
  if (year === undefined) return null;
  const date = { year: Number(year), month: Number(month), day: Number(day) };
  if (hour === undefined) return { __class__: 'date', ...date };
  const microsecond = Number(fraction.padEnd(6, '0'));
  return {
    __class__: 'datetime',
    ...date,
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second),
    microsecond,
  };
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number)) throw new AppError('value.invalid');
  return number;
}
