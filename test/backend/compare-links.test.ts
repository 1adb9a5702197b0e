import { beforeEach, describe, expect, test } from 'vitest';
import { claimComparison, compareLinks } from '../../backend/application/sync/compare-links.ts';
import { listSchemaTasks } from '../../backend/application/setup/list-schema-tasks.ts';
import { beginComparison, setNightlyTime } from '../../backend/application/sync/begin-comparison.ts';
import { reconcile } from '../../backend/application/sync/reconcile.ts';
import { showComparisons, showUnequal } from '../../backend/application/sync/show-comparisons.ts';
import { AppError } from '../../backend/errors.ts';
import { connect } from '../support/connect.ts';
import { createWorld, type World } from '../support/world.ts';

const fields = { NAME: 'NAME', POSTALCITY: { crmField: 'POSTALCITY', direction: 'toCrm' as const } };
const HOUR = 3_600_000;

let world: World;
let connectionId: string;

beforeEach(async () => {
  world = await createWorld();
  connectionId = await world.connection({ name: 'Visma Norway', fields });
  await linkMany(1, 4);
});

async function linkMany(first: number, count: number): Promise<void> {
  for (let id = first; id < first + count; id++) {
    const values = { NAME: `Company ${id}`, POSTALCITY: 'Oslo' };
    world.crm.entities.set(`contact/${id}`, { ...values });
    world.erp.actors.set(`Customer/c${id}`, { ...values });
    await connect(world.as(), connectionId, { type: 'contact', id }, { type: 'Customer', erpKey: `c${id}` });
  }
  world.crm.calls.length = 0;
  world.erp.calls.length = 0;
}

const lease = () => new Date(world.clock.now().getTime() + 45_000);
const claim = () => claimComparison(world.ctx, lease());

/** What workers do until no comparison is due. */
async function compare(): Promise<void> {
  for (let rounds = 0; rounds < 20; rounds++) {
    const due = await claim();
    if (!due) return;
    await compareLinks(world.ctx, due);
  }
  throw new Error('never at rest');
}

async function verifyNow() {
  await beginComparison(world.as(), { connectionId });
  await compare();
  return report();
}

async function report() {
  const { comparisons } = await showComparisons(world.as());
  return comparisons.find((comparison) => comparison.connectionId === connectionId);
}

async function work(): Promise<number> {
  const claims = await world.store.marks.claimMarked(100, world.clock.now(), lease());
  for (const each of claims) await reconcile(world.ctx, each);
  return claims.length;
}

const crm = (id: number) => ({ type: 'contact', id }) as const;
const customer = (id: number) => ({ type: 'Customer', erpKey: `c${id}` }) as const;

