import { beforeEach, describe, expect, test } from 'vitest';
import type { Context } from '../../backend/context.ts';
import { saveFieldMapping } from '../../backend/application/setup/save-field-mapping.ts';
import { showErpList } from '../../backend/application/setup/show-erp-list.ts';
import { showFieldMappings } from '../../backend/application/setup/show-field-mappings.ts';
import { nothingMapped } from '../../backend/domain/convert.ts';
import { AppError } from '../../backend/errors.ts';
import type { SaveFieldMapping } from '../../shared/api/mappings.ts';
import { createWorld, type World, type WorldFields } from '../support/world.ts';

let world: World;
let admin: Context;
let id: string;

const fields: WorldFields = {
  CustNo: { kind: 'integer', access: 'readOnly', name: 'US:"Number";NO:"Nummer"' },
  NAME: { crmField: 'NAME', direction: 'both' },
  GROUP: { kind: 'list', listName: 'Group' },
  LIMIT: { kind: 'decimal' },
  PHONE: {},
};

beforeEach(async () => {
  world = await createWorld();
  admin = world.as();
  id = await world.connection({ name: 'Visma', fields });
});

type Wish = Partial<SaveFieldMapping['fields'][number]> & { readonly key: string };
const wish = (...wishes: readonly Wish[]): SaveFieldMapping => ({
  active: true,
  fields: wishes.map((each) => ({
    crmField: null,
    direction: 'none',
    showInTab: false,
    showInSearch: false,
    ...each,
  })),
});
const save = (...wishes: readonly Wish[]) => saveFieldMapping(admin, id, 'Customer', wish(...wishes));
const stored = async (key: string) =>
  (await world.store.mappings.get(id, 'Customer'))?.fields.find((field) => field.key === key);

test('the dialog shows fields by rank with what each may be paired with, in the language of the user', async () => {
  const { actorTypes } = await showFieldMappings(admin, id, 'nb');
  expect(actorTypes).toMatchObject([{ actorType: 'Customer', active: true }]);
  expect(actorTypes[0]?.fields[0]).toMatchObject({ key: 'CustNo', name: 'Nummer', access: 'readOnly' });
  expect(actorTypes[0]?.fields[1]).toMatchObject({
    key: 'NAME',
    crmField: 'NAME',
    direction: 'both',
    missingInCrm: false,
  });
  expect(actorTypes[0]?.crmFields.find(({ key }) => key === 'CONTACTID')).toMatchObject({ access: 'readOnly' });
});

test('what is decided is kept; fields that are not named stay', async () => {
  await save({ key: 'PHONE', crmField: 'PHONE', direction: 'toErp', showInTab: true, policy: 'crm' });

  expect(await stored('PHONE')).toMatchObject({
    crmField: 'PHONE',
    direction: 'toErp',
    showInTab: true,
    policy: 'crm',
  });
  expect(await stored('NAME')).toMatchObject({ crmField: 'NAME', direction: 'both', showInTab: true });
});

test('the first field stays a column of the search, so that there is always one', async () => {
  await save({ key: 'CustNo', showInSearch: false }, { key: 'PHONE', showInSearch: false });
  expect(await stored('CustNo')).toMatchObject({ showInSearch: true });
  expect(await stored('PHONE')).toMatchObject({ showInSearch: false });
});

describe('is refused, and nothing is kept', () => {
  test.each<[string, readonly Wish[], string, object]>([
    [
      'a direction that the ERP field does not take',
      [{ key: 'CustNo', crmField: 'NUMBER1', direction: 'both' }],
      'mapping.direction_refused',
      { reason: 'erpReadOnly' },
    ],
    [
      'writing an id of SuperOffice',
      [{ key: 'LIMIT', crmField: 'CONTACTID', direction: 'toCrm' }],
      'mapping.direction_refused',
      { reason: 'crmReadOnly', field: 'LIMIT' },
    ],
    [
      'a list item as text, back',
      [{ key: 'GROUP', crmField: 'FAX', direction: 'both' }],
      'mapping.direction_refused',
      { reason: 'listToText' },
    ],
    [
      'a direction without a field',
      [{ key: 'PHONE', direction: 'toCrm' }],
      'mapping.direction_refused',
      { reason: 'noCrmField' },
    ],
    ['one SuperOffice field twice', [{ key: 'PHONE', crmField: 'NAME' }], 'mapping.field_twice', { field: 'PHONE' }],
    ['a field the ERP never had', [{ key: 'NOTHING' }], 'mapping.field_unknown', { field: 'NOTHING' }],
    [
      'a SuperOffice field that is not there',
      [{ key: 'PHONE', crmField: 'SuperOffice:9' }],
      'mapping.field_unknown',
      { field: 'SuperOffice:9' },
    ],
  ])('%s', async (_, wishes, code, detail) => {
    const before = await world.store.mappings.get(id, 'Customer');
    await expect(save({ key: 'NAME', crmField: 'NAME' }, ...wishes)).rejects.toMatchObject({ code, detail });
    expect(await world.store.mappings.get(id, 'Customer')).toEqual(before);
  });

  test('an actor type the connector does not offer', async () => {
    await expect(saveFieldMapping(admin, id, 'Project', wish())).rejects.toMatchObject({
      code: 'mapping.field_unknown',
    });
  });
});

