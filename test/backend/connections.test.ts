import { beforeEach, describe, expect, test } from 'vitest';
import type { Context } from '../../backend/context.ts';
import { activateConnection } from '../../backend/application/setup/activate-connection.ts';
import { deactivateConnection } from '../../backend/application/setup/deactivate-connection.ts';
import { deleteConnection } from '../../backend/application/setup/delete-connection.ts';
import { finishSchemaTask } from '../../backend/application/setup/finish-schema-task.ts';
import { listConnections } from '../../backend/application/setup/list-connections.ts';
import { listPeople } from '../../backend/application/setup/list-people.ts';
import { listSchemaTasks } from '../../backend/application/setup/list-schema-tasks.ts';
import { refreshFields } from '../../backend/application/setup/refresh-fields.ts';
import { restoreConnection } from '../../backend/application/setup/restore-connection.ts';
import { saveConnection } from '../../backend/application/setup/save-connection.ts';
import { saveConnector } from '../../backend/application/setup/save-connector.ts';
import { showConnectionSummary } from '../../backend/application/setup/show-connection-summary.ts';
import { showConnection } from '../../backend/application/setup/show-connection.ts';
import { testConnection } from '../../backend/application/setup/test-connection.ts';
import { trySettings } from '../../backend/application/setup/try-settings.ts';
import type { FieldMapping } from '../../backend/domain/connection.ts';
import { AppError } from '../../backend/errors.ts';
import type { SaveConnection } from '../../shared/api/connections.ts';
import { fakeField } from '../support/fake-connector.ts';
import { createWorld, fieldMapping, type World } from '../support/world.ts';

let world: World;
let admin: Context;
let norway: SaveConnection;
beforeEach(async () => {
  world = await createWorld();
  admin = world.as();
  const { id } = await saveConnector(admin, { kind: 'workbook', name: 'Excel', url: '' });
  norway = {
    connectorId: id,
    name: 'Norway',
    description: 'Visma in Oslo',
    scope: { everyone: false, members: [{ kind: 'group', id: 2, canConnect: true, canCreate: false }] },
    config: { Filename: 'ErpClient.xlsx', Password: 'hemmelig-123' },
  };
});

const nobody = '00000000-0000-4000-8000-000000000000';
const methods = () => world.erp.calls.map(({ method }) => method);
const refused = (code: string) => expect.objectContaining({ code }) as Error;

