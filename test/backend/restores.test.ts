import { beforeEach, describe, expect, test } from 'vitest';
import { activateConnection } from '../../backend/application/setup/activate-connection.ts';
import { deactivateConnection } from '../../backend/application/setup/deactivate-connection.ts';
import { claimComparison, compareLinks } from '../../backend/application/sync/compare-links.ts';
import { listAttention } from '../../backend/application/sync/list-attention.ts';
import { pauseAfterRestore } from '../../backend/application/sync/pause-after-restore.ts';
import { receiveWebhook } from '../../backend/application/sync/receive-webhook.ts';
import { reconcile } from '../../backend/application/sync/reconcile.ts';
import { retryLink } from '../../backend/application/sync/retry-link.ts';
import { reportRestore, settleRestore } from '../../backend/application/sync/settle-restore.ts';
import { showRun, showRunSteps } from '../../backend/application/sync/show-run.ts';
import { showSyncStatus } from '../../backend/application/sync/show-sync-status.ts';
import { cancelRun } from '../../backend/application/sync/steer-run.ts';
import { syncNow } from '../../backend/application/sync/sync-now.ts';
import { claimRunTasks, workOnRun } from '../../backend/application/sync/work-on-run.ts';
import { AppError } from '../../backend/errors.ts';
import { startWorker } from '../../backend/worker/worker.ts';
import { connect } from '../support/connect.ts';
import { createWorld, type World } from '../support/world.ts';

const company = { type: 'contact', id: 42 } as const;
const customer = { type: 'Customer', erpKey: 'c42' } as const;
const before = { NAME: 'Orkdal Senter AS', POSTALAD1: 'Oveien 544', POSTALCITY: 'Orkanger' };

let world: World;
let connectionId: string;

beforeEach(async () => {
  world = await createWorld();
  connectionId = await world.connection({
    name: 'Visma Norway',
    config: { Filename: 'ErpClient.xlsx' },
    fields: { NAME: 'NAME', POSTALAD1: 'POSTALAD1', POSTALCITY: 'POSTALCITY' },
  });
  world.crm.entities.set('contact/42', { ...before });
  world.erp.actors.set('Customer/c42', { ...before });
  await connect(world.as(), connectionId, company, customer);
  // What has happened since the backup: one edit on each side.
  world.crm.edit(company, { NAME: 'Orkdal Omsorg AS' });
  world.erp.edit(customer, { POSTALCITY: 'Fannrem' });
  await receiveWebhook(world.ctx, { entity: company });
  await work();
});

const newer = { ...before, NAME: 'Orkdal Omsorg AS', POSTALCITY: 'Fannrem' };
const crmValues = () => world.crm.entities.get('contact/42');
const erpValues = () => world.erp.actors.get('Customer/c42');
const lease = () => new Date(world.clock.now().getTime() + 45_000);
const writes = () =>
  [...world.crm.calls, ...world.erp.calls].filter(({ method }) => method === 'write' || method === 'saveActors').length;

async function work(): Promise<void> {
  for (let rounds = 0; rounds < 10; rounds++) {
    const claims = await world.store.marks.claimMarked(10, world.clock.now(), lease());
    if (claims.length === 0) return;
    for (const claim of claims) await reconcile(world.ctx, claim);
  }
}

/** What workers do for the plan, and once it is settled. */
async function plan(): Promise<void> {
  for (let rounds = 0; rounds < 10; rounds++) {
    const tasks = await claimRunTasks(world.ctx, 10);
    for (const task of tasks) await workOnRun(world.ctx, task);
    if (rounds > 2 && tasks.length === 0) return;
  }
}

async function goOn(): Promise<void> {
  await plan();
  world.clock.advance(1000);
  for (;;) {
    const claim = await claimComparison(world.ctx, lease());
    if (!claim) break;
    await compareLinks(world.ctx, claim);
  }
  await work();
}

const side = (which: 'crm' | 'erp') => ({
  side: which,
  connectionId: which === 'crm' ? null : connectionId,
  userName: null,
});

function restore(which: 'crm' | 'erp'): void {
  if (which === 'crm') world.crm.entities.set('contact/42', { ...before });
  else world.erp.actors.set('Customer/c42', { ...before });
}

