import { beforeEach, describe, expect, test } from 'vitest';
import { createActor } from '../../backend/application/erp-tab/create-actor.ts';
import { decideCreation } from '../../backend/application/erp-tab/decide-creation.ts';
import { prepareActor } from '../../backend/application/erp-tab/prepare-actor.ts';
import { claimCreations, resolveCreation } from '../../backend/application/erp-tab/resolve-creation.ts';
import { showCreation } from '../../backend/application/erp-tab/show-creation.ts';
import { showErpTab } from '../../backend/application/erp-tab/show-erp-tab.ts';
import { forgetOld } from '../../backend/application/sync/forget-old.ts';
import { AppError } from '../../backend/errors.ts';
import type { Store } from '../../backend/store/store.ts';
import type { CreateActor } from '../../shared/api/creations.ts';
import type { CrmEntity, FieldValues } from '../../shared/vocabulary.ts';
import { connect } from '../support/connect.ts';
import { create } from '../support/create.ts';
import { dumpOf } from '../support/dump.ts';
import { createWorld, type World } from '../support/world.ts';

const company: CrmEntity = { type: 'contact', id: 42 };
const other: CrmEntity = { type: 'contact', id: 43 };
const fields = {
  CustNo: { kind: 'integer', crmField: 'NUMBER2', direction: 'toCrm', access: 'readOnly' },
  NAME: { crmField: 'NAME', direction: 'both', access: 'mandatory', maxLength: 100 },
  POSTALAD1: { crmField: 'POSTALAD1', direction: 'toErp' },
  POSTALCITY: { crmField: 'POSTALCITY', direction: 'toCrm', maxLength: 50 },
} as const;
const MINUTE = 60_000;

let world: World;

beforeEach(async () => {
  world = await createWorld();
  world.crm.entities.set('contact/42', {
    NAME: 'Orkdal Eldresenter',
    NUMBER2: null,
    VATNO: null,
    POSTALAD1: 'Oveien 544',
    POSTALCITY: 'Orkanger',
  });
  world.crm.entities.set('contact/43', { NAME: 'Aurland Bakeri', NUMBER2: null, POSTALAD1: null, POSTALCITY: null });
});

const actorsOf = () => [...world.erp.actors].map(([key, values]) => ({ key, ...values }));
const ledger = () => world.store.ledger.page({}, 100);
const linkOf = async (entity = company) => (await world.store.links.ofEntity(entity))[0];
const lastOf = async (entity = company) => (await world.store.creations.latestOf(entity))[0];
const timeout = new AppError('connector.timeout');

/** The answer is lost, though the ERP has created the actor. */
function loseAnswer(error: Error = timeout): void {
  world.erp.afterCall = ({ method }) => {
    if (method === 'createActor') throw error;
  };
}

/** The call never arrives. */
function loseCall(): void {
  world.erp.beforeCall = ({ method }) => {
    if (method === 'createActor') throw timeout;
  };
}

/** What a worker does once the call is surely over. */
async function workAfter(ms = 4 * MINUTE): Promise<number> {
  world.clock.advance(ms);
  world.erp.beforeCall = world.erp.afterCall = null;
  const due = await claimCreations(world.ctx, 10);
  for (const creation of due) await resolveCreation(world.ctx, creation);
  return due.length;
}

async function wish(connectionId: string, more: Partial<CreateActor> = {}): Promise<CreateActor> {
  const input = { connectionId, entity: company, actorType: 'Customer' } as const;
  const { seen } = await prepareActor(world.as(), input, 'en');
  return { ...input, answers: {}, seen, ...more };
}

