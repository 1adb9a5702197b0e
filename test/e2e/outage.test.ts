import { once } from 'node:events';
import { Agent, createServer, request, type IncomingMessage, type Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { asTenant } from '../../backend/store/db.ts';
import { answering, ended, type BackendProcess } from '../support/backend-process.ts';
import { startDeployment, TENANT, type Deployment } from '../support/deployment.ts';
import { freePort } from '../support/demo.ts';

const SALES = 11;
const COMPANIES = [7, 8, 9, 10, 11, 12];
const CHALLENGE = 'A'.repeat(43);

let deployment: Deployment;
let proxy: Proxy;
let ports: number[];
let backends: BackendProcess[];
let edits = 0;

beforeAll(async () => {
  ports = [await freePort(), await freePort()];
  proxy = await startProxy(await freePort(), ports);
  deployment = await startDeployment(proxy.url);
  backends = [await launch(0), await launch(1)];
  await proxy.sees(2);
  await deployment.install();
  await deployment.connect(COMPANIES);
}, 120_000);

afterEach(() => {
  for (const { child, told } of backends) expect(child.exitCode, told()).toBeNull();
});

afterAll(async () => {
  for (const { child } of backends) await ended(child, 'SIGKILL');
  await proxy.close();
  await deployment.close();
});

describe('two backends behind a proxy that asks them whether they are ready', () => {
  test('are restarted one after the other while requests and webhooks come: none fails, and nothing is lost', async () => {
    const state = { over: false };
    const answered: Record<string, number> = {};
    const typed = new Map<number, string>();
    const asking = Array.from({ length: 8 }, async (_, index) => {
      while (!state.over) {
        const { status, code } = index % 2 === 0 ? await call('GET', '/api/session') : await beginSignIn();
        const told = `${status} ${code ?? ''}`.trim();
        answered[told] = (answered[told] ?? 0) + 1;
        await sleep(5);
      }
    });
    const editing = (async () => {
      while (!state.over) {
        const [id, name] = edit();
        typed.set(id, name);
        await sleep(100);
      }
    })();
    const earlier = deployment.standIn.webhooks.deliveries.length;

    for (const which of [0, 1, 0, 1]) {
      await sleep(500);
      expect(await ended(backends[which]!.child, 'SIGTERM')).toEqual({ code: 0, signal: null });
      backends[which] = await launch(which);
      await proxy.sees(2);
    }
    state.over = true;
    await Promise.all([...asking, editing]);
    await deployment.standIn.webhooks.settled();

    expect(Object.keys(answered).sort()).toEqual(['201', '401 session.missing']);
    expect(proxy.failures).toEqual([]);
    const tries = deployment.standIn.webhooks.deliveries
      .slice(earlier)
      .map(({ status, attempt }) => `${status} ${attempt}`);
    expect(tries.length).toBeGreaterThan(20);
    expect([...new Set(tries)]).toEqual(['200 1']);
    await everywhere([...typed]);
  });
});

describe('while nobody takes the webhooks', () => {
  test('SuperOffice switches them off; back again, we switch them on, and what nobody told us of is in the ERP', async () => {
    const hook = () => [...deployment.tenant.webhooks.values()].map(({ state }) => state);
    for (const { child } of backends) await ended(child, 'SIGKILL');
    await proxy.sees(0);
    const typed = new Map<number, string>();
    const end = Date.now() + 30_000;
    while (Date.now() < end) {
      const [id, name] = edit();
      typed.set(id, name);
      await sleep(100);
    }
    await deployment.standIn.webhooks.settled();
    expect(hook()).toEqual(['TooManyErrors']);
    // Told to nobody, however long it is waited for.
    typed.set(...edit());

    // It is looked at every five minutes: these have passed.
    await asTenant(deployment.db, TENANT, (tx) => tx.updateTable('webhook').set({ looked_at: null }).execute());
    backends = [await launch(0), await launch(1)];
    await proxy.sees(2);
    await expect.poll(hook, { timeout: 60_000 }).toEqual(['Active']);
    await everywhere([...typed]);
    // And from now on they come again.
    await everywhere([edit()]);
  }, 240_000);
});

describe('while the database is away', () => {
  test('webhooks are taken, panels are told, no process ends, and all goes on by itself when it is back', async () => {
    for (let round = 0; round < 3; round++) {
      const state = { over: false };
      const codes = new Set<string>();
      const asking = Array.from({ length: 12 }, async () => {
        while (!state.over) {
          const { status, code } = await beginSignIn();
          codes.add(`${status} ${code ?? ''}`.trim());
        }
      });
      const before = edit();
      await everywhere([before]);
      const earlier = deployment.standIn.webhooks.deliveries.length;

      await deployment.server.stop();
      const during = COMPANIES.map(() => edit());
      await expect.poll(() => call('GET', '/readyz', ports[0])).toMatchObject({ status: 503 });
      expect(await call('GET', '/healthz', ports[0])).toMatchObject({ status: 200 });
      const page = await fetch(`http://127.0.0.1:${ports[1]}/install`);
      expect([page.status, await page.text()]).toEqual([503, expect.stringContaining('ERP Sync is not available')]);
      await deployment.standIn.webhooks.settled();
      await deployment.restartPostgres();
      await proxy.sees(2);
      await everywhere(during);
      await everywhere([edit()]);
      state.over = true;
      await Promise.all(asking);

      expect([...codes].sort()).toEqual(['201', '503 store.away']);
      const tries = deployment.standIn.webhooks.deliveries
        .slice(earlier)
        .map(({ status, attempt }) => `${status} ${attempt}`);
      expect([...new Set(tries)]).toEqual(['200 1']);
      for (const { child, told } of backends) expect(child.exitCode, told()).toBeNull();
    }
  }, 240_000);
});

async function launch(which: number): Promise<BackendProcess> {
  const port = ports[which]!;
  const backend = deployment.launch(port, { LOG_LEVEL: 'error' });
  await answering(backend, `http://127.0.0.1:${port}`);
  return backend;
}

function edit(): readonly [number, string] {
  const id = COMPANIES[edits++ % COMPANIES.length]!;
  const name = `Company ${id}, edit ${edits}`;
  deployment.tenant.update('contact', id, { name }, SALES);
  return [id, name];
}

/** Waits until the ERP has these names. */
async function everywhere(names: readonly (readonly [number, string])[], within = 60_000): Promise<void> {
  const wrong = () => names.filter(([id, name]) => deployment.erp.actors.get(`Customer/${id}`)?.['NAME'] !== name);
  const end = Date.now() + within;
  while (wrong().length > 0) {
    if (Date.now() > end) throw new Error(`Not in the ERP after ${within} ms: ${JSON.stringify(wrong())}`);
    await sleep(100);
  }
}

interface Answered {
  readonly status: number;
  readonly code?: string;
}

async function call(method: string, path: string, port?: number, body?: string): Promise<Answered> {
  const base = port === undefined ? proxy.url : `http://127.0.0.1:${port}`;
  const headers = { 'content-type': 'application/json', origin: proxy.url };
  const response = await fetch(base + path, { method, headers, ...(body === undefined ? {} : { body }) });
  const told = (await response.json()) as { code?: string };
  return { status: response.status, ...(told.code === undefined ? {} : { code: told.code }) };
}

/** Reads and writes in the database, and needs no session. */
function beginSignIn(): Promise<Answered> {
  const port = proxy.ready().length === 0 ? ports[0] : undefined;
  return call('POST', '/api/sign-ins', port, JSON.stringify({ challenge: CHALLENGE, tenantHint: TENANT }));
}

interface Proxy {
  readonly url: string;
  readonly failures: string[];
  ready(): readonly number[];
  sees(count: number): Promise<void>;
  close(): Promise<void>;
}

/** Sends requests where `/readyz` says 200, on connections it keeps. It tries nothing twice. */
async function startProxy(port: number, targets: readonly number[]): Promise<Proxy> {
  const agent = new Agent({ keepAlive: true, maxSockets: 20 });
  const failures: string[] = [];
  let ready: number[] = [];
  let turn = 0;
  const look = async () => {
    const found = await Promise.all(
      targets.map((target) =>
        fetch(`http://127.0.0.1:${target}/readyz`).then(
          ({ ok }) => ok,
          () => false,
        ),
      ),
    );
    ready = targets.filter((_, index) => found[index]);
  };
  // One look after the other: an answer that is late must not undo a later one.
  const looking = { over: false };
  const looks = (async () => {
    while (!looking.over) {
      await look();
      await sleep(200);
    }
  })();

  const server: Server = createServer((incoming, outgoing) => {
    // With none ready, any may say why.
    const among = ready.length > 0 ? ready : targets;
    const target = among[turn++ % among.length]!;
    const { method, url, headers } = incoming;
    const onward = request({ port: target, host: '127.0.0.1', method, path: url, headers, agent });
    onward.on('response', (answer: IncomingMessage) => {
      const { connection: _, 'keep-alive': __, ...kept } = answer.headers;
      outgoing.writeHead(answer.statusCode ?? 502, kept);
      answer.pipe(outgoing);
    });
    onward.on('error', (error) => {
      failures.push(`${method} ${url}: ${error.message}`);
      outgoing.writeHead(502, { 'content-type': 'application/json' }).end('{"code":"proxy"}');
    });
    incoming.pipe(onward);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${port}`,
    failures,
    ready: () => ready,
    async sees(count) {
      while (ready.length !== count) await sleep(50);
    },
    async close() {
      looking.over = true;
      await looks;
      agent.destroy();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
