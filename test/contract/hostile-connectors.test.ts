import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { httpKind } from '../../backend/adapters/connectors/http/http-kind.ts';
import { createSafeFetch } from '../../backend/adapters/connectors/safe-fetch.ts';
import { systemClock } from '../../backend/adapters/system-clock.ts';
import { AppError } from '../../backend/errors.ts';
import type { ActorPage, ErpConnector, WantedField } from '../../backend/ports/erp-connector.ts';
import { startHttpErp, type HttpErp } from '../support/http-erp.ts';
import {
  nastyThings,
  speeches,
  startNastyConnectors,
  type NastyConnectors,
  type SpeechName,
} from '../support/nasty-connectors.ts';
import { TestClock } from '../support/test-clock.ts';
import { sampleErp } from './erp-connector-suite.ts';

const name: WantedField[] = [{ key: 'NAME', kind: 'text' }];
const fetch = createSafeFetch({ allowPrivate: true });
let nasty: NastyConnectors;
let neighbour: HttpErp;
let good: ErpConnector;

beforeAll(async () => {
  neighbour = await startHttpErp(sampleErp(new TestClock()));
  const url = neighbour.url;
  good = httpKind({ fetch, clock: systemClock }).open({ connectionId: 'good', url, config: { Filename: 'x' } });
  nasty = await startNastyConnectors();
});
afterAll(async () => {
  nasty.close();
  await neighbour.close();
});

async function ask(speech: SpeechName, does: string): Promise<ActorPage> {
  const url = await nasty.open(speech, does);
  const { kind, config } = speeches[speech];
  return kind({ fetch, clock: systemClock })
    .open({ connectionId: '3f1b2c4d-0000-4000-8000-000000000001', url, config })
    .getActors('Customer', ['1'], name);
}

/** What is wrong with how it ended; null where it failed as it should. Only who keeps us waiting may end in a timeout. */
async function wrongWith(speech: SpeechName, does: string): Promise<string | null> {
  const error = await ask(speech, does).catch((thrown: unknown) => thrown);
  const failed = error instanceof AppError && error.code.startsWith('connector.');
  const late = error instanceof AppError && error.code === 'connector.timeout';
  return failed && late === nastyThings.slow.includes(does) ? null : `${speech}: ${does}: ${String(error)}`;
}

/** How long the neighbour takes to answer, in order, asked again and again until `over`. */
async function watchNeighbour(over: () => boolean): Promise<number[]> {
  const waits: number[] = [];
  while (!over()) {
    const started = performance.now();
    expect((await good.getActors('Customer', ['1'], name)).actors).toHaveLength(1);
    waits.push(performance.now() - started);
    await setTimeout(20);
  }
  return waits.sort((a, b) => a - b);
}

const half = (waits: readonly number[]) => waits[Math.floor(waits.length / 2)] ?? Infinity;

describe('nasty connectors', () => {
  const AT_ONCE = 4;

  test('cannot do more than fail, whatever they speak and do, and their neighbour does not notice', async () => {
    let calm = 200;
    const quiet = await watchNeighbour(() => calm-- === 0);
    const lag = monitorEventLoopDelay({ resolution: 10 });
    lag.enable();
    const before = process.memoryUsage.rss();
    let [most, over] = [before, false];
    const watch = globalThis.setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 5);
    const beside = watchNeighbour(() => over);

    const all = (does: readonly string[]) =>
      does.flatMap((each) => (Object.keys(speeches) as SpeechName[]).map((speech) => [speech, each] as const));
    const waiting = all(nastyThings.slow).map((each) => wrongWith(...each));
    const queue = all(nastyThings.refused);
    const wrong: (string | null)[] = [];
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (let next = queue.shift(); next; next = queue.shift()) {
          wrong.push(await wrongWith(...next));
        }
      }),
    );
    wrong.push(...(await Promise.all(waiting)));
    over = true;
    clearInterval(watch);
    const busy = await beside;
    lag.disable();

    expect(wrong.filter((each) => each !== null)).toEqual([]);
    expect(wrong.length).toBeGreaterThanOrEqual(200);
    // Their servers are a process of their own: what is measured is ours, with the two threads that read, of 512 MB each at most.
    expect((most - before) / 1e6).toBeLessThan(1_200);
    expect(half(busy)).toBeLessThan(half(quiet) * 1.2 + 0.5);
    expect(lag.percentile(99) / 1e6).toBeLessThan(500);
  }, 300_000);
});

describe.each(['http', 'soap', 'odata', 'tryton'] as const)('a nasty connector over %s', (speech) => {
  test.each(nastyThings.doubtful)('that answers %s leaves a doubt', async (does) => {
    const page = await ask(speech, does).catch((error: unknown) => error as AppError);
    if (page instanceof Error) {
      expect(page.code).toBe('connector.answer_invalid');
    } else {
      expect(page.actors.filter(({ erpKey }) => erpKey !== '1')).toEqual([]);
      expect(page.warning).not.toBeNull();
    }
  });
});
