import { beforeEach, describe, expect, test } from 'vitest';
import { listAttention } from '../../backend/application/sync/list-attention.ts';
import { pollConnection } from '../../backend/application/sync/poll-connection.ts';
import { receiveWebhook } from '../../backend/application/sync/receive-webhook.ts';
import { reconcile } from '../../backend/application/sync/reconcile.ts';
import { resolveConflict } from '../../backend/application/sync/resolve-conflict.ts';
import { retryLink } from '../../backend/application/sync/retry-link.ts';
import { setAutomaticSync } from '../../backend/application/sync/set-automatic-sync.ts';
import { showLedger } from '../../backend/application/sync/show-ledger.ts';
import { showSyncStatus } from '../../backend/application/sync/show-sync-status.ts';
import { sweepCrm } from '../../backend/application/sync/sweep-crm.ts';
import { syncNow } from '../../backend/application/sync/sync-now.ts';
import { disconnectEntity } from '../../backend/application/erp-tab/disconnect-entity.ts';
import { AppError } from '../../backend/errors.ts';
import type { ActorRef, CrmEntity } from '../../shared/vocabulary.ts';
import { connect } from '../support/connect.ts';
import { FakeErp } from '../support/fake-connector.ts';
import { createWorld, type World } from '../support/world.ts';

const company: CrmEntity = { type: 'contact', id: 42 };
const customer: ActorRef = { type: 'Customer', erpKey: 'erp831' };
const fields = { NAME: 'NAME', POSTALAD1: 'POSTALAD1', POSTALCITY: 'POSTALCITY' };
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let world: World;
let connectionId: string;
let linkId: string;

beforeEach(async () => {
  world = await createWorld();
  const values = { NAME: 'Orkdal Senter AS', POSTALAD1: 'Oveien 544', POSTALCITY: 'Orkanger' };
  world.crm.entities.set('contact/42', { ...values });
  world.erp.actors.set('Customer/erp831', { ...values });
  connectionId = await world.connection({ name: 'Visma Norway', fields });
  linkId = await connect(world.as(), connectionId, company, customer);
  forgetCalls();
});

const crmValues = () => world.crm.entities.get('contact/42');
const erpValues = () => world.erp.actors.get('Customer/erp831');
const link = () => world.store.links.get(linkId);
const ledger = async () => (await world.store.ledger.page({}, 100)).filter(({ event }) => event === null).toReversed();
const writes = () => ({
  crm: world.crm.calls.filter(({ method }) => method === 'write').map(({ args }) => args[1]),
  erp: world.erp.calls
    .filter(({ method }) => method === 'saveActors')
    .flatMap(({ args }) => (args[0] as { values: unknown }[]).map(({ values }) => values)),
});

function forgetCalls(): void {
  world.crm.calls.length = 0;
  world.erp.calls.length = 0;
}

const lease = (ms = 45_000) => new Date(world.clock.now().getTime() + ms);

/** What workers do until nothing is left to do. */
async function work(): Promise<number> {
  let done = 0;
  for (;;) {
    const claims = await world.store.marks.claimMarked(10, world.clock.now(), lease());
    if (claims.length === 0) return done;
    for (const claim of claims) await reconcile(world.ctx, claim);
    done += claims.length;
    if (done > 50) throw new Error('never at rest');
  }
}

async function poll(): Promise<void> {
  world.clock.advance(HOUR);
  for (const claim of await world.store.polls.claimDue(10, world.clock.now(), lease())) {
    await pollConnection(world.ctx, claim);
  }
}

async function sweep(after = HOUR): Promise<void> {
  world.clock.advance(after);
  for (;;) {
    const claim = await world.store.sweeps.claimDue(world.clock.now(), lease());
    if (!claim) return;
    await sweepCrm(world.ctx, claim);
  }
}

async function rest(): Promise<void> {
  await sweep();
  await poll();
  await work();
}

