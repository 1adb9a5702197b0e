import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { csvCell, csvLine } from '../../backend/domain/csv.ts';

describe('a cell of the exported log', () => {
  const starts = ['=', '+', '-', '@', '\t', '\r', '\u0000', '＝', '＋', '－', '＠'];
  const before = ['', ' ', '"', "'", ' "', '\u00A0', '\uFEFF'];
  const harm = ['cmd|/c calc!A0', '1+1', 'SUM(A1)', 'HYPERLINK("http://x","y")'];

  test('never begins a formula, whatever stands before it', () => {
    for (const start of starts) {
      for (const lead of before) {
        for (const rest of harm) {
          const cell = csvCell(`${lead}${start}${rest}`);
          expect(cell.startsWith("'") || cell.startsWith('"\''), JSON.stringify(cell)).toBe(true);
        }
      }
    }
  });

  test.each(['-12.50', '+47 22 33 44 55', '-1', '+4722334455', 'Orkdal AS', 'a-b', '2026-11-27', 'a=b'])(
    'leaves %s as it is',
    (value) => {
      expect(csvCell(value)).toBe(value);
    },
  );

  test('keeps a decimal comma in its cell, and a number', () => {
    expect(csvCell('-12,50')).toBe('"-12,50"');
  });

  test('keeps commas, quotes and lines together', () => {
    expect(csvLine(['a,b', 'say "no"', 'two\nlines', null])).toBe('"a,b","say ""no""","two\nlines",\r\n');
  });

  test('is read back as it was, but for the apostrophe', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const cell = csvCell(value);
        const read = cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell;
        expect([value, `'${value}`]).toContain(read);
      }),
    );
  });
});