test('two fields can change places', async () => {
  await save({ key: 'PHONE', crmField: 'PHONE' });
  await save({ key: 'PHONE', crmField: 'NAME' }, { key: 'NAME', crmField: 'PHONE' });
  expect([(await stored('PHONE'))?.crmField, (await stored('NAME'))?.crmField]).toEqual(['NAME', 'PHONE']);
});

describe('a SuperOffice field that another connection writes', () => {
  beforeEach(async () => {
    await world.connection({ name: 'Tripletex', fields: { NAVN: { crmField: 'PHONE', direction: 'toCrm' } } });
  });

  test('is shown with its writer, and cannot be written by this one alone', async () => {
    await save({ key: 'PHONE', crmField: 'PHONE', direction: 'toErp' });
    const { actorTypes } = await showFieldMappings(admin, id, 'en');
    expect(actorTypes[0]?.fields.find(({ key }) => key === 'PHONE')).toMatchObject({ alreadyMappedIn: 'Tripletex' });

    await save({ key: 'PHONE', crmField: 'PHONE', direction: 'both' });
    await expect(save({ key: 'PHONE', crmField: 'PHONE', direction: 'toCrm' })).rejects.toMatchObject({
      detail: { reason: 'alreadyMapped' },
    });
  });

  test('is free again when that one is inactive', async () => {
    const other = (await world.store.connections.list()).find(({ name }) => name === 'Tripletex');
    await world.store.connections.setActive(other!.id, false);
    await save({ key: 'PHONE', crmField: 'PHONE', direction: 'toCrm' });
    expect(await stored('PHONE')).toMatchObject({ direction: 'toCrm' });
  });

  test('a field of another kind of record is another field', async () => {
    await world.connection({ name: 'People', types: { Person: { FAKS: { crmField: 'FAX', direction: 'toCrm' } } } });
    await save({ key: 'PHONE', crmField: 'FAX', direction: 'toCrm' });
    expect(await stored('PHONE')).toMatchObject({ crmField: 'FAX', direction: 'toCrm' });
  });
});

describe('a user-defined field that was removed from SuperOffice', () => {
  const field = {
    key: 'SuperOffice:1',
    name: 'Limit',
    kind: 'decimal',
    listName: null,
    maxLength: 0,
    access: 'normal',
  } as const;

  beforeEach(async () => {
    world.crm.userDefinedFields.set('contact', [field]);
    await save({ key: 'LIMIT', crmField: 'SuperOffice:1', direction: 'toCrm' });
    world.crm.userDefinedFields.delete('contact');
  });

  test('is marked, and does not keep the rest from being saved', async () => {
    const { actorTypes } = await showFieldMappings(admin, id, 'en');
    expect(actorTypes[0]?.fields.find(({ key }) => key === 'LIMIT')).toMatchObject({ missingInCrm: true });

    await save({ key: 'LIMIT', crmField: 'SuperOffice:1', direction: 'toCrm' }, { key: 'PHONE', crmField: 'PHONE' });
    expect(await stored('PHONE')).toMatchObject({ crmField: 'PHONE' });
    await expect(save({ key: 'LIMIT', crmField: 'SuperOffice:1', direction: 'both' })).rejects.toMatchObject({
      detail: { reason: 'missingInCrm' },
    });
  });
});

