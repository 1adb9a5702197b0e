import { expect, test } from 'vitest';
import { inBatches } from '../../backend/application/in-batches.ts';

/** Work that ends when the test says so. */
function held() {
  const batches: (readonly string[])[] = [];
  let open: () => void = () => undefined;
  const work = (batch: readonly string[]) => {
    batches.push(batch);
    return new Promise<void>((resolve) => (open = resolve));
  };
  return { batches, work, finish: () => open() };
}

const settle = () => new Promise((resolve) => setTimeout(resolve));

test('the first waits for nobody, and those that come meanwhile go together', async () => {
  const { batches, work, finish } = held();
  const take = inBatches<string>(10, work);
  const done = ['a', 'b', 'c'].map(take);
  expect(batches).toEqual([['a']]);

  finish();
  await done[0];
  await settle();
  expect(batches).toEqual([['a'], ['b', 'c']]);
  finish();
  await Promise.all(done);
});

test('a batch is no larger than it may be', async () => {
  const sizes: number[] = [];
  const take = inBatches<number>(3, async (batch) => void sizes.push(batch.length));
  await Promise.all(Array.from({ length: 8 }, (_, i) => take(i)));

  expect(sizes).toEqual([1, 3, 3, 1]);
});

test('one that fails does not take the others of its batch with it', async () => {
  const kept: string[] = [];
  const take = inBatches<string>(10, async (batch) => {
    if (batch.includes('bad')) throw new Error('bad');
    kept.push(...batch);
  });

  const answers = await Promise.allSettled(['a', 'b', 'bad', 'c'].map(take));

  expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  expect(kept).toEqual(['a', 'b', 'c']);
  await take('later');
  expect(kept).toContain('later');
});

test('nobody is answered before the work is done', async () => {
  const { work, finish } = held();
  let answered = false;
  const done = inBatches<string>(10, work)('a').then(() => (answered = true));
  await settle();
  expect(answered).toBe(false);

  finish();
  await done;
});