const edit = (which: 'crm' | 'erp', values: Record<string, string>) =>
  which === 'crm' ? world.crm.edit(company, values) : world.erp.edit(customer, values);

async function opened() {
  const [open] = (await showSyncStatus(world.as())).restores;
  return { id: open!.id, runId: open!.runId! };
}

describe.each(['crm', 'erp'] as const)('a restored backup of the %s', (which) => {
  const restored = () => (which === 'crm' ? crmValues() : erpValues());
  const other = () => (which === 'crm' ? erpValues() : crmValues());

  beforeEach(async () => {
    restore(which);
    await pauseAfterRestore(world.ctx, side(which));
    world.crm.calls.length = 0;
    world.erp.calls.length = 0;
  });

  test('stops everything before anything is written, and plans what it has put back', async () => {
    await receiveWebhook(world.ctx, { entity: company });
    await expect(syncNow(world.as(), company)).rejects.toMatchObject({ code: 'sync.restored' });
    await plan();
    const { runId } = await opened();
    expect(await showRun(world.as(), runId)).toMatchObject({
      kind: 'restore',
      state: 'planned',
      counts: { toWrite: 2 },
    });
    expect((await showRunSteps(world.as(), runId, {})).steps).toMatchObject([
      { fieldKey: 'NAME', target: which, before: 'Orkdal Senter AS', after: 'Orkdal Omsorg AS' },
      { fieldKey: 'POSTALCITY', target: which, before: 'Orkanger', after: 'Fannrem' },
    ]);
    expect(writes()).toBe(0);
  });

  test('is given its newer values again, and an edit made since is not lost', async () => {
    edit(which, { POSTALAD1: 'Edited after the restore' });
    await plan();
    const { id, runId } = await opened();
    expect(await showRun(world.as(), runId)).toMatchObject({ counts: { toWrite: 2 } });
    await settleRestore(world.as(), id, { take: 'newer', steps: 2, keep: [] });
    await goOn();

    const expected = { ...newer, POSTALAD1: 'Edited after the restore' };
    expect(restored()).toEqual(expected);
    expect(other()).toEqual(expected);
    expect((await showSyncStatus(world.as())).restores).toEqual([]);
  });

  test('is given its newer values again, and what the other side has edited since goes on', async () => {
    edit(which === 'crm' ? 'erp' : 'crm', { NAME: 'Edited on the other side' });
    await plan();
    const { id } = await opened();
    await settleRestore(world.as(), id, { take: 'newer', steps: 2, keep: [] });
    await goOn();
    expect(restored()).toEqual({ ...newer, NAME: 'Edited on the other side' });
    expect(other()).toEqual({ ...newer, NAME: 'Edited on the other side' });
  });

  test('is given its newer values again, and what it makes of them is no edit', async () => {
    world[which].normalise = (_key, value) => value?.toUpperCase() ?? null;
    await plan();
    const { id } = await opened();
    await settleRestore(world.as(), id, { take: 'newer', steps: 2, keep: [] });
    await goOn();
    expect(restored()).toEqual({ ...newer, NAME: 'ORKDAL OMSORG AS', POSTALCITY: 'FANNREM' });
    expect(other()).toEqual(newer);
    await receiveWebhook(world.ctx, { entity: company });
    await work();
    expect(other()).toEqual(newer);
  });

  test('is planned again when somebody has cancelled the plan', async () => {
    await plan();
    const { runId } = await opened();
    await cancelRun(world.as(), runId);
    await plan();
    const again = await opened();
    expect(again.runId).not.toBe(runId);
    await settleRestore(world.as(), again.id, { take: 'newer', steps: 2, keep: [] });
    await goOn();
    expect(restored()).toEqual(newer);
  });

  test('is over once it is decided on, though no record is there to be given anything', async () => {
    world.crm.remove(company, { kind: 'softDeleted' });
    await plan();
    const { id } = await opened();
    await settleRestore(world.as(), id, { take: 'newer', steps: 0, keep: [] });
    await goOn();
    expect((await showSyncStatus(world.as())).restores).toEqual([]);
  });

  test('is not planned without a record whose system is out of reach', async () => {
    world.erp.outage = new AppError('connector.unreachable');
    for (let round = 0; round < 10; round++) {
      await plan();
      world.clock.advance(20 * 60_000);
    }
    expect(await showRun(world.as(), (await opened()).runId)).toMatchObject({ state: 'planning' });
    world.erp.outage = null;
    await plan();
    expect(await showRun(world.as(), (await opened()).runId)).toMatchObject({
      state: 'planned',
      counts: { toWrite: 2, failed: 0 },
    });
  });

  test('keeps the restored values of a field where that is wanted', async () => {
    await plan();
    const { id } = await opened();
    const keep = [{ connectionId, fieldKey: 'POSTALCITY' }];
    await settleRestore(world.as(), id, { take: 'newer', steps: 2, keep });
    await goOn();
    expect(restored()).toEqual({ ...newer, POSTALCITY: 'Orkanger' });
    expect(other()).toEqual({ ...newer, POSTALCITY: 'Orkanger' });
  });

  test('may be right: then its values are edits, and a field changed on both sides is asked', async () => {
    edit(which === 'crm' ? 'erp' : 'crm', { NAME: 'Changed on the other side' });
    await plan();
    const { id } = await opened();
    await settleRestore(world.as(), id, { take: 'restored', steps: 2, keep: [] });
    await goOn();
    expect(other()).toEqual({ ...before, NAME: 'Changed on the other side' });
    expect(restored()).toEqual(before);
    expect(await showSyncStatus(world.as())).toMatchObject({ conflicts: 1, restores: [] });
  });

  test('does not overwrite what was edited between the plan and the decision', async () => {
    await plan();
    const { id } = await opened();
    edit(which, { NAME: 'Edited meanwhile' });
    await settleRestore(world.as(), id, { take: 'newer', steps: 2, keep: [] });
    await goOn();
    expect(restored()).toMatchObject({ NAME: 'Edited meanwhile', POSTALCITY: 'Fannrem' });
    expect(other()).toMatchObject({ NAME: 'Edited meanwhile', POSTALCITY: 'Fannrem' });
  });

  test('is settled from the plan that was seen, by an administrator of this tenant', async () => {
    await plan();
    const { id } = await opened();
    const choice = { take: 'newer' as const, steps: 2, keep: [] };
    await expect(settleRestore(world.as(), id, { ...choice, steps: 3 })).rejects.toMatchObject({ code: 'run.changed' });
    await expect(settleRestore(world.as({ administrator: false }), id, choice)).rejects.toMatchObject({
      code: 'access.denied',
    });
    await expect(settleRestore(world.otherTenant(), id, choice)).rejects.toMatchObject({ code: 'restore.not_found' });
    expect((await showSyncStatus(world.otherTenant())).restores).toEqual([]);
    expect(writes()).toBe(0);

    await settleRestore(world.as(), id, { ...choice, take: 'restored' });
    await expect(settleRestore(world.as(), id, choice)).rejects.toMatchObject({ code: 'restore.not_found' });
  });

  test('is known to whoever claims a record in that very moment', async () => {
    await receiveWebhook(world.ctx, { entity: company });
    const [claim] = await world.store.marks.claimMarked(1, world.clock.now(), lease());
    await reconcile(world.ctx, claim!);
    expect(writes()).toBe(0);
    await expect(world.store.transaction(({ marks }) => marks.hold(claim!))).rejects.toMatchObject({
      code: 'link.busy',
    });
    await world.store.transaction(({ marks }) => marks.hold({ ...claim!, cause: 'restore' }));
  });

  test('takes the record from whoever is at work on it', async () => {
    await receiveWebhook(world.ctx, { entity: company });
    const [claim] = await world.store.marks.claimMarked(1, world.clock.now(), lease());
    await world.store.restores.settle((await world.store.restores.open())[0]!.id, world.clock.now());
    await pauseAfterRestore(world.ctx, side(which));
    const { links } = await reconcile(world.ctx, claim!).catch(() => ({ links: [] }));
    expect(links.every(({ written }) => written === 0)).toBe(true);
    expect(writes()).toBe(0);
  });
});

