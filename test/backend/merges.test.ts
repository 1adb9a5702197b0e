import { beforeEach, describe, expect, test } from 'vitest';
import { disconnectEntity } from '../../backend/application/erp-tab/disconnect-entity.ts';
import { claimComparison, compareLinks } from '../../backend/application/sync/compare-links.ts';
import { listAttention } from '../../backend/application/sync/list-attention.ts';
import { receiveWebhook } from '../../backend/application/sync/receive-webhook.ts';
import { reconcile } from '../../backend/application/sync/reconcile.ts';
import { settleMerge } from '../../backend/application/sync/settle-merge.ts';
import { showComparisons } from '../../backend/application/sync/show-comparisons.ts';
import { showLedger } from '../../backend/application/sync/show-ledger.ts';
import { sweepCrm } from '../../backend/application/sync/sweep-crm.ts';
import { connect } from '../support/connect.ts';
import { createWorld, type World } from '../support/world.ts';

const MINUTE = 60_000;
const loser = { type: 'contact', id: 41 } as const;
const winner = { type: 'contact', id: 42 } as const;

let world: World;
let connectionId: string;

beforeEach(async () => {
  world = await createWorld();
  connectionId = await world.connection({
    name: 'Visma Norway',
    fields: { NAME: 'NAME', POSTALCITY: 'POSTALCITY' },
    types: { Person: { FIRSTNAME: 'FIRSTNAME', LASTNAME: 'LASTNAME' } },
  });
  for (const id of [41, 42, 43]) {
    world.crm.entities.set(`contact/${id}`, { NAME: 'Orkdal Senter AS', POSTALCITY: 'Orkanger' });
    world.erp.actors.set(`Customer/c${id}`, { NAME: 'Orkdal Senter AS', POSTALCITY: 'Orkanger' });
  }
  await link(41);
});

const link = (id: number) =>
  connect(world.as(), connectionId, { type: 'contact', id }, { type: 'Customer', erpKey: `c${id}` });
const linksOf = (id: number) => world.store.links.ofEntity({ type: 'contact', id });
const lease = () => new Date(world.clock.now().getTime() + 45_000);

async function work(): Promise<void> {
  for (let rounds = 0; rounds < 10; rounds++) {
    const claims = await world.store.marks.claimMarked(10, world.clock.now(), lease());
    if (claims.length === 0) return;
    for (const claim of claims) await reconcile(world.ctx, claim);
  }
  throw new Error('never at rest');
}

async function sweep(): Promise<void> {
  world.clock.advance(6 * MINUTE);
  for (;;) {
    const claim = await world.store.sweeps.claimDue(world.clock.now(), lease());
    if (!claim) return;
    await sweepCrm(world.ctx, claim);
  }
}

function merge(from: number, into: number): void {
  world.crm.remove({ type: 'contact', id: from }, { kind: 'merged', into: { type: 'contact', id: into } });
}

