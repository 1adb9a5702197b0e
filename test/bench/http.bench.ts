import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { performance } from 'node:perf_hooks';
import { httpKind } from '../../backend/adapters/connectors/http/http-kind.ts';
import { createSafeFetch } from '../../backend/adapters/connectors/safe-fetch.ts';
import { systemClock } from '../../backend/adapters/system-clock.ts';
import type { WantedField } from '../../backend/ports/erp-connector.ts';
import { median, printFigure } from './print-figure.ts';

const RUNS = 300;
const FIELDS = 15;
/** What an ERP over a local network takes to look an actor up. */
const ERP_MS = 10;

const fields: readonly WantedField[] = Array.from({ length: FIELDS }, (_, n) => ({
  key: `FIELD${n}`,
  kind: n % 3 === 0 ? 'decimal' : 'text',
}));

/** What the port costs beside the call alone, on a kept connection like ours: address checks, the contract, canonical values. */
const agent = new Agent({ keepAlive: true });

export async function benchHttp(): Promise<void> {
  for (const [actors, wait] of [
    [1, ERP_MS],
    [200, ERP_MS],
    [1, 0],
    [200, 0],
  ] as const) {
    const { url, close } = await server(actors, wait);
    const keys = Array.from({ length: actors }, (_, n) => String(n));
    const erp = httpKind({ fetch: createSafeFetch({ allowPrivate: true }), clock: systemClock }).open({
      connectionId: 'c',
      url,
      config: {},
    });
    const asked = JSON.stringify({ type: 'Customer', fields: fields.map(({ key }) => key), keys });
    const times: { bare: number[]; ours: number[] } = { bare: [], ours: [] };
    for (let run = 0; run < RUNS; run++) {
      times.bare.push(await timed(() => bareCall(`${url}/connections/c/actors/read`, asked)));
      times.ours.push(await timed(() => erp.getActors('Customer', keys, fields)));
    }
    close();
    const [bare, ours] = [median(times.bare), median(times.ours)];
    printFigure(
      `HTTP, ${actors === 1 ? 'one actor' : `${actors} actors`}${wait ? ` from an ERP that takes ${wait} ms` : ''}: over the bare call (${bare.toFixed(1)} ms)`,
      `${((ours / bare - 1) * 100).toFixed(0)} %`,
      '<= 10 %',
    );
  }
}

async function server(actors: number, wait: number) {
  const values = (row: number) =>
    Object.fromEntries(fields.map(({ key, kind }) => [key, kind === 'decimal' ? `${row}.5` : `Storgata ${row}`]));
  const page = {
    actors: Array.from({ length: actors }, (_, row) => ({ key: String(row), modified: '1', values: values(row) })),
  };
  const answer = JSON.stringify(page);
  const description = JSON.stringify({ contract: 1, name: 'Bench', capabilities: { batch: 1000 } });
  const http = createServer((incoming, outgoing) => {
    incoming.resume().on('end', () => {
      const send = () =>
        outgoing
          .writeHead(200, { 'content-type': 'application/json' })
          .end(incoming.method === 'GET' ? description : answer);
      if (wait > 0) setTimeout(send, wait);
      else send();
    });
  });
  await new Promise<void>((listening) => http.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    close: () => {
      http.close();
      http.closeAllConnections();
    },
  };
}

function bareCall(url: string, body: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method: 'POST', agent, headers: { 'content-type': 'application/json' } });
    outgoing.on('error', reject);
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString())));
    });
    outgoing.end(body);
  });
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
