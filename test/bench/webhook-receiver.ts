import { randomBytes, randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
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

export type Receiver = Awaited<ReturnType<typeof startReceiver>>;

/** The webhook route, with all that stands before it, on a durable Postgres of its own. */
export async function startReceiver() {
  configureLog({ level: 'warn' });
  const folder = await mkdtemp(join(tmpdir(), 'erp-sync-bench-'));
  await chmod(folder, 0o755);
  const server = await startPostgres(folder);
  const owner = postgres(server.ownerUrl, { max: 1, onnotice: () => undefined });
  await migrate(server.ownerUrl, APP);

  const db = openDb(server.appUrl);
  const seal = createSeal([{ id: 'bench', key: randomBytes(32) }]);
  const storeOf = (tenant: string) => createStore(db, tenant, seal);
  const clock = { now: () => new Date() };
  const app = { origin: 'http://127.0.0.1', clock, storeOf, connectorKindsOf: () => [] } as unknown as App;
  const http = createHttp({ app, framedBy: [], panelFolder: folder });
  const listener = await startServer(http.fetch, { host: '127.0.0.1', port: 0 });

  return {
    appUrl: server.appUrl,
    owner,
    storeOf,
    /** A tenant with a webhook and so many linked records; answers the address of its webhook. */
    async subscribe(tenant: string, secret: string, records: number): Promise<string> {
      await createRegistry(db).add(tenant, clock.now());
      const id = randomUUID();
      await storeOf(tenant).webhooks.prepare(id, secret);
      await storeOf(tenant).webhooks.confirm(id, 1);
      await storeOf(tenant).transaction(async ({ marks }) => {
        for (let record = 1; record <= records; record++) await marks.ensure({ type: 'contact', id: record });
      });
      return `http://127.0.0.1:${listener.port}/hooks/so/${tenant}/${id}`;
    },
    events: (tenant: string): Promise<number> =>
      asTenant(db, tenant, (tx) =>
        tx
          .selectFrom('webhook_event')
          .select(({ fn }) => fn.countAll<number>().as('count'))
          .executeTakeFirstOrThrow(),
      ).then(({ count }) => count),
    async stop(): Promise<void> {
      await listener.stop();
      await Promise.all([db.destroy(), owner.end()]);
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Sends a load from a thread of its own; all of it must be taken in. */
export async function send(load: Load): Promise<LoadResult> {
  const worker = new Worker(new URL('./post-events.ts', import.meta.url), { workerData: load });
  const result = await new Promise<LoadResult>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  if (result.statuses[200] !== load.events) throw new Error(`${load.url} answered ${JSON.stringify(result.statuses)}`);
  return result;
}