describe('another SuperOffice field for the same ERP field', () => {
  const company = { type: 'contact', id: 42 } as const;
  const linkId = '11111111-1111-4111-8111-111111111111';

  beforeEach(async () => {
    const now = world.clock.now();
    await world.store.marks.ensure(company);
    await world.store.links.claim(
      linkId,
      { connectionId: id, entity: company, actor: { type: 'Customer', erpKey: '1' } },
      now,
    );
    await world.store.links.confirm(linkId, now);
    const agreed = { NAME: { crm: 'Old', erp: 'Old' }, PHONE: { crm: '1', erp: '1' } };
    await world.store.links.settle(linkId, { agreed, waiting: [] }, now);
    await world.store.listItems.save(id, 'Customer', 'NAME', { ...nothingMapped, items: new Map([['a', '1']]) });
  });

  test('makes us forget what was agreed and which items were mapped, for that field only', async () => {
    await save({ key: 'NAME', crmField: 'DEPARTMENT' });
    const link = await world.store.links.get(linkId);
    expect(Object.keys(link.agreed)).toEqual(['PHONE']);
    expect(await world.store.listItems.get(id, 'Customer')).toEqual(new Map());
  });

  test('another direction does not', async () => {
    await save({ key: 'NAME', crmField: 'NAME', direction: 'toErp' });
    expect(Object.keys((await world.store.links.get(linkId)).agreed)).toEqual(['NAME', 'PHONE']);
    expect((await world.store.listItems.get(id, 'Customer')).size).toBe(1);
  });

  test('takes the record from a worker that began with the old mapping', async () => {
    const now = world.clock.now();
    const claim = await world.store.marks.claim(company, now, new Date(now.getTime() + 60_000));
    await save({ key: 'NAME', crmField: 'DEPARTMENT' });
    await expect(world.store.transaction((store) => store.marks.hold(claim!))).rejects.toMatchObject({
      code: 'link.busy',
    });
  });

  test('has the records looked at again while the connection is active', async () => {
    expect(await world.store.marks.waiting()).toBe(0);
    await save({ key: 'PHONE', crmField: 'PHONE', direction: 'toErp' });
    expect(await world.store.marks.waiting()).toBe(1);
  });
});

