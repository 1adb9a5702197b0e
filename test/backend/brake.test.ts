import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { saveConnection } from '../../backend/application/setup/save-connection.ts';
import { askAgain } from '../../backend/application/sync/ask-again.ts';
import { pollConnection } from '../../backend/application/sync/poll-connection.ts';
import { receiveWebhook } from '../../backend/application/sync/receive-webhook.ts';
import { reconcile } from '../../backend/application/sync/reconcile.ts';
import { showRun } from '../../backend/application/sync/show-run.ts';
import { showSyncStatus } from '../../backend/application/sync/show-sync-status.ts';
import { cancelRun, executeRun } from '../../backend/application/sync/steer-run.ts';
import { syncNow } from '../../backend/application/sync/sync-now.ts';
import { claimRunTasks, workOnRun } from '../../backend/application/sync/work-on-run.ts';
import type { Context } from '../../backend/context.ts';
import type { ActorRef, CrmEntity } from '../../shared/vocabulary.ts';
import { connect } from '../support/connect.ts';
import { createWorld, type World } from '../support/world.ts';

const company = (id: number): CrmEntity => ({ type: 'contact', id });
const customer = (id: number): ActorRef => ({ type: 'Customer', erpKey: `erp${id}` });
const fields = { NAME: 'NAME', POSTALCITY: 'POSTALCITY' };
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

/** So few that the test is quick: three links may change. */
const LIMIT = 3;
const LINKS = 6;

let world: World;
let admin: Context;
let connectionId: string;

beforeEach(async () => {
  world = await createWorld();
  admin = world.as();
  connectionId = await world.connection({ name: 'Visma Norway', fields, brake: { percent: 100, links: LIMIT } });
  for (const id of upTo(LINKS)) {
    const values = { NAME: `Company ${id}`, POSTALCITY: 'Oslo' };
    world.crm.entities.set(`contact/${id}`, { ...values });
    world.erp.actors.set(`Customer/erp${id}`, { ...values });
    await connect(admin, connectionId, company(id), customer(id));
  }
  await poll();
  await rest();
});

const lease = () => new Date(world.clock.now().getTime() + 45_000);
const cities = (side: 'crm' | 'erp') =>
  upTo(LINKS).map((id) =>
    side === 'crm'
      ? world.crm.entities.get(`contact/${id}`)?.['POSTALCITY']
      : world.erp.actors.get(`Customer/erp${id}`)?.['POSTALCITY'],
  );
const changed = (side: 'crm' | 'erp') => cities(side).filter((city) => city !== 'Oslo').length;

/** As a worker does, until nothing is left that may be done. */
async function rest(): Promise<void> {
  for (let round = 0; round < 200; round++) {
    const claims = await world.store.marks.claimMarked(3, world.clock.now(), lease());
    for (const claim of claims) await reconcile(world.ctx, claim, { automatic: true });
    const tasks = await claimRunTasks(world.ctx, 3);
    for (const task of tasks) await workOnRun(world.ctx, task);
    if (claims.length + tasks.length === 0) return;
  }
  throw new Error('never at rest');
}

async function poll(): Promise<void> {
  world.clock.advance(61_000);
  for (const claim of await world.store.polls.claimDue(9, world.clock.now(), lease())) {
    await pollConnection(world.ctx, claim);
  }
}

async function editInCrm(...ids: number[]): Promise<void> {
  for (const id of ids) {
    world.crm.edit(company(id), { POSTALCITY: 'Bergen' });
    await receiveWebhook(world.ctx, { entity: company(id) });
  }
}

async function asked() {
  const { braked } = await showSyncStatus(admin);
  expect(braked).toMatchObject([{ connectionName: 'Visma Norway', runState: 'needsApproval' }]);
  return showRun(admin, braked[0]?.runId ?? '');
}

