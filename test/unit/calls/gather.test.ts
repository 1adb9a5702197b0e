import { expect, test } from 'vitest';
import { createGate } from '../../../backend/adapters/calls/gate.ts';
import { createGather, type GatherOptions } from '../../../backend/adapters/calls/gather.ts';
import { AppError } from '../../../backend/errors.ts';

const rejected = new AppError('connector.rejected');
const timeout = new AppError('connector.timeout');

/** Calls of up to 50 items, one at a time, each taking a turn of the loop. */
function gatherer(more: Partial<GatherOptions<number, string>> = {}) {
  const sent: number[][] = [];
  const gate = createGate({ atOnce: { all: 1, background: 1 } });
  const gather = createGather<number, string>({
    most: 50,
    place: (leave) => gate({ lane: 'event' }, leave),
    mayBeOne: (error) => error !== timeout,
    ...more,
    async send(items) {
      sent.push([...items]);
      await new Promise(setImmediate);
      return more.send ? more.send(items) : items.map(String);
    },
  });
  return { gather, sent };
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

test('what waits at the same time goes together, and each gets its own answer', async () => {
  const { gather, sent } = gatherer();
  const answers = await Promise.all(numbers(121).map((item) => gather('', item)));
  expect(answers).toEqual(numbers(121).map(String));
  expect(sent.map(({ length }) => length)).toEqual([1, 50, 50, 20]);
});

test('what is not asked in the same words goes apart', async () => {
  const { gather, sent } = gatherer();
  await Promise.all([gather('a', 0), gather('a', 1), gather('b', 2), gather('a', 3)]);
  expect(sent).toEqual([[0], [1, 3], [2]]);
});

test.each([2, 7, 50])('one bad item of %i is found with few calls, and the others are served', async (count) => {
  const { gather, sent } = gatherer({
    send: async (items) => {
      if (items.includes(1)) throw rejected;
      return items.map(String);
    },
  });
  const first = gather('', -1);
  const settled = await Promise.allSettled(numbers(count).map((item) => gather('', item)));
  await first;
  expect(settled.flatMap(({ status }, item) => (status === 'rejected' ? [item] : []))).toEqual([1]);
  // The first call, the batch itself, and what finding the item took.
  expect(sent.length - 2).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(count)));
});

test('when time runs out, nobody is blamed, and the next batches are smaller until all is well', async () => {
  let slow = true;
  const { gather, sent } = gatherer({
    send: async (items) => {
      if (slow && items.length > 10) throw timeout;
      return items.map(String);
    },
  });
  const all = async () => Promise.allSettled([gather('', -1), ...numbers(50).map((item) => gather('', item))]);
  for (let i = 0; i < 4; i++) await all();
  expect(sent.at(-1)?.length).toBeLessThanOrEqual(10);
  expect((await all()).filter(({ status }) => status === 'rejected').length).toBeLessThan(50);
  slow = false;
  for (let i = 0; i < 10; i++) await all();
  expect(Math.max(...sent.slice(-2).map(({ length }) => length))).toBe(50);
});

test('an item that is no longer wanted when its turn comes stays behind', async () => {
  const { gather, sent } = gatherer({
    mayLeave: async (item) => {
      if (item === 2) throw new AppError('link.busy');
    },
  });
  const settled = await Promise.allSettled([gather('', 0), gather('', 1), gather('', 2), gather('', 3)]);
  expect(sent).toEqual([[0], [1, 3]]);
  expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
});

test('the same thing does not go twice in one batch', async () => {
  const { gather, sent } = gatherer({ keyOf: String });
  await Promise.all([gather('', 0), gather('', 1), gather('', 1), gather('', 2)]);
  expect(sent).toEqual([[0], [1], [1, 2]]);
});