describe('creating', () => {
  test('makes an actor of every mapped field that may be written, whatever its direction, and links it', async () => {
    const connectionId = await world.connection({ fields });
    expect(await create(world.as(), connectionId, company)).toEqual({ state: 'created' });

    expect(actorsOf()).toMatchObject([
      { key: 'Customer/1', NAME: 'Orkdal Eldresenter', POSTALAD1: 'Oveien 544', POSTALCITY: 'Orkanger' },
    ]);
    const link = await linkOf();
    expect(link).toMatchObject({ actor: { type: 'Customer', erpKey: '1' }, confirmedAt: world.clock.now() });
    expect(link?.agreed).toMatchObject({ NAME: { crm: 'Orkdal Eldresenter', erp: 'Orkdal Eldresenter' } });
    expect(await lastOf()).toMatchObject({ state: 'created', erpKey: '1', sent: {} });
  });

  test('brings the number the ERP assigned to SuperOffice', async () => {
    const connectionId = await world.connection({ fields });
    world.erp.afterCall = ({ method }) => {
      if (method === 'createActor') world.erp.edit({ type: 'Customer', erpKey: '1' }, { CustNo: '10077' });
    };
    await create(world.as(), connectionId, company);
    expect(world.crm.entities.get('contact/42')).toMatchObject({ NUMBER2: '10077' });
  });

  test('takes what the ERP makes of a value for agreed, and carries nothing back', async () => {
    const connectionId = await world.connection({ fields });
    world.erp.normalise = (_key, value) => value?.toUpperCase() ?? null;
    await create(world.as(), connectionId, company);

    expect((await linkOf())?.agreed).toMatchObject({ NAME: { crm: 'Orkdal Eldresenter', erp: 'ORKDAL ELDRESENTER' } });
    expect(world.crm.entities.get('contact/42')).toMatchObject({ NAME: 'Orkdal Eldresenter' });
    expect(world.erp.count('saveActors')).toBe(0);
  });

  test('takes what somebody edits before the first look for an edit', async () => {
    const connectionId = await world.connection({ fields });
    world.erp.beforeCall = ({ method }) => {
      const [made] = [...world.erp.actors.keys()];
      if (method !== 'getActors' || !made) return;
      world.erp.beforeCall = null;
      world.erp.edit({ type: 'Customer', erpKey: made.split('/')[1]! }, { NAME: 'Renamed in the ERP' });
    };
    await create(world.as(), connectionId, company);

    expect(world.crm.entities.get('contact/42')).toMatchObject({ NAME: 'Renamed in the ERP' });
    expect((await linkOf())?.agreed).toMatchObject({ NAME: { crm: 'Renamed in the ERP', erp: 'Renamed in the ERP' } });
    const created = (await ledger()).find(({ reason, fieldKey }) => reason === 'created' && fieldKey === 'NAME');
    expect(created).toMatchObject({ after: 'Orkdal Eldresenter' });
  });

  test('is told in the log with who did it', async () => {
    const connectionId = await world.connection({ fields });
    await create(world.as({ name: 'Lars Holm' }), connectionId, company);
    const created = (await ledger()).filter(({ cause }) => cause === 'create');
    expect(created.filter(({ event }) => event === 'created')).toMatchObject([
      { entity: company, actor: { erpKey: '1' }, userName: 'Lars Holm' },
    ]);
    const rows = created.filter(({ event }) => event === null);
    expect(rows.map(({ fieldKey, after, userName }) => [fieldKey, after, userName])).toEqual([
      ['POSTALCITY', 'Orkanger', 'Lars Holm'],
      ['POSTALAD1', 'Oveien 544', 'Lars Holm'],
      ['NAME', 'Orkdal Eldresenter', 'Lars Holm'],
    ]);
  });

  test('adds default values where the mapping brings nothing, and asks for what the administrator wants asked', async () => {
    const connectionId = await world.connection({
      fields: {
        ...fields,
        POSTALZIP: { firstValue: { value: '0000', ask: false, mandatory: false } },
        CreditLimit: { kind: 'decimal', firstValue: { value: '5000', ask: true, mandatory: false } },
      },
    });
    const input = { connectionId, entity: company, actorType: 'Customer' } as const;
    const prepared = await prepareActor(world.as(), input, 'en');
    expect(prepared.asked).toMatchObject([{ key: 'CreditLimit', defaultValue: '5000', access: 'normal' }]);
    expect(prepared.fields.map(({ key, value }) => [key, value])).toContainEqual(['POSTALZIP', '0000']);

    await create(world.as(), connectionId, company, { CreditLimit: '7000' });
    expect(actorsOf()).toMatchObject([{ POSTALZIP: '0000', CreditLimit: '7000' }]);
  });

  test('puts a contact under its company, and refuses one whose company is not connected', async () => {
    const person: CrmEntity = { type: 'person', id: 7 };
    world.crm.entities.set('person/7', { FIRSTNAME: 'Kari', LASTNAME: 'Nordmann' });
    world.crm.companies.set('person/7', company);
    const types = { Person: { FIRSTNAME: 'FIRSTNAME', LASTNAME: 'LASTNAME' } };
    const connectionId = await world.connection({ fields, types });

    const refused = create(world.as(), connectionId, person, {}, 'Person');
    await expect(refused).rejects.toMatchObject({ code: 'link.parent_missing' });

    await create(world.as(), connectionId, company);
    await create(world.as(), connectionId, person, {}, 'Person');
    expect(world.erp.parents.get('Person/1')).toEqual({ type: 'Customer', erpKey: '1' });
  });

  test('shows who may be the same already, by name and by number', async () => {
    world.crm.entities.set('contact/42', { NAME: 'Orkdal Eldresenter', VATNO: '987654321' });
    world.erp.fieldsOf.set('Customer', [...(world.erp.fieldsOf.get('Customer') ?? [])]);
    world.erp.actors.set('Customer/7', { NAME: 'ORKDAL ELDRESENTER', POSTALZIP: null });
    world.erp.actors.set('Customer/8', { NAME: 'Orkdal kommune', POSTALZIP: '987654321' });
    world.erp.actors.set('Customer/9', { NAME: 'Orkdal Eldresenter', POSTALZIP: '111' });
    const connectionId = await world.connection({ fields: { NAME: 'NAME', POSTALZIP: 'VATNO' } });

    const input = { connectionId, entity: company, actorType: 'Customer' } as const;
    const { twins } = await prepareActor(world.as(), input, 'en');
    expect(twins?.actors.map(({ erpKey }) => erpKey).toSorted()).toEqual(['7', '8']);
  });
});

