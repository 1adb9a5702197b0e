import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createGate, type Gate, type Visitor } from '../../../backend/adapters/calls/gate.ts';
import { AppError } from '../../../backend/errors.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** Work that ends when the test says so, and what has begun so far. */
function works(gate: Gate) {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  return {
    begun,
    begin: (name: string, visitor: Visitor) =>
      gate(visitor, () => {
        begun.push(name);
        return new Promise<void>((resolve) => ends.set(name, resolve));
      }),
    async end(name: string) {
      ends.get(name)?.();
      await vi.advanceTimersByTimeAsync(0);
    },
  };
}

const event = { lane: 'event' } as const;

test('no more than so many run at a time, and a failure makes room', async () => {
  const gate = createGate({ atOnce: { all: 4, background: 4 } });
  let running = 0;
  let most = 0;
  const all = Array.from({ length: 40 }, (_, i) =>
    gate(event, async () => {
      most = Math.max(most, ++running);
      await new Promise((turn) => setTimeout(turn, 1));
      running -= 1;
      if (i % 3 === 0) throw new Error('no');
    }),
  );
  const settled = Promise.allSettled(all);
  await vi.runAllTimersAsync();
  expect(most).toBe(4);
  expect((await settled).filter(({ status }) => status === 'fulfilled')).toHaveLength(26);
});

test('people go before what has just changed, and that before what nobody waits for', async () => {
  const work = works(createGate({ atOnce: { all: 1, background: 1 } }));
  void work.begin('first', { lane: 'bulk' });
  void work.begin('bulk', { lane: 'bulk' });
  void work.begin('event', event);
  void work.begin('person', { lane: 'interactive' });
  for (const name of ['first', 'person', 'event', 'bulk']) await work.end(name);
  expect(work.begun).toEqual(['first', 'person', 'event', 'bulk']);
});

test('a place is kept for people however much is going on', async () => {
  const work = works(createGate({ atOnce: { all: 4, background: 3 } }));
  for (let i = 0; i < 10; i++) void work.begin(`event ${i}`, event);
  expect(work.begun).toHaveLength(3);
  void work.begin('person', { lane: 'interactive' });
  expect(work.begun.at(-1)).toBe('person');
});

test('of two who wait, the one with less inside goes first', async () => {
  const work = works(createGate({ atOnce: { all: 2, background: 2 } }));
  void work.begin('a1', { ...event, who: 'a' });
  void work.begin('a2', { ...event, who: 'a' });
  void work.begin('a3', { ...event, who: 'a' });
  void work.begin('b1', { ...event, who: 'b' });
  await work.end('a1');
  expect(work.begun).toEqual(['a1', 'a2', 'b1']);
});

test('within any second no more begin than may, and the background leaves some to people', async () => {
  const gate = createGate({ atOnce: { all: 100, background: 100 }, perSecond: { all: 10, background: 8 } });
  const times: number[] = [];
  const call = (lane: Visitor['lane']) => gate({ lane }, async () => void times.push(performance.now()));
  const all = Array.from({ length: 40 }, () => call('event'));
  await vi.advanceTimersByTimeAsync(0);
  expect(times).toHaveLength(8);
  const people = [call('interactive'), call('interactive'), call('interactive')];
  await vi.advanceTimersByTimeAsync(0);
  expect(times).toHaveLength(10);

  await vi.runAllTimersAsync();
  await Promise.all([...all, ...people]);
  const mostInASecond = Math.max(
    ...times.map((start) => times.filter((time) => time >= start && time < start + 1000).length),
  );
  expect(mostInASecond).toBe(10);
});

test('who has waited too long is told so, and takes no place', async () => {
  const tooBusy = () => new AppError('connector.throttled');
  const work = works(createGate({ atOnce: { all: 1, background: 1 }, patienceMs: 15_000, tooBusy }));
  void work.begin('hangs', event);
  const waits = work.begin('waits', event);
  const told = expect(waits).rejects.toMatchObject({ code: 'connector.throttled' });
  await vi.advanceTimersByTimeAsync(15_000);
  await told;
  void work.begin('next', event);
  await work.end('hangs');
  expect(work.begun).toEqual(['hangs', 'next']);
});