test('an older value that was typed again before, and that an unanswered write has carried on, is not the backup’s', async () => {
  world.erp.afterCall = ({ method }) => {
    if (method === 'saveActors') throw new AppError('connector.timeout');
  };
  world.crm.edit(company, { NAME: before.NAME });
  await receiveWebhook(world.ctx, { entity: company });
  await work();
  world.erp.afterCall = null;
  expect(erpValues()).toMatchObject({ NAME: before.NAME });

  await pauseAfterRestore(world.ctx, side('crm'));
  await plan();
  const { runId } = await opened();
  expect(await showRun(world.as(), runId)).toMatchObject({ state: 'planned', counts: { toWrite: 0 } });
});

test('told twice it is one, and a worker does nothing but plan', async () => {
  restore('erp');
  await reportRestore(world.as(), { connectionId });
  await reportRestore(world.as(), { connectionId });
  expect((await showSyncStatus(world.as())).restores).toMatchObject([
    { side: 'erp', connectionName: 'Visma Norway', userName: 'Astrid Berg' },
  ]);
  world.crm.edit(company, { POSTALAD1: 'Waits' });
  await receiveWebhook(world.ctx, { entity: company });
  const worker = await startWorker({
    tenants: async () => [world.tenant],
    contextFor: async () => world.ctx,
    lookEveryMs: 20,
  });
  try {
    await expect.poll(async () => (await opened()).runId, { timeout: 5_000 }).not.toBeNull();
    const { runId } = await opened();
    await expect.poll(async () => (await showRun(world.as(), runId)).state, { timeout: 5_000 }).toBe('planned');
    expect(erpValues()).toEqual(before);
  } finally {
    await worker.stop();
  }
  await expect(reportRestore(world.as({ administrator: false }), { connectionId })).rejects.toMatchObject({
    code: 'access.denied',
  });
});