describe('a company that was merged into another', () => {
  test('takes its link along, in the ledger too', async () => {
    merge(41, 42);
    await receiveWebhook(world.ctx, { entity: loser });
    await work();

    expect(await linksOf(41)).toEqual([]);
    expect(await linksOf(42)).toMatchObject([{ actor: { erpKey: 'c41' }, parked: null }]);
    expect((await showLedger(world.as(), {})).entries).toMatchObject([
      { entity: winner, event: 'merged', before: '41', cause: 'webhook' },
      { event: 'connected' },
    ]);
    world.erp.edit({ type: 'Customer', erpKey: 'c41' }, { POSTALCITY: 'Fannrem' });
    await receiveWebhook(world.ctx, { entity: winner });
    await work();
    expect(world.crm.entities.get('contact/42')).toMatchObject({ POSTALCITY: 'Fannrem' });
  });

  test('is found by the sweep when no webhook told', async () => {
    merge(41, 42);
    await sweep();
    await work();
    expect(await linksOf(42)).toHaveLength(1);
  });

  test('is found at night when it was known as deleted before, and no webhook told what became of it', async () => {
    world.crm.remove(loser, { kind: 'softDeleted' });
    await receiveWebhook(world.ctx, { entity: loser });
    await work();
    merge(41, 42);
    await sweep();
    await work();
    expect(await linksOf(41)).toMatchObject([{ parked: { code: 'entity.deleted' } }]);

    await world.store.comparisons.begin(null, world.clock.now());
    for (;;) {
      const claim = await claimComparison(world.ctx, lease());
      if (!claim) break;
      await compareLinks(world.ctx, claim);
    }
    await work();
    expect(await linksOf(42)).toMatchObject([{ actor: { erpKey: 'c41' }, parked: null }]);
  });

  test('loses no value of either: what differs is asked, what is blank is filled', async () => {
    world.crm.entities.set('contact/42', { NAME: 'Orkdal Omsorg AS', POSTALCITY: null });
    merge(41, 42);
    await receiveWebhook(world.ctx, { entity: loser });
    await work();
    expect(world.crm.entities.get('contact/42')).toEqual({ NAME: 'Orkdal Omsorg AS', POSTALCITY: 'Orkanger' });
    expect(world.erp.actors.get('Customer/c41')).toMatchObject({ NAME: 'Orkdal Senter AS' });
    expect(await listAttention(world.as())).toMatchObject({ links: [{ entity: winner, conflicts: 1, merge: null }] });
  });

  test('is followed through a chain of merges', async () => {
    merge(41, 42);
    merge(42, 43);
    await receiveWebhook(world.ctx, { entity: loser });
    await work();
    expect(await linksOf(43)).toMatchObject([{ actor: { erpKey: 'c41' }, parked: null }]);
    expect(await linksOf(42)).toEqual([]);
  });

  test.each(['merged', 'into'] as const)('asks which actor stays when both were connected: %s', async (keep) => {
    await link(42);
    merge(41, 42);
    await receiveWebhook(world.ctx, { entity: loser });
    await work();
    const [question] = (await listAttention(world.as())).links;
    expect(question).toMatchObject({
      entity: loser,
      parked: { code: 'link.merged' },
      merge: { into: winner, intoName: 'Orkdal Senter AS', actor: 'c41', otherActor: 'c42' },
    });
    // Nothing more comes of looking again.
    await sweep();
    await work();
    expect(await linksOf(41)).toHaveLength(1);

    await settleMerge(world.as(), question!.linkId, { keep });
    await work();
    expect(await linksOf(41)).toEqual([]);
    expect(await linksOf(42)).toMatchObject([{ actor: { erpKey: keep === 'merged' ? 'c41' : 'c42' }, parked: null }]);
    expect(world.erp.actors.has('Customer/c41') && world.erp.actors.has('Customer/c42')).toBe(true);
    await expect(settleMerge(world.as(), question!.linkId, { keep })).rejects.toMatchObject({
      code: keep === 'merged' ? 'link.changed' : 'link.not_found',
    });
  });

  test('takes its link along after all when the other is disconnected', async () => {
    const other = await link(42);
    merge(41, 42);
    await receiveWebhook(world.ctx, { entity: loser });
    await work();
    expect(await linksOf(41)).toHaveLength(1);
    await disconnectEntity(world.as(), other);
    await sweep();
    await work();
    expect(await linksOf(41)).toEqual([]);
    expect(await linksOf(42)).toMatchObject([{ actor: { erpKey: 'c41' }, parked: null }]);
  });

  test('is settled by an administrator of this tenant only', async () => {
    await link(42);
    merge(41, 42);
    await receiveWebhook(world.ctx, { entity: loser });
    await work();
    const [{ id } = { id: '' }] = await linksOf(41);
    await expect(settleMerge(world.as({ administrator: false }), id, { keep: 'into' })).rejects.toMatchObject({
      code: 'access.denied',
    });
    await expect(settleMerge(world.otherTenant(), id, { keep: 'into' })).rejects.toMatchObject({
      code: 'link.not_found',
    });
  });

  test('takes its people along, also those that were looked at too early', async () => {
    world.crm.entities.set('person/7', { FIRSTNAME: 'Kari', LASTNAME: 'Moen' });
    world.crm.companies.set('person/7', loser);
    world.erp.actors.set('Person/p7', { FIRSTNAME: 'Kari', LASTNAME: 'Moen' });
    world.erp.parents.set('Person/p7', { type: 'Customer', erpKey: 'c41' });
    await connect(world.as(), connectionId, { type: 'person', id: 7 }, { type: 'Person', erpKey: 'p7' });
    merge(41, 42);
    world.crm.companies.set('person/7', winner);

    await receiveWebhook(world.ctx, { entity: { type: 'person', id: 7 } });
    await work();
    const parked = async () => (await world.store.links.ofEntity({ type: 'person', id: 7 }))[0]?.parked?.code;
    expect(await parked()).toBe('link.parent_missing');
    await receiveWebhook(world.ctx, { entity: loser });
    await work();
    expect(await parked()).toBeUndefined();
  });

  test('keeps what a worker who lost the record had found out from counting', async () => {
    merge(41, 42);
    await receiveWebhook(world.ctx, { entity: loser });
    const [claim] = await world.store.marks.claimMarked(1, world.clock.now(), lease());
    world.clock.advance(MINUTE);
    const [next] = await world.store.marks.claimMarked(1, world.clock.now(), lease());
    await expect(reconcile(world.ctx, claim!)).rejects.toMatchObject({ code: 'link.busy' });
    expect(await linksOf(41)).toHaveLength(1);
    await reconcile(world.ctx, next!);
    expect(await linksOf(42)).toHaveLength(1);
  });
});