describe('a change', () => {
  test('in the CRM is written to the ERP once, and its echo is silent', async () => {
    world.crm.edit(company, { NAME: 'Orkdal Omsorg AS' });
    await receiveWebhook(world.ctx, { entity: company });
    await receiveWebhook(world.ctx, { entity: company });
    await work();
    expect(writes()).toEqual({ crm: [], erp: [{ NAME: 'Orkdal Omsorg AS' }] });

    for (let round = 0; round < 3; round++) await rest();
    expect(writes()).toEqual({ crm: [], erp: [{ NAME: 'Orkdal Omsorg AS' }] });
    expect(await ledger()).toMatchObject([
      { fieldKey: 'NAME', target: 'erp', before: 'Orkdal Senter AS', after: 'Orkdal Omsorg AS', cause: 'webhook' },
    ]);
  });

  test('in the ERP is written to the CRM at the next poll, once', async () => {
    world.clock.advance(1000);
    world.erp.edit(customer, { POSTALCITY: 'Fannrem' });
    await poll();
    await work();
    expect(crmValues()).toMatchObject({ POSTALCITY: 'Fannrem' });

    for (let round = 0; round < 3; round++) await rest();
    expect(writes()).toEqual({ crm: [{ POSTALCITY: 'Fannrem' }], erp: [] });
  });

  test('on each side, in different fields, both survive', async () => {
    world.crm.edit(company, { NAME: 'Orkdal Omsorg AS' });
    world.erp.edit(customer, { POSTALCITY: 'Fannrem' });
    await rest();
    const both = { NAME: 'Orkdal Omsorg AS', POSTALCITY: 'Fannrem' };
    expect(crmValues()).toMatchObject(both);
    expect(erpValues()).toMatchObject(both);
  });

  test('whose webhook is lost is found by the sweep', async () => {
    await rest();
    world.crm.edit(company, { NAME: 'Orkdal Omsorg AS' });
    await sweep();
    await work();
    expect(erpValues()).toMatchObject({ NAME: 'Orkdal Omsorg AS' });
  });

  test('that is seen only minutes after it was stamped is found by the sweep all the same', async () => {
    await rest();
    await sweep();
    const stamped = new Date(world.clock.now().getTime() - 4 * MINUTE);
    world.crm.edit(company, { NAME: 'Orkdal Omsorg AS' });
    world.crm.updatedAt.set('contact/42', stamped);
    await sweep(MINUTE);
    await work();
    expect(erpValues()).toMatchObject({ NAME: 'Orkdal Omsorg AS' });
  });

  test('that leaves no trace on the record, as of an address, is found in turn', async () => {
    await rest();
    world.crm.edit(company, { POSTALAD1: 'Sentrum 1' });
    expect(world.crm.updatedAt.get('contact/42')).toBeUndefined();
    await sweep();
    await work();
    expect(erpValues()).toMatchObject({ POSTALAD1: 'Sentrum 1' });
  });

  test('is not made again from what the ERP made of the value', async () => {
    world.erp.normalise = (_key, value) => value?.trim().toUpperCase().slice(0, 12) ?? null;
    world.crm.edit(company, { NAME: 'Orkdal Omsorg og Helse ' });
    for (let round = 0; round < 4; round++) await rest();

    expect(writes()).toEqual({ crm: [], erp: [{ NAME: 'Orkdal Omsorg og Helse ' }] });
    expect(crmValues()).toMatchObject({ NAME: 'Orkdal Omsorg og Helse ' });
    expect((await link()).agreed['NAME']).toEqual({ crm: 'Orkdal Omsorg og Helse ', erp: 'ORKDAL OMSOR' });

    world.erp.edit(customer, { NAME: 'NEW NAME' });
    await rest();
    expect(crmValues()).toMatchObject({ NAME: 'NEW NAME' });
  });

  test('made in the same second as our own write still goes through', async () => {
    world.crm.edit(company, { NAME: 'First' });
    await receiveWebhook(world.ctx, { entity: company });
    await work();
    world.crm.edit(company, { NAME: 'Second' });
    await receiveWebhook(world.ctx, { entity: company });
    await work();
    expect(erpValues()).toMatchObject({ NAME: 'Second' });
  });

  test('made while we are at work is not overwritten', async () => {
    world.erp.edit(customer, { NAME: 'From the ERP' });
    world.crm.beforeCall = ({ method }) => {
      if (method !== 'write') return;
      world.crm.beforeCall = null;
      world.crm.edit(company, { NAME: 'From the user' });
    };
    await rest();
    expect(crmValues()).toMatchObject({ NAME: 'From the user' });

    world.clock.advance(HOUR);
    await rest();
    expect(await world.store.links.conflicts(await link())).toMatchObject([
      { fieldKey: 'NAME', crm: 'From the user', erp: 'From the ERP' },
    ]);
    // Nor does the log say that we had written it.
    expect(await ledger()).toEqual([]);
  });

  test('against the direction stays where it is', async () => {
    const oneWay = await createWorldWith({ NAME: { crmField: 'NAME', direction: 'toCrm' } });
    world.crm.edit(company, { NAME: 'Mine' });
    await rest();
    expect(erpValues()).toMatchObject({ NAME: 'Orkdal Senter AS' });
    expect((await world.store.links.counts()).get(oneWay)).toEqual({ links: 1, conflicts: 0, parked: 0 });
  });
});

