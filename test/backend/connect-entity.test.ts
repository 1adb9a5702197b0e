import { beforeEach, describe, expect, test } from 'vitest';
import { connectEntity } from '../../backend/application/erp-tab/connect-entity.ts';
import { compareValues } from '../../backend/application/erp-tab/compare-values.ts';
import { disconnectEntity } from '../../backend/application/erp-tab/disconnect-entity.ts';
import { releaseDeadClaims } from '../../backend/application/sync/release-dead-claims.ts';
import { AppError } from '../../backend/errors.ts';
import type { ActorRef, CrmEntity } from '../../shared/vocabulary.ts';
import { connect } from '../support/connect.ts';
import { createWorld, type World } from '../support/world.ts';

const company: CrmEntity = { type: 'contact', id: 42 };
const other: CrmEntity = { type: 'contact', id: 43 };
const customer: ActorRef = { type: 'Customer', erpKey: 'erp831' };
const fields = { NAME: 'NAME', POSTALAD1: 'POSTALAD1', POSTALCITY: 'POSTALCITY' };

let world: World;

beforeEach(async () => {
  world = await createWorld();
  world.crm.entities.set('contact/42', { NAME: 'Orkdal Eldresenter', POSTALAD1: 'Oveien 544', POSTALCITY: 'Orkanger' });
  world.crm.entities.set('contact/43', { NAME: 'Aurland Bakeri', POSTALAD1: 'Kaien 1', POSTALCITY: 'Aurland' });
  world.erp.actors.set('Customer/erp831', {
    NAME: 'Orkdal Senter AS',
    POSTALAD1: 'Oveien 543',
    POSTALCITY: 'Orkanger',
  });
});

const crmValues = (id = 42) => world.crm.entities.get(`contact/${id}`);
const erpValues = () => world.erp.actors.get('Customer/erp831');
const ledger = async () => (await world.store.ledger.page({}, 100)).filter(({ event }) => event === null);

