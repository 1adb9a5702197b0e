import { createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Hono } from 'hono';
import postgres from 'postgres';
import type { App } from '../../backend/context.ts';
import { createHttp } from '../../backend/http/app.ts';
import { startServer } from '../../backend/http/server.ts';
import { configureLog } from '../../backend/log.ts';
import { asTenant, openDb } from '../../backend/store/db.ts';
import { APP, startPostgres } from '../../backend/store/embedded-postgres.ts';
import { migrate } from '../../backend/store/migrate.ts';
import { createRegistry } from '../../backend/store/registry.ts';
import { createSeal } from '../../backend/store/seal.ts';
import { createStore } from '../../backend/store/store.ts';
import type { Load, LoadResult } from './post-events.ts';
import { median, printFigure } from './print-figure.ts';

const TENANT = 'Cust10001';
const SECRET = randomBytes(32).toString('base64url');
const RECORDS = 500;
const EVENTS = 1_000;
const ROUNDS = 5;

/**
 * The webhook route, with its inbox, its mark on the record and all that stands before it, against a bare Hono route that
 * verifies the same signature and inserts one row. Both on one durable Postgres, in turns, with the same load.
 */
export async function benchWebhook(): Promise<void> {
  configureLog({ level: 'warn' });
  const folder = await mkdtemp(join(tmpdir(), 'erp-sync-bench-'));
  await chmod(folder, 0o755);
  const server = await startPostgres(folder);
  const owner = postgres(server.ownerUrl, { max: 1 });
  await migrate(server.ownerUrl, APP);
  await owner`create table bare_event (event_id text primary key, body text not null)`;
  await owner`grant insert on bare_event to ${owner(APP)}`;

  const db = openDb(server.appUrl);
  const seal = createSeal([{ id: 'bench', key: randomBytes(32) }]);
  const storeOf = (tenant: string) => createStore(db, tenant, seal);
  const clock = { now: () => new Date() };
  await createRegistry(db).add(TENANT, clock.now());
  const id = randomUUID();
  await storeOf(TENANT).webhooks.prepare(id, SECRET);
  await storeOf(TENANT).webhooks.confirm(id, 1);
  await storeOf(TENANT).transaction(async ({ marks }) => {
    for (let record = 1; record <= RECORDS; record++) await marks.ensure({ type: 'contact', id: record });
  });

  const app = { origin: 'http://127.0.0.1', clock, storeOf, connectorKindsOf: () => [] } as unknown as App;
  const http = createHttp({ app, framedBy: [], panelFolder: folder });
  const bareDb = postgres(server.appUrl, { max: 10 });
  const ours = await startServer(http.fetch, { host: '127.0.0.1', port: 0 });
  const bare = await startServer(bareRoute(bareDb).fetch, { host: '127.0.0.1', port: 0 });

  try {
    for (const atOnce of [32, 1]) {
      const events = atOnce === 1 ? EVENTS / 4 : EVENTS;
      const load = { tenant: TENANT, secret: SECRET, events, atOnce, records: RECORDS };
      const rates: { ours: number[]; bare: number[] } = { ours: [], bare: [] };
      for (let round = 0; round <= ROUNDS; round++) {
        const before = await rows();
        const [bareRate, oursRate] = [
          await run({ ...load, url: `http://127.0.0.1:${bare.port}/hook` }),
          await run({ ...load, url: `http://127.0.0.1:${ours.port}/hooks/so/${TENANT}/${id}` }),
        ];
        const after = await rows();
        if (after.ours - before.ours !== events || after.bare - before.bare !== events) {
          throw new Error(`rows are missing: ${JSON.stringify({ before, after, events })}`);
        }
        // The first round warms both up.
        if (round === 0) continue;
        rates.ours.push(oursRate);
        rates.bare.push(bareRate);
      }
      const ratios = rates.ours.map((rate, i) => rate / (rates.bare[i] ?? 1));
      printFigure(
        `webhook route, ${atOnce} at once: ${median(rates.ours).toFixed(0)}/s against ${median(rates.bare).toFixed(0)}/s bare`,
        `${(100 * median(ratios)).toFixed(0)} %`,
        atOnce === 1 ? '' : '>= 60 %',
      );
    }
  } finally {
    await Promise.all([ours.stop(), bare.stop()]);
    await Promise.all([db.destroy(), bareDb.end(), owner.end()]);
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }

  async function rows(): Promise<{ readonly ours: number; readonly bare: number }> {
    const [inBare] = await owner<[{ count: number }]>`select count(*)::int as count from bare_event`;
    const inOurs = await asTenant(db, TENANT, (tx) =>
      tx
        .selectFrom('webhook_event')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow(),
    );
    return { ours: inOurs.count, bare: inBare.count };
  }
}

function bareRoute(sql: postgres.Sql): Hono {
  const http = new Hono();
  http.post('/hook', async (c) => {
    const body = Buffer.from(await c.req.arrayBuffer());
    const expected = createHmac('sha256', SECRET).update(body).digest();
    const given = Buffer.from(c.req.header('x-superoffice-signature') ?? '', 'base64');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return c.body(null, 401);
    const { EventId } = JSON.parse(body.toString('utf8')) as { EventId: string };
    await sql`insert into bare_event (event_id, body) values (${EventId}, ${body.toString('utf8')})`;
    return c.body(null, 200);
  });
  return http;
}

/** Answers how many a second were taken in. All of them must be. */
async function run(load: Load): Promise<number> {
  const worker = new Worker(new URL('./post-events.ts', import.meta.url), { workerData: load });
  const { perSecond, statuses } = await new Promise<LoadResult>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  if (statuses[200] !== load.events) throw new Error(`${load.url} answered ${JSON.stringify(statuses)}`);
  return perSecond;
}
