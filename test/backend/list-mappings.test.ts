import { beforeEach, describe, expect, test } from 'vitest';
import { saveFieldMapping } from '../../backend/application/setup/save-field-mapping.ts';
import { saveListMapping } from '../../backend/application/setup/save-list-mapping.ts';
import { showListMappings } from '../../backend/application/setup/show-list-mappings.ts';
import { syncNow } from '../../backend/application/sync/sync-now.ts';
import { reconcile } from '../../backend/application/sync/reconcile.ts';
import type { Context } from '../../backend/context.ts';
import { AppError } from '../../backend/errors.ts';
import type { ActorRef, CrmEntity, Direction } from '../../shared/vocabulary.ts';
import { connect } from '../support/connect.ts';
import { fakeField } from '../support/fake-connector.ts';
import { createWorld, type World, type WorldFields } from '../support/world.ts';

const company: CrmEntity = { type: 'contact', id: 42 };
const customer: ActorRef = { type: 'Customer', erpKey: 'erp831' };

let world: World;
let admin: Context;
let id: string;

const fields = (direction: Direction = 'both'): WorldFields => ({
  NAME: { crmField: 'NAME', direction: 'both' },
  GROUP: { name: 'US:"Group";NO:"Gruppe"', kind: 'list', listName: 'Group', crmField: 'BUSINESS', direction },
  TERMS: { kind: 'list', listName: 'Terms', crmField: 'FAX', direction: 'toCrm' },
});

beforeEach(async () => {
  world = await createWorld();
  admin = world.as();
  world.erp.lists.set('Group', [
    { key: 'R', text: 'US:"Retail";NO:"Detalj"' },
    { key: 'W', text: 'Wholesale' },
    { key: 'X', text: 'Export' },
  ]);
  world.erp.lists.set('Terms', [{ key: '1', text: '30 days' }]);
  world.crm.lists.set('business', [
    { key: '1', text: 'US:"Retail";NO:"Detalj"' },
    { key: '2', text: 'wholesale' },
    { key: '3', text: 'Other' },
  ]);
  id = await world.connection({ name: 'Visma', fields: fields() });
});

interface Saved {
  readonly ctx?: Context;
  readonly crmField?: string;
  readonly goesBack?: readonly string[];
}
const save = (items: Readonly<Record<string, string | null>>, { ctx, crmField, goesBack = [] }: Saved = {}) =>
  saveListMapping(ctx ?? admin, id, 'Customer', {
    fieldKey: 'GROUP',
    crmField: crmField ?? 'BUSINESS',
    items: Object.entries(items).map(([key, crmItem]) => ({ key, crmItem, goesBack: goesBack.includes(key) })),
  });
const stored = async () =>
  Object.fromEntries((await world.store.listItems.get(id, 'Customer')).get('GROUP')?.items ?? []);
const shownList = async (language = 'en') => (await showListMappings(admin, id, language)).lists[0];

describe('the dialog', () => {
  test('shows the lists that are mapped to lists, both sides in the language of the user, with a suggestion', async () => {
    const { lists } = await showListMappings(admin, id, 'nb');

    expect(lists).toHaveLength(1);
    expect(lists[0]).toMatchObject({
      actorType: 'Customer',
      fieldKey: 'GROUP',
      fieldName: 'Gruppe',
      crmField: 'BUSINESS',
      direction: 'both',
      failure: null,
      items: [
        {
          key: 'R',
          text: 'Detalj',
          decided: false,
          crmItem: null,
          goesBack: false,
          suggestion: '1',
          missingInErp: false,
        },
        { key: 'W', suggestion: '2' },
        { key: 'X', suggestion: null },
      ],
      crmItems: [{ key: '1', text: 'Detalj' }, { key: '2' }, { key: '3' }],
    });
  });

  test('tells what was decided, and what is new or gone since', async () => {
    await save({ R: '1', W: '2', X: null });
    world.erp.lists.set('Group', [
      { key: 'R', text: 'Retail' },
      { key: 'X', text: 'Export' },
      { key: 'N', text: 'New' },
    ]);

    expect((await shownList())?.items).toEqual([
      { key: 'R', text: 'Retail', missingInErp: false, decided: true, crmItem: '1', goesBack: false, suggestion: null },
      {
        key: 'X',
        text: 'Export',
        missingInErp: false,
        decided: true,
        crmItem: null,
        goesBack: false,
        suggestion: null,
      },
      { key: 'N', text: 'New', missingInErp: false, decided: false, crmItem: null, goesBack: false, suggestion: null },
      { key: 'W', text: 'W', missingInErp: true, decided: true, crmItem: '2', goesBack: false, suggestion: null },
    ]);
  });

  test('shows a list that cannot be read with its reason, beside the others', async () => {
    id = await world.connection({
      fields: {
        ...fields(),
        KIND: { kind: 'list', listName: 'Kind', crmField: 'CATEGORY', direction: 'toCrm' },
        KIND2: { kind: 'list', listName: 'Group', crmField: 'COUNTRY', direction: 'toCrm' },
      },
    });
    world.erp.lists.set('Kind', [{ key: 'k', text: 'Kind' }]);
    world.crm.lists.set('category', [{ key: '5', text: 'Kind' }]);
    world.erp.beforeCall = ({ method, args }) => {
      if (method === 'getList' && args[0] === 'Group') throw new AppError('connector.timeout');
    };

    const { lists } = await showListMappings(admin, id, 'en');
    expect(lists.map(({ fieldKey, failure, items }) => [fieldKey, failure?.code ?? null, items.length])).toEqual([
      ['GROUP', 'connector.timeout', 0],
      ['KIND', null, 1],
      ['KIND2', 'connector.timeout', 0],
    ]);
    expect(world.erp.count('getList')).toBe(2);
  });

  test('asks no ERP where no list is mapped', async () => {
    id = await world.connection({ fields: { NAME: 'NAME' } });
    world.erp.calls.length = 0;
    expect(await showListMappings(admin, id, 'en')).toEqual({ lists: [] });
    expect(world.erp.calls).toEqual([]);
  });
});

