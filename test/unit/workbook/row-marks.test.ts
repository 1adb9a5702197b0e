import { describe, expect, test } from 'vitest';
import {
  firstMarkSince,
  marked,
  markOf,
  noMarks,
  parsedMarks,
  serialised,
  type RowMarks,
} from '../../../backend/adapters/connectors/workbook/row-marks.ts';

const NOON = Date.UTC(2026, 10, 22, 12);

function seen(before: RowMarks, rows: Record<string, string>, now = NOON): RowMarks {
  return marked(before, 'Customer', new Map(Object.entries(rows).map(([key, digest]) => [key, { digest }])), now);
}
function markIn(marks: RowMarks, key: string): string {
  return marks.seen.get('Customer')?.get(key)?.mark ?? '';
}

describe('marks of rows', () => {
  test('no two rows share one, and all are later than those before', () => {
    const first = seen(noMarks, { 1: 'a', 2: 'b', 3: 'c' });
    expect([markIn(first, '1'), markIn(first, '2'), markIn(first, '3')]).toEqual([
      '2026-11-22T12:00:00.000000Z',
      '2026-11-22T12:00:00.000001Z',
      '2026-11-22T12:00:00.000002Z',
    ]);
    const second = seen(first, { 1: 'a', 2: 'B', 3: 'c' });
    expect(markIn(second, '2') > markIn(first, '3')).toBe(true);
    expect(markIn(second, '1')).toBe(markIn(first, '1'));
  });

  test('a clock that was put back does not make a change older than what was seen', () => {
    const first = seen(noMarks, { 1: 'a', 2: 'b' });
    const second = seen(first, { 1: 'A', 2: 'b' }, NOON - 86_400_000);
    expect(markIn(second, '1') > markIn(first, '2')).toBe(true);
  });

  test('nothing new is nothing to keep', () => {
    const first = seen(noMarks, { 1: 'a' });
    expect(seen(first, { 1: 'a' }, NOON + 5000)).toBe(first);
    expect(seen(first, {}, NOON + 5000)).toBe(first);
  });

  test('a row that was away keeps its mark if it comes back as it was', () => {
    const first = seen(noMarks, { 1: 'a', 2: 'b' });
    const back = seen(seen(first, { 2: 'b' }), { 1: 'a', 2: 'b' });
    expect(markIn(back, '1')).toBe(markIn(first, '1'));
  });

  test('they survive being written down, keys of any shape included', () => {
    const first = seen(noMarks, { __proto__x: 'a', 'å\n"': 'b', ' 1': 'c' });
    expect(parsedMarks(serialised(first))).toEqual(first);
  });

  test.each(['', '{', 'null', '[]', '{"version":2,"last":1,"sheets":[]}', '{"version":1,"last":"x","sheets":[]}'])(
    'what cannot be read counts as never written: %s',
    (text) => expect(parsedMarks(text)).toEqual(noMarks),
  );

  test.each([
    ['', ''],
    ['2013-05-13T13:50:48', ''],
    ['2030-01-01T00:00:00.000000Z', ''],
    ['2026-11-22T11:00:00.000000Z', '2026-11-22T11:00:00.000000Z'],
  ])('since %j begins with %j: a mark never given out here excludes nothing', (since, first) => {
    expect(firstMarkSince(since, markOf(NOON * 1000))).toBe(first);
  });
});
