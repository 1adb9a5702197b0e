import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Observer, System } from './adapters/calls/observer.ts';
import { log } from './log.ts';
import type { Clock } from './ports/clock.ts';

/** What all tenants together wait for. */
export interface Backlog {
  readonly waiting: number;
  /** Since when the longest waiting record waits. */
  readonly since: Date | null;
  readonly runs: number;
}

export interface Metrics {
  readonly observer: Observer;
  /** As Prometheus reads it. */
  text(): Promise<string>;
}

/** Counts for operators. Labels are systems, calls and outcomes: never a tenant, an address or a record. */
export function createMetrics(backlog: () => Promise<Backlog>, clock: Clock): Metrics {
  const registers = [new Registry()];
  const [register = new Registry()] = registers;
  const labelNames = ['system', 'call', 'outcome'] as const;
  const calls = new Counter({
    name: 'erpsync_calls_total',
    help: 'Calls to SuperOffice and to ERPs',
    labelNames,
    registers,
  });
  const seconds = new Histogram({
    name: 'erpsync_call_seconds',
    help: 'How long the calls took',
    labelNames: ['system'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120],
    registers,
  });
  const resting = new Gauge({
    name: 'erpsync_systems_resting',
    help: 'Systems that are left alone because they do not answer or have asked for it',
    labelNames: ['system'],
    registers,
  });
  const waiting = new Gauge({
    name: 'erpsync_records_waiting',
    help: 'Records that are marked to be looked at',
    registers,
  });
  const lag = new Gauge({ name: 'erpsync_lag_seconds', help: 'How long the oldest mark has waited', registers });
  const runs = new Gauge({ name: 'erpsync_runs_under_way', help: 'Runs that plan or write', registers });
  const systems: readonly System[] = ['crm', 'erp'];
  for (const system of systems) resting.set({ system }, 0);

  return {
    observer: {
      call(system, call, outcome, took) {
        calls.inc({ system, call, outcome });
        seconds.observe({ system }, took);
      },
      breaker: (system, open) => (open ? resting.inc({ system }) : resting.dec({ system })),
    },
    async text() {
      const found = await backlog();
      waiting.set(found.waiting);
      lag.set(found.since ? Math.max(0, (clock.now().getTime() - found.since.getTime()) / 1000) : 0);
      runs.set(found.runs);
      return register.metrics();
    },
  };
}

export interface MetricsAddress {
  readonly host: string;
  readonly port: number;
  /** What a reader has to show; null where only this machine can ask. */
  readonly token: string | null;
}

/** Answers `GET /metrics`, on a port of its own, and nothing else. */
export async function startMetrics(
  metrics: Pick<Metrics, 'text'>,
  { host, port, token }: MetricsAddress,
): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const server = createServer((request, response) => {
    const answer = (status: number, body: string) => {
      response.writeHead(status, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(body);
    };
    if (request.method !== 'GET' || request.url !== '/metrics') {
      answer(404, '');
    } else if (token !== null && !isSame(request.headers.authorization ?? '', `Bearer ${token}`)) {
      answer(401, '');
    } else {
      metrics.text().then(
        (text) => answer(200, text),
        (error: unknown) => {
          log.error('metrics.failed', error);
          answer(500, '');
        },
      );
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function isSame(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}
