import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BLANK, cell, decodeCell, encodeValue, type Cell } from '../../../backend/adapters/connectors/workbook/cell.ts';
import { doJob } from '../../../backend/adapters/connectors/workbook/workbook-job.ts';
import type { FieldKind, FieldValue } from '../../../shared/vocabulary.ts';
import { workbookBytes } from '../../support/excel.ts';

const file = await workbookBytes({
  Customer: [
    ['ID', 'A', 'When'],
    [1, 'x', new Date('2026-01-01T10:00:00Z')],
  ],
});

/** Writes the value into a workbook, packs it, unpacks it, and reads it again; or says `refused` or `unreadable`. */
function roundTrip(value: FieldValue, kind: FieldKind, like: Cell = BLANK): FieldValue {
  const written = encodeValue(value, kind, like, false);
  if (written === null) return 'refused';
  const edits = [{ part: 'xl/worksheets/sheet1.xml', rows: new Map([[2, new Map([[1, written]])]]) }];
  const { layout } = doJob({ file, macros: false, edits, marks: null, now: 0 });
  const row = layout.actors.get('Customer')?.rowOf.get('1')?.packed.split('\u0000') ?? [];
  const decoded = decodeCell(row[1] ?? BLANK, kind, layout.date1904);
  return decoded.kind === 'value' ? decoded.value : 'unreadable';
}

describe('a value comes back as it went in', () => {
  const runs = { numRuns: 150 };

  // prettier-ignore
  test.each<[string, FieldKind, fc.Arbitrary<string>]>([
    ['any text', 'text', fc.string({ unit: 'binary', minLength: 1 })],
    ['text that looks like something else', 'text', fc.constantFrom('0054', ' 7 ', '=1+1', '-12.50', '+47 22', '[I:5]', '#N/A', 'TRUE', '1E5', '_x000D_', '_x0041_', 'a\r\nb\tc', '\u0001\u001f', ' ', '<&>"\'', ']]>', '\ufffe', '💶')],
    ['an integer of up to 15 digits', 'integer', fc.integer({ min: -999_999_999, max: 999_999_999 }).map((n) => String(n))],
    ['a decimal of up to 15 digits', 'decimal', fc.tuple(fc.integer({ min: -9_999_999, max: 9_999_999 }), fc.integer({ min: 1, max: 99_999_999 })).map(([whole, part]) => `${whole}.${String(part).padStart(8, '0').replace(/0+$/, '')}`)],
    ['a tick', 'checkbox', fc.constantFrom('true', 'false')],
    ['a day', 'date', fc.date({ min: new Date('1900-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10))],
    ['a moment', 'datetime', fc.date({ min: new Date('1900-03-01'), max: new Date('9999-12-30'), noInvalidDate: true }).map((date) => date.toISOString().slice(0, 19))],
  ])('%s', (_, kind, values) => {
    const allowed = values.filter((value) => !value.includes('\u0000') && value.isWellFormed());
    fc.assert(fc.property(allowed, (value) => {
        expect(roundTrip(value, kind)).toBe(value);
      }), runs);
  });

  test('blank stays blank, also of a number', () => {
    expect((['text', 'integer', 'decimal', 'date', 'list'] as const).map((kind) => roundTrip(null, kind))).toEqual([
      null,
      null,
      null,
      null,
      null,
    ]);
  });

  test('a text under numbers is a number only where nothing is lost', () => {
    const like = cell('n', '1234');
    expect(encodeValue('9813', 'text', like, false)).toEqual({ kind: 'number', number: '9813' });
    fc.assert(
      fc.property(fc.stringMatching(/^-?[0-9]{1,20}(\.[0-9]{1,4})?$/), (text) => {
        expect(roundTrip(text, 'text', like)).toBe(text);
      }),
      runs,
    );
  });
});

describe('what would not come back is refused', () => {
  test.each<[FieldKind, string]>([
    ['integer', '1234567890123456'],
    ['decimal', '0.12345678901234567'],
    ['decimal', `1${'0'.repeat(400)}`],
    ['integer', 'many'],
    ['date', '1899-12-31'],
    ['date', '2026-02-30'],
    ['text', 'x'.repeat(32_768)],
    ['text', 'a\u0000b'],
    ['text', '\ud800'],
  ])('%s %s', (kind, value) => {
    expect(encodeValue(value, kind, BLANK, false)).toBeNull();
  });
});

describe('a cell is read as what is wanted', () => {
  test.each<[string, Cell, FieldKind, FieldValue]>([
    ['an error is not blank', cell('e', '#N/A'), 'text', 'unreadable'],
    ['an error is no number', cell('e', '#DIV/0!'), 'decimal', 'unreadable'],
    ['a blank number is not 0', BLANK, 'integer', null],
    ['no tick is no', BLANK, 'checkbox', 'false'],
    ['the sample ticks with 1', cell('n', '1'), 'checkbox', 'true'],
    ['a word is no number', cell('s', 'many'), 'integer', 'unreadable'],
    ['digits typed as text are a number where one is wanted', cell('s', ' 12 '), 'integer', '12'],
    ['a fraction is no integer', cell('n', '12.5'), 'integer', 'unreadable'],
    ['a number is a day where one is wanted', cell('n', '41275'), 'date', '2013-01-01'],
    ['day 60 of 1900 never was', cell('n', '60'), 'date', 'unreadable'],
    ['a year is no moment of a negative day', cell('n', '-5'), 'date', 'unreadable'],
    ['a tick in words', cell('b', '1'), 'text', 'true'],
    ['a stamp as the sample writes it', cell('s', '2013-05-13T13:50:48'), 'datetime', '2013-05-13T13:50:48'],
  ])('%s', (_, of, kind, expected) => {
    const decoded = decodeCell(of, kind, false);
    expect(decoded.kind === 'value' ? decoded.value : 'unreadable').toBe(expected);
  });
});