describe('a creation is refused, and the ERP is not called,', () => {
  const refusals: readonly [string, FieldValues, Parameters<World['connection']>[0], FieldValues, object][] = [
    [
      'when a value is too long',
      { NAME: 'x'.repeat(101) },
      { fields },
      {},
      { code: 'value.too_long', detail: { field: 'NAME', length: 101, maxLength: 100 } },
    ],
    [
      'when a list item has no counterpart',
      { BUSINESS: '3' },
      {
        fields: {
          ...fields,
          CustGr: { kind: 'list', listName: 'CustomerGroup', crmField: 'BUSINESS', direction: 'both' },
        },
      },
      {},
      { code: 'list.item_unmapped', detail: { field: 'CustGr', item: '3' } },
    ],
    [
      'when a mandatory field is left blank',
      {},
      { fields: { ...fields, POSTALZIP: { firstValue: { value: null, ask: true, mandatory: true } } } },
      { POSTALZIP: ' ' },
      { code: 'value.mandatory', detail: { field: 'POSTALZIP' } },
    ],
    [
      'when an answer is no value of its field',
      {},
      {
        fields: {
          ...fields,
          CreditLimit: { kind: 'decimal', firstValue: { value: null, ask: true, mandatory: false } },
        },
      },
      { CreditLimit: 'a lot' },
      { code: 'value.invalid', detail: { field: 'CreditLimit' } },
    ],
    ['when a field is answered that was not asked', {}, { fields }, { CreditLimit: '1' }, { code: 'input.invalid' }],
  ];
  test.each(refusals)('%s', async (_, crm, settings, answers, failure) => {
    world.crm.entities.set('contact/42', { ...world.crm.entities.get('contact/42'), BUSINESS: null, ...crm });
    const connectionId = await world.connection(settings);
    await expect(create(world.as(), connectionId, company, answers)).rejects.toMatchObject(failure);
    expect(world.erp.count('createActor')).toBe(0);
    expect(await world.store.creations.latestOf(company)).toEqual([]);
  });

  test('when anything has changed since the user saw it', async () => {
    const connectionId = await world.connection({ fields });
    const input = await wish(connectionId);
    world.crm.entities.set('contact/42', { ...world.crm.entities.get('contact/42'), POSTALAD1: 'Kaien 1' });
    await expect(createActor(world.as(), input)).rejects.toMatchObject({ code: 'link.changed' });

    const again = await wish(connectionId);
    world.erp.edit({ type: 'Customer', erpKey: '77' }, { NAME: 'Orkdal Eldresenter' });
    await expect(createActor(world.as(), again)).rejects.toMatchObject({ code: 'link.changed' });
    expect(world.erp.count('createActor')).toBe(0);
  });

  test('when the record is connected already', async () => {
    const connectionId = await world.connection({ fields });
    const input = await wish(connectionId);
    await create(world.as(), connectionId, company);
    await expect(createActor(world.as(), input)).rejects.toMatchObject({ code: 'link.exists' });
    expect(world.erp.count('createActor')).toBe(1);
  });

  test('without the right to create, a licence, an active connection, or sight of the record', async () => {
    const scope = {
      everyone: false,
      members: [{ kind: 'user', id: 5, canConnect: true, canCreate: false }] as const,
    };
    const connectOnly = await world.connection({ fields, scope });
    await expect(create(world.as(), connectOnly, company)).rejects.toMatchObject({
      code: 'access.denied',
      detail: { right: 'canCreate' },
    });

    const connectionId = await world.connection({ fields });
    const input = await wish(connectionId);
    await expect(createActor(world.as({ licensed: false }), input)).rejects.toMatchObject({ code: 'licence.missing' });
    world.crm.hidden.set(5, new Set(['contact/42']));
    await expect(createActor(world.as(), input)).rejects.toMatchObject({ code: 'entity.not_found' });
    world.crm.hidden.clear();
    await world.store.connections.setActive(connectionId, false);
    await expect(createActor(world.as(), input)).rejects.toMatchObject({ code: 'connection.inactive' });
    expect(world.erp.count('createActor')).toBe(0);
  });

  test("in another tenant's connection, and its creations do not exist either", async () => {
    const connectionId = await world.connection({ fields });
    const input = await wish(connectionId);
    await expect(createActor(world.otherTenant(), input)).rejects.toMatchObject({ code: 'connection.not_found' });

    world.erp.actors.set('Customer/7', { NAME: 'Orkdal Eldresenter' });
    loseAnswer();
    await create(world.as(), connectionId, company);
    const id = (await lastOf())?.id ?? '';
    await expect(showCreation(world.otherTenant(), id, 'en')).rejects.toMatchObject({ code: 'creation.not_found' });
    await expect(decideCreation(world.otherTenant(), id, { erpKey: null })).rejects.toMatchObject({
      code: 'creation.not_found',
    });
    expect(await world.otherTenant().store.creations.claimDue(10, new Date('2027-01-01'), new Date())).toEqual([]);
  });
});

