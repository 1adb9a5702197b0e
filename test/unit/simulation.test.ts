import { describe, expect, test } from 'vitest';
import { corpus, FIRST_THEMED, telling } from '../simulation/corpus.ts';
import { runSeeds } from '../simulation/run-seeds.ts';
import { teeth } from '../simulation/teeth.ts';

const HISTORIES = 20_000;
const THEMED = 1_000;
/** A planted bug shows within this many histories, or nothing watches for it. */
const TO_CATCH = 300;

const from = (first: number, count: number) => Array.from({ length: count }, (_, index) => first + index);

describe('any history', { timeout: 600_000 }, () => {
  test('that once broke a promise breaks none now', async () => {
    expect((await runSeeds(corpus)).broken).toEqual([]);
  });

  test(`of ${HISTORIES} breaks no promise, and meets every kind of fault`, async () => {
    const { histories, broken, faults, writes } = await runSeeds(from(1, HISTORIES));
    expect(broken.map(({ seed, broken: [first] }) => `npm run simulate -- --seed ${seed}: ${first}`)).toEqual([]);
    expect(histories).toBe(HISTORIES);
    expect(writes).toBeGreaterThan(HISTORIES);
    expect(Object.entries(faults).filter(([, times]) => times < 100)).toEqual([]);
    expect(Object.keys(faults).length).toBeGreaterThanOrEqual(21);
  });

  test(`of ${THEMED} that are about one thing each breaks no promise`, async () => {
    const { broken } = await runSeeds(from(FIRST_THEMED, THEMED));
    expect(broken.map(({ seed, broken: [first] }) => `npm run simulate -- --seed ${seed}: ${first}`)).toEqual([]);
  });

  test('is the same whenever its seed is', async () => {
    const [once, again] = await Promise.all([runSeeds(from(1, 50)), runSeeds(from(1, 50))]);
    expect(again.hashes).toEqual(once.hashes);
    expect(new Set(once.hashes).size).toBe(50);
    // Whatever ran before it on the same thread.
    expect((await runSeeds([2])).hashes).toEqual([once.hashes[1]]);
  });
});

describe('a planted bug', { timeout: 120_000 }, () => {
  test('is there in thirty kinds at least', () => {
    expect(new Set(teeth.map(({ name }) => name)).size).toBeGreaterThanOrEqual(30);
  });

  test.each(teeth)('is caught: $name', async (patch) => {
    const seeds = [...corpus, ...telling, ...from(1, TO_CATCH), ...from(FIRST_THEMED, TO_CATCH)];
    const { broken } = await runSeeds(seeds, { patch, stopAtFirst: true });
    expect(broken.length).toBeGreaterThan(0);
  });
});
