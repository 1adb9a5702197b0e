import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { considerateErps } from './adapters/calls/considerate-erp.ts';
import { httpKind } from './adapters/connectors/http/http-kind.ts';
import { odataKind } from './adapters/connectors/odata/odata-kind.ts';
import { createSafeFetch } from './adapters/connectors/safe-fetch.ts';
import { soapKind } from './adapters/connectors/soap/soap-kind.ts';
import { trytonKind } from './adapters/connectors/tryton/tryton-kind.ts';
import { workbookKind } from './adapters/connectors/workbook/workbook-kind.ts';
import type { Observer } from './adapters/calls/observer.ts';
import { createSuperOffice } from './adapters/superoffice/super-office.ts';
import { systemClock } from './adapters/system-clock.ts';
import { careForWebhook } from './application/tenant/care-for-webhook.ts';
import { engineContext } from './application/tenant/engine-context.ts';
import { loadConfig, secretsOf, type Config } from './config.ts';
import type { App } from './context.ts';
import { createHttp } from './http/app.ts';
import { startServer, type RunningServer } from './http/server.ts';
import { configureLog, log } from './log.ts';
import { createMetrics, startMetrics, type Backlog } from './metrics.ts';
import type { ConnectorKind } from './ports/erp-connector.ts';
import { createReadiness } from './readiness.ts';
import { openDb, refusePrivilegedRole, type Db } from './store/db.ts';
import { APP, startPostgres } from './store/embedded-postgres.ts';
import { migrate, pendingMigrations } from './store/migrate.ts';
import { createRegistry } from './store/registry.ts';
import { createSeal } from './store/seal.ts';
import { signInAttemptStore } from './store/sign-in-attempts.ts';
import { createStore } from './store/store.ts';
import { listenForWork } from './store/work-hints.ts';
import { startWorker } from './worker/worker.ts';

export interface Backend {
  /** Where it answers. */
  readonly url: string;
  /** Takes up no new work, says at `/readyz` that requests go elsewhere now, and answers those that still come. */
  retire(): void;
  /** Finishes what is under way and closes everything, within five seconds. */
  stop(): Promise<void>;
}

/** The longest a stop may take. What is not finished by then is found by its claim at the next start. */
const STOP_WITHIN_MS = 5_000;