describe('ordinary syncing', () => {
  test('of an ERP that suddenly answers blanks writes nothing, and asks', async () => {
    for (const id of upTo(LINKS)) world.erp.edit(customer(id), { POSTALCITY: null });
    await poll();
    await rest();

    expect(changed('crm')).toBe(0);
    expect(await asked()).toMatchObject({
      kind: 'sync',
      startedBy: null,
      records: { kind: 'marked' },
      counts: { toWrite: LINKS, blanks: LINKS, written: 0 },
      reach: [{ changedLinks: LINKS, changedBefore: 0, limit: LIMIT }],
    });
  });

  test('of records that were connected just now, as by an import, is no mass change', async () => {
    for (const id of upTo(LINKS).map((each) => each + 100)) {
      const values = { NAME: `Company ${id}`, POSTALCITY: 'Oslo' };
      world.crm.entities.set(`contact/${id}`, { ...values });
      world.erp.actors.set(`Customer/erp${id}`, { ...values });
      await world.store.marks.ensure(company(id));
      const ends = { connectionId, entity: company(id), actor: customer(id) };
      const link = await world.store.links.claim(randomUUID(), ends, world.clock.now());
      await world.store.links.confirm(link.id, world.clock.now());
    }
    await poll();
    expect((await showSyncStatus(admin)).braked).toEqual([]);
    await rest();
    expect(await showSyncStatus(admin)).toMatchObject({ braked: [], links: 2 * LINKS, waiting: 0 });
  });

  test('of a mass change in SuperOffice goes as far as the limit, and asks for the rest', async () => {
    await editInCrm(...upTo(LINKS));
    await rest();

    expect(changed('erp')).toBe(LIMIT);
    const run = await asked();
    expect(run).toMatchObject({ counts: { toWrite: LINKS - LIMIT }, reach: [{ changedBefore: LIMIT, limit: LIMIT }] });

    await executeRun(admin, run.id, 'approve', { steps: run.counts.toWrite });
    await rest();
    expect(changed('erp')).toBe(LINKS);
    expect(await showRun(admin, run.id)).toMatchObject({ state: 'done', startedBy: 'Astrid Berg' });
    expect(await showSyncStatus(admin)).toMatchObject({ braked: [], waiting: 0 });
  });

  test('of the same few records, however often, is no mass change', async () => {
    for (const city of ['Bergen', 'Stavanger', 'Kristiansand', 'Tromsø', 'Bodø']) {
      world.crm.edit(company(1), { POSTALCITY: city });
      await receiveWebhook(world.ctx, { entity: company(1) });
      await rest();
    }
    expect(world.erp.actors.get('Customer/erp1')?.['POSTALCITY']).toBe('Bodø');
  });

  test('counts anew after a while', async () => {
    for (const ids of [
      [1, 2, 3],
      [4, 5, 6],
    ]) {
      await editInCrm(...ids);
      await rest();
      world.clock.advance(10 * 60_000);
    }
    expect(changed('erp')).toBe(LINKS);
  });

  test('of an answer with nobody, half of them, or with every stamp anew writes nothing', async () => {
    const actors = new Map(world.erp.actors);
    for (const id of upTo(LINKS)) world.erp.edit(customer(id), {});
    await poll();
    for (const id of upTo(LINKS / 2)) world.erp.actors.delete(`Customer/erp${id}`);
    await poll();
    world.erp.actors.clear();
    await poll();
    await rest();
    for (const [key, actor] of actors) world.erp.actors.set(key, actor);
    await poll();
    await rest();

    expect([changed('crm'), changed('erp')]).toEqual([0, 0]);
    expect((await showSyncStatus(admin)).braked).toEqual([]);
  });

  test('that looked like too much, and is not, goes on by itself', async () => {
    // Known to neither side, so that every actor is news; but there is nothing to write.
    await world.store.links.forgetAgreed(connectionId, 'Customer', ['POSTALCITY']);
    world.erp.edit(customer(1), { POSTALCITY: 'Bergen' });
    for (const id of upTo(LINKS)) world.erp.edit(customer(id), {});
    await poll();
    await rest();
    expect((await showSyncStatus(admin)).braked).toEqual([]);
  });
});

describe('while it waits for someone', () => {
  beforeEach(async () => {
    for (const id of upTo(LINKS)) world.erp.edit(customer(id), { POSTALCITY: null });
    await poll();
    await rest();
  });

  test('what is edited meanwhile waits too, and is not lost', async () => {
    const run = await asked();
    world.crm.edit(company(1), { NAME: 'Edited meanwhile' });
    await receiveWebhook(world.ctx, { entity: company(1) });
    await rest();
    expect(world.erp.actors.get('Customer/erp1')?.['NAME']).toBe('Company 1');

    await executeRun(admin, run.id, 'approve', { steps: LINKS });
    await rest();
    expect(changed('crm')).toBe(LINKS);
    expect(world.erp.actors.get('Customer/erp1')?.['NAME']).toBe('Edited meanwhile');
  });

  test('another connection goes on, and so does who presses Sync now', async () => {
    const second = await world.connection({ name: 'Second', fields });
    world.crm.entities.set('contact/90', { NAME: 'Other', POSTALCITY: 'Oslo' });
    world.erp.actors.set('Customer/other', { NAME: 'Other', POSTALCITY: 'Oslo' });
    await connect(admin, second, company(90), { type: 'Customer', erpKey: 'other' });
    world.crm.edit(company(90), { NAME: 'Goes on' });
    await receiveWebhook(world.ctx, { entity: company(90) });
    await rest();
    expect(world.erp.actors.get('Customer/other')?.['NAME']).toBe('Goes on');

    await syncNow(admin, company(2));
    expect(changed('crm')).toBe(1);
  });

  test('a plan that is cancelled writes nothing; when the ERP is right again it goes on', async () => {
    const { id } = await asked();
    await cancelRun(admin, id);
    await rest();
    expect(changed('crm')).toBe(0);
    expect((await showSyncStatus(admin)).braked).toMatchObject([{ runState: 'cancelled' }]);

    for (const id of upTo(LINKS)) world.erp.edit(customer(id), { POSTALCITY: 'Oslo' });
    await askAgain(admin, connectionId);
    await rest();
    expect((await showSyncStatus(admin)).braked).toEqual([]);
    await editInCrm(1);
    await rest();
    expect([changed('crm'), changed('erp')]).toEqual([1, 1]);
  });

  test('only an administrator decides, and not twice at once', async () => {
    await asked();
    await expect(askAgain(world.as({ administrator: false }), connectionId)).rejects.toMatchObject({
      code: 'access.denied',
    });
    await expect(askAgain(admin, connectionId)).rejects.toMatchObject({ code: 'run.running' });
    await expect(askAgain(world.otherTenant(), connectionId)).rejects.toBeTruthy();
  });
});

test('the limit is the connection’s, and can be changed while it is active', async () => {
  const { connectorId } = await world.store.connections.get(connectionId);
  const saved = await saveConnection(
    admin,
    {
      connectorId,
      name: 'Visma Norway',
      description: '',
      scope: { everyone: true, members: [] },
      config: {},
      brake: { percent: 100, links: LINKS },
    },
    connectionId,
  );
  expect(saved.brake).toEqual({ percent: 100, links: LINKS });
  world.clock.advance(10 * 60_000);
  await editInCrm(...upTo(LINKS));
  await rest();
  expect(changed('erp')).toBe(LINKS);
});