describe('a comparison', () => {
  test('proves what is equal, marks nothing and writes nothing', async () => {
    expect(await verifyNow()).toMatchObject({
      progress: null,
      verified: { at: world.clock.now().toISOString(), total: 4, equal: 4, others: [] },
    });
    expect(await work()).toBe(0);
    expect(await world.store.marks.waiting()).toBe(0);
  });

  test('begins with the fields that both sides have now, and goes on without asking again', async () => {
    world.erp.fieldsOf.set(
      'Customer',
      (world.erp.fieldsOf.get('Customer') ?? []).filter(({ key }) => key !== 'POSTALCITY'),
    );
    await verifyNow();
    const { tasks } = await listSchemaTasks(world.as(), 'en');
    expect(tasks).toContainEqual(expect.objectContaining({ fieldName: 'POSTALCITY', kind: 'gone' }));
    expect(world.erp.count('actorTypes')).toBe(1);
  });

  test('reads the ERP in one call for many actors', async () => {
    await verifyNow();
    expect(world.erp.calls.filter(({ method }) => method === 'getActors')).toHaveLength(1);
    expect(world.crm.calls.filter(({ method }) => method === 'read')).toHaveLength(1);
  });

  test('finds what nobody told on either side, and has it synced', async () => {
    // Straight into the maps: no stamp, no webhook, no trace.
    world.crm.entities.set('contact/1', { NAME: 'Renamed in SuperOffice', POSTALCITY: 'Oslo' });
    world.erp.actors.set('Customer/c2', { NAME: 'Renamed in the ERP', POSTALCITY: 'Oslo' });

    expect(await verifyNow()).toMatchObject({
      verified: { total: 4, equal: 2, others: [{ reason: 'changed', count: 2, settled: 0 }] },
    });
    world.clock.advance(1000);
    expect(await work()).toBe(2);
    expect(world.erp.actors.get('Customer/c1')).toMatchObject({ NAME: 'Renamed in SuperOffice' });
    expect(world.crm.entities.get('contact/2')).toMatchObject({ NAME: 'Renamed in the ERP' });

    expect(await report()).toMatchObject({ verified: { others: [{ reason: 'changed', count: 2, settled: 2 }] } });
    expect(await verifyNow()).toMatchObject({ verified: { equal: 4, others: [] } });
  });

  test('tells the others by reason, and which records they are', async () => {
    world.crm.edit(crm(1), { NAME: 'One' });
    world.erp.edit(customer(1), { NAME: 'Eins' });
    await verifyNow();
    await work();
    world.crm.edit(crm(2), { POSTALCITY: 'Hamar' });

    expect((await verifyNow())?.verified?.others).toEqual([
      { reason: 'conflict', count: 1, settled: 0 },
      { reason: 'oneWay', count: 1, settled: 0 },
    ]);
    expect(await showUnequal(world.as(), connectionId, { reason: 'conflict' })).toMatchObject({
      links: [{ entity: crm(1), entityName: 'One', reason: 'conflict', settled: false }],
      next: null,
    });
    expect((await showUnequal(world.as(), connectionId, {})).links).toHaveLength(2);
  });

  test('leads to the record of one that is gone, which is then told as gone', async () => {
    world.erp.actors.delete('Customer/c3');
    world.crm.remove(crm(4));
    expect(await verifyNow()).toMatchObject({ verified: { equal: 2, others: [{ reason: 'gone', count: 2 }] } });
    expect(await work()).toBe(2);
    const codes = (await world.store.links.inOrder(connectionId, null, 10)).map(({ parked }) => parked?.code);
    expect(codes).toEqual([undefined, undefined, 'actor.not_found', 'entity.deleted']);

    // It comes back without a stamp that would tell.
    world.erp.actors.set('Customer/c3', { NAME: 'Company 3', POSTALCITY: 'Oslo' });
    await verifyNow();
    world.clock.advance(2 * HOUR);
    await work();
    expect((await world.store.links.ofEntity(crm(3)))[0]?.parked).toBeNull();
  });

  test('concludes nothing when many are missing at once, and says so', async () => {
    await linkMany(5, 20);
    expect(await verifyNow()).toMatchObject({ verified: { total: 24, equal: 24 }, trouble: null });
    for (let id = 1; id <= 11; id++) world.erp.actors.delete(`Customer/c${id}`);

    expect(await verifyNow()).toMatchObject({
      verified: { total: 24, equal: 24 },
      trouble: { code: 'connection.many_missing', detail: { missing: 11, links: 24 } },
    });
    expect(await work()).toBe(0);
  });

  test('concludes nothing from an answer that warns', async () => {
    world.erp.actors.delete('Customer/c1');
    world.erp.warning = 'Perhaps not all is here';
    expect(await verifyNow()).toMatchObject({ verified: { equal: 3, others: [{ reason: 'unread', count: 1 }] } });
    expect(await work()).toBe(0);
  });

  test('goes on where a worker died, and what that one found out late counts no more', async () => {
    await beginComparison(world.as(), { connectionId });
    const dead = await claim();
    expect(await claim()).toBeNull();
    world.clock.advance(60_000);
    const next = await claim();
    expect(next?.fence).toBeGreaterThan(dead!.fence);
    await compareLinks(world.ctx, dead!);
    expect(await report()).toMatchObject({ progress: { compared: 0, total: 4 }, verified: null });

    await compareLinks(world.ctx, next!);
    expect(await report()).toMatchObject({ progress: null, verified: { total: 4, equal: 4 } });
  });

  test('waits for better times when the ERP does not answer, and gives up until the next night', async () => {
    await beginComparison(world.as(), { connectionId });
    world.erp.outage = new AppError('connector.unreachable');
    for (let tries = 0; tries < 7; tries++) {
      expect(await report()).toMatchObject({ trouble: null });
      await compare();
      world.clock.advance(HOUR / 3);
    }
    expect(await report()).toMatchObject({ progress: null, trouble: { code: 'connector.unreachable' } });
    world.erp.outage = null;
    await compare();
    expect(await report()).toMatchObject({ verified: null });
    world.clock.advance(24 * HOUR);
    await compare();
    expect(await report()).toMatchObject({ verified: { equal: 4 }, trouble: null });
  });

  test('begins at the hour of the tenant, whatever was written meanwhile', async () => {
    await setNightlyTime(world.as(), { hour: 5, timeZone: 'Europe/Oslo' });
    await compare();
    expect(await report()).toMatchObject({ verified: null });
    world.clock.advance(24 * HOUR);
    await compare();
    expect(await report()).toMatchObject({ verified: { total: 4 } });
    await expect(setNightlyTime(world.as(), { hour: 5, timeZone: 'Nowhere/Atall' })).rejects.toMatchObject({
      code: 'input.invalid',
    });
  });

  test('is for administrators, and another tenant sees nothing of it', async () => {
    await verifyNow();
    await expect(beginComparison(world.as({ administrator: false }), { connectionId: null })).rejects.toMatchObject({
      code: 'access.denied',
    });
    expect(await showComparisons(world.otherTenant())).toMatchObject({ comparisons: [] });
    const notFound = { code: 'connection.not_found' };
    await expect(showUnequal(world.otherTenant(), connectionId, {})).rejects.toMatchObject(notFound);
    await expect(beginComparison(world.otherTenant(), { connectionId })).rejects.toMatchObject(notFound);
  });

  test('of a connection that was switched off rests', async () => {
    await beginComparison(world.as(), { connectionId });
    await world.store.connections.setActive(connectionId, false);
    expect(await claim()).toBeNull();
  });
});