async function createWorldWith(
  mapped: Parameters<World['connection']>[0] extends infer _ ? Record<string, object> : never,
) {
  world = await createWorld();
  world.crm.entities.set('contact/42', { NAME: 'Orkdal Senter AS', POSTALCITY: 'Orkanger' });
  world.erp.actors.set('Customer/erp831', { NAME: 'Orkdal Senter AS', POSTALCITY: 'Orkanger' });
  connectionId = await world.connection({ fields: mapped });
  linkId = await connect(world.as(), connectionId, company, customer);
  forgetCalls();
  return connectionId;
}

describe('a field changed on both sides', () => {
  beforeEach(async () => {
    world.crm.edit(company, { NAME: 'Mine', POSTALCITY: 'Fannrem' });
    world.erp.edit(customer, { NAME: 'Theirs' });
    await rest();
  });

  test('is kept as a conflict, while the others go on', async () => {
    expect(crmValues()).toMatchObject({ NAME: 'Mine' });
    expect(erpValues()).toMatchObject({ NAME: 'Theirs', POSTALCITY: 'Fannrem' });
    expect(await world.store.links.conflicts(await link())).toMatchObject([
      { fieldKey: 'NAME', crm: 'Mine', erp: 'Theirs', agreed: { crm: 'Orkdal Senter AS', erp: 'Orkdal Senter AS' } },
    ]);
    expect(await showSyncStatus(world.as())).toMatchObject({ links: 1, conflicts: 1, parked: 0 });
    expect(await listAttention(world.as())).toMatchObject({
      links: [{ linkId, connectionName: 'Visma Norway', entityName: 'Mine', conflicts: 1, parked: null }],
    });
  });

  test('gets the value that is chosen', async () => {
    await resolveConflict(world.as(), linkId, 'NAME', { keep: 'erp', crm: 'Mine', erp: 'Theirs' });
    expect(crmValues()).toMatchObject({ NAME: 'Theirs' });
    expect(await world.store.links.conflicts(await link())).toEqual([]);
    expect((await ledger()).at(-1)).toMatchObject({ before: 'Mine', after: 'Theirs', reason: 'chosen', cause: 'user' });

    await rest();
    expect(writes().crm).toEqual([{ NAME: 'Theirs' }]);
  });

  test('is not settled by a choice made from values that have moved', async () => {
    world.erp.edit(customer, { NAME: 'Theirs, again' });
    const choice = resolveConflict(world.as(), linkId, 'NAME', { keep: 'crm', crm: 'Mine', erp: 'Theirs' });
    await expect(choice).rejects.toMatchObject({ code: 'link.changed' });
    expect(erpValues()).toMatchObject({ NAME: 'Theirs, again' });
  });

  test('settles itself when someone makes the sides equal', async () => {
    world.erp.edit(customer, { NAME: 'Mine' });
    await rest();
    expect(await world.store.links.conflicts(await link())).toEqual([]);
    await expect(
      resolveConflict(world.as(), linkId, 'NAME', { keep: 'crm', crm: 'Mine', erp: 'Mine' }),
    ).rejects.toMatchObject({ code: 'conflict.not_found' });
  });

  test('can be settled only by those who may connect', async () => {
    const choice = { keep: 'crm', crm: 'Mine', erp: 'Theirs' } as const;
    world.crm.hidden.set(12, new Set(['contact/42']));
    await expect(resolveConflict(world.as({ id: 12 }), linkId, 'NAME', choice)).rejects.toMatchObject({
      code: 'entity.not_found',
    });
    await expect(resolveConflict(world.otherTenant(), linkId, 'NAME', choice)).rejects.toMatchObject({
      code: 'link.not_found',
    });
  });
});

