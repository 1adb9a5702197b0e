import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { defaultBrake } from '../../backend/domain/brake.ts';
import { openDb, type Db } from '../../backend/store/db.ts';
import { APP, startPostgres, type EmbeddedPostgres } from '../../backend/store/embedded-postgres.ts';
import { migrate } from '../../backend/store/migrate.ts';
import { createSeal } from '../../backend/store/seal.ts';
import { createStore } from '../../backend/store/store.ts';
import { startStandIn, type StandIn } from '../stand-in/start.ts';
import { appRegistration } from '../stand-in/registration.ts';
import type { Company, Tenant } from '../stand-in/tenant.ts';
import { hiddenFields, Visitor } from '../stand-in/visitor.ts';
import { answering, ended, launchBackend, type BackendProcess } from '../support/backend-process.ts';
import { freePort } from '../support/demo.ts';
import { FakeErp } from '../support/fake-connector.ts';
import { startSoapErp, type SoapErp } from '../support/soap-erp.ts';
import { fieldMapping } from '../support/world.ts';

const TENANT = 'Cust10001';
const ADMINISTRATOR = 5;
const SALES = 11;
const COMPANIES = [7, 8, 9, 10, 11, 12];
/** What a dead worker had in hand is another's after this long at most. */
const TAKEN_OVER_MS = 60_000;
const key = Buffer.alloc(32, 7);

let folder: string;
let server: EmbeddedPostgres;
let db: Db;
let standIn: StandIn;
let tenant: Tenant;
let erp: FakeErp;
let soap: SoapErp;
let ports: readonly [number, number];
let backends: BackendProcess[];
/** Backends that ended though nobody killed them. */
let fallen: string[];
/** How often an ERP was asked to save something. */
const saves = () => soap.count('WSSaveActors');
/** The last value anyone typed, by company. */
const typed = { crm: new Map<number, string>(), erp: new Map<number, string>() };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'erp-sync-crash-'));
  await chmod(folder, 0o755);
  server = await startPostgres(join(folder, 'postgres'));
  await migrate(server.ownerUrl, APP);
  db = openDb(server.appUrl);

  ports = [await freePort(), await freePort()];
  standIn = await startStandIn({ app: appRegistration(addressOf(0)), contexts: [TENANT], approved: true });
  tenant = standIn.tenant(TENANT);
  erp = new FakeErp({ now: () => new Date() });
  soap = await startSoapErp(erp);

  fallen = [];
  backends = [launch(0), launch(1)];
  await Promise.all(backends.map((backend, which) => answering(backend, addressOf(which))));
  await install();
  await connectCompanies();
  while ((await rows('select from link where synced_at is null')).length > 0) await sleep(200);
  const pause = () => sleep(Math.random() * 80);
  erp.beforeCall = pause;
  erp.afterCall = pause;
}, 120_000);