describe('a new connection', () => {
  test('is tested, made known to the connector under its id, and paired where the keys are equal', async () => {
    const saved = await saveConnection(admin, norway);

    expect(saved).toMatchObject({
      name: 'Norway',
      connectorName: 'Excel',
      active: false,
      trouble: null,
      scope: norway.scope,
      config: { Filename: 'ErpClient.xlsx' },
      secretsSet: ['Password'],
      pollSeconds: 60,
    });
    expect(world.erp.connections.get(saved.id)).toEqual(norway.config);
    expect(methods().filter((method) => !/ields|actorTypes/.test(method))).toEqual([
      'testConfig',
      'saveConnection',
      'testConnection',
    ]);

    const [customer, person] = await world.store.mappings.list(saved.id);
    expect(customer?.active).toBe(false);
    expect(customer?.fields.map(({ key, crmField, direction }) => [key, crmField, direction])).toEqual([
      ['CustNo', null, 'none'],
      ['NAME', 'NAME', 'none'],
      ['POSTALAD1', 'POSTALAD1', 'none'],
      ['POSTALZIP', 'POSTALZIP', 'none'],
      ['POSTALCITY', 'POSTALCITY', 'none'],
      ['CustGr', null, 'none'],
      ['CreditLimit', null, 'none'],
    ]);
    expect(person?.fields.map(({ crmField }) => crmField)).toEqual(['FIRSTNAME', 'LASTNAME', 'PHONE_DIRECT']);
  });

  test('its password is nowhere in what is answered', async () => {
    const saved = await saveConnection(admin, norway);
    const told = JSON.stringify([saved, await listConnections(admin), await showConnection(admin, saved.id)]);
    expect(told).not.toContain('hemmelig-123');
  });

  test.each<[string, Partial<SaveConnection>, string]>([
    ['a mandatory setting that is not there', { config: {} }, 'config.field_missing'],
    ['a mandatory setting that is blank', { config: { Filename: '  ' } }, 'config.field_missing'],
    ['a connector that is not there', { connectorId: nobody }, 'connector.not_found'],
    ['a scope of nobody', { scope: { everyone: false, members: [] } }, 'input.invalid'],
  ])('with %s is not kept', async (_, wrong, code) => {
    await expect(saveConnection(admin, { ...norway, ...wrong })).rejects.toMatchObject({ code });
    expect(await listConnections(admin)).toEqual([]);
  });

  test('that fails its test is not kept', async () => {
    world.erp.failures.length = 0;
    world.erp.beforeCall = ({ method }) => {
      if (method === 'testConfig') throw new AppError('connector.rejected', { explanation: 'Wrong password' });
    };
    await expect(saveConnection(admin, norway)).rejects.toMatchObject({
      code: 'connector.rejected',
      detail: { explanation: 'Wrong password' },
    });
    expect(await listConnections(admin)).toEqual([]);
    expect(methods()).not.toContain('saveConnection');
  });

  test.each(['saveConnection', 'testConnection', 'actorTypes', 'fields'] as const)(
    'stays inactive with the reason when %s fails, and is completed by saving again',
    async (failing) => {
      world.erp.beforeCall = ({ method }) => {
        if (method === failing) throw new AppError('connector.unreachable');
      };
      const saved = await saveConnection(admin, norway);
      expect(saved).toMatchObject({ active: false, trouble: { code: 'connector.unreachable' } });

      world.erp.beforeCall = null;
      const again = await saveConnection(admin, { ...norway, config: { Filename: 'ErpClient.xlsx' } }, saved.id);
      expect(again).toMatchObject({ id: saved.id, trouble: null, secretsSet: ['Password'] });
      expect(await world.store.mappings.list(saved.id)).toHaveLength(2);
    },
  );

  test('a name is taken by one live connection', async () => {
    const { id } = await saveConnection(admin, norway);
    await expect(saveConnection(admin, { ...norway, name: 'norway' })).rejects.toMatchObject({
      code: 'connection.name_taken',
    });
    await deleteConnection(admin, id);
    expect(await saveConnection(admin, norway)).toMatchObject({ name: 'Norway' });
    await expect(restoreConnection(admin, id)).rejects.toMatchObject({ code: 'connection.name_taken' });
  });

  test('of two with one name at once, one is told', async () => {
    const results = await Promise.allSettled([saveConnection(admin, norway), saveConnection(admin, norway)]);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(results).toContainEqual({ status: 'rejected', reason: refused('connection.name_taken') });
  });

  test('an ERP that offers nothing at all is taken for broken', async () => {
    world.erp.fieldsOf.clear();
    expect(await saveConnection(admin, norway)).toMatchObject({ trouble: { code: 'connector.answer_invalid' } });
  });
});