describe('what cannot be carried across', () => {
  test('parks its field with the reason, and the others go on', async () => {
    world.crm.edit(company, { NAME: 'N'.repeat(101), POSTALCITY: 'Fannrem' });
    world.erp.fieldsOf.get('Customer');
    await createLimitedMapping();
    await rest();
    expect(erpValues()).toMatchObject({ NAME: 'Orkdal Senter AS', POSTALCITY: 'Fannrem' });
    expect(await listAttention(world.as())).toMatchObject({
      links: [{ parked: { code: 'value.too_long', detail: { length: 101, maxLength: 100 } } }],
    });

    world.crm.edit(company, { NAME: 'Short enough' });
    await rest();
    expect(erpValues()).toMatchObject({ NAME: 'Short enough' });
    expect(await listAttention(world.as())).toEqual({ links: [] });
  });

  async function createLimitedMapping(): Promise<void> {
    const mapping = await world.store.mappings.get(connectionId, 'Customer');
    if (!mapping) throw new Error('no mapping');
    const limited = mapping.fields.map((field) => (field.key === 'NAME' ? { ...field, maxLength: 100 } : field));
    await world.store.transaction((store) => store.mappings.save({ ...mapping, fields: limited }));
  }

  test('never blanks a name', async () => {
    world.erp.edit(customer, { NAME: null, POSTALCITY: null });
    await rest();
    expect(crmValues()).toMatchObject({ NAME: 'Orkdal Senter AS', POSTALCITY: null });
    expect(await listAttention(world.as())).toMatchObject({ links: [{ parked: { code: 'value.mandatory' } }] });
  });

  test('because the ERP cannot be read stays as it is', async () => {
    world.erp.unreadable.set('Customer/erp831', { POSTALCITY: '#REF!' });
    world.crm.edit(company, { POSTALCITY: 'Fannrem' });
    await rest();
    expect(writes()).toEqual({ crm: [], erp: [] });
    expect(await listAttention(world.as())).toMatchObject({
      links: [{ parked: { code: 'value.invalid', detail: { value: '#REF!' } } }],
    });
  });

  test('because the ERP refuses it is not tried again until something changes or someone retries', async () => {
    world.erp.refused.set('Customer/erp831', { code: 'connector.rejected', explanation: 'Period closed' });
    world.crm.edit(company, { NAME: 'Orkdal Omsorg AS' });
    await rest();
    const tries = writes().erp.length;
    await receiveWebhook(world.ctx, { entity: company });
    await rest();
    expect(writes().erp).toHaveLength(tries);
    expect((await world.store.links.openFields([linkId]))[0]).toMatchObject({ code: 'connector.rejected' });

    world.erp.refused.clear();
    expect(await retryLink(world.as(), linkId)).toEqual({
      links: [{ linkId, written: 1, conflicts: 0, parked: null }],
    });
    expect(erpValues()).toMatchObject({ NAME: 'Orkdal Omsorg AS' });
  });

  test('keeps one bad field from holding up the good ones of the same save', async () => {
    const announced = world.erp.fieldsOf.get('Customer') ?? [];
    const narrow = announced.map((field) => (field.key === 'POSTALAD1' ? { ...field, maxLength: 10 } : field));
    world.erp.fieldsOf.set('Customer', narrow);
    world.crm.edit(company, { NAME: 'Orkdal Omsorg AS', POSTALAD1: 'A street too long' });
    await rest();
    expect(erpValues()).toMatchObject({ NAME: 'Orkdal Omsorg AS', POSTALAD1: 'Oveien 544' });
    expect(await world.store.links.openFields([linkId])).toMatchObject([{ fieldKey: 'POSTALAD1', kind: 'parked' }]);
  });
});

describe('a record that is gone', () => {
  test.each([
    ['deleted', { kind: 'softDeleted' }, { state: 'softDeleted' }],
    ['deleted for good', { kind: 'gone' }, { state: 'gone' }],
  ] as const)('because it was %s parks its link, and nothing is deleted in the ERP', async (_, to, detail) => {
    const kept = { ...crmValues() };
    world.crm.remove(company, to);
    await receiveWebhook(world.ctx, { entity: company });
    await work();
    expect((await link()).parked).toMatchObject({ code: 'entity.deleted', detail });
    expect(writes().erp).toEqual([]);
    expect(erpValues()).toMatchObject({ NAME: 'Orkdal Senter AS' });

    world.crm.entities.set('contact/42', { ...kept, NAME: 'Back again' });
    await rest();
    expect((await link()).parked).toBeNull();
    expect(erpValues()).toMatchObject({ NAME: 'Back again' });
  });

  test('from the ERP parks its link, and SuperOffice is left alone', async () => {
    world.erp.actors.delete('Customer/erp831');
    world.crm.edit(company, { NAME: 'Orkdal Omsorg AS' });
    await rest();
    expect((await link()).parked).toMatchObject({ code: 'actor.not_found' });
    expect(writes()).toEqual({ crm: [], erp: [] });
  });

  test('is not concluded from an answer that may be short', async () => {
    const actor = { ...erpValues() };
    world.erp.actors.delete('Customer/erp831');
    world.erp.warning = 'Connection closed.';
    world.crm.edit(company, { NAME: 'Orkdal Omsorg AS' });
    await rest();
    expect((await link()).parked).toBeNull();
    world.erp.warning = null;
    world.erp.actors.set('Customer/erp831', actor);
    await rest();
    expect(erpValues()).toMatchObject({ NAME: 'Orkdal Omsorg AS' });
  });
});

