import { expect, test } from 'vitest';
import { createMetrics, startMetrics, type Backlog } from '../../backend/metrics.ts';

const now = new Date('2026-11-22T12:00:00Z');
const idle: Backlog = { waiting: 0, since: null, runs: 0 };
const metricsWith = (backlog: Backlog) => createMetrics(() => Promise.resolve(backlog), { now: () => now });

test('calls are counted by system, call and outcome, and what rests and waits is told', async () => {
  const metrics = metricsWith({ waiting: 3, since: new Date(now.getTime() - 42_000), runs: 1 });
  metrics.observer.call('erp', 'getActors', 'ok', 0.1);
  metrics.observer.call('erp', 'getActors', 'ok', 0.1);
  metrics.observer.call('crm', 'request', 'crm.throttled', 0.1);
  metrics.observer.breaker('erp', true);
  metrics.observer.breaker('crm', true);
  metrics.observer.breaker('crm', false);
  const lines = (await metrics.text()).split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      'erpsync_calls_total{system="erp",call="getActors",outcome="ok"} 2',
      'erpsync_calls_total{system="crm",call="request",outcome="crm.throttled"} 1',
      'erpsync_systems_resting{system="erp"} 1',
      'erpsync_systems_resting{system="crm"} 0',
      'erpsync_records_waiting 3',
      'erpsync_lag_seconds 42',
      'erpsync_runs_under_way 1',
    ]),
  );
});

test('only who knows the token reads them, where a token is set', async () => {
  const server = await startMetrics(metricsWith(idle), { host: '127.0.0.1', port: 0, token: 'secret' });
  const ask = (path: string, authorization?: string) =>
    fetch(`http://127.0.0.1:${server.port}${path}`, authorization ? { headers: { authorization } } : {});
  try {
    expect((await ask('/metrics')).status).toBe(401);
    expect((await ask('/metrics', 'Bearer wrong')).status).toBe(401);
    expect((await ask('/', 'Bearer secret')).status).toBe(404);
    const answer = await ask('/metrics', 'Bearer secret');
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('erpsync_records_waiting 0');
  } finally {
    await server.stop();
  }
});

test('what fails says nothing of why', async () => {
  const broken = { text: () => Promise.reject(new Error('password of Cust1')) };
  const server = await startMetrics(broken, { host: '127.0.0.1', port: 0, token: null });
  try {
    const answer = await fetch(`http://127.0.0.1:${server.port}/metrics`);
    expect([answer.status, await answer.text()]).toEqual([500, '']);
  } finally {
    await server.stop();
  }
});