describe('two at once', () => {
  test('who press Create make one actor', async () => {
    const connectionId = await world.connection({ fields });
    const results = await Promise.allSettled([
      create(world.as({ id: 5 }), connectionId, company),
      create(world.as({ id: 11 }), connectionId, company),
      create(world.as({ id: 12 }), connectionId, company),
    ]);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'rejected') {
        expect(['creation.open', 'link.exists', 'link.changed']).toContain((result.reason as AppError).code);
      }
    }
    expect(world.erp.count('createActor')).toBe(1);
    expect(actorsOf()).toHaveLength(1);
  });

  test('of whom one connects and one creates, end with one link and no actor too many', async () => {
    const connectionId = await world.connection({ fields });
    world.erp.actors.set('Customer/70', { CustNo: '1', NAME: 'Something else', POSTALAD1: null, POSTALCITY: null });
    const results = await Promise.allSettled([
      create(world.as({ id: 5 }), connectionId, company),
      connect(world.as({ id: 11 }), connectionId, company, { type: 'Customer', erpKey: '70' }),
    ]);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await world.store.links.ofEntity(company)).toHaveLength(1);
    expect(world.erp.actors.size).toBe((await linkOf())?.actor.erpKey === '70' ? 1 : 2);
  });

  test('cannot connect what may have an actor already', async () => {
    const connectionId = await world.connection({ fields });
    world.erp.actors.set('Customer/70', { CustNo: '1', NAME: 'Something else', POSTALAD1: null, POSTALCITY: null });
    loseAnswer();
    await create(world.as(), connectionId, company);
    await expect(connect(world.as(), connectionId, company, { type: 'Customer', erpKey: '70' })).rejects.toMatchObject({
      code: 'creation.open',
    });
    await expect(create(world.as(), connectionId, company)).rejects.toMatchObject({ code: 'creation.open' });
    expect(world.erp.count('createActor')).toBe(1);
  });
});