describe('a saved connection', () => {
  let id: string;
  beforeEach(async () => {
    ({ id } = await saveConnection(admin, norway));
    world.erp.calls.length = 0;
  });

  test('keeps a password that is not typed again, and forgets one that is cleared', async () => {
    await saveConnection(admin, { ...norway, config: { Filename: 'Other.xlsx' } }, id);
    expect(world.erp.connections.get(id)).toEqual({ Filename: 'Other.xlsx', Password: 'hemmelig-123' });

    await saveConnection(admin, { ...norway, config: { Filename: 'Other.xlsx', Password: null } }, id);
    expect(await showConnection(admin, id)).toMatchObject({ secretsSet: [] });
    expect(world.erp.connections.get(id)).toEqual({ Filename: 'Other.xlsx' });
  });

  test('is tried with its stored password', async () => {
    await trySettings(admin, { connectorId: norway.connectorId, connectionId: id, config: { Filename: 'New.xlsx' } });
    const { connector } = await trySettings(admin, { connectorId: norway.connectorId, config: { Filename: 'x' } });
    expect(connector.name).toBe('Excel');
    expect(methods().filter((method) => method === 'testConfig')).toHaveLength(2);
    expect(world.erp.connections.get(id)).toEqual(norway.config);
  });

  test.each(['https://evil.example/x', ''])(
    'a stored password does not go to another connector at "%s"',
    async (url) => {
      world.erp.needsUrl = url !== '';
      const evil = await saveConnector(admin, { kind: 'workbook', name: 'Evil', url });
      const seen: string[] = [];
      const open = world.erp.open.bind(world.erp);
      world.erp.open = (settings) => {
        seen.push(JSON.stringify(settings));
        return open(settings);
      };
      await trySettings(admin, { connectorId: evil.id, connectionId: id, config: { Filename: 'x' } });
      await expect(
        saveConnection(admin, { ...norway, connectorId: evil.id, config: { Filename: 'x' } }, id),
      ).rejects.toMatchObject({ code: 'input.invalid' });
      expect(seen.length).toBeGreaterThan(0);
      expect(seen.join()).not.toContain('hemmelig-123');
    },
  );

  test('its name and scope may change while it is active, its settings may not', async () => {
    await world.store.connections.setActive(id, true);
    const scope = { everyone: true, members: [] };
    const renamed = await saveConnection(
      admin,
      { ...norway, name: 'Norge', scope, config: { Filename: 'ErpClient.xlsx' }, pollSeconds: 30 },
      id,
    );
    expect(renamed).toMatchObject({ name: 'Norge', scope, active: true, pollSeconds: 30 });
    expect(world.erp.calls).toEqual([]);

    await expect(saveConnection(admin, { ...norway, config: { Filename: 'b.xlsx' } }, id)).rejects.toMatchObject({
      code: 'connection.active',
    });
    expect(world.erp.calls).toEqual([]);
  });

  test('is not kept with settings tried at an address that has moved since', async () => {
    world.erp.needsUrl = true;
    const moving = { kind: 'workbook', name: 'Moving', url: 'https://a.example/x' } as const;
    const { id: connectorId } = await saveConnector(admin, moving);
    world.erp.beforeCall = async ({ method }) => {
      if (method !== 'testConfig') return;
      world.erp.beforeCall = null;
      await saveConnector(admin, { ...moving, url: 'https://b.example/x' }, connectorId);
    };
    await expect(saveConnection(admin, { ...norway, name: 'New', connectorId })).rejects.toMatchObject({
      code: 'connection.not_tested',
    });
  });

  test('is deleted and restored with its mapping, inactive', async () => {
    await world.store.connections.setActive(id, true);
    await deleteConnection(admin, id);
    expect(await showConnection(admin, id)).toMatchObject({ deleted: true, active: false });
    expect(world.erp.connections.has(id)).toBe(false);
    await expect(saveConnection(admin, norway, id)).rejects.toMatchObject({ code: 'connection.not_found' });
    await expect(activateConnection(admin, id)).rejects.toMatchObject({ code: 'connection.not_found' });

    expect(await restoreConnection(admin, id)).toMatchObject({
      deleted: false,
      active: false,
      secretsSet: ['Password'],
    });
    expect(world.erp.connections.get(id)).toEqual(norway.config);
    expect(await world.store.mappings.list(id)).toHaveLength(2);
  });

  test('is deleted even when its connector does not answer', async () => {
    world.erp.outage = new AppError('connector.unreachable');
    await deleteConnection(admin, id);
    expect(await showConnection(admin, id)).toMatchObject({ deleted: true });
  });

  test('tells at a test what the ERP says now', async () => {
    await testConnection(admin, id);
    world.erp.outage = new AppError('connector.timeout');
    await expect(testConnection(admin, id)).rejects.toMatchObject({ code: 'connector.timeout' });
  });

  test('sums up what is paired, in the language of the user', async () => {
    const person = await world.store.mappings.get(id, 'Person');
    const [first, ...rest] = person!.fields;
    await world.store.mappings.save({ ...person!, fields: [{ ...first!, name: 'US:"First";NO:"Fornavn"' }, ...rest] });
    expect(await showConnectionSummary(admin, id, 'nb')).toEqual({
      actorTypes: [
        { actorType: 'Customer', active: false, mapped: ['Name', 'Address 1', 'Zip', 'City'] },
        { actorType: 'Person', active: false, mapped: ['Fornavn', 'Last name', 'Phone'] },
      ],
    });
  });
});

