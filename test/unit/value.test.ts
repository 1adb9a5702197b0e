import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { isCanonical, parseValue, sameValue } from '../../backend/domain/value.ts';
import { decodeWire, encodeWire } from '../../backend/domain/wire.ts';
import type { FieldKind, FieldValue } from '../../shared/vocabulary.ts';

vi.setConfig({ testTimeout: 30_000 });

const UNREADABLE = 'unreadable';

function read(kind: FieldKind, text: string, decode = decodeWire): FieldValue {
  const result = decode(kind, text);
  return result.kind === 'value' ? result.value : UNREADABLE;
}

describe('a value on the wire', () => {
  test.each<[FieldKind, string, FieldValue]>([
    ['text', 'Orkdal', 'Orkdal'],
    ['text', '', null],
    ['text', '[I:5]', '[I:5]'],
    ['text', '[DT:12/31/2013 23:59:59.0000000]', '[DT:12/31/2013 23:59:59.0000000]'],
    ['text', '  spaced ', '  spaced '],
    ['text', 'a\u0000b', UNREADABLE],
    ['text', '\ud800', UNREADABLE],
    ['integer', '[I:12345]', '12345'],
    ['integer', '12345', '12345'],
    ['integer', '[F:12345.0]', '12345'],
    ['integer', '[F:1.5]', UNREADABLE],
    ['integer', '', null],
    ['integer', '-0', '0'],
    ['integer', '007', '7'],
    ['integer', 'twelve', UNREADABLE],
    ['integer', '0x10', UNREADABLE],
    ['integer', '1 000', UNREADABLE],
    ['decimal', '[F:12345.6789]', '12345.6789'],
    ['decimal', '[M:10.50]', '10.5'],
    ['decimal', '[I:7]', '7'],
    ['decimal', '[D:0.0]', '0'],
    ['decimal', '[F:1.5:2]', '1.5'],
    ['decimal', '[F2:1.5]', '1.5'],
    ['decimal', '[F:1.5,2]', '1.5'],
    ['decimal', '[F:1,5]', UNREADABLE],
    ['decimal', '1,5', UNREADABLE],
    ['decimal', '1.5E3', '1500'],
    ['decimal', '15e-4', '0.0015'],
    ['decimal', '-.5', '-0.5'],
    ['decimal', '-0.00', '0'],
    ['decimal', '.', UNREADABLE],
    ['decimal', 'NaN', UNREADABLE],
    ['decimal', '123456789012345678901234567890.12345', '123456789012345678901234567890.12345'],
    ['checkbox', '[I:1]', 'true'],
    ['checkbox', '[I:0]', 'false'],
    ['checkbox', 'TRUE', 'true'],
    ['checkbox', '', 'false'],
    ['checkbox', '[I:2]', UNREADABLE],
    ['datetime', '[DT:12/31/2013 23:59:59.0000000]', '2013-12-31T23:59:59'],
    ['datetime', '[DT:12/31/2013 23:59:59.5000000]', '2013-12-31T23:59:59.5'],
    ['datetime', '[DT:01/01/0001 00:00:00.0000000]', null],
    ['datetime', '', null],
    ['datetime', '2013-12-31', '2013-12-31T00:00:00'],
    ['datetime', '2013-12-31T23:59:59Z', '2013-12-31T23:59:59'],
    ['datetime', '12/31/2013 23:59:59', '2013-12-31T23:59:59'],
    ['datetime', '31/12/2013 23:59:59', UNREADABLE],
    ['datetime', '02/30/2013 00:00:00', UNREADABLE],
    ['datetime', '02/29/2000 24:00:00', UNREADABLE],
    ['date', '[D:02/29/2024]', '2024-02-29'],
    ['date', '[DT:02/29/2024 13:45:00.0000000]', '2024-02-29'],
    ['date', '[D:02/29/2023]', UNREADABLE],
    ['date', 'yesterday', UNREADABLE],
    ['list', '7', '7'],
    ['list', '[I:7]', '7'],
    ['list', '00123', '00123'],
    ['list', '', null],
  ])('of kind %s, %j, is %j', (kind, text, value) => {
    expect(read(kind, text)).toBe(value);
  });

  test('a blank is sent as nothing, but a tick box as not ticked', () => {
    expect(
      ['text', 'integer', 'decimal', 'date', 'datetime', 'list'].map((kind) => encodeWire(kind as FieldKind, null)),
    ).toEqual(Array(6).fill(''));
    expect(encodeWire('checkbox', null)).toBe('[I:0]');
  });

  test.each<[FieldKind, fc.Arbitrary<FieldValue>]>([
    ['text', fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => !text.includes('\u0000'))],
    ['list', fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => !/[\u0000[]/.test(text))],
    ['integer', fc.bigInt().map(String)],
    [
      'decimal',
      fc.tuple(fc.bigInt(), fc.integer({ min: 1, max: 999_999 })).map(([whole, part]) => canonical(`${whole}.${part}`)),
    ],
    ['checkbox', fc.constantFrom('true', 'false')],
    ['date', days().map((day) => day)],
    [
      'datetime',
      fc.tuple(days(), fc.integer({ min: 0, max: 86_399 })).map(([day, second]) => `${day}T${clock(second)}`),
    ],
  ])('of kind %s comes back as it was sent', (kind, values) => {
    fc.assert(
      fc.property(values, (value) => {
        expect(read(kind, encodeWire(kind, value))).toBe(value);
      }),
      { numRuns: 1000 },
    );
  });

  test('that is read has one form, whoever wrote it', () => {
    const kinds = ['integer', 'decimal', 'checkbox', 'date', 'datetime', 'list', 'text'] as const;
    fc.assert(
      fc.property(fc.constantFrom(...kinds), fc.string(), (kind, text) => {
        const once = read(kind, text);
        if (once === UNREADABLE || once === null) return;
        expect(read(kind, once, parseValue)).toBe(once);
      }),
      { numRuns: 3000 },
    );
  });

  test('that is canonical already would be read as it stands', () => {
    const kinds = ['integer', 'decimal', 'checkbox', 'date', 'datetime', 'list', 'text'] as const;
    const texts = fc.oneof(
      fc.constantFrom(null, '', '0', '-0', '00', '1.50', '1.5', '-.5', 'true', 'TRUE', 'a\u0000b', '\ud800'),
      fc.string({ unit: 'binary' }),
      fc.double().map(String),
      fc.stringMatching(/^-?[0-9.]{1,5}$/),
    );
    fc.assert(
      fc.property(fc.constantFrom(...kinds), texts, (kind, text) => {
        if (isCanonical(kind, text)) expect(read(kind, text ?? '', parseValue)).toBe(text);
      }),
      { numRuns: 5000 },
    );
    expect(isCanonical('decimal', '12.5')).toBe(true);
    expect(isCanonical('text', 'Storgata 1')).toBe(true);
    expect(isCanonical('text', 7)).toBe(false);
  });
});

describe('two values', () => {
  test.each<[FieldValue, FieldValue, boolean]>([
    ['a', 'a', true],
    ['a', 'A', false],
    [null, '', true],
    [null, '  ', true],
    ['a ', 'a', true],
    [' a', 'a', false],
    ['a\r\nb', 'a\nb', true],
    ['00123', '123', false],
    ['é', 'e\u0301', false],
  ])('%j and %j are the same: %s', (a, b, same) => {
    expect(sameValue(a, b)).toBe(same);
    expect(sameValue(b, a)).toBe(same);
  });
});

function days(): fc.Arbitrary<string> {
  return fc
    .date({ min: new Date('0002-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 10));
}

function clock(second: number): string {
  return new Date(second * 1000).toISOString().slice(11, 19);
}

function canonical(text: string): string {
  return text.replace(/\.?0+$/, '');
}