describe('a failure that may pass', () => {
  test('is tried again later and later, and nothing is lost', async () => {
    world.erp.outage = new AppError('connector.unreachable');
    world.crm.edit(company, { NAME: 'Orkdal Omsorg AS' });
    await receiveWebhook(world.ctx, { entity: company });
    expect(await work()).toBe(1);
    expect(await work()).toBe(0);
    const asked = world.erp.count('getActors');
    for (let minute = 0; minute < 60; minute++) {
      world.clock.advance(60_000);
      await work();
    }
    expect(world.erp.count('getActors') - asked).toBeLessThan(25);
    expect((await link()).parked).toBeNull();

    world.erp.outage = null;
    world.clock.advance(HOUR);
    await work();
    expect(erpValues()).toMatchObject({ NAME: 'Orkdal Omsorg AS' });
  });

  test('of one ERP does not hold up the other', async () => {
    const second = await connectSecondErp();
    world.erp.outage = new AppError('connector.unreachable');
    world.crm.edit(company, { NAME: 'Orkdal Omsorg AS' });
    await receiveWebhook(world.ctx, { entity: company });
    await work();
    expect(second.actors.get('Customer/b1')).toMatchObject({ NAME: 'Orkdal Omsorg AS' });
    expect(erpValues()).toMatchObject({ NAME: 'Orkdal Senter AS' });

    world.erp.outage = null;
    world.clock.advance(HOUR);
    await work();
    expect(erpValues()).toMatchObject({ NAME: 'Orkdal Omsorg AS' });
  });

  test('that lost the answer of a write is found out, and stands in the ledger once', async () => {
    world.crm.edit(company, { NAME: 'Orkdal Omsorg AS' });
    world.erp.afterCall = ({ method }) => {
      if (method !== 'saveActors') return;
      world.erp.afterCall = null;
      throw new AppError('connector.timeout');
    };
    await rest();
    world.clock.advance(HOUR);
    await rest();
    expect(writes().erp).toEqual([{ NAME: 'Orkdal Omsorg AS' }]);
    expect(await ledger()).toMatchObject([{ fieldKey: 'NAME', after: 'Orkdal Omsorg AS' }]);
    expect(await world.store.ledger.unsettled(company)).toEqual([]);
  });

  test('that takes a write late, when the next one has been begun, is known by its value, as it keeps that', async () => {
    world.erp.normalise = (_key, value) => value?.toUpperCase() ?? null;
    world.erp.beforeCall = ({ method }) => {
      if (method === 'saveActors') throw new AppError('connector.timeout');
    };
    const first = world.clock.now();
    for (const NAME of ['Orkdal Omsorg AS', 'Orkdal Hotell AS']) {
      world.crm.edit(company, { NAME });
      await receiveWebhook(world.ctx, { entity: company });
      await work();
      world.clock.advance(MINUTE);
    }
    world.erp.beforeCall = null;
    world.erp.edit(customer, { NAME: 'ORKDAL OMSORG AS' });
    for (let round = 0; round < 2; round++) await rest();

    expect([crmValues()?.['NAME'], erpValues()?.['NAME']]).toEqual(['Orkdal Hotell AS', 'ORKDAL HOTELL AS']);
    expect(await ledger()).toMatchObject([
      { at: first, before: 'Orkdal Senter AS', after: 'ORKDAL OMSORG AS' },
      { before: 'ORKDAL OMSORG AS', after: 'ORKDAL HOTELL AS' },
    ]);
    expect(await world.store.ledger.unsettled(company)).toEqual([]);
    expect(await world.store.links.openFields([linkId])).toEqual([]);
  });

  test('that refuses the look after a write is no refusal of the write', async () => {
    const save = world.erp.saveActors.bind(world.erp);
    world.erp.saveActors = async (...args) => {
      const outcomes = await save(...args);
      world.erp.failures.push(new AppError('connector.rejected'));
      return outcomes.map((outcome) =>
        outcome.kind === 'saved' ? { ...outcome, actor: { ...outcome.actor, values: {} } } : outcome,
      );
    };
    world.crm.edit(company, { NAME: 'Orkdal Omsorg AS' });
    await rest();
    world.erp.saveActors = save;
    world.clock.advance(HOUR);
    await rest();

    expect(writes().erp).toEqual([{ NAME: 'Orkdal Omsorg AS' }]);
    expect(await ledger()).toMatchObject([{ fieldKey: 'NAME', after: 'Orkdal Omsorg AS' }]);
    expect(await world.store.links.openFields([linkId])).toEqual([]);
  });

  test('is no edit where it stands there with nobody having heard so: what was typed since goes on, on either side', async () => {
    world.erp.afterCall = ({ method }) => {
      if (method === 'saveActors') throw new AppError('connector.timeout');
    };
    world.crm.edit(company, { NAME: 'Orkdal Omsorg AS' });
    await rest();
    world.erp.afterCall = null;
    expect(erpValues()).toMatchObject({ NAME: 'Orkdal Omsorg AS' });
    world.crm.edit(company, { NAME: 'Orkdal Senter AS' });
    world.clock.advance(HOUR);
    await rest();
    expect([crmValues()?.['NAME'], erpValues()?.['NAME']]).toEqual(['Orkdal Senter AS', 'Orkdal Senter AS']);

    const write = world.crm.write.bind(world.crm);
    world.crm.write = async (...args) => {
      await write(...args);
      throw new AppError('crm.unreachable');
    };
    world.erp.edit(customer, { NAME: 'Orkdal Omsorg AS' });
    await rest();
    world.crm.write = write;
    expect(crmValues()).toMatchObject({ NAME: 'Orkdal Omsorg AS' });
    world.erp.edit(customer, { NAME: 'Orkdal Senter AS' });
    world.clock.advance(HOUR);
    await rest();
    expect([crmValues()?.['NAME'], erpValues()?.['NAME']]).toEqual(['Orkdal Senter AS', 'Orkdal Senter AS']);
    expect(await world.store.links.openFields([linkId])).toEqual([]);
  });
});

