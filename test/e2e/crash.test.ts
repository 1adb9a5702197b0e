import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Tenant } from '../stand-in/tenant.ts';
import { answering, ended, type BackendProcess } from '../support/backend-process.ts';
import { freePort } from '../support/demo.ts';
import { startDeployment, type Deployment } from '../support/deployment.ts';
import type { FakeErp } from '../support/fake-connector.ts';

const SALES = 11;
const COMPANIES = [7, 8, 9, 10, 11, 12];
/** What a dead worker had in hand is another's after this long at most. */
const TAKEN_OVER_MS = 60_000;

let deployment: Deployment;
let tenant: Tenant;
let erp: FakeErp;
let ports: readonly [number, number];
let backends: BackendProcess[];
/** How often an ERP was asked to save something. */
const saves = () => deployment.soap.count('WSSaveActors');
/** The last value anyone typed, by company. */
const typed = { crm: new Map<number, string>(), erp: new Map<number, string>() };

beforeAll(async () => {
  ports = [await freePort(), await freePort()];
  deployment = await startDeployment(addressOf(0));
  ({ tenant, erp } = deployment);

  backends = [launch(0), launch(1)];
  await Promise.all(backends.map((backend, which) => answering(backend, addressOf(which))));
  await deployment.install();
  await deployment.connect(COMPANIES);
  const pause = () => sleep(Math.random() * 80);
  erp.beforeCall = pause;
  erp.afterCall = pause;
}, 120_000);

afterAll(async () => {
  for (const { child } of backends) {
    child.kill('SIGCONT');
    await kill(child);
  }
  await deployment.close();
});

beforeEach(() => {
  // That the database went away is told as an error, and nothing else is.
  for (const { told } of backends) expect(errorsIn(told()).filter(({ name }) => name !== 'DatabaseAway')).toEqual([]);
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

function errorsIn(told: string): readonly { readonly name: string }[] {
  const lines = told.split('\n').filter((line) => line.startsWith('{'));
  return lines.flatMap((line) => (JSON.parse(line) as { error?: { name: string } }).error ?? []);
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
    const superuser = postgres(deployment.server.superUrl.replace(/\/postgres$/, '/erpsync'), {
      max: 1,
      onnotice() {},
    });
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
  const backend = deployment.launch(ports[which]!);
  backend.child.once('exit', () => {
    if (!killed.has(backend.child)) setTimeout(() => (backends[which] = launch(which)), 500);
  });
  return backend;
}

const killed = new WeakSet<ChildProcess>();

async function kill(child: ChildProcess): Promise<void> {
  killed.add(child);
  await ended(child, 'SIGKILL');
}