describe('what a person has filled in', () => {
  const personal = '010190-31337';
  const asked = {
    ...fields,
    POSTALZIP: { firstValue: { value: null, ask: true, mandatory: false } },
  };
  const dump = async () => JSON.stringify(await dumpOf(world.db, world.tenant));
  const inDoubt = async () => {
    const connectionId = await world.connection({ fields: asked });
    loseAnswer();
    const input = await wish(connectionId, { answers: { POSTALZIP: personal } });
    expect(await createActor(world.as(), input)).toEqual({ state: 'unknown' });
  };

  test('is sealed with the key of the tenant as long as nobody knows what came of it', async () => {
    await inDoubt();
    expect((await lastOf())?.sent).toMatchObject({ POSTALZIP: personal, NAME: 'Orkdal Eldresenter' });
    const creation = (await dumpOf(world.db, world.tenant))['creation'];
    expect(creation).toHaveLength(1);
    expect(JSON.stringify(creation)).not.toMatch(/31337|Orkdal/);

    await world.store.installations.destroyKey();
    await expect(lastOf()).rejects.toThrow('does not open');
  });

  test('is nowhere any more when nothing came of it', async () => {
    await inDoubt();
    world.erp.actors.clear();
    await workAfter();
    expect(await lastOf()).toMatchObject({ state: 'notCreated', sent: {}, crm: {} });
    expect(await dump()).not.toContain('31337');
  });

  test('stands in the log when it was written, for as long as the log is kept', async () => {
    await inDoubt();
    await workAfter();
    expect(await lastOf()).toMatchObject({ state: 'created', sent: {}, crm: {} });
    expect((await ledger()).find(({ fieldKey }) => fieldKey === 'POSTALZIP')).toMatchObject({ after: personal });

    world.clock.advance(91 * 24 * 60 * MINUTE);
    await forgetOld(world.ctx);
    expect(await dump()).not.toContain('31337');
    expect(await lastOf()).toBeUndefined();
  });
});

describe('a refusal', () => {
  test('ends the creation with its reason, and the record is as free as before', async () => {
    const connectionId = await world.connection({ fields });
    world.erp.refusal = new AppError('connector.rejected', { explanation: 'Period closed' });
    await expect(create(world.as(), connectionId, company)).rejects.toMatchObject({
      code: 'connector.rejected',
      detail: { explanation: 'Period closed' },
    });
    expect(await lastOf()).toMatchObject({ state: 'refused', reason: { code: 'connector.rejected' } });
    expect(await workAfter()).toBe(0);

    world.erp.refusal = null;
    expect(await create(world.as(), connectionId, company)).toEqual({ state: 'created' });
  });

  test.each(['connector.rejected', 'connector.denied', 'connector.unknown_connection', 'value.too_long'] as const)(
    '%s is one',
    async (code) => {
      const connectionId = await world.connection({ fields });
      world.erp.refusal = new AppError(code);
      await expect(create(world.as(), connectionId, company)).rejects.toMatchObject({ code });
      expect(await lastOf()).toMatchObject({ state: 'refused' });
    },
  );

  test.each([
    'connector.answer_invalid',
    'connector.timeout',
    'connector.unreachable',
    'connector.throttled',
    'actor.not_found',
  ] as const)('%s is none: it is looked up', async (code) => {
    const connectionId = await world.connection({ fields });
    world.erp.refusal = new AppError(code);
    expect(await create(world.as(), connectionId, company)).toEqual({ state: 'unknown' });
    expect(await lastOf()).toMatchObject({ state: 'open' });
    expect(await workAfter()).toBe(1);
  });
});

