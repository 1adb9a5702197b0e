import { Agent, request } from 'node:http';
import { performance } from 'node:perf_hooks';
import { odataKind } from '../../backend/adapters/connectors/odata/odata-kind.ts';
import { createSafeFetch, type OutboundRequest, type SafeFetch } from '../../backend/adapters/connectors/safe-fetch.ts';
import { systemClock } from '../../backend/adapters/system-clock.ts';
import type { WantedField } from '../../backend/ports/erp-connector.ts';
import { startCapErp } from '../support/cap-erp/cap-erp.ts';
import { median, printFigure } from './print-figure.ts';

const ACTORS = 800;
const RUNS = 100;

/** Keeps its connection, as ours does. */
const agent = new Agent({ keepAlive: true });

const fields: readonly WantedField[] = [
  { key: 'NAME', kind: 'text' },
  { key: 'POSTALAD1', kind: 'text' },
  { key: 'POSTALZIP', kind: 'text' },
  { key: 'POSTALCITY', kind: 'text' },
  { key: 'CustGr', kind: 'list' },
  { key: 'CreditLimit', kind: 'decimal' },
];

/** What the port costs beside the same call alone, against a service that we did not write. */
export async function benchOData(): Promise<void> {
  const cap = await startCapErp();
  await cap.reset({
    Customers: Array.from({ length: ACTORS }, (_, n) => ({
      ID: n + 1,
      CustNo: 10_000 + n,
      NAME: `Kunden ${n} A/S`,
      POSTALAD1: `Storgata ${n}`,
      POSTALZIP: '0054',
      POSTALCITY: 'Byen',
      CustGr: '1',
      CreditLimit: `${n}.5`,
    })),
    Persons: [],
    CustomerGroup: [{ ID: '1', Text: 'One' }],
  });
  const safe = createSafeFetch({ allowPrivate: true });
  let last: OutboundRequest = { url: '' };
  const fetch: SafeFetch = (asked) => safe((last = asked));
  const config = { System: 'generic', SignIn: 'none', CustomerSet: 'Customers' };
  const erp = odataKind({ fetch, clock: systemClock }).open({ connectionId: '', url: cap.url, config });

  for (const [what, call] of [
    ['one actor', () => erp.getActors('Customer', ['7'], fields)],
    [`${ACTORS.toLocaleString('en')} actors`, () => erp.changedActors('Customer', '', fields)],
  ] as const) {
    await call();
    const asked = last;
    const times: { bare: number[]; ours: number[] } = { bare: [], ours: [] };
    for (let run = 0; run < RUNS; run++) {
      times.bare.push(await timed(() => bareCall(asked)));
      times.ours.push(await timed(call));
    }
    const [bare, ours] = [median(times.bare), median(times.ours)];
    printFigure(
      `OData, ${what}: over the bare call (${bare.toFixed(1)} ms)`,
      `${((ours / bare - 1) * 100).toFixed(0)} %`,
      '<= 10 %',
    );
  }
  cap.close();
}

function bareCall({ url, headers = {} }: OutboundRequest): Promise<unknown> {
  return new Promise((resolve, reject) => {
    request(url, { agent, headers }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString())));
    })
      .on('error', reject)
      .end();
  });
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