/** A second ERP with its own client of the same company, weaker than the first. */
async function connectSecondErp(policy: 'ask' | 'erp' = 'ask'): Promise<FakeErp> {
  const second = new FakeErp(world.clock);
  second.actors.set('Customer/b1', { ...erpValues() });
  const weaker = await world.connection({ name: 'Second', fields: { NAME: { crmField: 'NAME', policy } } });
  const open = world.erp.open.bind(world.erp);
  world.erp.open = (settings) => (settings.connectionId === weaker ? second.open(settings) : open(settings));
  await connect(world.as(), weaker, company, { type: 'Customer', erpKey: 'b1' });
  await work();
  forgetCalls();
  second.calls.length = 0;
  return second;
}

describe('several ERPs', () => {
  test('pass a value on through SuperOffice in one go', async () => {
    const second = await connectSecondErp();
    world.erp.edit(customer, { NAME: 'From the first' });
    await poll();
    await work();
    expect(second.actors.get('Customer/b1')).toMatchObject({ NAME: 'From the first' });
    expect([writes().crm.length, second.count('saveActors')]).toEqual([1, 1]);

    for (let round = 0; round < 3; round++) await rest();
    expect([writes().crm.length, writes().erp.length, second.count('saveActors')]).toEqual([1, 0, 1]);
  });

  test('that both changed a field are settled by priority, and come to rest', async () => {
    const second = await connectSecondErp('erp');
    world.erp.edit(customer, { NAME: 'Strong' });
    second.edit({ type: 'Customer', erpKey: 'b1' }, { NAME: 'Weak' });
    for (let round = 0; round < 3; round++) await rest();
    expect([crmValues()?.['NAME'], erpValues()?.['NAME'], second.actors.get('Customer/b1')?.['NAME']]).toEqual([
      'Strong',
      'Strong',
      'Strong',
    ]);
    expect((await ledger()).filter(({ reason }) => reason === 'priority')).toMatchObject([
      { before: 'Weak', after: 'Strong', target: 'erp' },
    ]);
  });
});

describe('two workers', () => {
  test('never work on one record', async () => {
    await world.store.marks.connection(connectionId, 'all', {
      lane: 'bulk',
      cause: 'poll',
      user: null,
      at: world.clock.now(),
    });
    const claims = await Promise.all(
      Array.from({ length: 8 }, () => world.store.marks.claimMarked(1, world.clock.now(), lease())),
    );
    expect(claims.flat()).toHaveLength(1);
  });

  test('of which one slept past its lease: only the other may record', async () => {
    world.crm.edit(company, { NAME: 'Orkdal Omsorg AS' });
    await receiveWebhook(world.ctx, { entity: company });
    const [slow] = await world.store.marks.claimMarked(1, world.clock.now(), lease(1000));
    if (!slow) throw new Error('nothing claimed');
    world.clock.advance(2000);
    const [quick] = await world.store.marks.claimMarked(1, world.clock.now(), lease());
    if (!quick) throw new Error('nothing claimed');
    await reconcile(world.ctx, quick);
    world.crm.edit(company, { NAME: 'Later' });

    const { links } = await reconcile(world.ctx, slow);
    expect(links).toMatchObject([{ obstacle: { code: 'link.busy' } }]);
    expect(writes().erp).toEqual([{ NAME: 'Orkdal Omsorg AS' }]);
    expect(await ledger()).toHaveLength(1);
  });

  test('of which one began before the record was disconnected and linked again: it may record nothing', async () => {
    await world.store.marks.connection(connectionId, 'all', {
      lane: 'bulk',
      cause: 'poll',
      user: null,
      at: world.clock.now(),
    });
    const [slow] = await world.store.marks.claimMarked(1, world.clock.now(), lease());
    if (!slow) throw new Error('nothing claimed');
    await disconnectEntity(world.as(), linkId);
    await connect(world.as(), connectionId, company, customer);
    for (let others = 0; others < 5; others++) {
      await expect(world.store.transaction(({ marks }) => marks.hold(slow))).rejects.toMatchObject({
        code: 'link.busy',
      });
      await world.store.marks.claim(company, world.clock.now(), world.clock.now());
    }
  });

  test('stop before their next write when the link is removed', async () => {
    world.crm.edit(company, { NAME: 'Orkdal Omsorg AS' });
    world.erp.edit(customer, { POSTALCITY: 'Fannrem' });
    await receiveWebhook(world.ctx, { entity: company });
    world.crm.beforeCall = async ({ method }) => {
      if (method !== 'write') return;
      world.crm.beforeCall = null;
      await disconnectEntity(world.as(), linkId);
    };
    await work();
    expect(writes().erp).toEqual([]);
  });
});