describe('connecting', () => {
  test('gives both sides the values that were chosen, field by field', async () => {
    const connectionId = await world.connection({ fields });
    await connect(world.as(), connectionId, company, customer, { NAME: 'erp', POSTALAD1: 'crm' });

    const agreed = { NAME: 'Orkdal Senter AS', POSTALAD1: 'Oveien 544', POSTALCITY: 'Orkanger' };
    expect(crmValues()).toMatchObject(agreed);
    expect(erpValues()).toMatchObject(agreed);
  });

  test('writes only what differs, once per side', async () => {
    const connectionId = await world.connection({ fields });
    await connect(world.as(), connectionId, company, customer, { NAME: 'erp', POSTALAD1: 'crm' });

    expect(world.crm.calls.filter(({ method }) => method === 'write').map(({ args }) => args[1])).toEqual([
      { NAME: 'Orkdal Senter AS' },
    ]);
    expect(world.erp.calls.filter(({ method }) => method === 'saveActors').map(({ args }) => args[0])).toEqual([
      [{ ...customer, values: { POSTALAD1: 'Oveien 544' } }],
    ]);
  });

  test('remembers what both sides agreed on, and who changed what', async () => {
    const connectionId = await world.connection({ fields });
    const linkId = await connect(world.as(), connectionId, company, customer, { NAME: 'erp', POSTALAD1: 'crm' });

    const link = await world.store.links.get(linkId);
    expect(link.confirmedAt).toEqual(world.clock.now());
    expect(link.agreed).toEqual({
      NAME: { crm: 'Orkdal Senter AS', erp: 'Orkdal Senter AS' },
      POSTALAD1: { crm: 'Oveien 544', erp: 'Oveien 544' },
      POSTALCITY: { crm: 'Orkanger', erp: 'Orkanger' },
    });
    expect(await ledger()).toMatchObject([
      {
        fieldKey: 'NAME',
        target: 'crm',
        before: 'Orkdal Eldresenter',
        after: 'Orkdal Senter AS',
        cause: 'connect',
        userName: 'Astrid Berg',
      },
      { fieldKey: 'POSTALAD1', target: 'erp', before: 'Oveien 543', after: 'Oveien 544', reason: 'chosen' },
    ]);
  });

  test('gives unmapped fields their default value or the answer, but keeps what the actor has until it is changed', async () => {
    const connectionId = await world.connection({
      fields: {
        NAME: 'NAME',
        POSTALZIP: { firstValue: { value: '0000', ask: false, mandatory: false } },
        CreditLimit: { kind: 'decimal', firstValue: { value: '5000', ask: true, mandatory: true } },
      },
    });
    world.erp.actors.set('Customer/erp831', { NAME: 'Orkdal Senter AS', POSTALZIP: '7300', CreditLimit: null });
    const { asked } = await compareValues(world.as(), { connectionId, entity: company, actor: customer });
    expect(asked).toMatchObject([
      { key: 'POSTALZIP', defaultValue: '7300', access: 'normal' },
      { key: 'CreditLimit', defaultValue: '5000', access: 'mandatory' },
    ]);

    const blank = connect(world.as(), connectionId, company, customer, {}, { CreditLimit: null });
    await expect(blank).rejects.toMatchObject({ code: 'value.mandatory', detail: { field: 'CreditLimit' } });
    expect(world.erp.count('saveActors')).toBe(0);

    await connect(world.as(), connectionId, company, customer, {}, { CreditLimit: '7500' });
    expect(erpValues()).toMatchObject({ POSTALZIP: '7300', CreditLimit: '7500' });
    expect((await ledger()).map(({ fieldKey, before, after }) => [fieldKey, before, after])).toContainEqual([
      'CreditLimit',
      null,
      '7500',
    ]);
  });

  test('writes nothing if a field that is asked for was not answered, or has changed since', async () => {
    const connectionId = await world.connection({
      fields: { NAME: 'NAME', POSTALZIP: { firstValue: { value: null, ask: true, mandatory: false } } },
    });
    world.erp.actors.set('Customer/erp831', { NAME: 'Orkdal Eldresenter', POSTALZIP: '7300' });
    const { seen } = await compareValues(world.as(), { connectionId, entity: company, actor: customer });
    const input = { connectionId, entity: company, actor: customer, choices: {}, seen };
    await expect(connectEntity(world.as(), input)).rejects.toMatchObject({ code: 'input.invalid' });
    world.erp.edit(customer, { POSTALZIP: '7301' });
    const late = { ...input, answers: { POSTALZIP: '7300' } };
    await expect(connectEntity(world.as(), late)).rejects.toMatchObject({ code: 'link.changed' });
    expect(world.erp.count('saveActors')).toBe(0);
  });

  test('writes nothing if a side has changed since the user saw it', async () => {
    const connectionId = await world.connection({ fields });
    const { seen } = await compareValues(world.as(), { connectionId, entity: company, actor: customer });
    world.erp.edit(customer, { NAME: 'Orkdal Omsorg AS' });

    const choices = { NAME: 'crm', POSTALAD1: 'crm' } as const;
    const input = { connectionId, entity: company, actor: customer, choices, seen };
    await expect(connectEntity(world.as(), input)).rejects.toMatchObject({ code: 'link.changed' });

    expect(erpValues()).toMatchObject({ NAME: 'Orkdal Omsorg AS', POSTALAD1: 'Oveien 543' });
    expect(await world.store.links.ofEntity(company)).toEqual([]);
  });

  test('refuses a choice that the direction does not allow, and one that was not made', async () => {
    const connectionId = await world.connection({
      fields: { NAME: { crmField: 'NAME', direction: 'toCrm' }, POSTALAD1: 'POSTALAD1' },
    });
    const { seen } = await compareValues(world.as(), { connectionId, entity: company, actor: customer });
    const input = { connectionId, entity: company, actor: customer, seen };

    for (const choices of [{ NAME: 'crm', POSTALAD1: 'crm' }, { NAME: 'erp' }] as const) {
      await expect(connectEntity(world.as(), { ...input, choices })).rejects.toMatchObject({ code: 'input.invalid' });
    }
    expect(world.erp.count('saveActors')).toBe(0);
  });

  test('links an actor to one company only, and the second writes nothing', async () => {
    const connectionId = await world.connection({ fields });
    await connect(world.as(), connectionId, company, customer, { NAME: 'crm', POSTALAD1: 'crm' });

    await expect(connect(world.as(), connectionId, other, customer)).rejects.toMatchObject({
      code: 'link.actor_taken',
    });
    expect(erpValues()).toMatchObject({ NAME: 'Orkdal Eldresenter' });
    expect(crmValues(43)).toMatchObject({ NAME: 'Aurland Bakeri' });
  });

  test('gives a company one actor per connection', async () => {
    const connectionId = await world.connection({ fields });
    world.erp.actors.set('Customer/erp832', { NAME: 'Orkdal Sag', POSTALAD1: null, POSTALCITY: null });
    await connect(world.as(), connectionId, company, customer);

    const second = connect(world.as(), connectionId, company, { type: 'Customer', erpKey: 'erp832' });
    await expect(second).rejects.toMatchObject({ code: 'link.exists' });
  });

  test('tells keys apart that differ only in case, zeros or a space', async () => {
    const connectionId = await world.connection({ fields: { NAME: 'NAME' } });
    const keys = ['a', 'A', '00123', '123', '123 ', 'é', 'e\u0301', 'k'.repeat(4000)];
    for (const [index, erpKey] of keys.entries()) {
      world.crm.entities.set(`contact/${100 + index}`, { NAME: 'Same' });
      world.erp.actors.set(`Customer/${erpKey}`, { NAME: 'Same' });
      await connect(world.as(), connectionId, { type: 'contact', id: 100 + index }, { type: 'Customer', erpKey });
    }
    const found = await world.store.links.ofActors(
      connectionId,
      keys.map((erpKey) => ({ type: 'Customer' as const, erpKey })),
    );
    expect(new Set(found.map(({ actor }) => actor.erpKey))).toEqual(new Set(keys));
  });

  test('lets one of two users win who connect the same company at once', async () => {
    const connectionId = await world.connection({ fields });
    world.erp.actors.set('Customer/erp832', { NAME: 'Orkdal Sag', POSTALAD1: null, POSTALCITY: null });

    const results = await Promise.allSettled([
      connect(world.as({ id: 5 }), connectionId, company, customer, { NAME: 'erp' }),
      connect(world.as({ id: 11 }), connectionId, company, { type: 'Customer', erpKey: 'erp832' }, { NAME: 'erp' }),
    ]);

    expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const lost = results.find((result) => result.status === 'rejected');
    expect(lost?.reason).toMatchObject({ code: 'link.exists' });
    const [link, ...more] = await world.store.links.ofEntity(company);
    expect(more).toEqual([]);
    expect(crmValues()?.['NAME']).toBe(link?.actor.erpKey === 'erp831' ? 'Orkdal Senter AS' : 'Orkdal Sag');
  });

  test('lets one of two users win who want the same customer at once', async () => {
    const connectionId = await world.connection({ fields });
    const results = await Promise.allSettled([
      connect(world.as({ id: 5 }), connectionId, company, customer, { NAME: 'crm' }),
      connect(world.as({ id: 11 }), connectionId, other, customer, { NAME: 'crm' }),
    ]);

    const lost = results.filter((result) => result.status === 'rejected');
    expect(lost.map(({ reason }) => (reason as AppError).code)).toEqual(['link.actor_taken']);
    const [winner] = results[0].status === 'fulfilled' ? [42] : [43];
    expect(erpValues()?.['NAME']).toBe(crmValues(winner)?.['NAME']);
  });

  test('leaves both ends free when the ERP refuses', async () => {
    const connectionId = await world.connection({ fields });
    world.erp.refusal = new AppError('connector.rejected', { explanation: 'Period closed' });
    const choices = { NAME: 'crm', POSTALAD1: 'erp' } as const;
    await expect(connect(world.as(), connectionId, company, customer, choices)).rejects.toMatchObject({
      code: 'connector.rejected',
    });
    expect(crmValues()).toMatchObject({ POSTALAD1: 'Oveien 544' });
    expect(await ledger()).toEqual([]);

    world.erp.refusal = null;
    await expect(connect(world.as(), connectionId, company, customer, choices)).resolves.toBeTruthy();
  });

  test('connects a contact only where its company is connected', async () => {
    const person: CrmEntity = { type: 'person', id: 7 };
    const actor: ActorRef = { type: 'Person', erpKey: 'p1' };
    world.crm.entities.set('person/7', { FIRSTNAME: 'Kari', LASTNAME: 'Nordmann' });
    world.crm.companies.set('person/7', company);
    world.erp.actors.set('Person/p1', { FIRSTNAME: 'Kari', LASTNAME: 'Nordmann' });
    const types = { Person: { FIRSTNAME: 'FIRSTNAME', LASTNAME: 'LASTNAME' } };
    const connectionId = await world.connection({ fields, types });

    await expect(connect(world.as(), connectionId, person, actor)).rejects.toMatchObject({
      code: 'link.parent_missing',
    });
    await connect(world.as(), connectionId, company, customer);
    await expect(connect(world.as(), connectionId, person, actor)).resolves.toBeTruthy();
  });

  test('never renames the company that owns the installation', async () => {
    const connectionId = await world.connection({ fields });
    world.crm.protection.set('contact/42', 'ownerCompany');
    const { fields: offered } = await compareValues(world.as(), { connectionId, entity: company, actor: customer });
    expect(offered.find(({ key }) => key === 'NAME')).toMatchObject({ only: 'crm', preselected: 'crm' });

    await connect(world.as(), connectionId, company, customer);
    expect(crmValues()).toMatchObject({ NAME: 'Orkdal Eldresenter' });
  });

  test('is refused outside the scope, without licence, and for a record the user may not see', async () => {
    const connectionId = await world.connection({
      fields,
      scope: { everyone: false, members: [{ kind: 'group', id: 2, canConnect: false, canCreate: false }] },
    });
    const attempt = (user: Parameters<World['as']>[0]) => connect(world.as(user), connectionId, company, customer);

    await expect(attempt({ id: 12, groupIds: [3] })).rejects.toMatchObject({ code: 'access.denied' });
    await expect(attempt({ id: 11, groupIds: [2] })).rejects.toMatchObject({ code: 'access.denied' });
    await expect(attempt({ id: 13, licensed: false })).rejects.toMatchObject({ code: 'licence.missing' });

    const open = await world.connection({ fields });
    world.crm.hidden.set(12, new Set(['contact/42']));
    await expect(connect(world.as({ id: 12 }), open, company, customer)).rejects.toMatchObject({
      code: 'entity.not_found',
    });
    expect(world.erp.count('saveActors')).toBe(0);
  });

  test("does not find another tenant's connection", async () => {
    const connectionId = await world.connection({ fields });
    const input = { connectionId, entity: company, actor: customer, choices: {}, seen: '' };
    await expect(connectEntity(world.otherTenant(), input)).rejects.toMatchObject({ code: 'connection.not_found' });
  });
});

