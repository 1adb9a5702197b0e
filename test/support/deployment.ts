import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { defaultBrake } from '../../backend/domain/brake.ts';
import { openDb, type Db } from '../../backend/store/db.ts';
import { APP, startPostgres, type EmbeddedPostgres } from '../../backend/store/embedded-postgres.ts';
import { migrate } from '../../backend/store/migrate.ts';
import { createSeal } from '../../backend/store/seal.ts';
import { createStore } from '../../backend/store/store.ts';
import { appRegistration } from '../stand-in/registration.ts';
import { startStandIn, type StandIn } from '../stand-in/start.ts';
import type { Company, Tenant } from '../stand-in/tenant.ts';
import { hiddenFields, Visitor } from '../stand-in/visitor.ts';
import { launchBackend, type BackendProcess } from './backend-process.ts';
import { FakeErp } from './fake-connector.ts';
import { startSoapErp, type SoapErp } from './soap-erp.ts';
import { fieldMapping } from './world.ts';

const ADMINISTRATOR = 5;
const key = Buffer.alloc(32, 7);

export const TENANT = 'Cust10001';

/** A Postgres, a SuperOffice tenant and an ERP: all that backends in processes of their own need. */
export interface Deployment {
  readonly server: EmbeddedPostgres;
  /** As the role of the app. */
  readonly db: Db;
  readonly standIn: StandIn;
  readonly tenant: Tenant;
  readonly erp: FakeErp;
  readonly soap: SoapErp;
  /** What a backend or a command of it is told. */
  readonly environment: Readonly<Record<string, string>>;
  launch(port: number, environment?: Readonly<Record<string, string>>): BackendProcess;
  /** Lets an administrator install the app, through a backend that runs. */
  install(): Promise<void>;
  /** Maps name and department of companies to an ERP, connects these, and waits until a backend has seen them equal. */
  connect(companies: readonly number[]): Promise<void>;
  /** The same server again, at the same address. */
  restartPostgres(): Promise<void>;
  close(): Promise<void>;
}

/** `publicUrl` is where SuperOffice reaches the backends. */
export async function startDeployment(publicUrl: string): Promise<Deployment> {
  const folder = await mkdtemp(join(tmpdir(), 'erp-sync-deployment-'));
  await chmod(folder, 0o755);
  const postgresFolder = join(folder, 'postgres');
  let server = await startPostgres(postgresFolder);
  const { appUrl } = server;
  await migrate(server.ownerUrl, APP);
  const db = openDb(appUrl);
  const standIn = await startStandIn({ app: appRegistration(publicUrl), contexts: [TENANT], approved: true });
  const tenant = standIn.tenant(TENANT);
  const erp = new FakeErp({ now: () => new Date() });
  const soap = await startSoapErp(erp);

  const environment = {
    PUBLIC_URL: publicUrl,
    DATA_DIR: folder,
    DATABASE_URL: appUrl,
    SECRETS_KEY: `test:${key.toString('base64')}`,
    PRIVATE_CONNECTORS: 'on',
    TZ: 'UTC',
    SUPEROFFICE_LOGIN_URL: standIn.url,
    SUPEROFFICE_CLIENT_ID: standIn.app.clientId,
    SUPEROFFICE_CLIENT_SECRET: standIn.app.clientSecret,
    SUPEROFFICE_PRIVATE_KEY: standIn.app.privateKey,
  };

  return {
    environment,
    get server() {
      return server;
    },
    db,
    standIn,
    tenant,
    erp,
    soap,

    launch: (port, more = {}) => launchBackend({ PORT: String(port), ...environment, ...more }),

    async install() {
      const visitor = new Visitor();
      await visitor.open(`${standIn.url}/login/session`, { user: `${TENANT}:${ADMINISTRATOR}`, returnTo: '/' });
      const { html } = await visitor.open(`${publicUrl}/install`);
      await visitor.open(`${publicUrl}/install`, hiddenFields(html));
    },

    async connect(companies) {
      const store = createStore(db, TENANT, createSeal([{ id: 'test', key }]));
      const now = new Date();
      const connectorId = randomUUID();
      const connectionId = randomUUID();
      await store.transaction(async (store) => {
        await store.connectors.save({ id: connectorId, kind: 'soap', name: 'ERP', url: soap.url, deleted: false });
        await store.connections.save({
          id: connectionId,
          connectorId,
          name: 'ERP',
          description: '',
          active: true,
          deleted: false,
          scope: { everyone: true, members: [] },
          config: { Filename: 'ErpClient.xlsx' },
          secretKeys: [],
          pollSeconds: 2,
          priority: 1,
          policy: 'ask',
          brake: defaultBrake,
          trouble: null,
        });
        await store.mappings.save({
          connectionId,
          actorType: 'Customer',
          active: true,
          missingInErp: false,
          fields: [fieldMapping('NAME', 1, 'NAME'), fieldMapping('POSTALCITY', 2, 'DEPARTMENT')],
        });
        for (const id of companies) {
          const { name, department } = tenant.records.contact.get(id) as Company;
          erp.edit({ type: 'Customer', erpKey: String(id) }, { NAME: name, POSTALCITY: department || null });
          const entity = { type: 'contact', id } as const;
          await store.marks.ensure(entity);
          const link = randomUUID();
          await store.links.claim(link, { connectionId, entity, actor: { type: 'Customer', erpKey: String(id) } }, now);
          await store.links.confirm(link, now);
        }
        await store.marks.connection(connectionId, 'all', { lane: 'event', cause: 'connect', user: null, at: now });
      });
      // What is edited before both sides were found equal is a difference that nobody has decided on.
      while ((await store.marks.waiting()) > 0) await sleep(50);
    },

    async restartPostgres() {
      server = await startPostgres(postgresFolder, { port: Number(new URL(appUrl).port) });
    },

    async close() {
      await standIn.close();
      await soap.close();
      await db.destroy();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
