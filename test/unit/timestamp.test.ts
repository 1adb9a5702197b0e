import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { advance } from '../../backend/domain/cursor.ts';
import { retryDelayMs } from '../../backend/domain/retry.ts';
import { compareTimestamps, instantOf, latestTimestamp } from '../../backend/domain/timestamp.ts';

const stamps = fc.oneof(
  fc.constantFrom(
    '9',
    '10',
    '1x',
    '',
    '0',
    '00',
    '-5',
    '1.5',
    '1.50',
    'abc',
    'ABC',
    '[DT:12/31/2013 23:59:59.0000000]',
  ),
  fc.integer().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc
    .date({ noInvalidDate: true, min: new Date('1990-01-01'), max: new Date('2100-01-01') })
    .map((date) => date.toISOString()),
  fc
    .date({ noInvalidDate: true, min: new Date('1990-01-01'), max: new Date('2100-01-01') })
    .map((date) => date.toISOString().slice(0, 19)),
  fc.string({ maxLength: 6 }),
);

describe('timestamps of a connector', () => {
  test.each([
    ['999', '1000'],
    ['-10', '-9'],
    ['1.25', '1.5'],
    ['99999999999999999999998', '99999999999999999999999'],
    ['2013-05-13T13:50:48', '2013-05-13T13:50:49'],
    ['2026-11-22T12:00:00+02:00', '2026-11-22T11:00:00Z'],
    ['[DT:12/31/2013 23:59:59.0000000]', '[DT:01/01/2014 00:00:00.0000000]'],
    ['a', 'b'],
  ])('%s comes before %s', (earlier, later) => {
    expect(compareTimestamps(earlier, later)).toBeLessThan(0);
    expect(compareTimestamps(later, earlier)).toBeGreaterThan(0);
  });

  test('have one order, whatever they look like', () => {
    fc.assert(
      fc.property(stamps, stamps, stamps, (a, b, c) => {
        const [ab, bc, ac] = [compareTimestamps(a, b), compareTimestamps(b, c), compareTimestamps(a, c)];
        expect(Math.sign(ab)).toBe(-Math.sign(compareTimestamps(b, a)) + 0);
        expect(ab === 0).toBe(a === b);
        if (ab < 0 && bc < 0) expect(ac).toBeLessThan(0);
      }),
      { numRuns: 3000 },
    );
  });

  test('are kept byte for byte', () => {
    fc.assert(
      fc.property(fc.array(stamps), (all) => {
        const latest = latestTimestamp(all);
        expect(['', ...all]).toContain(latest);
      }),
    );
  });

  test('are an instant only where they name a zone', () => {
    expect(instantOf('2026-11-22T12:00:00Z')).toEqual(new Date('2026-11-22T12:00:00Z'));
    expect(instantOf('2026-11-22T12:00:00')).toBeNull();
    expect(instantOf('20261122')).toBeNull();
  });
});

describe('the cursor', () => {
  const at = (minute: number) => new Date(Date.UTC(2026, 10, 22, 12, minute));

  test('moves on only when a timestamp has been known for five minutes', () => {
    let cursor = advance(null, '100', at(0));
    expect(cursor.askedFrom).toBe('');
    cursor = advance(cursor, '200', at(4));
    expect(cursor.askedFrom).toBe('');
    cursor = advance(cursor, '300', at(5));
    expect(cursor.askedFrom).toBe('100');
    cursor = advance(cursor, '300', at(9));
    expect(cursor.askedFrom).toBe('100');
    cursor = advance(cursor, '300', at(10));
    expect(cursor.askedFrom).toBe('300');
  });

  test('never moves back, and never past what was seen', () => {
    const polls = fc.array(fc.tuple(fc.nat(50), fc.nat(20)));
    fc.assert(
      fc.property(polls, (given) => {
        let minute = 0;
        let seen = '';
        let cursor = null as ReturnType<typeof advance> | null;
        for (const [stamp, wait] of given) {
          minute += wait;
          const before = cursor?.askedFrom ?? '';
          seen = latestTimestamp([seen, String(stamp)]);
          cursor = advance(cursor, String(stamp), at(minute));
          expect(latestTimestamp([before, cursor.askedFrom])).toBe(cursor.askedFrom);
          expect(latestTimestamp([seen, cursor.askedFrom])).toBe(seen);
        }
      }),
    );
  });

  test('stays where it is when nothing came', () => {
    const cursor = advance(advance(null, '100', at(0)), '', at(6));
    expect(advance(cursor, '', at(12))).toMatchObject({ askedFrom: '100', next: '100' });
  });
});

test('a retry waits longer each time, a quarter of an hour at most, and not all at once', () => {
  const waits = Array.from({ length: 30 }, (_, attempt) => retryDelayMs(attempt, 'x'));
  expect(waits[0]).toBeLessThanOrEqual(2000);
  expect(Math.max(...waits)).toBeLessThanOrEqual(15 * 60_000);
  expect(waits[29]).toBeGreaterThanOrEqual(7 * 60_000);
  expect(new Set(Array.from({ length: 50 }, (_, n) => retryDelayMs(5, `record ${n}`))).size).toBeGreaterThan(40);
  const asked = Array.from({ length: 50 }, (_, n) => retryDelayMs(0, `x${n}`, 60_000));
  expect(Math.min(...asked)).toBeGreaterThanOrEqual(60_000);
  expect(Math.max(...asked)).toBeLessThanOrEqual(66_000);
  expect(new Set(asked).size).toBeGreaterThan(40);
});