describe('saving', () => {
  test('keeps what was decided, and forgets what is not named', async () => {
    await save({ R: '1', W: '2' });
    await save({ R: '1', X: null });
    expect(await stored()).toEqual({ R: '1', X: null });
  });

  test.each<[string, Readonly<Record<string, string | null>>, string]>([
    ['two items for one where there is a way back', { R: '1', W: '1' }, 'list.item_ambiguous'],
    ['an item SuperOffice does not have', { R: '99' }, 'list.item_unknown'],
  ])('refuses %s, and keeps nothing', async (_, items, code) => {
    await expect(save(items)).rejects.toMatchObject({ code });
    expect(await stored()).toEqual({});
  });

  test('takes several items for one where it is said which of them goes back, and shows that again', async () => {
    await save({ R: '1', W: '1', X: '1' }, { goesBack: ['W'] });
    expect((await shownList())?.items.map(({ key, crmItem, goesBack }) => [key, crmItem, goesBack])).toEqual([
      ['R', '1', false],
      ['W', '1', true],
      ['X', '1', false],
    ]);
    await expect(save({ R: '1', W: '1' }, { goesBack: ['R', 'W'] })).rejects.toMatchObject({
      code: 'list.item_ambiguous',
    });
  });

  test('takes two items for one where nothing goes back', async () => {
    id = await world.connection({ fields: fields('toCrm') });
    await save({ R: '1', W: '1' });
    expect(await stored()).toEqual({ R: '1', W: '1' });
  });

  test('is refused when another administrator has paired the field anew meanwhile', async () => {
    const wish = {
      key: 'GROUP',
      crmField: 'CATEGORY',
      direction: 'both',
      showInTab: false,
      showInSearch: false,
    } as const;
    world.crm.lists.set('category', [{ key: '1', text: 'Retail' }]);
    await saveFieldMapping(admin, id, 'Customer', { active: true, fields: [wish] });

    await expect(save({ R: '1' })).rejects.toMatchObject({ code: 'mapping.changed', detail: { field: /Group/ } });
    await save({ R: '1' }, { crmField: 'CATEGORY' });
    expect(await stored()).toEqual({ R: '1' });
  });

  test('of a field that is no mapped list is refused', async () => {
    const items = [{ key: '1', crmItem: null, goesBack: false }];
    for (const fieldKey of ['TERMS', 'NAME', 'NOTHING']) {
      const saving = saveListMapping(admin, id, 'Customer', { fieldKey, crmField: 'FAX', items });
      await expect(saving).rejects.toMatchObject({ code: 'mapping.changed' });
    }
  });
});