describe('an answer that is lost', () => {
  test('leaves a creation that is looked up when the call is surely over, and not before', async () => {
    const connectionId = await world.connection({ fields });
    loseAnswer();
    expect(await create(world.as(), connectionId, company)).toEqual({ state: 'unknown' });
    expect((await showErpTab(world.as(), company)).connections).toMatchObject([
      { link: null, creation: { state: 'open', actorType: 'Customer', userName: 'Astrid Berg' } },
    ]);
    expect(await workAfter(MINUTE)).toBe(0);

    expect(await workAfter()).toBe(1);
    expect(await linkOf()).toMatchObject({ actor: { erpKey: '1' } });
    expect((await ledger()).filter(({ cause }) => cause === 'create')).toHaveLength(4);
    expect(world.erp.count('createActor')).toBe(1);
    expect(await workAfter()).toBe(0);
  });

  test.each([
    ['a dropped connection', new AppError('connector.unreachable')],
    ['half an answer', new AppError('connector.answer_invalid')],
  ])('is %s too', async (_, error) => {
    const connectionId = await world.connection({ fields });
    loseAnswer(error);
    expect(await create(world.as(), connectionId, company)).toEqual({ state: 'unknown' });
    await workAfter();
    expect(await linkOf()).toMatchObject({ actor: { erpKey: '1' } });
  });

  test('of a call that never arrived ends with no actor, and one may be created anew', async () => {
    const connectionId = await world.connection({ fields });
    loseCall();
    await create(world.as(), connectionId, company);
    await workAfter();
    expect(actorsOf()).toEqual([]);
    expect((await showErpTab(world.as(), company)).connections).toMatchObject([{ creation: { state: 'notCreated' } }]);

    expect(await create(world.as(), connectionId, company)).toEqual({ state: 'created' });
    expect(actorsOf()).toHaveLength(1);
    expect((await showErpTab(world.as(), company)).connections).toMatchObject([{ creation: null }]);
  });

  test('waits while the ERP is out of reach or its connection is off', async () => {
    const connectionId = await world.connection({ fields });
    loseAnswer();
    await create(world.as(), connectionId, company);
    world.erp.outage = new AppError('connector.unreachable');
    expect(await workAfter()).toBe(1);
    expect(await lastOf()).toMatchObject({ state: 'open', attempts: 1 });
    world.erp.outage = null;
    await world.store.connections.setActive(connectionId, false);
    expect(await workAfter()).toBe(1);
    await world.store.connections.setActive(connectionId, true);
    expect(await workAfter()).toBe(1);
    expect(await linkOf()).toMatchObject({ actor: { erpKey: '1' } });
  });

  test('is not mistaken for a namesake that was there before, nor for one that is connected', async () => {
    const connectionId = await world.connection({ fields });
    world.erp.actors.set('Customer/7', { NAME: 'Orkdal Eldresenter', POSTALAD1: null, POSTALCITY: null });
    loseCall();
    await create(world.as(), connectionId, company);
    await workAfter();
    expect(await lastOf()).toMatchObject({ state: 'notCreated' });
    expect(await linkOf()).toBeUndefined();
  });

  test('with two namesakes since is in doubt, and a person decides', async () => {
    const connectionId = await world.connection({ fields });
    loseAnswer();
    await create(world.as(), connectionId, company);
    world.erp.edit({ type: 'Customer', erpKey: '2' }, { NAME: 'ORKDAL ELDRESENTER' });
    await workAfter();
    expect((await showErpTab(world.as(), company)).connections).toMatchObject([
      { creation: { state: 'inDoubt', reason: { code: 'creation.unknown' } } },
    ]);
    expect(await workAfter()).toBe(0);

    const { id = '' } = (await lastOf()) ?? {};
    const { candidates } = await showCreation(world.as(), id, 'en');
    expect(candidates.actors.map(({ erpKey }) => erpKey)).toEqual(['1', '2']);

    const rights = { everyone: false, members: [{ kind: 'user', id: 5, canConnect: true, canCreate: false }] as const };
    const settings = await world.store.connections.get(connectionId);
    await world.store.connections.save({ ...settings, scope: rights });
    await expect(decideCreation(world.as(), id, { erpKey: '1' })).rejects.toMatchObject({ code: 'access.denied' });
    await world.store.connections.save(settings);

    await decideCreation(world.as(), id, { erpKey: '1' });
    expect(await linkOf()).toMatchObject({ actor: { erpKey: '1' } });
    await expect(decideCreation(world.as(), id, { erpKey: null })).rejects.toMatchObject({
      code: 'creation.not_found',
    });
    expect(world.erp.count('createActor')).toBe(1);
  });

  test('that a person gives up frees the record', async () => {
    const connectionId = await world.connection({ fields });
    loseAnswer();
    await create(world.as(), connectionId, company);
    world.erp.edit({ type: 'Customer', erpKey: '2' }, { NAME: 'Orkdal Eldresenter' });
    await workAfter();
    await decideCreation(world.as(), (await lastOf())?.id ?? '', { erpKey: null });
    await connect(world.as(), connectionId, company, { type: 'Customer', erpKey: '1' });
    expect(await linkOf()).toMatchObject({ actor: { erpKey: '1' } });
  });

  test('is in doubt where the ERP cannot be searched, or answers half', async () => {
    const connectionId = await world.connection({ fields });
    loseAnswer();
    await create(world.as(), connectionId, company);
    world.clock.advance(4 * MINUTE);
    world.erp.afterCall = null;
    world.erp.beforeCall = ({ method }) => {
      if (method === 'searchActors') throw new AppError('connector.rejected');
    };
    for (const creation of await claimCreations(world.ctx, 1)) await resolveCreation(world.ctx, creation);
    expect(await lastOf()).toMatchObject({ state: 'inDoubt' });
    expect(await linkOf()).toBeUndefined();
  });

  test('is found by our own number, whatever the actor is called by now', async () => {
    world.crm.entities.set('contact/42', { NAME: 'Orkdal Eldresenter', CONTACTID: '42' });
    const connectionId = await world.connection({
      fields: { NAME: 'NAME', POSTALZIP: { crmField: 'CONTACTID', direction: 'toErp' } },
    });
    loseAnswer();
    await create(world.as(), connectionId, company);
    world.erp.edit({ type: 'Customer', erpKey: '1' }, { NAME: 'Renamed since' });
    world.erp.edit({ type: 'Customer', erpKey: '2' }, { NAME: 'Orkdal Eldresenter', POSTALZIP: '43' });
    await workAfter();
    expect(await linkOf()).toMatchObject({ actor: { erpKey: '1' } });
    // What somebody changed since is no agreement.
    expect((await linkOf())?.agreed).not.toHaveProperty('NAME');
  });

  test('of two records that are called alike is a matter for a person', async () => {
    world.crm.entities.set('contact/43', { ...world.crm.entities.get('contact/42') });
    const connectionId = await world.connection({ fields });
    const [first, second] = [await wish(connectionId), await wish(connectionId, { entity: other })];
    const { seen } = await prepareActor(world.as(), { connectionId, entity: other, actorType: 'Customer' }, 'en');
    loseCall();
    await createActor(world.as(), first);
    world.erp.beforeCall = null;
    loseAnswer();
    await createActor(world.as(), { ...second, seen });
    await workAfter();
    expect(world.erp.count('createActor')).toBe(2);
    expect([(await lastOf())?.state, (await lastOf(other))?.state]).toEqual(['inDoubt', 'inDoubt']);
  });
});

