import { beforeEach, expect, test, vi } from 'vitest';
import { createReadiness } from '../../backend/readiness.ts';
import { configureLog } from '../../backend/log.ts';

let stopping: boolean;
let pending: () => Promise<readonly string[]>;
let looks: number;
let readiness: ReturnType<typeof createReadiness>;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
  configureLog({ level: 'silent' });
  stopping = false;
  looks = 0;
  pending = () => Promise.resolve([]);
  readiness = createReadiness(
    () => stopping,
    () => {
      looks += 1;
      return pending();
    },
  );
  return () => vi.useRealTimers();
});

test('a backend is ready when its database answers and is migrated', async () => {
  expect(await readiness()).toBe('ready');
});

test.each([
  ['lacks a migration', () => Promise.resolve(['2026-11-27-what']), 'not_migrated'],
  ['does not answer', () => Promise.reject(new Error('ECONNREFUSED')), 'database_away'],
])('it is not when its database %s, and is again a second after that is over', async (_, found, status) => {
  pending = found;
  expect(await readiness()).toBe(status);

  pending = () => Promise.resolve([]);
  vi.advanceTimersByTime(1_001);
  expect(await readiness()).toBe('ready');
});

test('it does not wait long for an answer', async () => {
  pending = () => new Promise(() => undefined);
  const asked = readiness();
  await vi.advanceTimersByTimeAsync(2_001);
  expect(await asked).toBe('database_away');
});

test('from when it is told to stop it is not ready, also for whoever is just asking', async () => {
  expect(await readiness()).toBe('ready');
  const asked = readiness();
  stopping = true;
  expect([await asked, await readiness()]).toEqual(['stopping', 'stopping']);
});

test('however many ask, the database is asked once a second', async () => {
  await Promise.all(Array.from({ length: 50 }, readiness));
  vi.advanceTimersByTime(999);
  await readiness();
  expect(looks).toBe(1);
});