describe('a failure at any step', () => {
  test('is made good by the next look, without a second write of what was written', async () => {
    for (let step = 0; ; step++) {
      await createWorldWith({ NAME: { crmField: 'NAME' }, POSTALCITY: { crmField: 'POSTALCITY' } });
      world.crm.edit(company, { NAME: 'Orkdal Omsorg AS' });
      world.erp.edit(customer, { POSTALCITY: 'Fannrem' });
      await receiveWebhook(world.ctx, { entity: company });
      let calls = 0;
      let died = false as boolean;
      const dieAt = () => {
        if (calls++ === step) {
          died = true;
          throw new AppError('crm.unreachable');
        }
      };
      world.erp.beforeCall = dieAt;
      world.erp.afterCall = dieAt;
      world.crm.beforeCall = dieAt;
      await work();
      world.erp.beforeCall = null;
      world.erp.afterCall = null;
      world.crm.beforeCall = null;
      if (!died) {
        expect(step).toBeGreaterThan(5);
        return;
      }

      world.clock.advance(HOUR);
      await work();
      const both = { NAME: 'Orkdal Omsorg AS', POSTALCITY: 'Fannrem' };
      expect(crmValues()).toMatchObject(both);
      expect(erpValues()).toMatchObject(both);
      expect(await world.store.ledger.unsettled(company)).toEqual([]);
      expect((await ledger()).map(({ fieldKey }) => fieldKey).toSorted()).toEqual(['NAME', 'POSTALCITY']);
    }
  });
});

describe('polling', () => {
  test('sends the timestamp back byte for byte, and finds what comes with the same one', async () => {
    world.erp.resolutionMs = 24 * HOUR;
    world.erp.edit(customer, { POSTALCITY: 'One' });
    await rest();
    world.erp.edit(customer, { POSTALCITY: 'Two' });
    await rest();
    expect(crmValues()).toMatchObject({ POSTALCITY: 'Two' });
    const stamp = world.erp.lastModified.get('Customer/erp831');
    await rest();
    const asked = world.erp.calls.filter(({ method }) => method === 'changedActors').map(({ args }) => args[1]);
    expect(asked.at(-1)).toBe(stamp);
  });

  test('looks no more at what is parked because its actor is told once more', async () => {
    world.erp.resolutionMs = 24 * HOUR;
    const kept = { ...crmValues() };
    world.crm.remove(company, { kind: 'softDeleted' });
    world.erp.edit(customer, { POSTALCITY: 'Fannrem' });
    await rest();
    expect((await link()).parked).toMatchObject({ code: 'entity.deleted' });
    for (let round = 0; round < 3; round++) {
      await poll();
      expect(await work()).toBe(0);
    }

    world.crm.entities.set('contact/42', kept);
    await rest();
    expect((await link()).parked).toBeNull();
    expect(crmValues()).toMatchObject({ POSTALCITY: 'Fannrem' });
  });

  test('looks at once for an actor that is told as deleted, and takes it for gone no sooner than ever', async () => {
    world.erp.actors.delete('Customer/erp831');
    world.erp.deleted = ['erp831', 'nobody'];
    await poll();
    expect(await work()).toBe(1);
    expect((await link()).parked).toMatchObject({ code: 'actor.not_found' });

    // The same is told again, and known.
    await poll();
    expect(await work()).toBe(0);
    await sweep();
    await work();
    expect((await link()).parked).toMatchObject({ code: 'actor.gone' });
    expect(writes()).toEqual({ crm: [], erp: [] });
  });

  test('concludes nothing from a deletion of what is there', async () => {
    world.erp.deleted = ['erp831'];
    await poll();
    await work();
    expect((await link()).parked).toBeNull();
    expect(writes()).toEqual({ crm: [], erp: [] });
  });

  test('revives the link of an actor that is told again', async () => {
    const kept = { ...erpValues() };
    world.erp.actors.delete('Customer/erp831');
    world.crm.edit(company, { NAME: 'Orkdal Omsorg AS' });
    await rest();
    expect((await link()).parked).toMatchObject({ code: 'actor.not_found' });
    world.erp.edit(customer, kept);
    await poll();
    await work();
    expect((await link()).parked).toBeNull();
    expect(erpValues()).toMatchObject({ NAME: 'Orkdal Omsorg AS' });
  });

  test('with a warning marks what came, and asks from the same place again', async () => {
    await rest();
    await rest();
    world.erp.edit(customer, { POSTALCITY: 'Fannrem' });
    world.erp.warning = 'Connection closed.';
    const before = await world.store.polls.cursor(connectionId, 'Customer');
    await poll();
    expect(await world.store.polls.cursor(connectionId, 'Customer')).toEqual(before);
    expect(await world.store.polls.states()).toMatchObject([
      { trouble: { code: 'connector.rejected', detail: { explanation: 'Connection closed.' } } },
    ]);
  });

  test('that fails waits longer each time, and says why', async () => {
    world.erp.outage = new AppError('workbook.locked');
    await poll();
    expect(await world.store.polls.states()).toMatchObject([{ trouble: { code: 'workbook.locked' } }]);
    expect(await world.store.polls.claimDue(1, world.clock.now(), lease())).toEqual([]);
    world.erp.outage = null;
    await poll();
    expect(await world.store.polls.states()).toMatchObject([{ trouble: null, polledAt: world.clock.now() }]);
  });

  test('is done by one worker at a time', async () => {
    world.clock.advance(HOUR);
    const claims = await Promise.all(
      Array.from({ length: 5 }, () => world.store.polls.claimDue(1, world.clock.now(), lease())),
    );
    expect(claims.flat()).toHaveLength(1);
  });
});

