import { beforeEach, expect, test } from 'vitest';
import { considerateErps } from '../../backend/adapters/calls/considerate-erp.ts';
import { showErpTab } from '../../backend/application/erp-tab/show-erp-tab.ts';
import { listConnections } from '../../backend/application/setup/list-connections.ts';
import { testConnection } from '../../backend/application/setup/test-connection.ts';
import { leaseUntil } from '../../backend/application/sync/hold-record.ts';
import { pollConnection } from '../../backend/application/sync/poll-connection.ts';
import { receiveWebhook } from '../../backend/application/sync/receive-webhook.ts';
import { reconcile } from '../../backend/application/sync/reconcile.ts';
import { retryLink } from '../../backend/application/sync/retry-link.ts';
import type { Context } from '../../backend/context.ts';
import { AppError } from '../../backend/errors.ts';
import { inLane } from '../../backend/lane.ts';
import { startWorker } from '../../backend/worker/worker.ts';
import type { ActorRef, CrmEntity } from '../../shared/vocabulary.ts';
import { connect } from '../support/connect.ts';
import { createWorld, type World } from '../support/world.ts';

const company: CrmEntity = { type: 'contact', id: 42 };
const customer: ActorRef = { type: 'Customer', erpKey: 'erp831' };
const down = new AppError('connector.unreachable');

let world: World;
let connectionId: string;
let linkId: string;
/** As the engine and as an administrator, both calling with consideration. */
let engine: Context;
let admin: Context;

beforeEach(async () => {
  world = await createWorld();
  world.crm.entities.set('contact/42', { NAME: 'Orkdal Senter AS' });
  world.erp.actors.set('Customer/erp831', { NAME: 'Orkdal Senter AS' });
  connectionId = await world.connection({
    fields: { NAME: 'NAME' },
    config: { Filename: 'ErpClient.xlsx' },
    brake: { percent: 100, links: 1_000 },
  });
  linkId = await connect(world.as(), connectionId, company, customer);
  const kind = considerateErps({ clock: world.clock })(world.tenant, world.erp);
  const considerately = (ctx: Context): Context => ({
    ...ctx,
    connectorKind: () => kind,
    connector: async ({ id, config }) => kind.open({ connectionId: id, url: '', config }),
  });
  engine = considerately(world.ctx);
  admin = considerately(world.as());
});

/** Answers whether it was time to ask. */
async function poll(): Promise<boolean> {
  const [claim] = await world.store.polls.claimDue(1, world.clock.now(), leaseUntil(engine));
  if (claim) await inLane('event', () => pollConnection(engine, claim));
  return claim !== undefined;
}

async function look(): Promise<void> {
  const [claim] = await world.store.marks.claimMarked(1, world.clock.now(), leaseUntil(engine));
  if (claim) await inLane('event', () => reconcile(engine, claim));
}

/** How long until the ERP is asked again, to five seconds. */
async function secondsUntilPoll(): Promise<number> {
  for (let seconds = 0; seconds <= 600; seconds += 5) {
    if (await poll()) return seconds;
    world.clock.advance(5_000);
  }
  return Infinity;
}

const edit = (name: string): Promise<void> => {
  world.crm.edit(company, { NAME: name });
  return receiveWebhook(world.ctx, { entity: company });
};
const waiting = () => world.store.marks.waiting();
const erpName = () => world.erp.actors.get('Customer/erp831')?.['NAME'];
const parked = async () => (await world.store.links.get(linkId)).parked?.code ?? null;

test('an ERP where nothing happens is asked less often, every five minutes at least', async () => {
  await poll();
  const waits: number[] = [];
  for (let i = 0; i < 16; i++) waits.push(await secondsUntilPoll());
  expect(waits.slice(0, 9)).toEqual(Array.from({ length: 9 }, () => 60));
  expect(waits.slice(-3)).toEqual([300, 300, 300]);
});

test.each<[string, () => Promise<unknown>]>([
  ['a change in SuperOffice', async () => edit('Orkdal Omsorg AS').then(look)],
  ['somebody who opens the ERP tab', () => showErpTab(admin, company)],
])('%s has an idle ERP asked again at its own interval', async (_who, wake) => {
  await poll();
  for (let i = 0; i < 14; i++) await secondsUntilPoll();
  world.clock.advance(5_000);
  await wake();
  expect(await secondsUntilPoll()).toBeLessThanOrEqual(60);
});