describe('a failure while connecting', () => {
  // Every call to a foreign system is a place to fail: before it has done anything, and after it has, unanswered.
  const crash = new Error('the line is dead');

  test('at any step leaves nothing half linked, and the next attempt succeeds', async () => {
    for (let step = 0; ; step++) {
      world = await createWorld();
      world.crm.entities.set('contact/42', { NAME: 'Orkdal Eldresenter', POSTALAD1: 'Oveien 544', POSTALCITY: null });
      world.erp.actors.set('Customer/erp831', { NAME: 'Orkdal Senter AS', POSTALAD1: 'Oveien 543', POSTALCITY: null });
      const connectionId = await world.connection({ fields });
      const choices = { NAME: 'erp', POSTALAD1: 'crm' } as const;

      let calls = 0;
      const dieAt = () => {
        if (calls++ === step) throw crash;
      };
      world.erp.beforeCall = dieAt;
      world.erp.afterCall = dieAt;
      world.crm.beforeCall = dieAt;
      const died = await connect(world.as(), connectionId, company, customer, choices).then(
        () => false,
        (error: unknown) => error === crash || Promise.reject(error as Error),
      );
      world.erp.beforeCall = null;
      world.erp.afterCall = null;
      world.crm.beforeCall = null;
      if (!died) {
        expect(step).toBeGreaterThan(8);
        return;
      }

      expect(await world.store.links.ofEntity(company)).toEqual([]);
      await connect(world.as(), connectionId, company, customer, choices);
      const agreed = { NAME: 'Orkdal Senter AS', POSTALAD1: 'Oveien 544' };
      expect(erpValues()).toMatchObject(agreed);
      expect(crmValues()).toMatchObject(agreed);
    }
  });

  test('of the whole process leaves a claim that blocks nobody for more than minutes', async () => {
    const connectionId = await world.connection({ fields });
    await world.store.marks.ensure(company);
    const id = crypto.randomUUID();
    await world.store.links.claim(id, { connectionId, entity: company, actor: customer }, world.clock.now());

    await expect(connect(world.as(), connectionId, company, customer)).rejects.toMatchObject({ code: 'link.exists' });
    world.clock.advance(6 * 60_000);
    await expect(connect(world.as(), connectionId, company, customer)).resolves.toBeTruthy();
    expect(await releaseDeadClaims(world.ctx)).toBe(0);
  });

  test('that only seemed dead, by another clock, writes nothing once its claim is released', async () => {
    const connectionId = await world.connection({ fields });
    const before = { erp: { ...erpValues() }, crm: { ...crmValues() } };
    const choices = { NAME: 'crm', POSTALAD1: 'erp' } as const;
    let reads = 0;
    world.erp.beforeCall = async ({ method }) => {
      // The first look is the dialog's.
      if (method !== 'getActors' || ++reads !== 2) return;
      world.clock.advance(6 * 60_000);
      expect(await releaseDeadClaims(world.ctx)).toBe(1);
    };

    await expect(connect(world.as(), connectionId, company, customer, choices)).rejects.toMatchObject({
      code: 'link.busy',
    });

    expect(erpValues()).toEqual(before.erp);
    expect(crmValues()).toEqual(before.crm);
    world.erp.beforeCall = null;
    await expect(connect(world.as(), connectionId, company, customer, choices)).resolves.toBeTruthy();
  });
});

describe('disconnecting', () => {
  test('deletes and changes nothing in either system', async () => {
    const connectionId = await world.connection({ fields });
    const linkId = await connect(world.as(), connectionId, company, customer);
    const before = { erp: world.erp.calls.length, crm: { ...crmValues() } };

    await disconnectEntity(world.as(), linkId);

    expect(await world.store.links.ofEntity(company)).toEqual([]);
    expect(world.erp.calls.length).toBe(before.erp);
    expect(crmValues()).toEqual(before.crm);
    await expect(connect(world.as(), connectionId, company, customer)).resolves.toBeTruthy();
  });

  test('is refused to those who may not connect, and to another tenant', async () => {
    const connectionId = await world.connection({ fields });
    const linkId = await connect(world.as(), connectionId, company, customer);
    world.crm.hidden.set(12, new Set(['contact/42']));

    await expect(disconnectEntity(world.as({ id: 12 }), linkId)).rejects.toMatchObject({ code: 'entity.not_found' });
    await expect(disconnectEntity(world.otherTenant(), linkId)).rejects.toMatchObject({ code: 'link.not_found' });
    expect(await world.store.links.ofEntity(company)).toHaveLength(1);
  });
});
