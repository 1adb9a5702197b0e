import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { searchActors } from '../../backend/application/erp-tab/search-actors.ts';
import { showErpTab } from '../../backend/application/erp-tab/show-erp-tab.ts';
import { showLiveValues } from '../../backend/application/erp-tab/show-live-values.ts';
import type { AppError } from '../../backend/errors.ts';
import type { ActorRef, CrmEntity } from '../../shared/vocabulary.ts';
import { createWorld, type World } from '../support/world.ts';

const company: CrmEntity = { type: 'contact', id: 42 };
const customer: ActorRef = { type: 'Customer', erpKey: 'erp831' };
const fields = {
  NAME: 'NAME',
  POSTALCITY: 'POSTALCITY',
  CustGr: { kind: 'list', listName: 'CustomerGroup', direction: 'none' },
} as const;

let world: World;

beforeEach(async () => {
  world = await createWorld();
  world.crm.entities.set('contact/42', { NAME: 'Orkdal Eldresenter', POSTALCITY: 'Orkanger' });
  world.crm.entities.set('contact/43', { NAME: 'Aurland Bakeri', POSTALCITY: 'Aurland' });
  world.erp.actors.set('Customer/erp831', { NAME: 'Orkdal Senter AS', POSTALCITY: 'Orkanger', CustGr: '2' });
  world.erp.actors.set('Customer/erp832', { NAME: 'Orkdal Sag', POSTALCITY: 'Fannrem', CustGr: '9' });
  world.erp.lists.set('CustomerGroup', [{ key: '2', text: 'Health care' }]);
});

async function link(connectionId: string, entity = company, actor = customer): Promise<string> {
  const id = randomUUID();
  await world.store.marks.ensure(entity);
  await world.store.links.claim(id, { connectionId, entity, actor }, world.clock.now());
  await world.store.links.confirm(id, world.clock.now());
  return id;
}

describe('the ERP tab', () => {
  test('offers every active connection that fits the record', async () => {
    const connectionId = await world.connection({ name: 'Visma Norway', fields });
    await world.connection({ name: 'Asleep', fields, active: false });
    world.crm.entities.set('project/7', { NAME: 'New roof' });

    expect(await showErpTab(world.as(), company)).toMatchObject({
      name: 'Orkdal Eldresenter',
      connections: [{ connectionId, name: 'Visma Norway', actorTypes: ['Customer'], canConnect: true, link: null }],
    });
    expect(await showErpTab(world.as(), { type: 'project', id: 7 })).toMatchObject({ connections: [] });
  });

  test('is empty while nobody has set up a connection', async () => {
    expect(await showErpTab(world.as(), company)).toMatchObject({ connections: [] });
  });

  test('tells of a linked actor what it is, and why nothing moves', async () => {
    const connectionId = await world.connection({ fields });
    const id = await link(connectionId);
    await world.store.links.park(id, 'actor.not_found', { name: 'x' }, world.clock.now());

    const { connections } = await showErpTab(world.as(), company);

    expect(connections).toMatchObject([
      { link: { id, actor: customer, parked: { code: 'actor.not_found' }, conflicts: [] } },
    ]);
  });

  test('shows both values of a conflict', async () => {
    const connectionId = await world.connection({ fields });
    const id = await link(connectionId);
    const conflict = {
      fieldKey: 'NAME',
      kind: 'conflict',
      crm: 'Mine',
      erp: 'Theirs',
      code: null,
      detail: null,
    } as const;
    await world.store.links.settle(
      id,
      { agreed: { NAME: { crm: 'Old', erp: 'Old' } }, waiting: [conflict] },
      world.clock.now(),
    );

    const { connections } = await showErpTab(world.as(), company);

    expect(connections[0]?.link?.conflicts).toMatchObject([{ key: 'NAME', crm: 'Mine', erp: 'Theirs', agreed: 'Old' }]);
  });

  test.each([
    ['a user without the licence', { licensed: false }, 'licence.missing'],
    ['a user outside the scope', { id: 11, groupIds: [2] }, 'access.denied'],
  ] as const)('tells %s nothing about the record', async (_, user, code) => {
    await world.connection({ fields, scope: { everyone: false, members: [member('group', 3)] } });

    const denied = await showErpTab(world.as(user), company).catch((error: unknown) => error);

    expect(denied).toMatchObject({ code });
    expect(JSON.stringify((denied as AppError).detail)).not.toContain('Orkdal');
    expect(world.crm.calls).toEqual([]);
    expect(world.erp.calls).toEqual([]);
  });

  test('does not show a record that the user may not see in SuperOffice', async () => {
    await world.connection({ fields });
    world.crm.hidden.set(5, new Set(['contact/42']));

    await expect(showErpTab(world.as(), company)).rejects.toMatchObject({ code: 'entity.not_found', detail: {} });
  });

  test('of another tenant knows nothing of ours', async () => {
    await link(await world.connection({ fields }));

    expect(await showErpTab(world.otherTenant(), company)).toMatchObject({ connections: [] });
  });
});

