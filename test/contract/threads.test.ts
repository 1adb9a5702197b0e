import { expect, test } from 'vitest';
import { createThreads, type ThreadLimits } from '../../backend/adapters/connectors/threads.ts';
import { AppError } from '../../backend/errors.ts';
import type { GreedyJob } from '../support/greedy-thread.ts';

const threads = (limits: Partial<ThreadLimits> = {}) =>
  createThreads<GreedyJob, string>(new URL('../support/greedy-thread.ts', import.meta.url), {
    memoryMb: 32,
    timeMs: 30_000,
    atOnce: 1,
    idleMs: 1000,
    exceeded: (what) => new AppError('connector.answer_invalid', { what }),
    ...limits,
  });

async function all(parts: AsyncIterable<string>): Promise<string[]> {
  const seen: string[] = [];
  for await (const part of parts) seen.push(part);
  return seen;
}

test('a job is done in parts by a thread, which does the next one too', async () => {
  const apart = threads();
  const [first, second] = [await all(apart('count')), await all(apart('count'))];
  expect(first.map((part) => part[0])).toEqual(['a', 'b', 'c']);
  expect(second).toEqual(first);
});

test('a refusal of ours arrives as what it was, and the thread lives on', async () => {
  const apart = threads();
  const before = await all(apart('count'));
  await expect(all(apart('refuse'))).rejects.toMatchObject({
    code: 'connector.rejected',
    detail: { call: 'x' },
    cause: 'why',
  });
  expect(await all(apart('count'))).toEqual(before);
});

test.each<[string, GreedyJob, Partial<ThreadLimits>, object]>([
  ['wants too much memory', 'memory', {}, { code: 'connector.answer_invalid', detail: { what: 'memory' } }],
  ['does not end', 'time', { timeMs: 1500 }, { code: 'connector.answer_invalid', detail: { what: 'time' } }],
  ['has a bug', 'fail', {}, { message: 'a bug' }],
])('a job that %s ends with its thread, and those who wait are served', async (_, job, limits, failure) => {
  const apart = threads(limits);
  const before = await all(apart('count'));
  const [failed, next] = await Promise.allSettled([all(apart(job)), all(apart('count'))]);
  expect(failed).toMatchObject({ status: 'rejected', reason: failure });
  expect(next).toMatchObject({ status: 'fulfilled' });
  expect((next as PromiseFulfilledResult<string[]>).value).not.toEqual(before);
});

test('who loses interest half-way does not keep the thread from others', async () => {
  const apart = threads();
  for await (const part of apart('count')) {
    expect(part).toMatch(/^a/);
    break;
  }
  expect(await all(apart('count'))).toHaveLength(3);
});