describe('sync now', () => {
  test('tells what it did, per link the user may use', async () => {
    world.crm.edit(company, { NAME: 'Orkdal Omsorg AS' });
    expect(await syncNow(world.as(), company)).toEqual({ links: [{ linkId, written: 1, conflicts: 0, parked: null }] });
    expect(await syncNow(world.as(), company)).toEqual({ links: [{ linkId, written: 0, conflicts: 0, parked: null }] });
    expect(await syncNow(world.otherTenant(), company)).toEqual({ links: [] });
  });

  test('works while automatic sync is off', async () => {
    await setAutomaticSync(world.as(), { automatic: false });
    world.crm.edit(company, { NAME: 'Orkdal Omsorg AS' });
    await syncNow(world.as(), company);
    expect(erpValues()).toMatchObject({ NAME: 'Orkdal Omsorg AS' });
    expect(await showSyncStatus(world.as())).toMatchObject({ automatic: false });
    expect(await showSyncStatus(world.otherTenant())).toMatchObject({ automatic: true, links: 0 });
  });

  test('says so when the ERP does not answer', async () => {
    world.erp.outage = new AppError('connector.unreachable');
    expect(await syncNow(world.as(), company)).toMatchObject({
      links: [{ parked: { code: 'connector.unreachable' } }],
    });
  });
});

describe('the ledger', () => {
  test('shows names of fields, records and users, latest first, page by page', async () => {
    for (let n = 0; n < 55; n++) {
      world.crm.edit(company, { NAME: `Name ${n}` });
      await syncNow(world.as(), company);
    }
    const first = await showLedger(world.as(), {});
    expect(first.entries).toHaveLength(50);
    expect(first.entries[0]).toMatchObject({
      connectionName: 'Visma Norway',
      entityName: 'Name 54',
      fieldName: 'NAME',
      after: 'Name 54',
      userName: 'Astrid Berg',
    });
    const second = await showLedger(world.as(), { after: first.next ?? '' });
    expect([second.entries.length, second.next]).toEqual([6, null]);
    expect(second.entries.at(-1)).toMatchObject({ event: 'connected', cause: 'connect', before: null, after: null });
    expect((await showLedger(world.as(), { text: 'name 54' })).entries).toHaveLength(1);
  });

  test('hides the values of a record the reader may not see, and everything from another tenant', async () => {
    world.crm.edit(company, { NAME: 'Secret' });
    await syncNow(world.as(), company);
    world.crm.hidden.set(12, new Set(['contact/42']));
    expect((await showLedger(world.as({ id: 12 }), {})).entries).toMatchObject([
      { entityName: null, before: null, after: null },
      { entityName: null, event: 'connected' },
    ]);
    expect(await showLedger(world.otherTenant(), {})).toMatchObject({ entries: [], next: null, users: [] });
    await expect(showLedger(world.as({ administrator: false }), {})).rejects.toMatchObject({ code: 'access.denied' });
  });
});