describe('a contact', () => {
  const person = { type: 'person', id: 7 } as const;

  beforeEach(async () => {
    await link(42);
    world.crm.entities.set('person/7', { FIRSTNAME: 'Kari', LASTNAME: 'Moen' });
    world.crm.companies.set('person/7', loser);
    world.erp.actors.set('Person/p7', { FIRSTNAME: 'Kari', LASTNAME: 'Moen' });
    world.erp.parents.set('Person/p7', { type: 'Customer', erpKey: 'c41' });
    await connect(world.as(), connectionId, person, { type: 'Person', erpKey: 'p7' });
  });

  test.each([
    ['in the ERP', () => world.erp.parents.set('Person/p7', { type: 'Customer', erpKey: 'c42' }), 'c42'],
    ['in SuperOffice', () => world.crm.companies.set('person/7', winner), 'c41'],
  ])(
    'that moved to another company %s is a task, is synced all the same, and moved by nobody',
    async (_, move, parent) => {
      move();
      world.crm.edit(person, { FIRSTNAME: 'Kari Anne' });
      await receiveWebhook(world.ctx, { entity: person });
      await work();
      expect(world.erp.actors.get('Person/p7')).toMatchObject({ FIRSTNAME: 'Kari Anne' });
      expect(await listAttention(world.as())).toMatchObject({
        links: [{ entity: person, parked: { code: 'link.parent_differs', detail: { parent } } }],
      });
      expect(world.erp.calls.some(({ method }) => method === 'createActor')).toBe(false);

      world.erp.parents.set('Person/p7', { type: 'Customer', erpKey: 'c41' });
      world.crm.companies.set('person/7', loser);
      await receiveWebhook(world.ctx, { entity: person });
      await work();
      expect(await listAttention(world.as())).toEqual({ links: [] });
    },
  );
});

describe('an actor that is not found', () => {
  const parked = async () => (await linksOf(41))[0]?.parked?.code;

  test('counts as gone when it was looked for twice, an hour apart', async () => {
    world.erp.actors.delete('Customer/c41');
    await receiveWebhook(world.ctx, { entity: loser });
    await work();
    for (let round = 0; round < 9; round++) {
      expect(await parked()).toBe('actor.not_found');
      await sweep();
      await work();
    }
    await sweep();
    await work();
    expect(await parked()).toBe('actor.gone');
    expect(world.crm.entities.get('contact/41')).toEqual({ NAME: 'Orkdal Senter AS', POSTALCITY: 'Orkanger' });

    world.erp.actors.set('Customer/c41', { NAME: 'Orkdal Senter AS', POSTALCITY: 'Orkanger' });
    await receiveWebhook(world.ctx, { entity: loser });
    await work();
    expect(await parked()).toBeUndefined();
  });

  test('is not concluded to be gone while many are missing, and the administrator is told', async () => {
    for (let id = 100; id < 111; id++) {
      world.crm.entities.set(`contact/${id}`, { NAME: `N${id}`, POSTALCITY: null });
      world.erp.actors.set(`Customer/c${id}`, { NAME: `N${id}`, POSTALCITY: null });
      await link(id);
      world.erp.actors.delete(`Customer/c${id}`);
      await receiveWebhook(world.ctx, { entity: { type: 'contact', id } });
    }
    await work();
    for (let round = 0; round < 12; round++) {
      await sweep();
      await work();
    }
    await receiveWebhook(world.ctx, { entity: { type: 'contact', id: 100 } });
    await work();
    expect((await linksOf(100))[0]?.parked?.code).toBe('actor.not_found');
    expect(await showComparisons(world.as())).toMatchObject({
      comparisons: [{ trouble: { code: 'connection.many_missing', detail: { missing: 11, links: 12 } } }],
    });
  });
});