describe('default values', () => {
  const first = (more: Partial<NonNullable<Wish['firstValue']>>) => ({
    value: null,
    ask: false,
    mandatory: false,
    ...more,
  });

  beforeEach(async () => {
    world.erp.lists.set('Group', [
      { key: '1', text: 'US:"Fish";NO:"Fisk"' },
      { key: '2', text: 'Other' },
    ]);
    id = await world.connection({
      name: 'Tripletex',
      fields: {
        ...fields,
        NAME: { crmField: 'NAME', direction: 'both', maxLength: 5 },
        GROUP: { kind: 'list', listName: 'Group' },
        ACTIVE: { kind: 'checkbox' },
        SINCE: { kind: 'date' },
        SECRET: { kind: 'password' },
        GONE: { missingInErp: true, firstValue: first({ value: 'old' }) },
        HEAD: { kind: 'label' },
      },
    });
  });

  test('are kept in the one form of their kind, and shown', async () => {
    await save(
      { key: 'LIMIT', firstValue: first({ value: '0100.50', ask: true }) },
      { key: 'GROUP', firstValue: first({ value: '2', mandatory: true }) },
      { key: 'ACTIVE', firstValue: first({ ask: true }) },
      { key: 'PHONE', firstValue: first({ value: '  ' }) },
      { key: 'SECRET', firstValue: first({ ask: true }) },
    );
    const { actorTypes } = await showFieldMappings(admin, id, 'en');
    const shown = Object.fromEntries(actorTypes[0]!.fields.map(({ key, firstValue }) => [key, firstValue]));
    expect(shown).toMatchObject({
      LIMIT: { value: '100.5', ask: true, mandatory: false },
      GROUP: { value: '2', ask: false, mandatory: true },
      // Nothing is not the same as not ticked.
      ACTIVE: { value: null, ask: true, mandatory: false },
      PHONE: { value: null },
      SECRET: { value: null, ask: true },
    });
    expect(actorTypes[0]?.fields.find(({ key }) => key === 'NAME')).toMatchObject({ maxLength: 5 });
  });

  test('stay where nothing is said about them', async () => {
    await save({ key: 'LIMIT', firstValue: first({ value: '7' }) });
    await save({ key: 'LIMIT' });
    expect(await stored('LIMIT')).toMatchObject({ firstValue: { value: '7' } });
    await save({ key: 'LIMIT', firstValue: first({}) });
    expect(await stored('LIMIT')).toMatchObject({ firstValue: { value: null } });
  });

  test.each<[string, Wish, string, object]>([
    ['what is no number', { key: 'LIMIT', firstValue: first({ value: 'much' }) }, 'value.invalid', { field: 'LIMIT' }],
    ['what is no date', { key: 'SINCE', firstValue: first({ value: '31.12.' }) }, 'value.invalid', { field: 'SINCE' }],
    [
      'a text the ERP has no room for',
      { key: 'NAME', crmField: 'NAME', firstValue: first({ value: 'Sjøværing' }) },
      'value.too_long',
      { field: 'NAME', length: 9, maxLength: 5 },
    ],
    [
      'an item the ERP does not have',
      { key: 'GROUP', firstValue: first({ value: '3' }) },
      'value.invalid',
      { field: 'GROUP', value: '3' },
    ],
    ['a read-only field', { key: 'CustNo', firstValue: first({ value: '1' }) }, 'input.invalid', { field: /Number/ }],
    ['a label', { key: 'HEAD', firstValue: first({ ask: true }) }, 'input.invalid', { field: 'HEAD' }],
    ['a field that is gone', { key: 'GONE', firstValue: first({ value: 'new' }) }, 'input.invalid', { field: 'GONE' }],
    ['a secret', { key: 'SECRET', firstValue: first({ value: 'x' }) }, 'input.invalid', { field: 'SECRET' }],
  ])('refuse %s, name the field, and keep nothing', async (_, given, code, detail) => {
    const before = await world.store.mappings.get(id, 'Customer');
    await expect(save({ key: 'PHONE', firstValue: first({ value: '1' }) }, given)).rejects.toMatchObject({
      code,
      detail: Object.fromEntries(
        Object.entries(detail).map(([key, value]) => [
          key,
          value instanceof RegExp ? expect.stringMatching(value) : value,
        ]),
      ),
    });
    expect(await world.store.mappings.get(id, 'Customer')).toEqual(before);
  });

  test('of a field that is gone may stay, and may be taken away', async () => {
    await save({ key: 'GONE', firstValue: first({ value: 'old' }) });
    expect(await stored('GONE')).toMatchObject({ firstValue: { value: 'old' } });
    await save({ key: 'GONE', firstValue: first({}) });
    expect(await stored('GONE')).toMatchObject({ firstValue: { value: null } });
  });

  test('that are list items need the ERP once, and its failure is told; what is there already needs it not', async () => {
    await save({ key: 'GROUP', firstValue: first({ value: '1' }) });
    world.erp.outage = new AppError('connector.unreachable');
    await save({ key: 'GROUP', firstValue: first({ value: '1', ask: true }) }, { key: 'PHONE', showInTab: true });
    expect(await stored('GROUP')).toMatchObject({ firstValue: { value: '1', ask: true } });
    await expect(save({ key: 'GROUP', firstValue: first({ value: '2' }) })).rejects.toMatchObject({
      code: 'connector.unreachable',
    });
  });

  test("are chosen from the ERP's list, in the language of the user", async () => {
    expect(await showErpList(admin, id, 'Customer', 'GROUP', 'nb')).toEqual({
      items: [
        { key: '1', text: 'Fisk' },
        { key: '2', text: 'Other' },
      ],
    });
    await expect(showErpList(admin, id, 'Customer', 'NAME', 'nb')).rejects.toMatchObject({
      code: 'mapping.field_unknown',
    });
    world.erp.outage = new AppError('connector.unreachable');
    await expect(showErpList(admin, id, 'Customer', 'GROUP', 'nb')).rejects.toMatchObject({
      code: 'connector.unreachable',
    });
  });

  test('have no record looked at again', async () => {
    const now = world.clock.now();
    await world.store.marks.ensure({ type: 'contact', id: 42 });
    const linkId = '11111111-1111-4111-8111-111111111111';
    const ends = { entity: { type: 'contact', id: 42 }, actor: { type: 'Customer', erpKey: '1' } } as const;
    await world.store.links.claim(linkId, { connectionId: id, ...ends }, now);
    await world.store.links.confirm(linkId, now);
    await save({ key: 'LIMIT', firstValue: first({ value: '1' }) }, { key: 'PHONE', showInTab: true });
    expect(await world.store.marks.waiting()).toBe(0);
    await save({ key: 'NAME', crmField: 'NAME', direction: 'both', policy: 'erp' });
    expect(await world.store.marks.waiting()).toBe(1);
  });
});

describe('who may', () => {
  const verbs: Record<string, (ctx: Context) => Promise<unknown>> = {
    showFieldMappings: (ctx) => showFieldMappings(ctx, id, 'en'),
    saveFieldMapping: (ctx) => saveFieldMapping(ctx, id, 'Customer', wish({ key: 'NAME' })),
    showErpList: (ctx) => showErpList(ctx, id, 'Customer', 'GROUP', 'en'),
  };

  test.each(Object.keys(verbs))('%s wants a licensed administrator of this tenant', async (verb) => {
    const call = async (ctx: Context) => verbs[verb]!(ctx);
    await expect(call(world.as({ administrator: false }))).rejects.toMatchObject({ code: 'access.denied' });
    await expect(call(world.as({ licensed: false }))).rejects.toMatchObject({ code: 'licence.missing' });
    await expect(call(world.ctx)).rejects.toMatchObject({ code: 'session.missing' });
    await expect(call(world.otherTenant())).rejects.toMatchObject({ code: 'connection.not_found' });
    expect(await stored('NAME')).toMatchObject({ crmField: 'NAME', direction: 'both' });
  });
});