describe('activation', () => {
  const name: FieldMapping = { ...fieldMapping('NAME', 1, 'NAME'), access: 'mandatory' };

  async function ready(fields: readonly FieldMapping[] = [name]): Promise<string> {
    const { id } = await saveConnection(admin, norway);
    await world.store.mappings.save({
      connectionId: id,
      actorType: 'Customer',
      active: true,
      missingInErp: false,
      fields,
    });
    return id;
  }

  test('switches on what is complete, and off again', async () => {
    const id = await ready();
    expect(await activateConnection(admin, id)).toEqual({ active: true, reasons: [] });
    expect((await showConnection(admin, id)).active).toBe(true);
    await deactivateConnection(admin, id);
    expect((await showConnection(admin, id)).active).toBe(false);
  });

  test.each<[string, readonly FieldMapping[], object]>([
    [
      'a mandatory field that does not reach the ERP',
      [{ ...name, direction: 'toCrm' }],
      { kind: 'mandatoryUnmapped', actorType: 'Customer', field: 'NAME' },
    ],
    [
      'a field that the ERP does not have any more',
      [name, { ...name, key: 'X', access: 'mandatory', crmField: 'FAX', missingInErp: true }],
      { kind: 'fieldMissingInErp', field: 'NAME' },
    ],
    [
      'a field that SuperOffice does not have any more',
      [name, { ...name, key: 'X', crmField: 'SuperOffice:9' }],
      { kind: 'fieldMissingInCrm' },
    ],
    [
      'a direction that the pair cannot carry',
      [name, { ...name, key: 'X', kind: 'list', crmField: 'FAX' }],
      { kind: 'directionRefused', cause: { code: 'mapping.direction_refused', detail: { reason: 'listToText' } } },
    ],
    ['no direction at all', [{ ...name, direction: 'none', access: 'normal' }], { kind: 'noMapping' }],
  ])('is refused for %s', async (_, fields, reason) => {
    const id = await ready(fields);
    const { active, reasons } = await activateConnection(admin, id);
    expect(active).toBe(false);
    expect(reasons).toMatchObject([reason]);
    expect((await showConnection(admin, id)).active).toBe(false);
  });

  test.each<[string, Partial<FieldMapping>]>([
    ['has a default value', { firstValue: { value: 'Ny', ask: false, mandatory: false } }],
    ['the user is asked for', { firstValue: { value: null, ask: true, mandatory: false } }],
    ['the connector fills itself', { defaultValue: 'Ny' }],
  ])('is not refused for a mandatory field that %s', async (_, more) => {
    const id = await ready([{ ...name, direction: 'toCrm', ...more }]);
    expect(await activateConnection(admin, id)).toEqual({ active: true, reasons: [] });
  });

  test('tells everything at once: nothing mapped, nobody in scope, no answer', async () => {
    const { id } = await saveConnection(admin, norway);
    const connection = await world.store.connections.get(id);
    await world.store.connections.save({ ...connection, scope: { everyone: false, members: [] } });
    world.erp.outage = new AppError('connector.unreachable');

    const { reasons } = await activateConnection(admin, id);
    expect(reasons.map(({ kind }) => kind)).toEqual(['scopeEmpty', 'noActorType', 'testFailed']);
    expect(reasons.at(-1)?.cause).toEqual({ code: 'connector.unreachable', detail: {} });
  });

  test('is refused when another active connection writes the field, and only it', async () => {
    await world.connection({ name: 'Visma', fields: { NAME: { crmField: 'NAME', direction: 'toCrm' } } });
    const id = await ready([{ ...name, access: 'normal', direction: 'toCrm' }]);
    expect((await activateConnection(admin, id)).reasons).toMatchObject([
      { kind: 'directionRefused', cause: { detail: { reason: 'alreadyMapped', connection: 'Visma' } } },
    ]);
  });

  test('sees what was changed while the ERP was asked', async () => {
    const id = await ready();
    world.erp.beforeCall = async ({ method }) => {
      if (method !== 'testConnection') return;
      const mapping = await world.store.mappings.get(id, 'Customer');
      await world.store.mappings.save({ ...mapping!, active: false });
    };
    expect((await activateConnection(admin, id)).reasons).toMatchObject([{ kind: 'noActorType' }]);
  });
});