test('a change that the ERP itself tells of has it asked at its own interval again', async () => {
  await poll();
  for (let i = 0; i < 14; i++) await secondsUntilPoll();
  world.erp.edit(customer, { NAME: 'From the ERP' });
  await secondsUntilPoll();
  expect(await secondsUntilPoll()).toBe(60);
});

test('what a system says once is asked again; what it says twice, parks the record until somebody retries', async () => {
  await edit('Orkdal Omsorg AS');
  world.erp.outage = new AppError('connector.answer_invalid');
  await look();
  expect([await parked(), await waiting()]).toEqual([null, 1]);
  world.clock.advance(60_000);
  await look();
  expect([await parked(), await waiting()]).toEqual(['connector.answer_invalid', 0]);

  world.erp.outage = null;
  await retryLink(admin, linkId);
  expect([await parked(), erpName()]).toEqual([null, 'Orkdal Omsorg AS']);
});

test('an ERP that does not answer is left alone; a test asks at once, and all goes on', async () => {
  await poll();
  await edit('Orkdal Omsorg AS');
  world.erp.outage = down;
  for (let i = 0; i < 8; i++) {
    world.clock.advance(61_000);
    await look();
    await poll();
  }
  const calls = world.erp.calls.length;
  world.clock.advance(1_000);
  await edit('Orkdal Helse AS');
  await look();
  expect(world.erp.calls.length).toBe(calls);

  world.erp.outage = null;
  await testConnection(admin, connectionId);
  expect(await poll()).toBe(true);
  await look();
  expect([await waiting(), erpName()]).toEqual([0, 'Orkdal Helse AS']);
  expect((await listConnections(admin))[0]?.trouble).toBeNull();
});

test('the trouble of a connection names the time at which it will be asked again', async () => {
  world.erp.outage = down;
  const erp = await engine.connector(await world.store.connections.get(connectionId));
  for (let i = 0; i < 5; i++) await expect(erp.getActors('Customer', ['1'], [])).rejects.toBe(down);
  await poll();
  const [connection] = await listConnections(admin);
  expect(connection?.trouble?.code).toBe('connector.resting');
  expect(Date.parse(String(connection?.trouble?.detail['until']))).toBeGreaterThan(world.clock.now().getTime());
});

test('a record whose one ERP does not answer is looked at again as soon as it changes', async () => {
  await edit('Orkdal Omsorg AS');
  world.erp.outage = new AppError('connector.timeout');
  for (let i = 0; i < 8; i++) {
    await look();
    world.clock.advance(15 * 60_000);
  }
  await look();
  world.erp.outage = null;
  await testConnection(admin, connectionId);
  await look();
  expect(erpName()).toBe('Orkdal Senter AS');
  // The mark itself would wait for minutes; something new does not.
  await edit('Orkdal Helse AS');
  await look();
  expect(erpName()).toBe('Orkdal Helse AS');
});

test('many records that change at once go in few calls', async () => {
  for (let id = 100; id < 160; id++) {
    world.crm.entities.set(`contact/${id}`, { NAME: 'Same' });
    world.erp.actors.set(`Customer/k${id}`, { NAME: 'Same' });
    await connect(world.as(), connectionId, { type: 'contact', id }, { type: 'Customer', erpKey: `k${id}` });
  }
  world.erp.calls.length = 0;
  world.erp.beforeCall = () => new Promise((resolve) => setTimeout(resolve, 30));
  for (let id = 100; id < 160; id++) {
    world.crm.edit({ type: 'contact', id }, { NAME: `New ${id}` });
    await receiveWebhook(world.ctx, { entity: { type: 'contact', id } });
  }
  const worker = await startWorker({
    tenants: () => Promise.resolve([world.tenant]),
    contextFor: () => Promise.resolve(engine),
    lookEveryMs: 50,
  });
  while ((await waiting()) > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  await worker.stop();
  for (let id = 100; id < 160; id++) expect(world.erp.actors.get(`Customer/k${id}`)).toEqual({ NAME: `New ${id}` });
  expect(world.erp.count('saveActors')).toBeLessThan(30);
});