describe('a crash', () => {
  class Crash extends Error {}
  const crashAt = (when: 'beforeCall' | 'afterCall', wanted: string) => {
    world.erp[when] = ({ method }) => {
      if (method === wanted) throw new Crash();
    };
  };

  test('before the call leaves no actor', async () => {
    const connectionId = await world.connection({ fields });
    crashAt('beforeCall', 'createActor');
    await expect(create(world.as(), connectionId, company)).rejects.toThrow(Crash);
    expect(await lastOf()).toMatchObject({ state: 'open' });
    await workAfter();
    expect(await lastOf()).toMatchObject({ state: 'notCreated' });
    expect(world.erp.count('createActor')).toBe(1);
  });

  test('after the call leaves one, which is adopted', async () => {
    const connectionId = await world.connection({ fields });
    crashAt('afterCall', 'createActor');
    await expect(create(world.as(), connectionId, company)).rejects.toThrow(Crash);
    await workAfter();
    expect(await linkOf()).toMatchObject({ actor: { erpKey: '1' } });
    expect(world.erp.count('createActor')).toBe(1);
  });

  test('after the answer leaves its key, and nothing has to be searched', async () => {
    const connectionId = await world.connection({ fields });
    crashAt('beforeCall', 'getActors');
    await expect(create(world.as(), connectionId, company)).rejects.toThrow(Crash);
    world.erp.edit({ type: 'Customer', erpKey: '2' }, { NAME: 'Orkdal Eldresenter' });
    await workAfter();
    expect(await linkOf()).toMatchObject({ actor: { erpKey: '1' } });
  });

  test('of a worker that looks it up leaves it for the next', async () => {
    const connectionId = await world.connection({ fields });
    loseAnswer();
    await create(world.as(), connectionId, company);
    world.clock.advance(4 * MINUTE);
    world.erp.afterCall = null;
    const [dead] = await claimCreations(world.ctx, 1);
    expect(await claimCreations(world.ctx, 1)).toEqual([]);
    expect(await workAfter(MINUTE)).toBe(1);
    await expect(resolveCreation(world.ctx, dead!)).rejects.toMatchObject({ code: 'link.busy' });
    expect(await world.store.links.ofEntity(company)).toHaveLength(1);
  });

  test('is not followed by a call that comes after others have given up', async () => {
    const connectionId = await world.connection({ fields });
    const input = await wish(connectionId);
    const ctx = world.as();
    const store: Store = {
      ...ctx.store,
      // Frozen between its entry and the call.
      transaction: async (work) => {
        const result = await ctx.store.transaction(work);
        if ((await lastOf())?.state === 'open') world.clock.advance(10 * MINUTE);
        return result;
      },
    };
    await expect(createActor({ ...ctx, store }, input)).rejects.toBeInstanceOf(AppError);
    expect(world.erp.count('createActor')).toBe(0);
    expect(await lastOf()).toMatchObject({ state: 'refused' });
  });

  test('of none: an answer that comes after its creation was taken for over counts all the same', async () => {
    const connectionId = await world.connection({ fields });
    world.erp.beforeCall = async ({ method }) => {
      if (method !== 'createActor') return;
      world.erp.beforeCall = null;
      world.clock.advance(4 * MINUTE);
      for (const creation of await claimCreations(world.ctx, 1)) await resolveCreation(world.ctx, creation);
      expect(await lastOf()).toMatchObject({ state: 'notCreated' });
    };
    expect(await create(world.as(), connectionId, company)).toEqual({ state: 'created' });
    expect(await linkOf()).toMatchObject({ actor: { erpKey: '1' } });
    expect(await lastOf()).toMatchObject({ state: 'created' });
  });
});
