import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { date, decode, encode, isCanonical, moment } from '../../../backend/adapters/superoffice/encoding.ts';
import type { FieldKind, FieldValue } from '../../../shared/vocabulary.ts';

describe('decode', () => {
  test.each<[string, FieldKind, string, FieldValue]>([
    ['a number', 'integer', '[I:42]', '42'],
    ['a bare number', 'integer', '-7', '-7'],
    ['a whole decimal as a number', 'integer', '[F:42.0]', '42'],
    ['a number with leading zeros', 'integer', '[I:007]', '7'],
    ['zero, which is not blank', 'integer', '[I:0]', '0'],
    ['a decimal', 'decimal', '[F:1.50]', '1.5'],
    ['money', 'decimal', '[M:100]', '100'],
    ['minus nothing', 'decimal', '[F:-0.00]', '0'],
    ['a ticked box', 'checkbox', '[I:1]', 'true'],
    ['a box told in words', 'checkbox', 'False', 'false'],
    ['a list item', 'list', '[I:5]', '5'],
    ['no list item', 'list', '[I:0]', null],
    ['a date', 'date', '[D:07/24/2026]', '2026-07-24'],
    ['a date with a time', 'date', '[DT:07/24/2026 15:32:00.0000000]', '2026-07-24'],
    ['a date with points', 'date', '2020.08.27', '2020-08-27'],
    ['an ISO date', 'date', '2014-09-13T00:00:00', '2014-09-13'],
    ['year one, which is no date', 'date', '[D:01/01/0001]', null],
    ['a birthday of an unknown year', 'date', '0002-05-17T00:00:00', null],
    ['a time', 'datetime', '[DT:07/24/2026 15:32:00.0000000]', '2026-07-24T15:32:00'],
    ['an ISO time', 'datetime', '2026-07-24T15:32:00', '2026-07-24T15:32:00'],
    ['a day as a time', 'datetime', '[D:07/24/2026]', '2026-07-24T00:00:00'],
    ['no time', 'datetime', '[DT:01/01/0001 00:00:00.0000000]', null],
    ['a text', 'text', 'Blue', 'Blue'],
    ['a text that looks encoded', 'text', '[I:5]', '[I:5]'],
    ['an empty text', 'text', '', null],
    ['an empty number', 'integer', '', null],
    ['an empty date', 'date', '[D:]', null],
  ])('reads %s', (_, kind, text, value) => {
    expect(decode(kind, text, 'SuperOffice:1')).toBe(value);
  });

  test.each<[FieldKind, string]>([
    ['integer', '[F:1.5]'],
    ['integer', 'many'],
    ['decimal', '1,5'],
    ['checkbox', '[I:2]'],
    ['list', 'blue'],
    ['date', '24.07.2026'],
  ])('never makes something of a %s that says %s', (kind, text) => {
    expect(() => decode(kind, text, 'SuperOffice:1')).toThrow(
      expect.objectContaining({ code: 'crm.answer_invalid', detail: { field: 'SuperOffice:1' } }),
    );
  });
});

const day = fc
  .date({ min: new Date('1900-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
  .map((value) => value.toISOString().slice(0, 10));

test.each<[FieldKind, fc.Arbitrary<string>]>([
  ['integer', fc.integer().map(String)],
  ['list', fc.integer({ min: 1 }).map(String)],
  ['checkbox', fc.constantFrom('true', 'false')],
  ['date', day],
  ['datetime', day.map((value) => `${value}T23:59:07`)],
  ['text', fc.string({ minLength: 1 })],
  ['decimal', fc.tuple(fc.integer(), fc.integer({ min: 1, max: 9 })).map(([whole, tenth]) => `${whole}.${tenth}`)],
])('a value of kind %s comes back as it went', (kind, values) => {
  fc.assert(
    fc.property(values, (value) => {
      expect(isCanonical(kind, value)).toBe(true);
      expect(decode(kind, encode(kind, value), 'SuperOffice:1')).toBe(value);
    }),
  );
});

test('a blank takes the value away', () => {
  expect(encode('integer', null)).toBe('');
  expect(encode('date', null)).toBe('');
});

test.each<[FieldKind, string]>([
  ['integer', '1.5'],
  ['integer', '007'],
  ['decimal', '1,5'],
  ['checkbox', '1'],
  ['date', '2026-7-4'],
  ['list', 'Customer'],
  ['list', '0'],
  ['text', ''],
])('a %s is not written as %j', (kind, value) => {
  expect(isCanonical(kind, value)).toBe(false);
});

describe('moment', () => {
  test('a time without a zone is UTC, whatever zone this process is in', () => {
    expect(moment('2026-11-22T12:01:19')?.toISOString()).toBe('2026-11-22T12:01:19.000Z');
    expect(moment('2026-11-22T12:01:19.0000000')?.toISOString()).toBe('2026-11-22T12:01:19.000Z');
  });

  test('a time with a zone is that moment', () => {
    expect(moment('2026-11-22T14:01:19+02:00')?.toISOString()).toBe('2026-11-22T12:01:19.000Z');
  });

  test.each([null, undefined, '', '0001-01-01T00:00:00', 'never'])('%s is no time', (text) => {
    expect(moment(text)).toBeNull();
  });
});

test('a birthday stays on its day', () => {
  expect(date('1980-05-17T00:00:00')).toBe('1980-05-17');
  expect(date('1980-05-17T00:00:00+00:00')).toBe('1980-05-17');
});