/** Puts the parts together and starts them: database, HTTP, worker. */
export async function startBackend(config: Config): Promise<Backend> {
  configureLog({ level: config.logLevel, secrets: secretsOf(config) });
  const started: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const end of started.splice(0).reverse()) await end();
  };
  try {
    const { url, retire } = await start(config, started);
    log.info('backend.started', { address: url });
    return { url, retire, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(config: Config, started: (() => Promise<unknown>)[]): Promise<Omit<Backend, 'stop'>> {
  const { url: databaseUrl, db } = await openDatabase(config, started);
  await refusePrivilegedRole(db);

  const metrics = config.metrics && createMetrics(() => backlogOf(app), systemClock);
  const app = createApp(config, db, metrics?.observer);
  if (config.metrics && metrics) {
    const served = await startMetrics(metrics, config.metrics);
    started.push(() => served.stop());
  }
  const panelFolder = fileURLToPath(new URL('../dist/panels', import.meta.url));
  let retired = false;
  const readiness = createReadiness(
    () => retired,
    () => pendingMigrations(db),
  );
  const http = createHttp({ app, framedBy: config.framedBy, panelFolder, readiness });
  const worker = config.worker
    ? await startWorker({
        tenants: () => app.registry.tenants(),
        contextFor: (tenant) => engineContext(app, tenant),
        careFor: (ctx) => careForWebhook(ctx, app.origin),
        listen: (onWork) => listenForWork(databaseUrl, onWork),
      })
    : null;
  let working: Promise<void> | undefined;
  const rest = () => (working ??= worker?.stop());
  let server: RunningServer | null = null;
  started.push(() => Promise.all([server?.stop(), rest()]));
  // Last of all: who answers is whole, and whoever is told so may take the one before away.
  const listening = (server = await startServer(http.fetch, config));
  return {
    url: `http://${config.host}:${listening.port}`,
    retire() {
      retired = true;
      listening.retire();
      void rest();
    },
  };
}

/** All that use cases need. */
export function createApp(config: Config, db: Db, observer?: Observer): App {
  const seal = createSeal(config.secretsKeys);
  return {
    superOffice: createSuperOffice({
      authUrl: config.superOffice.loginUrl,
      clientId: config.superOffice.clientId,
      clientSecret: config.superOffice.clientSecret,
      systemUserPrivateKey: config.superOffice.privateKey,
      redirectUri: `${config.publicUrl}/auth/callback`,
      clock: systemClock,
      ...(observer ? { observer } : {}),
    }),
    registry: createRegistry(db),
    signInAttempts: signInAttemptStore(db, seal),
    clock: systemClock,
    origin: config.publicUrl,
    storeOf: (tenant) => createStore(db, tenant, seal),
    connectorKindsOf: connectorKinds(config, observer),
  };
}

/** What waits, over all tenants. */
async function backlogOf(app: App): Promise<Backlog> {
  const each = await Promise.all(
    (await app.registry.tenants()).map(async (tenant) => {
      const { marks, runs } = app.storeOf(tenant);
      return { ...(await marks.backlog()), runs: (await runs.underWay()).length };
    }),
  );
  const oldest = each.flatMap(({ since }) => (since ? [since.getTime()] : []));
  return {
    waiting: each.reduce((sum, { waiting }) => sum + waiting, 0),
    since: oldest.length > 0 ? new Date(Math.min(...oldest)) : null,
    runs: each.reduce((sum, { runs }) => sum + runs, 0),
  };
}

export async function openDatabase(
  config: Config,
  started: (() => Promise<unknown>)[],
): Promise<{ readonly url: string; readonly db: Db }> {
  const url = await reachDatabase(config, started);
  const db = openDb(url);
  started.push(() => db.destroy());
  const pending = await pendingMigrations(db);
  if (pending.length > 0) throw new Error(`The database lacks ${pending.join(', ')}: run "npm run migrate" first`);
  return { url, db };
}

async function reachDatabase(config: Config, started: (() => Promise<unknown>)[]): Promise<string> {
  if (config.database === null) {
    const embedded = await startPostgres(config.dataDir);
    started.push(() => embedded.stop());
    await migrate(embedded.ownerUrl, APP);
    return embedded.appUrl;
  }
  const { url, ownerUrl } = config.database;
  if (ownerUrl !== null) await migrate(ownerUrl, decodeURIComponent(new URL(url).username));
  return url;
}

function connectorKinds(
  { workbookFolder, privateConnectors }: Config,
  observer: Observer | undefined,
): App['connectorKindsOf'] {
  // One for all, so that what goes to one address is counted together.
  const fetch = createSafeFetch({ allowPrivate: privateConnectors });
  const remote = [soapKind, httpKind, odataKind, trytonKind].map((kindOf) => kindOf({ fetch, clock: systemClock }));
  const considerate = considerateErps({ clock: systemClock, ...(observer ? { observer } : {}) });
  const known = new Map<string, readonly ConnectorKind[]>();
  return (tenant) => {
    const kinds =
      known.get(tenant) ??
      [workbookKind({ folder: folderOf(workbookFolder, tenant), clock: systemClock }), ...remote].map((kind) =>
        considerate(tenant, kind),
      );
    known.set(tenant, kinds);
    return kinds;
  };
}

function folderOf(workbookFolder: string, tenant: string): string {
  if (!/^\w{1,64}$/.test(tenant)) throw new Error('The name of a tenant is not fit to name a folder');
  const folder = join(workbookFolder, tenant);
  mkdirSync(folder, { recursive: true });
  return folder;
}

async function run(): Promise<void> {
  const config = loadConfig();
  const starting = startBackend(config);
  let ending = false;
  const hurry = new AbortController();
  const end = async (signal: string) => {
    // Said twice, it is meant at once.
    if (ending) hurry.abort();
    if (ending) return;
    ending = true;
    log.info('backend.stopping', { signal });
    setTimeout(() => process.exit(1), config.drainMs + STOP_WITHIN_MS).unref();
    const backend = await starting.catch(() => null);
    backend?.retire();
    await sleep(config.drainMs, undefined, { signal: hurry.signal }).catch(() => undefined);
    await backend?.stop();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => void end(signal));
  await starting;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  run().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  });
}