describe('a record whose item is not mapped', () => {
  const lease = () => new Date(world.clock.now().getTime() + 45_000);
  const work = async () => {
    const claims = await world.store.marks.claimMarked(10, world.clock.now(), lease());
    for (const claim of claims) await reconcile(world.ctx, claim);
    return claims.length;
  };
  const erpValues = () => world.erp.actors.get('Customer/erp831');
  const crmValues = () => world.crm.entities.get('contact/42');
  let linkId: string;

  beforeEach(async () => {
    world.crm.entities.set('contact/42', { NAME: 'Orkdal', BUSINESS: null, FAX: null });
    world.erp.fieldsOf.set(
      'Customer',
      ['NAME', 'GROUP', 'TERMS'].map((key) => fakeField(key)),
    );
    world.erp.actors.set('Customer/erp831', { NAME: 'Orkdal', GROUP: null, TERMS: null });
    linkId = await connect(admin, id, company, customer);
    world.erp.edit(customer, { GROUP: 'X' });
    await syncNow(admin, company);
    await work();
  });

  test('waits with the reason, and goes on as soon as the item is', async () => {
    expect(await world.store.links.openFields([linkId])).toMatchObject([
      { fieldKey: 'GROUP', code: 'list.item_unmapped', detail: { item: 'X' } },
    ]);

    await save({ R: '1', X: '3' });
    expect(await work()).toBe(1);
    expect(crmValues()).toMatchObject({ BUSINESS: '3' });
    expect(await world.store.links.openFields([linkId])).toEqual([]);
  });

  test('stays as it is where the item has no counterpart', async () => {
    await save({ R: '1', X: null });
    await work();
    expect(crmValues()).toMatchObject({ BUSINESS: null });
    expect(await world.store.links.openFields([linkId])).toEqual([]);
  });

  test('takes on the new meaning of an item', async () => {
    id = await world.connection({ name: 'One way', fields: fields('toCrm') });
    await connect(admin, id, company, customer);
    await save({ X: '2' });
    await work();
    expect(crmValues()).toMatchObject({ BUSINESS: '2' });

    await save({ X: '3' });
    await work();
    expect(crmValues()).toMatchObject({ BUSINESS: '3' });
    expect(erpValues()).toMatchObject({ GROUP: 'X' });
  });

  test('keeps its ERP item where several are the same in SuperOffice, and gets the chosen one from another', async () => {
    await save({ R: '1', X: '3', W: '3' }, { goesBack: ['W'] });
    await work();
    expect([crmValues()?.['BUSINESS'], erpValues()?.['GROUP']]).toEqual(['3', 'X']);

    world.crm.edit(company, { BUSINESS: '1' });
    await syncNow(admin, company);
    expect([crmValues()?.['BUSINESS'], erpValues()?.['GROUP']]).toEqual(['1', 'R']);
    world.crm.edit(company, { BUSINESS: '3' });
    await syncNow(admin, company);
    expect([crmValues()?.['BUSINESS'], erpValues()?.['GROUP']]).toEqual(['3', 'W']);
    world.erp.edit(customer, { GROUP: 'X' });
    await syncNow(admin, company);
    expect([crmValues()?.['BUSINESS'], erpValues()?.['GROUP']]).toEqual(['3', 'X']);
  });

  test('waits until it is said which of several items goes back', async () => {
    id = await world.connection({ name: 'Now one way', fields: fields('toCrm') });
    linkId = await connect(admin, id, company, customer);
    await save({ R: '1', X: '3', W: '3' });
    await work();
    const directed = {
      key: 'GROUP',
      crmField: 'BUSINESS',
      direction: 'both',
      showInTab: false,
      showInSearch: false,
    } as const;
    await saveFieldMapping(admin, id, 'Customer', { active: true, fields: [directed] });
    world.crm.edit(company, { BUSINESS: '1' });
    await syncNow(admin, company);
    world.crm.edit(company, { BUSINESS: '3' });
    await syncNow(admin, company);
    expect(await world.store.links.openFields([linkId])).toMatchObject([{ code: 'list.item_unmapped' }]);

    await save({ R: '1', X: '3', W: '3' }, { goesBack: ['W'] });
    await work();
    expect(erpValues()).toMatchObject({ GROUP: 'W' });
  });

  test('is not looked at while the connection is not active', async () => {
    await world.store.connections.setActive(id, false);
    await save({ X: '3' });
    expect(await work()).toBe(0);
  });

  test('is not looked at when more is known, and it did not wait for that', async () => {
    await save({ X: '3' });
    await work();
    await save({ X: '3', R: '1' });
    expect(await work()).toBe(0);
  });
});

describe('who may', () => {
  const verbs: Record<string, (ctx: Context) => Promise<unknown>> = {
    showListMappings: (ctx) => showListMappings(ctx, id, 'en'),
    saveListMapping: (ctx) => save({ R: '1' }, { ctx }),
  };

  test.each(Object.keys(verbs))('%s wants a licensed administrator of this tenant', async (verb) => {
    const call = async (ctx: Context) => verbs[verb]!(ctx);
    await expect(call(world.as({ administrator: false }))).rejects.toMatchObject({ code: 'access.denied' });
    await expect(call(world.as({ licensed: false }))).rejects.toMatchObject({ code: 'licence.missing' });
    await expect(call(world.ctx)).rejects.toMatchObject({ code: 'session.missing' });
    await expect(call(world.otherTenant())).rejects.toMatchObject({ code: 'connection.not_found' });
    expect(await stored()).toEqual({});
  });
});
