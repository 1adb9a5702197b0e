import { describe, expect, test } from 'vitest';
import { createEnvironment } from '../../../backend/adapters/superoffice/environment.ts';
import { createMemory } from '../../../backend/adapters/superoffice/memory.ts';
import { createRecent, createSharedValue } from '../../../backend/adapters/shared-value.ts';
import { TestClock } from '../../support/test-clock.ts';

describe('a shared value', () => {
  test('is fetched once for fifty who wait', async () => {
    let fetched = 0;
    const value = createSharedValue(
      async () => ++fetched,
      () => true,
    );
    expect(new Set(await Promise.all(Array.from({ length: 50 }, () => value.get())))).toEqual(new Set([1]));
  });

  test('is replaced once for fifty who were refused with it', async () => {
    let fetched = 0;
    const value = createSharedValue(
      async () => ++fetched,
      () => true,
    );
    const refused = await value.get();
    expect(new Set(await Promise.all(Array.from({ length: 50 }, () => value.replace(refused))))).toEqual(new Set([2]));
    // One who comes late with the old value gets the new one, and fetches nothing.
    expect(await value.replace(refused)).toBe(2);
  });

  test('is fetched again when it is no longer fresh', async () => {
    let fetched = 0;
    const value = createSharedValue(
      async () => ++fetched,
      (last) => last > 1,
    );
    expect([await value.get(), await value.get(), await value.get()]).toEqual([1, 2, 2]);
  });

  test('a failure is told to all who wait and kept from the next', async () => {
    let fetched = 0;
    const value = createSharedValue(
      async () => {
        fetched += 1;
        if (fetched === 1) throw new Error('away');
        return fetched;
      },
      () => true,
    );
    const both = await Promise.allSettled([value.get(), value.get()]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await value.get()).toBe(2);
  });
});

test('what was used longest ago is forgotten first', () => {
  const recent = createRecent<object>(2);
  const [a, b] = [recent('a', () => ({})), recent('b', () => ({}))];
  expect(recent('a', () => ({}))).toBe(a);
  recent('c', () => ({}));
  expect(recent('a', () => ({}))).toBe(a);
  expect(recent('b', () => ({}))).not.toBe(b);
});

test('an answer is remembered for a minute, for its viewer in its tenant only', async () => {
  const clock = new TestClock();
  const memory = createMemory(clock);
  let asked = 0;
  const ask = async () => ++asked;
  const mine = memory.for('Cust1', 'me');

  expect([await mine('list', ask), await mine('list', ask)]).toEqual([1, 1]);
  expect(await mine('other list', ask)).toBe(2);
  expect(await memory.for('Cust1', 'you')('list', ask)).toBe(3);
  expect(await memory.for('Cust2', 'me')('list', ask)).toBe(4);
  clock.advance(60_000);
  expect(await mine('list', ask)).toBe(5);
});

describe('an environment', () => {
  const online = createEnvironment('https://online.superoffice.com');
  const local = createEnvironment('http://localhost:3001');

  test.each([
    ['https://online2.superoffice.com/Cust1/api/', true],
    ['https://app.superoffice.com/Cust1/api/', true],
    ['http://app.superoffice.com/Cust1/api/', false],
    ['https://superoffice.com.evil.example/Cust1/api/', false],
    ['https://evilsuperoffice.com/Cust1/api/', false],
    ['https://app.superoffice.com:8443/Cust1/api/', false],
    ['https://app.superoffice.com@evil.example/Cust1/api/', false],
    ['https://user:pass@app.superoffice.com/Cust1/api/', false],
    ['http://localhost:3001/Cust1/api/', false],
    ['not an address', false],
  ])('of production holds %s: %s', (url, holds) => {
    expect(online.holds(url)).toBe(holds);
  });

  test.each([
    ['http://localhost:3001/Cust1/api/', true],
    ['http://127.0.0.1:4000/Cust1/api/', true],
    ['https://app.superoffice.com/Cust1/api/', false],
    ['http://169.254.169.254/', false],
  ])('on this machine holds %s: %s', (url, holds) => {
    expect(local.holds(url)).toBe(holds);
  });

  test('is never spoken to without encryption over a network', () => {
    expect(() => createEnvironment('http://online.superoffice.com')).toThrow();
  });

  test('a tenant cannot write itself into another path', () => {
    expect(online.stateUrl('../login')).toBe('https://online.superoffice.com/api/state/..%2Flogin');
  });
});