describe('a refresh of the fields', () => {
  test('keeps decisions, marks what is gone, and appends what is new', async () => {
    const { id } = await saveConnection(admin, norway);
    const before = await world.store.mappings.get(id, 'Customer');
    await world.store.mappings.save({
      ...before!,
      active: true,
      fields: before!.fields.map((field) => (field.crmField ? { ...field, direction: 'both' } : field)),
    });
    world.erp.fieldsOf.set('Customer', [
      fakeField('EMAIL', { rank: 0 }),
      fakeField('NAME', { access: 'readOnly', maxLength: 60 }),
      fakeField('POSTALZIP', { kind: 'integer' }),
      fakeField('POSTALCITY'),
    ]);
    world.erp.fieldsOf.delete('Person');

    const { changes } = await refreshFields(admin, id, 'en');

    const [customer, person] = await world.store.mappings.list(id);
    expect(customer?.active).toBe(true);
    expect(
      customer?.fields.map(({ key, direction, missingInErp, rank }) => [key, direction, missingInErp, rank]),
    ).toEqual([
      ['CustNo', 'none', true, 1],
      ['NAME', 'toCrm', false, 2],
      ['POSTALAD1', 'both', true, 3],
      ['POSTALZIP', 'none', false, 4],
      ['POSTALCITY', 'both', false, 5],
      ['CustGr', 'none', true, 6],
      ['CreditLimit', 'none', true, 7],
      ['EMAIL', 'none', false, 8],
    ]);
    expect(customer?.fields.at(-1)?.crmField).toBe('EMAIL');
    expect(person).toMatchObject({ actorType: 'Person', missingInErp: true, active: false });
    expect(changes).toEqual(
      expect.arrayContaining([
        { actorType: 'Customer', fieldName: 'Address 1', kind: 'gone' },
        { actorType: 'Customer', fieldName: 'EMAIL', kind: 'new' },
      ]),
    );
  });

  test('makes a task of what a mapping rests on, until the mapping is saved or someone has seen to it', async () => {
    const { id } = await saveConnection(admin, norway);
    await world.store.mappings.save({
      ...(await world.store.mappings.get(id, 'Customer'))!,
      active: true,
    });
    const fields = world.erp.fieldsOf.get('Customer') ?? [];
    world.erp.fieldsOf.set(
      'Customer',
      fields.filter(({ key }) => key !== 'POSTALCITY' && key !== 'CreditLimit'),
    );
    const tasks = async () =>
      (await listSchemaTasks(admin, 'en')).tasks.map(({ fieldName, kind }) => [fieldName, kind]);

    await refreshFields(admin, id, 'en');
    expect(await tasks()).toEqual([['City', 'gone']]);
    expect((await refreshFields(admin, id, 'en')).changes).toEqual([]);
    expect(await tasks()).toEqual([['City', 'gone']]);

    world.erp.fieldsOf.set('Customer', fields);
    await refreshFields(admin, id, 'en');
    expect(await tasks()).toEqual([]);

    world.erp.fieldsOf.set(
      'Customer',
      fields.map((field) => (field.key === 'POSTALZIP' ? { ...field, kind: 'integer' } : field)),
    );
    await refreshFields(admin, id, 'en');
    expect(await tasks()).toEqual([['Zip', 'kind']]);
    await finishSchemaTask(admin, id, 'Customer');
    expect(await tasks()).toEqual([]);
  });

  test('makes a task of a SuperOffice field that is gone, until it is back or another one is chosen', async () => {
    const { id } = await saveConnection(admin, norway);
    const limit = { key: 'SuperOffice:1', name: 'Limit', kind: 'decimal', listName: null, maxLength: 0, access: 'normal' } as const; // prettier-ignore
    world.crm.userDefinedFields.set('contact', [limit]);
    const map = async (crmField: string) => {
      const before = await world.store.mappings.get(id, 'Customer');
      const fields = before!.fields.map((field) =>
        field.key === 'CreditLimit' ? { ...field, crmField, direction: 'toCrm' as const } : field,
      );
      await world.store.mappings.save({ ...before!, active: true, fields });
    };
    const tasks = async () =>
      (await listSchemaTasks(admin, 'en')).tasks.map(({ fieldName, kind }) => [fieldName, kind]);
    await map('SuperOffice:1');
    expect((await refreshFields(admin, id, 'en')).changes).toEqual([]);

    world.crm.userDefinedFields.delete('contact');
    const { changes } = await refreshFields(admin, id, 'en');
    expect(changes).toEqual([{ actorType: 'Customer', fieldName: 'Credit limit', kind: 'crmGone' }]);
    expect(await tasks()).toEqual([['Credit limit', 'crmGone']]);
    expect((await refreshFields(admin, id, 'en')).changes).toEqual([]);

    world.crm.userDefinedFields.set('contact', [limit]);
    expect((await refreshFields(admin, id, 'en')).changes).toMatchObject([{ kind: 'crmBack' }]);
    expect(await tasks()).toEqual([]);

    world.crm.userDefinedFields.delete('contact');
    await refreshFields(admin, id, 'en');
    await map('NUMBER2');
    await refreshFields(admin, id, 'en');
    expect(await tasks()).toEqual([]);
  });

  test('that fails changes nothing', async () => {
    const { id } = await saveConnection(admin, norway);
    const before = await world.store.mappings.list(id);
    world.erp.fieldsOf.set('Customer', []);
    world.erp.beforeCall = ({ method, args }) => {
      if (method === 'searchableFields' && args[0] === 'Person') throw new AppError('connector.timeout');
    };
    await expect(refreshFields(admin, id, 'en')).rejects.toMatchObject({ code: 'connector.timeout' });
    expect(await world.store.mappings.list(id)).toEqual(before);
  });
});

