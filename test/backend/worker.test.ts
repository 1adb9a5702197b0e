import { beforeEach, expect, test } from 'vitest';
import { receiveWebhook } from '../../backend/application/sync/receive-webhook.ts';
import { setAutomaticSync } from '../../backend/application/sync/set-automatic-sync.ts';
import { createContext, type Context } from '../../backend/context.ts';
import { createStore } from '../../backend/store/store.ts';
import { listenForWork } from '../../backend/store/work-hints.ts';
import { startWorker, type Worker } from '../../backend/worker/worker.ts';
import type { ActorRef, CrmEntity } from '../../shared/vocabulary.ts';
import { connect } from '../support/connect.ts';
import { FakeCrm } from '../support/fake-crm.ts';
import { FakeErp } from '../support/fake-connector.ts';
import { createWorld, type World } from '../support/world.ts';

const company: CrmEntity = { type: 'contact', id: 42 };
const customer: ActorRef = { type: 'Customer', erpKey: 'erp831' };

let world: World;
let workers: Worker[];

beforeEach(async () => {
  workers = [];
  world = await createWorld();
  world.crm.entities.set('contact/42', { NAME: 'Orkdal Senter AS' });
  world.erp.actors.set('Customer/erp831', { NAME: 'Orkdal Senter AS' });
  const connectionId = await world.connection({ fields: { NAME: 'NAME' } });
  await connect(world.as(), connectionId, company, customer);
  return async () => {
    await Promise.all(workers.map((worker) => worker.stop()));
  };
});

async function start(more: Partial<Parameters<typeof startWorker>[0]> = {}): Promise<Worker> {
  const worker = await startWorker({
    tenants: () => world.registry.tenants(),
    contextFor: (tenant) => Promise.resolve(tenant === world.tenant ? world.ctx : null),
    lookEveryMs: 50,
    ...more,
  });
  workers.push(worker);
  return worker;
}