afterAll(async () => {
  for (const { child } of backends) {
    child.kill('SIGCONT');
    await kill(child);
  }
  await standIn.close();
  await soap.close();
  await db.destroy();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

beforeEach(() => {
  for (const { told } of backends) expect(told()).not.toContain('internal');
});

describe('two backends on one database, while people edit on both sides', { timeout: 300_000 }, () => {
  test('are killed again and again, and Postgres too: nothing is lost, nothing is doubled, all is equal a minute later', async () => {
    const end = Date.now() + 30_000;
    let kills = 0;
    let crashes = 0;
    while (Date.now() < end) {
      for (let i = 0; i < 6; i++) {
        edit();
        await sleep(120);
      }
      if (kills % 4 === 3 && crashes * 4 < kills) {
        await crashPostgres();
        crashes++;
      }
      const which = Math.random() < 0.5 ? 0 : 1;
      await kill(backends[which]!.child);
      kills++;
      backends[which] = launch(which);
    }
    expect(kills).toBeGreaterThan(8);
    expect(crashes).toBeGreaterThan(1);

    await everywhere(TAKEN_OVER_MS + 15_000);
    await expectPeace();
  });

  test('one is frozen for longer than its lease: the other goes on, and what it does on waking harms nothing', async () => {
    // Frozen in the middle of a save: the ERP has been asked, and the worker does not hear the answer.
    const asked = new Promise<void>((resolve) => {
      erp.beforeCall = ({ method }) => {
        if (method === 'saveActors') resolve();
      };
    });
    const [frozen, other] = backends;
    await kill(other!.child);
    edit('crm');
    await asked;
    frozen!.child.kill('SIGSTOP');
    erp.beforeCall = null;
    backends[1] = launch(1);
    await answering(backends[1], addressOf(1));

    const end = Date.now() + 50_000;
    while (Date.now() < end) {
      edit();
      await sleep(400);
    }
    await everywhere(TAKEN_OVER_MS);
    frozen!.child.kill('SIGCONT');
    await sleep(3_000);
    edit();
    await everywhere(TAKEN_OVER_MS);
    await expectPeace();
  });
});

/** A person types something new in one of the two systems. */
function edit(side: 'crm' | 'erp' = Math.random() < 0.5 ? 'crm' : 'erp'): void {
  const id = COMPANIES[Math.floor(Math.random() * COMPANIES.length)]!;
  const value = `${side} ${randomUUID().slice(0, 8)}`;
  typed[side].set(id, value);
  if (side === 'crm') tenant.update('contact', id, { name: value }, SALES);
  else erp.edit({ type: 'Customer', erpKey: String(id) }, { POSTALCITY: value });
}

/** Waits until every company has on both sides what was typed last. */
async function everywhere(within: number): Promise<void> {
  const end = Date.now() + within;
  for (;;) {
    const wrong = COMPANIES.filter((id) => {
      const here = tenant.records.contact.get(id)!;
      const there = erp.actors.get(`Customer/${id}`)!;
      const name = typed.crm.get(id) ?? here.name;
      const city = typed.erp.get(id) ?? here.department;
      const same = here.name === name && there['NAME'] === name && here.department === city;
      return !same || (there['POSTALCITY'] ?? '') !== city;
    });
    if (wrong.length === 0) return;
    if (Date.now() > end) throw new Error(`Companies ${wrong.join(', ')} are not equal after ${within} ms`);
    await sleep(200);
  }
}

/** Nobody types, so nobody writes; and each value was written once. */
async function expectPeace(): Promise<void> {
  await sleep(2_000);
  const before = { saves: saves(), companies: versions() };
  await sleep(8_000);
  expect({ saves: saves(), companies: versions() }).toEqual(before);

  // A call that was cut off may still arrive, so its row stays for a while, unseen. All others are settled.
  const later = 'l.link_id = ledger.link_id and l.field_key = ledger.field_key and l.target = ledger.target';
  expect(
    await rows(
      `select after from ledger where not settled and not exists (select from ledger l where ${later} and l.id > ledger.id)`,
    ),
  ).toEqual([]);
  const same = 'link_id, field_key, target, after';
  expect(
    await rows(`select ${same}, count(*)::int from ledger where settled group by ${same} having count(*) > 1`),
  ).toEqual([]);
  expect(await rows('select code, kind from open_field')).toEqual([]);
  expect(await rows('select parked_code from link where parked_code is not null')).toEqual([]);
  expect([...erp.actors.keys()].length).toBe(COMPANIES.length);
}

function versions(): readonly number[] {
  return COMPANIES.map((id) => tenant.records.contact.get(id)!.updatedCount);
}

/** One of its processes dies, as when the machine runs out of memory: all sessions end, and the log is replayed. */
async function crashPostgres(): Promise<void> {
  const [session] = await rows(
    `select pid from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid() limit 1`,
  );
  if (session) process.kill(Number(session['pid']), 'SIGKILL');
}

/** As the superuser, whom row-level security does not hold, and as soon as Postgres takes questions again. */
async function rows(question: string): Promise<readonly postgres.Row[]> {
  for (let tries = 50; ; tries--) {
    const superuser = postgres(server.superUrl.replace(/\/postgres$/, '/erpsync'), { max: 1, onnotice() {} });
    try {
      return [...(await superuser.unsafe(question))];
    } catch (error) {
      if (tries === 0) throw error;
      await sleep(200);
    } finally {
      await superuser.end({ timeout: 1 });
    }
  }
}

function addressOf(which: number): string {
  return `http://127.0.0.1:${ports[which]}`;
}

/** As whoever runs the app would: what ends is started again. */
function launch(which: number): BackendProcess {
  const backend = launchBackend({
    PORT: String(ports[which]),
    PUBLIC_URL: addressOf(0),
    DATA_DIR: folder,
    DATABASE_URL: server.appUrl,
    SECRETS_KEY: `test:${key.toString('base64')}`,
    PRIVATE_CONNECTORS: 'on',
    TZ: 'UTC',
    SUPEROFFICE_LOGIN_URL: standIn.url,
    SUPEROFFICE_CLIENT_ID: standIn.app.clientId,
    SUPEROFFICE_CLIENT_SECRET: standIn.app.clientSecret,
    SUPEROFFICE_PRIVATE_KEY: standIn.app.privateKey,
  });
  backend.child.once('exit', (code) => {
    if (killed.has(backend.child)) return;
    fallen.push(`${code} ${backend.told()}`);
    setTimeout(() => (backends[which] = launch(which)), 500);
  });
  return backend;
}

const killed = new WeakSet<ChildProcess>();

async function kill(child: ChildProcess): Promise<void> {
  killed.add(child);
  await ended(child, 'SIGKILL');
}

async function install(): Promise<void> {
  const visitor = new Visitor();
  await visitor.open(`${standIn.url}/login/session`, { user: `${TENANT}:${ADMINISTRATOR}`, returnTo: '/' });
  const { html } = await visitor.open(`${addressOf(0)}/install`);
  await visitor.open(`${addressOf(0)}/install`, hiddenFields(html));
}

/** As an administrator and a salesperson have done before the story begins. */
async function connectCompanies(): Promise<void> {
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
    for (const id of COMPANIES) {
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
}
