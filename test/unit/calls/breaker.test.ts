import { beforeEach, describe, expect, test } from 'vitest';
import { createBreaker, type Breaker } from '../../../backend/adapters/calls/breaker.ts';
import { AppError } from '../../../backend/errors.ts';
import { TestClock } from '../../support/test-clock.ts';

const MINUTE = 60_000;
const down = new AppError('connector.unreachable');
const refused = new AppError('connector.rejected');

let clock: TestClock;
let breaker: Breaker;
let calls: number;
let changes: boolean[];

beforeEach(() => {
  clock = new TestClock();
  calls = 0;
  changes = [];
  breaker = createBreaker({
    clock,
    isOutage: (error) => error === down,
    outages: 5,
    firstMs: 5 * MINUTE,
    longestMs: 60 * MINUTE,
    resting: (until) => new AppError('connector.resting', { until: until.toISOString() }),
    changed: (open) => changes.push(open),
  });
});

/** The code of what became of a call; `ok` if it went well. */
async function call(failure: Error | null, insists = false): Promise<string> {
  try {
    await breaker.pass(insists, async () => {
      calls += 1;
      if (failure) throw failure;
    });
    return 'ok';
  } catch (error) {
    return (error as AppError).code;
  }
}

async function breakIt(): Promise<void> {
  for (let i = 0; i < 5; i++) await call(down);
  calls = 0;
}

describe('a system that does not answer', () => {
  test('is left alone after five times in a row, and it says until when', async () => {
    for (let i = 0; i < 4; i++) expect(await call(down)).toBe('connector.unreachable');
    expect(breaker.state).toBe('closed');
    await call(down);
    calls = 0;
    expect(breaker.state).toBe('open');
    expect(() => breaker.check(false)).toThrow('2026-11-22T12:05:00.000Z');
    expect(await call(null)).toBe('connector.resting');
    expect(calls).toBe(0);
  });

  test('is not left alone while it answers in between, be it with a refusal', async () => {
    for (let i = 0; i < 20; i++) {
      await call(i % 4 === 3 ? refused : down);
    }
    expect(breaker.state).toBe('closed');
  });

  test('is asked by one call alone when the time has come, and then by all', async () => {
    await breakIt();
    clock.advance(5 * MINUTE);
    let answer = (): void => undefined;
    const probe = breaker.pass(false, () => new Promise<void>((resolve) => (answer = resolve)));
    expect(breaker.state).toBe('probing');
    expect(await call(null)).toBe('connector.resting');
    answer();
    await probe;
    expect(await call(null)).toBe('ok');
    expect(changes).toEqual([true, false]);
  });

  test('is left alone twice as long each time, up to an hour', async () => {
    await breakIt();
    const rests: number[] = [];
    let rest = 5 * MINUTE;
    for (let i = 0; i < 6; i++) {
      clock.advance(rest);
      expect(await call(down)).toBe('connector.unreachable');
      const { detail } = await breaker
        .pass(false, async () => undefined)
        .then(
          () => expect.unreachable(),
          (error: unknown) => error as AppError,
        );
      rest = Date.parse(String(detail['until'])) - clock.now().getTime();
      rests.push(rest / MINUTE);
    }
    expect(rests).toEqual([10, 20, 40, 60, 60, 60]);
    expect(calls).toBe(6);
  });

  test('is asked at once by whoever insists, and is well when it answers', async () => {
    await breakIt();
    expect(await call(down, true)).toBe('connector.unreachable');
    expect(await call(null)).toBe('connector.resting');
    expect(await call(null, true)).toBe('ok');
    expect(await call(null)).toBe('ok');
  });

  test('is not well because of an answer to an earlier call', async () => {
    let answer = (): void => undefined;
    const early = breaker.pass(false, () => new Promise<void>((resolve) => (answer = resolve)));
    await breakIt();
    answer();
    await early;
    expect(await call(null)).toBe('connector.resting');
  });

  test('is not left alone for a day because a clock was put back', async () => {
    await breakIt();
    clock.advance(-24 * 60 * MINUTE);
    expect(await call(null)).toBe('ok');
  });
});

test('a system that asks for a pause gets it, exactly', async () => {
  expect(await call(new AppError('crm.throttled', { retryAfterSeconds: 7 }))).toBe('crm.throttled');
  clock.advance(6_999);
  expect(await call(null)).toBe('connector.resting');
  clock.advance(1);
  expect(await call(null)).toBe('ok');
});
