import { describe, expect, test } from 'vitest';
import {
  decode,
  encode,
  momentFrom,
  momentOf,
  type TrytonType,
} from '../../../backend/adapters/connectors/tryton/wire.ts';
import type { Json } from '../../../backend/adapters/connectors/json.ts';

const decimal = (text: string) => ({ __class__: 'Decimal', decimal: text });
const date = { __class__: 'date', year: 2026, month: 11, day: 7 };
const moment = { ...date, __class__: 'datetime', hour: 8, minute: 5, second: 9, microsecond: 1200 };
const atNoon = { ...moment, hour: 12, minute: 0, second: 0, microsecond: 0 };

describe('a value of Tryton', () => {
  test.each<[TrytonType, Json, string | null]>([
    ['numeric', decimal('123456789012345678901234567.123'), '123456789012345678901234567.123'],
    ['numeric', decimal('12.50'), '12.5'],
    ['numeric', decimal('1E+3'), '1000'],
    ['numeric', decimal('0E-8'), '0'],
    ['float', 1e-5, '0.00001'],
    ['integer', 12, '12'],
    ['char', 'Veien 1', 'Veien 1'],
    ['char', '', null],
    ['text', null, null],
    ['boolean', true, 'true'],
    // SQLite has no booleans of its own.
    ['boolean', 0, 'false'],
    ['boolean', null, 'false'],
    ['date', date, '2026-11-07'],
    ['datetime', moment, '2026-11-07T08:05:09.0012'],
    ['datetime', atNoon, '2026-11-07T12:00:00'],
    ['many2one', 5, '5'],
    ['selection', 'small', 'small'],
  ])('%s %j is read as %j', (type, sent, value) => {
    expect(decode(type, sent)).toEqual({ kind: 'value', value });
  });

  test.each<[TrytonType, Json]>([
    ['numeric', decimal('NaN')],
    ['numeric', { __class__: 'Decimal' }],
    ['integer', [1, 2]],
    ['date', { __class__: 'timedelta', seconds: 5 }],
  ])('%s %j cannot be read', (type, sent) => {
    expect(decode(type, sent)).toEqual({ kind: 'unreadable' });
  });

  test.each<[TrytonType, string | null, Json]>([
    ['numeric', '123456789012345678901234567.123', decimal('123456789012345678901234567.123')],
    ['float', '0.5', 0.5],
    ['integer', '12', 12],
    ['boolean', null, false],
    ['boolean', 'true', true],
    ['date', '2026-11-07', date],
    ['datetime', '2026-11-07T12:00:00', atNoon],
    ['many2one', '5', 5],
    ['many2one', null, null],
    ['char', 'x', 'x'],
  ])('%s: %j is written as %j', (type, value, sent) => {
    expect(encode(type, value)).toEqual(sent);
  });

  test('a whole number that JSON would round is not written', () => {
    expect(() => encode('integer', '12345678901234567890')).toThrow('value.invalid');
  });
});

test('a moment keeps all its digits on the way there and back, and sorts as text', () => {
  const text = momentOf(moment);
  expect(text).toBe('2026-11-07T08:05:09.001200');
  expect(momentFrom(text ?? '')).toEqual(moment);
  expect(momentFrom('yesterday')).toBeNull();
});
