import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { httpKind } from '../../backend/adapters/connectors/http/http-kind.ts';
import { createSafeFetch } from '../../backend/adapters/connectors/safe-fetch.ts';
import { systemClock } from '../../backend/adapters/system-clock.ts';
import type { WantedField } from '../../backend/ports/erp-connector.ts';
import { leanCall, plainCall } from './bare-calls.ts';
import { printFigure } from './print-figure.ts';
import { over, sideBySide } from './side-by-side.ts';

const FIELDS = 15;
/** What an ERP over a local network takes to look an actor up. */
const ERP_MS = 10;

const fields: readonly WantedField[] = Array.from({ length: FIELDS }, (_, n) => ({
  key: `FIELD${n}`,
  kind: n % 3 === 0 ? 'decimal' : 'text',
}));

/** What the port costs beside the call alone, on a kept connection like ours: address checks, the contract, canonical values. */
export async function benchHttp(): Promise<void> {
  for (const [actors, waitMs] of [
    [1, ERP_MS],
    [200, ERP_MS],
    [1, 0],
    [200, 0],
  ] as const) {
    const { url, close } = await startServer(actors, waitMs);
    const keys = Array.from({ length: actors }, (_, n) => String(n));
    const erp = httpKind({ fetch: createSafeFetch({ allowPrivate: true }), clock: systemClock }).open({
      connectionId: 'c',
      url,
      config: {},
    });
    const asked = {
      url: `${url}/connections/c/actors/read`,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ type: 'Customer', fields: fields.map(({ key }) => key), keys }),
    } as const;
    const { ours, plain, lean } = await sideBySide(waitMs ? 10 : 50, {
      plain: () => plainCall(asked),
      lean: () => leanCall(asked),
      ours: () => erp.getActors('Customer', keys, fields),
    });
    close();
    const what = `HTTP, ${actors === 1 ? 'one actor' : `${actors} actors`}${waitMs ? ` from an ERP that takes ${waitMs} ms` : ''}`;
    printFigure(`${what}: over fetch and parse (${plain.wall.toFixed(2)} ms)`, over(ours, plain), '<= 10 %');
    printFigure(`${what}: over node:http and parse (${lean.wall.toFixed(2)} ms)`, over(ours, lean), '');
  }
}

async function startServer(actors: number, waitMs: number) {
  const script = fileURLToPath(new URL('./actor-server.ts', import.meta.url));
  const server = fork(script, [actors, FIELDS, waitMs].map(String));
  const [port] = (await once(server, 'message')) as [number];
  return { url: `http://127.0.0.1:${port}`, close: () => server.disconnect() };
}