test('a scope can name the users and groups of the tenant', async () => {
  world.crm.allUsers.push({ id: 11, name: 'Lars Holm', groupIds: [2] });
  world.crm.allGroups.push({ id: 2, name: 'Sales Nordic' });
  expect(await listPeople(admin)).toEqual({
    users: [{ id: 11, name: 'Lars Holm', groupIds: [2] }],
    groups: [{ id: 2, name: 'Sales Nordic' }],
  });
});

test('the people are for an administrator, who need not have a licence to give one away', async () => {
  await expect(listPeople(world.as({ administrator: false }))).rejects.toMatchObject({ code: 'access.denied' });
  await expect(listPeople(world.ctx)).rejects.toMatchObject({ code: 'session.missing' });
  expect(await listPeople(world.as({ licensed: false }))).toEqual({ users: [], groups: [] });
});

describe('who may', () => {
  const verbs: Record<string, (ctx: Context, id: string) => Promise<unknown>> = {
    listConnections,
    showConnection,
    saveConnection: (ctx, id) => saveConnection(ctx, norway, id),
    trySettings: (ctx, id) => trySettings(ctx, { ...norway, connectionId: id }),
    testConnection,
    deleteConnection,
    restoreConnection,
    activateConnection,
    deactivateConnection,
    refreshFields: (ctx, id) => refreshFields(ctx, id, 'en'),
    finishSchemaTask: (ctx, id) => finishSchemaTask(ctx, id, 'Customer'),
    showConnectionSummary: (ctx, id) => showConnectionSummary(ctx, id, 'en'),
  };

  test.each(Object.keys(verbs))('%s wants a licensed administrator', async (verb) => {
    const { id } = await saveConnection(admin, norway);
    const before = await showConnection(admin, id);
    world.erp.calls.length = 0;

    const call = async (ctx: Context) => verbs[verb]!(ctx, id);
    await expect(call(world.as({ administrator: false }))).rejects.toMatchObject({ code: 'access.denied' });
    await expect(call(world.as({ licensed: false }))).rejects.toMatchObject({ code: 'licence.missing' });
    await expect(call(world.ctx)).rejects.toMatchObject({ code: 'session.missing' });
    expect(world.erp.calls).toEqual([]);
    expect(await showConnection(admin, id)).toEqual(before);
  });

  test.each(Object.keys(verbs).filter((verb) => verb !== 'listPeople'))(
    "%s finds nothing of another tenant's",
    async (verb) => {
      const { id } = await saveConnection(admin, norway);
      const before = await showConnection(admin, id);
      world.erp.calls.length = 0;

      const call = verbs[verb]!(world.otherTenant(), id);
      if (verb === 'listConnections') expect(await call).toEqual([]);
      else await expect(call).rejects.toThrow(/not_found/);
      expect(world.erp.calls).toEqual([]);
      expect(await showConnection(admin, id)).toEqual(before);
    },
  );
});
