import { beforeEach, describe, expect, test } from 'vitest';
import { listConnections } from '../../backend/application/setup/list-connections.ts';
import { refreshFields } from '../../backend/application/setup/refresh-fields.ts';
import { saveFieldRanks } from '../../backend/application/setup/save-field-ranks.ts';
import { savePriority } from '../../backend/application/setup/save-priority.ts';
import { showFieldMappings } from '../../backend/application/setup/show-field-mappings.ts';
import type { Context } from '../../backend/context.ts';
import { createWorld, type World } from '../support/world.ts';

let world: World;
let admin: Context;
let [first, second, third] = ['', '', ''];

beforeEach(async () => {
  world = await createWorld();
  admin = world.as();
  first = await world.connection({
    name: 'First',
    fields: { NAME: 'NAME', POSTALCITY: 'POSTALCITY', CreditLimit: {} },
  });
  second = await world.connection({ name: 'Second' });
  third = await world.connection({ name: 'Third' });
});

const names = async (ctx = admin) => (await listConnections(ctx)).map(({ name }) => name);
const keys = async () =>
  (await showFieldMappings(admin, first, 'en')).actorTypes[0]?.fields.map(({ key, showInTab }) => [key, showInTab]);

describe('the priority of connections', () => {
  test('is the order they were put in, and who comes next is weakest', async () => {
    await savePriority(admin, { connectionIds: [third, first, second] });
    expect(await names()).toEqual(['Third', 'First', 'Second']);
    await world.connection({ name: 'Fourth' });
    expect(await names()).toEqual(['Third', 'First', 'Second', 'Fourth']);
  });

  test('leaves those that are not named behind the others, in their order', async () => {
    await savePriority(admin, { connectionIds: [third] });
    expect(await names()).toEqual(['Third', 'First', 'Second']);
  });

  test('of a connection that is not there is refused, and nothing moves', async () => {
    const stranger = '1b4e28ba-2fa1-4d3b-8d57-6d0b2c1f9a11';
    await expect(savePriority(admin, { connectionIds: [third, stranger] })).rejects.toMatchObject({
      code: 'connection.not_found',
    });
    expect(await names()).toEqual(['First', 'Second', 'Third']);
  });
});

describe('the rank of fields', () => {
  const rank = (...fields: readonly [string, boolean][]) =>
    saveFieldRanks(admin, first, 'Customer', { fields: fields.map(([key, showInTab]) => ({ key, showInTab })) });

  test('is kept, with what the ERP tab shows', async () => {
    await rank(['CreditLimit', true], ['POSTALCITY', false], ['NAME', true]);

    expect(await keys()).toEqual([
      ['CreditLimit', true],
      ['POSTALCITY', false],
      ['NAME', true],
    ]);
  });

  test('survives a refresh, behind which new fields come', async () => {
    await rank(['POSTALCITY', true], ['NAME', true], ['CreditLimit', false]);
    await refreshFields(admin, first, 'en');
    expect((await keys())?.slice(0, 3)).toEqual([
      ['POSTALCITY', true],
      ['NAME', true],
      ['CreditLimit', false],
    ]);
    expect((await keys())?.length).toBeGreaterThan(3);
  });

  test('of an actor type the connector does not offer is refused', async () => {
    await expect(saveFieldRanks(admin, first, 'Project', { fields: [] })).rejects.toMatchObject({
      code: 'mapping.field_unknown',
    });
  });
});

describe('who may', () => {
  const verbs: Record<string, (ctx: Context) => Promise<unknown>> = {
    savePriority: (ctx) => savePriority(ctx, { connectionIds: [third, second, first] }),
    saveFieldRanks: (ctx) => saveFieldRanks(ctx, first, 'Customer', { fields: [{ key: 'NAME', showInTab: false }] }),
  };

  test.each(Object.keys(verbs))('%s wants a licensed administrator of this tenant', async (verb) => {
    const before = [await names(), await keys()];
    const call = async (ctx: Context) => verbs[verb]!(ctx);
    await expect(call(world.as({ administrator: false }))).rejects.toMatchObject({ code: 'access.denied' });
    await expect(call(world.as({ licensed: false }))).rejects.toMatchObject({ code: 'licence.missing' });
    await expect(call(world.ctx)).rejects.toMatchObject({ code: 'session.missing' });
    await expect(call(world.otherTenant())).rejects.toMatchObject({ code: 'connection.not_found' });
    expect([await names(), await keys()]).toEqual(before);
  });
});
