import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { createCredentials } from './credentials.ts';
import type { Credentials } from './credentials.ts';
import { createFaults } from './faults.ts';
import type { Faults } from './faults.ts';
import { createOperations, moveTenant } from './operations.ts';
import type { Operations } from './operations.ts';
import { pages } from './pages/pages.ts';
import { appRegistration } from './registration.ts';
import type { AppRegistration } from './registration.ts';
import { seedTenant } from './seed.ts';
import { createSessions } from './sessions.ts';
import type { Sessions } from './sessions.ts';
import { signIn } from './sign-in.ts';
import { Tenant } from './tenant.ts';
import type { TenantData } from './tenant.ts';
import { createTraffic } from './traffic.ts';
import type { Traffic } from './traffic.ts';
import { webApi } from './web-api.ts';
import { createWebhookSender } from './webhook-sender.ts';
import type { WebhookSender } from './webhook-sender.ts';

export interface StandInOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** The name in our own addresses. Default `localhost`, so that panels on 127.0.0.1 are framed from another site, as in reality. */
  readonly host?: string;
  /** Where our app runs. */
  readonly appUrl?: string;
  /** The app as registered; left out, it is registered for `appUrl`. */
  readonly app?: AppRegistration;
  /** A folder to keep the tenants in. Left out, they live in memory. */
  readonly dataFolder?: string;
  /** Which tenants there are; default both of the seed. */
  readonly contexts?: readonly string[];
  /** 1 waits as SuperOffice does between the tries of a webhook; 0 does not wait. */
  readonly timeScale?: number;
  /** Approves the app in every tenant beforehand. */
  readonly approved?: boolean;
  readonly now?: () => Date;
}

/** What all parts of the stand-in share. */
export interface World {
  readonly app: AppRegistration;
  readonly tenants: ReadonlyMap<string, Tenant>;
  readonly sessions: Sessions;
  readonly credentials: Credentials;
  readonly webhooks: WebhookSender;
  readonly faults: Faults;
  readonly traffic: Traffic;
  readonly operations: Operations;
  readonly version: string;
  readonly url: () => string;
  /** `http://{host}/{ctx}`, without a slash at the end. */
  readonly endpoint: (tenant: Tenant) => string;
  readonly now: () => Date;
  /** Something that should outlive a restart has changed. */
  readonly save: () => void;
}

export interface StandIn {
  readonly url: string;
  readonly app: AppRegistration;
  readonly tenants: ReadonlyMap<string, Tenant>;
  readonly faults: Faults;
  readonly traffic: Traffic;
  readonly webhooks: WebhookSender;
  readonly credentials: Credentials;
  /** What SuperOffice's own people and an administrator may do to a tenant. */
  readonly operations: Operations;
  readonly tenant: (context?: string) => Tenant;
  /** Moves a tenant to the server's other name: its old address answers 421 from now on. */
  readonly moveTenant: (context: string) => void;
  readonly close: () => Promise<void>;
}

const saveDelay = 200;

/** Starts a SuperOffice Online on this machine: sign-in host, tenants, their web API, webhooks and pages. */
export async function startStandIn(options: StandInOptions = {}): Promise<StandIn> {
  const { host = 'localhost', dataFolder, timeScale = 1, now = () => new Date() } = options;
  const app = options.app ?? appRegistration(options.appUrl ?? 'http://127.0.0.1:3000');
  const faults = createFaults();
  const traffic = createTraffic();
  const webhooks = createWebhookSender(faults, timeScale);
  const credentials = createCredentials(app, now);
  const tenants = new Map<string, Tenant>();
  let port = options.port ?? 0;

  for (const context of options.contexts ?? ['Cust10001', 'Cust20002']) {
    const tenant = new Tenant(seedTenant(context), { host: '', now, data: load(dataFolder, context) });
    tenant.onEvent((event) => {
      webhooks.send(tenant, event);
      save();
    });
    if (options.approved) tenant.approve(app.appName);
    tenants.set(context, tenant);
  }

  let timer: NodeJS.Timeout | undefined;
  function save(): void {
    if (dataFolder === undefined) return;
    timer ??= setTimeout(flush, saveDelay);
  }
  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    if (dataFolder === undefined) return;
    for (const tenant of tenants.values()) store(dataFolder, tenant);
  }

  const operations = createOperations({
    app,
    credentials,
    url: () => `http://${host}:${port}`,
    now,
    save,
    port: () => port,
  });
  const world: World = {
    app,
    operations,
    tenants,
    sessions: createSessions(() => port),
    credentials,
    webhooks,
    faults,
    traffic,
    version: 'Release_12.2_2026.07.07-01',
    url: () => `http://${host}:${port}`,
    endpoint: (tenant) => `http://${tenant.host}/${tenant.context}`,
    now,
    save,
  };
  const routes = new Hono();
  routes.route('/', signIn(world));
  routes.route('/', webApi(world));
  routes.route('/', pages(world));

  // Every name of the loopback leads here, so that a tenant can move between them.
  const server = serve({ fetch: routes.fetch, port, hostname: '127.0.0.1' });
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve);
    server.once('error', reject);
  });
  port = (server.address() as AddressInfo).port;
  for (const tenant of tenants.values()) tenant.host = `${host}:${port}`;

  return {
    url: world.url(),
    app,
    tenants,
    faults,
    traffic,
    webhooks,
    credentials,
    operations,
    tenant(context = 'Cust10001') {
      const tenant = tenants.get(context);
      if (!tenant) throw new Error(`no tenant ${context}`);
      return tenant;
    },
    moveTenant(context) {
      moveTenant(tenants.get(context)!, port);
    },
    async close() {
      webhooks.close();
      flush();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        if ('closeAllConnections' in server) server.closeAllConnections();
      });
    },
  };
}

function load(folder: string | undefined, context: string): TenantData | null {
  if (folder === undefined) return null;
  try {
    return JSON.parse(readFileSync(file(folder, context), 'utf8')) as TenantData;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Written beside and moved into place: a crash leaves the old file or the new one. */
function store(folder: string, tenant: Tenant): void {
  mkdirSync(folder, { recursive: true });
  const target = file(folder, tenant.context);
  writeFileSync(`${target}.new`, JSON.stringify(tenant.snapshot()));
  renameSync(`${target}.new`, target);
}

function file(folder: string, context: string): string {
  return path.join(folder, `${context}.json`);
}