describe('live values', () => {
  test('are the fields to be shown, list items as text', async () => {
    const connectionId = await world.connection({ fields });
    await link(connectionId);

    expect((await showLiveValues(world.as(), company, connectionId)).fields).toMatchObject([
      { key: 'NAME', value: 'Orkdal Senter AS' },
      { key: 'POSTALCITY', value: 'Orkanger' },
      { key: 'CustGr', value: '2', text: 'Health care' },
    ]);
  });

  test('of an actor that is gone are an error, not blanks', async () => {
    const connectionId = await world.connection({ fields });
    await link(connectionId);
    world.erp.actors.delete('Customer/erp831');

    await expect(showLiveValues(world.as(), company, connectionId)).rejects.toMatchObject({ code: 'actor.not_found' });
  });

  test('are not concluded from an answer with a warning', async () => {
    const connectionId = await world.connection({ fields });
    await link(connectionId);
    world.erp.actors.delete('Customer/erp831');
    world.erp.warning = 'Connection closed.';

    await expect(showLiveValues(world.as(), company, connectionId)).rejects.toMatchObject({
      code: 'connector.rejected',
      detail: { explanation: 'Connection closed.' },
    });
  });

  test("of another tenant's connection do not exist", async () => {
    const connectionId = await world.connection({ fields });
    await link(connectionId);

    await expect(showLiveValues(world.otherTenant(), company, connectionId)).rejects.toMatchObject({
      code: 'connection.not_found',
    });
  });
});

describe('the search for an actor', () => {
  const search = (connectionId: string, text: string, ctx = world.as()) =>
    searchActors(ctx, { connectionId, entity: company, actorType: 'Customer', text });

  test('finds by text, with the columns the administrator chose', async () => {
    const connectionId = await world.connection({
      fields: { ...fields, POSTALCITY: { direction: 'none', showInSearch: false } },
    });

    const found = await search(connectionId, 'orkdal s');

    expect(found.columns.map(({ key }) => key)).toEqual(['NAME', 'CustGr']);
    expect(found.actors.map(({ cells }) => cells.map(({ value, text }) => text ?? value))).toEqual([
      ['Orkdal Senter AS', 'Health care'],
      ['Orkdal Sag', '9'],
    ]);
  });

  test('finds nothing without a match, and says so by an empty list', async () => {
    expect((await search(await world.connection({ fields }), 'Nobody')).actors).toEqual([]);
  });

  test('marks an actor that is taken, by name only where the user may see the record', async () => {
    const connectionId = await world.connection({ fields });
    await link(connectionId, { type: 'contact', id: 43 });

    expect((await search(connectionId, 'Senter')).actors).toMatchObject([{ linkedTo: 'Aurland Bakeri' }]);
    world.crm.hidden.set(5, new Set(['contact/43']));
    expect((await search(connectionId, 'Senter')).actors).toMatchObject([{ linkedTo: '' }]);
  });

  test('shows no more than a person reads, and says that there are more', async () => {
    const connectionId = await world.connection({ fields });
    for (let i = 0; i < 250; i++) world.erp.actors.set(`Customer/many${i}`, { NAME: `Many ${i}` });

    const found = await search(connectionId, 'Many');

    expect(found.actors).toHaveLength(200);
    expect(found.truncated).toBe(true);
  });

  test('of a contact looks only below its company, and asks for that to be connected first', async () => {
    const connectionId = await world.connection({ fields, types: { Person: { LASTNAME: 'LASTNAME' } } });
    world.crm.entities.set('person/7', { FIRSTNAME: 'Kari', LASTNAME: 'Nordmann' });
    world.crm.companies.set('person/7', company);
    world.erp.actors.set('Person/p1', { LASTNAME: 'Nordmann' });
    world.erp.actors.set('Person/p2', { LASTNAME: 'Nordmann' });
    world.erp.parents.set('Person/p1', customer);
    const searchPerson = () =>
      searchActors(world.as(), {
        connectionId,
        entity: { type: 'person', id: 7 },
        actorType: 'Person',
        text: 'Nordmann',
      });

    await expect(searchPerson()).rejects.toMatchObject({ code: 'link.parent_missing' });
    await link(connectionId);
    expect((await searchPerson()).actors.map(({ erpKey }) => erpKey)).toEqual(['p1']);
  });

  test('needs the right to connect or to create', async () => {
    const readOnly = { ...member('group', 2), canConnect: false, canCreate: false };
    const connectionId = await world.connection({ fields, scope: { everyone: false, members: [readOnly] } });

    await expect(search(connectionId, 'Orkdal', world.as({ id: 11, groupIds: [2] }))).rejects.toMatchObject({
      code: 'access.denied',
    });
    expect(world.erp.calls).toEqual([]);
  });
});

function member(kind: 'user' | 'group', id: number) {
  return { kind, id, canConnect: true, canCreate: true };
}