test('of two at once each is decided on by itself, and until both are nothing else is written', async () => {
  restore('crm');
  restore('erp');
  await pauseAfterRestore(world.ctx, side('crm'));
  await reportRestore(world.as(), { connectionId });
  world.crm.edit(company, { POSTALAD1: 'Edited since' });
  await plan();
  const both = (await showSyncStatus(world.as())).restores;
  const idOf = (which: 'crm' | 'erp') => both.find((open) => open.side === which)!.id;

  await settleRestore(world.as(), idOf('erp'), { take: 'newer', steps: 2, keep: [] });
  await plan();
  expect(erpValues()).toEqual(newer);
  expect(crmValues()).toEqual({ ...before, POSTALAD1: 'Edited since' });

  await settleRestore(world.as(), idOf('crm'), { take: 'newer', steps: 2, keep: [] });
  await goOn();
  expect(crmValues()).toEqual({ ...newer, POSTALAD1: 'Edited since' });
  expect(erpValues()).toEqual({ ...newer, POSTALAD1: 'Edited since' });
});

test('what an ERP makes of a value that it is given again is nobody’s edit', async () => {
  world.erp.edit(customer, { NAME: 'Typed there' });
  await receiveWebhook(world.ctx, { entity: company });
  await work();
  world.erp.actors.set('Customer/c42', { ...newer });
  world.erp.normalise = (_key, value) => value?.toUpperCase() ?? null;
  await pauseAfterRestore(world.ctx, side('erp'));
  await plan();
  await settleRestore(world.as(), (await opened()).id, { take: 'newer', steps: 1, keep: [] });
  await goOn();
  await receiveWebhook(world.ctx, { entity: company });
  await work();
  expect(erpValues()).toMatchObject({ NAME: 'TYPED THERE' });
  expect(crmValues()).toMatchObject({ NAME: 'Typed there' });
});