async function until(holds: () => boolean | Promise<boolean>, withinMs = 8000): Promise<void> {
  for (let waited = 0; !(await holds()); waited += 20) {
    if (waited > withinMs) throw new Error('never came true');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const erpName = () => world.erp.actors.get('Customer/erp831')?.['NAME'];

async function edit(name: string): Promise<void> {
  world.crm.edit(company, { NAME: name });
  await receiveWebhook(world.ctx, { entity: company });
}

test('a change in SuperOffice stands in the ERP a moment later', async () => {
  await start();
  await edit('Orkdal Omsorg AS');
  await until(() => erpName() === 'Orkdal Omsorg AS');
});

test('a change in the ERP is found when the time to ask has come', async () => {
  await start();
  await until(async () => ((await world.store.polls.states())[0]?.polledAt ?? null) !== null);
  world.erp.edit(customer, { NAME: 'From the ERP' });
  world.clock.advance(61_000);
  await until(() => world.crm.entities.get('contact/42')?.['NAME'] === 'From the ERP');
});

test('a hint wakes a worker that would not have looked for an hour', async () => {
  await start({
    lookEveryMs: 3_600_000,
    listen: (onWork) => listenForWork(world.appUrl, onWork),
  });
  await until(async () => ((await world.store.polls.states())[0]?.polledAt ?? null) !== null);
  await edit('Orkdal Omsorg AS');
  await until(() => erpName() === 'Orkdal Omsorg AS');
});

test('while automatic sync is off, nothing moves and nothing is forgotten', async () => {
  await setAutomaticSync(world.as(), { automatic: false });
  await start();
  await edit('Orkdal Omsorg AS');
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(erpName()).toBe('Orkdal Senter AS');

  await setAutomaticSync(world.as(), { automatic: true });
  await until(() => erpName() === 'Orkdal Omsorg AS');
});

test('two workers do each piece of work once', async () => {
  await start();
  await start();
  await edit('Orkdal Omsorg AS');
  await until(() => erpName() === 'Orkdal Omsorg AS');
  await until(async () => (await world.store.marks.waiting()) === 0);
  expect(world.erp.count('saveActors')).toBe(1);
});

test('what a dead worker held is taken up by another', async () => {
  await edit('Orkdal Omsorg AS');
  const now = world.clock.now();
  await world.store.marks.claimMarked(1, now, new Date(now.getTime() + 45_000));
  await start();
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(erpName()).toBe('Orkdal Senter AS');
  world.clock.advance(46_000);
  await until(() => erpName() === 'Orkdal Omsorg AS');
});

test('a tenant whose ERP hangs does not hold up the others', async () => {
  const { other, crm, erp } = await otherTenant();
  for (let id = 100; id < 120; id++) {
    world.crm.entities.set(`contact/${id}`, { NAME: 'Same' });
    world.erp.actors.set(`Customer/h${id}`, { NAME: 'Same' });
    const [link] = await world.store.links.ofEntity(company);
    await connect(
      world.as(),
      link?.connectionId ?? '',
      { type: 'contact', id },
      { type: 'Customer', erpKey: `h${id}` },
    );
    await receiveWebhook(world.ctx, { entity: { type: 'contact', id } });
  }
  let release = (): void => {};
  const hanging = new Promise<void>((resolve) => (release = resolve));
  world.erp.beforeCall = () => hanging;

  await start({ contextFor: (tenant) => Promise.resolve(tenant === world.tenant ? world.ctx : other) });
  crm.edit(company, { NAME: 'Quick' });
  await receiveWebhook(other, { entity: company });
  await until(() => erp.actors.get('Customer/x')?.['NAME'] === 'Quick');
  release();
});

test('an ERP that hangs does not hold up another of the same tenant, nor its own records for ever', async () => {
  const hangs = await world.connection({ fields: { NAME: 'NAME' }, brake: { percent: 100, links: 1000 } });
  const other = await world.connection({ fields: { NAME: 'NAME' } });
  const linked = async (id: number, connectionId: string, erpKey: string) => {
    world.crm.entities.set(`contact/${id}`, { NAME: 'Same' });
    world.erp.actors.set(`Customer/${erpKey}`, { NAME: 'Same' });
    await connect(world.as(), connectionId, { type: 'contact', id }, { type: 'Customer', erpKey });
  };
  const hung = Array.from({ length: 60 }, (_, index) => 100 + index);
  for (const id of hung) await linked(id, hangs, `hangs${id}`);
  await linked(43, other, 'quick');
  const edit = async (id: number, name: string) => {
    world.crm.edit({ type: 'contact', id }, { NAME: name });
    await receiveWebhook(world.ctx, { entity: { type: 'contact', id } });
  };
  let release = (): void => {};
  const hanging = new Promise<void>((resolve) => (release = resolve));
  world.erp.beforeCall = ({ args }) => (JSON.stringify(args).includes('hangs') ? hanging : undefined);

  for (const id of hung) await edit(id, 'Edited');
  await start();
  await until(() => world.erp.count('getActors') > 20);
  await edit(43, 'Quick');
  await until(() => world.erp.actors.get('Customer/quick')?.['NAME'] === 'Quick');
  expect(await world.store.marks.waiting()).toBeGreaterThanOrEqual(hung.length);

  release();
  await until(() => hung.every((id) => world.erp.actors.get(`Customer/hangs${id}`)?.['NAME'] === 'Edited'));
});

/** The same numbers in the other tenant, with a SuperOffice and an ERP of its own. */
async function otherTenant(): Promise<{ readonly other: Context; readonly crm: FakeCrm; readonly erp: FakeErp }> {
  const crm = new FakeCrm(world.clock);
  const erp = new FakeErp(world.clock);
  crm.entities.set('contact/42', { NAME: 'Same' });
  erp.actors.set('Customer/x', { NAME: 'Same' });
  const user = { id: 5, name: 'Admin', groupIds: [], administrator: true, licensed: true };
  const parts = {
    tenant: 'Cust20002',
    store: createStore(world.db, 'Cust20002', world.seal),
    crm,
    userCrm: crm,
    clock: world.clock,
    connectorKinds: [erp],
  };
  const other = createContext({ ...parts, user: null });
  const [link] = await world.store.links.ofEntity(company);
  const own = await world.store.connections.get(link?.connectionId ?? '');
  const connector = await world.store.connectors.get(own.connectorId);
  const mapping = await world.store.mappings.get(own.id, 'Customer');
  if (!mapping) throw new Error('no mapping');
  await other.store.transaction(async (store) => {
    await store.connectors.save(connector);
    await store.connections.save(own);
    await store.mappings.save(mapping);
  });
  await connect(createContext({ ...parts, user }), own.id, company, { type: 'Customer', erpKey: 'x' });
  return { other, crm, erp };
}

test('stops within seconds, and leaves what it could not do to the next', async () => {
  const worker = await start();
  world.erp.beforeCall = ({ method }) => (method === 'getActors' ? new Promise(() => {}) : undefined);
  await edit('Orkdal Omsorg AS');
  await until(() => world.erp.count('getActors') > 1);

  const before = performance.now();
  await worker.stop();
  expect(performance.now() - before).toBeLessThan(5000);

  world.erp.beforeCall = null;
  world.clock.advance(46_000);
  await start();
  await until(() => erpName() === 'Orkdal Omsorg AS');
});