test('a value that a restored ERP does not take again waits, and the older one is carried nowhere', async () => {
  restore('erp');
  await pauseAfterRestore(world.ctx, side('erp'));
  await plan();
  const { id } = await opened();
  world.erp.refused.set('Customer/c42', { code: 'value.too_long', explanation: null });
  await settleRestore(world.as(), id, { take: 'newer', steps: 2, keep: [] });
  await goOn();
  expect(erpValues()).toEqual(before);
  expect((await listAttention(world.as())).links).toHaveLength(1);

  world.erp.refused.clear();
  const [link] = await world.store.links.ofEntity(company);
  await retryLink(world.as(), link!.id);
  await work();
  expect([crmValues(), erpValues()]).toEqual([newer, newer]);
});

test('what another ERP had replaced in SuperOffice is known to be older, though that ERP has lost its actor', async () => {
  const other = await world.connection({ fields: { CITY: { crmField: 'POSTALCITY', direction: 'toCrm' } } });
  const supplier = { type: 'Customer', erpKey: 's42' } as const;
  world.erp.actors.set('Customer/s42', { CITY: 'Fannrem' });
  await connect(world.as(), other, company, supplier);
  world.crm.edit(company, { POSTALCITY: 'Typed' });
  world.erp.edit(supplier, { CITY: 'Replaced' });
  await receiveWebhook(world.ctx, { entity: company });
  await work();
  expect(erpValues()).toMatchObject({ POSTALCITY: 'Replaced' });

  world.crm.edit(company, { POSTALCITY: 'Typed' });
  world.erp.actors.delete('Customer/s42');
  await pauseAfterRestore(world.ctx, side('crm'));
  await plan();
  expect((await showRunSteps(world.as(), (await opened()).runId, {})).steps).toMatchObject([
    { fieldKey: 'POSTALCITY', target: 'crm', before: 'Typed', after: 'Replaced' },
  ]);
});

describe('a connection that is switched off while a restored backup is decided on', () => {
  const switchOff = () => deactivateConnection(world.as(), connectionId);
  const switchOn = async () =>
    expect(await activateConnection(world.as(), connectionId)).toEqual({ active: true, reasons: [] });

  test('is asked about SuperOffice when it is switched on: nothing of the backup counts as an edit', async () => {
    await switchOff();
    restore('crm');
    await pauseAfterRestore(world.ctx, side('crm'));
    await plan();
    await settleRestore(world.as(), (await opened()).id, { take: 'newer', steps: 0, keep: [] });
    await goOn();
    expect((await showSyncStatus(world.as())).restores).toEqual([]);

    await switchOn();
    await plan();
    expect((await showSyncStatus(world.as())).restores).toMatchObject([{ side: 'crm', connectionName: null }]);
    await settleRestore(world.as(), (await opened()).id, { take: 'newer', steps: 2, keep: [] });
    await goOn();
    expect(crmValues()).toEqual(newer);
    expect(erpValues()).toEqual(newer);
    expect((await showSyncStatus(world.as())).restores).toEqual([]);
  });

  test('stops nobody else with a backup of its own ERP, and is asked about it when it is switched on', async () => {
    await switchOff();
    restore('erp');
    await reportRestore(world.as(), { connectionId });
    expect((await showSyncStatus(world.as())).restores).toEqual([]);
    await syncNow(world.as(), company);

    await switchOn();
    await expect(syncNow(world.as(), company)).rejects.toMatchObject({ code: 'sync.restored' });
    await plan();
    await settleRestore(world.as(), (await opened()).id, { take: 'newer', steps: 2, keep: [] });
    await goOn();
    expect(erpValues()).toEqual(newer);
    expect(crmValues()).toEqual(newer);
  });

  test.each(['crm', 'erp'] as const)('has its part in a plan for the %s that was made meanwhile', async (which) => {
    restore(which);
    await pauseAfterRestore(world.ctx, side(which));
    await plan();
    const before = await opened();
    await switchOff();
    await switchOn();
    await plan();
    const { id, runId } = await opened();
    expect(runId).not.toBe(before.runId);
    await settleRestore(world.as(), id, { take: 'newer', steps: 2, keep: [] });
    await switchOff();
    await plan();
    await switchOn();
    await plan();
    await settleRestore(world.as(), (await opened()).id, { take: 'newer', steps: 2, keep: [] });
    await goOn();
    expect(which === 'crm' ? crmValues() : erpValues()).toEqual(newer);
  });
});
