import { beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { ActivationResult, Connection, ConnectionSummary, People } from '../../shared/api/connections.ts';
import { ConfigFields, Connector, ConnectorKind } from '../../shared/api/connectors.ts';
import { Import, ImportedActorPage, ImportPage } from '../../shared/api/imports.ts';
import { ListMappings } from '../../shared/api/list-mappings.ts';
import { ErpList, FieldMappings, SchemaChanges, SchemaTasks } from '../../shared/api/mappings.ts';
import { createHttpWorld, person, signIn, type Browser, type HttpWorld } from '../support/http.ts';

let world: HttpWorld;
let panel: Browser;
beforeEach(async () => {
  world = await createHttpWorld();
  panel = world.browser();
  await signIn(world, panel, person(world, 5));
});

/** Sends a request, expects its status, and answers the body as its contract says it is: nothing more, nothing less. */
async function ask<T extends z.ZodType>(method: string, path: string, status: number, contract: T, body?: unknown) {
  const response = await (method === 'GET' ? panel.get(path) : panel.send(method, path, body));
  expect([path, response.status]).toEqual([path, status]);
  const answer: unknown = status === 204 ? undefined : await response.json();
  const read = contract.parse(answer);
  expect(read).toEqual(answer);
  return read;
}
const nothing = z.undefined();

test('from nothing to an active connection, over the wire', async () => {
  await ask('GET', '/api/connector-kinds', 200, z.array(ConnectorKind));
  const excel = { kind: 'workbook', name: 'Excel', url: '' };
  await ask('POST', '/api/connector-tests', 204, nothing, { kind: 'workbook', url: '' });
  const connector = await ask('POST', '/api/connectors', 201, Connector, excel);
  await ask('PUT', `/api/connectors/${connector.id}`, 200, Connector, { ...excel, name: 'Excel files' });
  expect(await ask('GET', '/api/connectors', 200, z.array(Connector))).toHaveLength(1);
  await ask('GET', `/api/connectors/${connector.id}/config-fields`, 200, ConfigFields);
  await ask('GET', '/api/people', 200, People);

  const settings = {
    connectorId: connector.id,
    name: 'Norway',
    description: '',
    scope: { everyone: true, members: [] },
    config: { Filename: 'ErpClient.xlsx', Password: 'hemmelig-123' },
  };
  const { connectorId, config } = settings;
  await ask('POST', '/api/connection-tests', 204, nothing, { connectorId, config });
  const { id } = await ask('POST', '/api/connections', 201, Connection, settings);
  await ask('PUT', `/api/connections/${id}`, 200, Connection, { ...settings, description: 'Oslo', config: {} });
  await ask('POST', `/api/connections/${id}/test`, 204, nothing);
  await ask('POST', `/api/connections/${id}/refresh-fields`, 200, SchemaChanges);
  await ask('GET', '/api/schema-tasks', 200, SchemaTasks);
  await ask('DELETE', `/api/connections/${id}/schema-tasks/Customer`, 204, nothing);

  const { actorTypes } = await ask('GET', `/api/connections/${id}/mappings`, 200, FieldMappings);
  const wishes = actorTypes[0]?.fields.map(({ key, crmField }) => ({
    key,
    crmField,
    direction: key === 'NAME' ? 'both' : 'none',
    showInTab: true,
    showInSearch: true,
    firstValue: { value: null, ask: key === 'CustGr', mandatory: false },
  }));
  world.erp.lists.set('CustomerGroup', [{ key: '1', text: 'US:"Fish";NO:"Fisk"' }]);
  await ask('GET', `/api/connections/${id}/mappings/Customer/list?field=CustGr`, 200, ErpList);
  await ask('PUT', `/api/connections/${id}/mappings/Customer`, 204, nothing, { active: true, fields: wishes });
  expect(await ask('GET', `/api/connections/${id}/list-mappings`, 200, ListMappings)).toEqual({ lists: [] });
  await ask('GET', `/api/connections/${id}/summary`, 200, ConnectionSummary);
  expect(await ask('POST', `/api/connections/${id}/activate`, 200, ActivationResult)).toEqual({
    active: true,
    reasons: [],
  });

  const start = { connectionId: id, actorType: 'Customer', source: { kind: 'all' } };
  const entered = await ask('POST', '/api/imports', 201, Import, start);
  expect((await ask('GET', `/api/imports?connectionId=${id}`, 200, ImportPage)).imports).toEqual([entered]);
  await ask('GET', `/api/imports/${entered.id}/actors?verdict=create`, 200, ImportedActorPage);
  for (const action of ['pause', 'resume', 'cancel']) {
    await ask('POST', `/api/imports/${entered.id}/${action}`, 200, Import);
  }
  expect(await ask('GET', `/api/imports/${entered.id}`, 200, Import)).toMatchObject({ state: 'cancelled', may: [] });

  await ask('POST', `/api/connections/${id}/deactivate`, 204, nothing);
  await ask('DELETE', `/api/connections/${id}`, 204, nothing);
  expect(await ask('GET', `/api/connections/${id}`, 200, Connection)).toMatchObject({ deleted: true });
  await ask('DELETE', `/api/connectors/${connector.id}`, 204, nothing);
  await ask('POST', `/api/connectors/${connector.id}/restore`, 200, Connector);
  await ask('POST', `/api/connections/${id}/restore`, 200, Connection);
  expect(await ask('GET', '/api/connections', 200, z.array(Connection))).toMatchObject([{ id, active: false }]);
});

test.each<[string, string, unknown]>([
  ['PUT', '/api/connections/1', {}],
  ['POST', '/api/connectors', { kind: 'telepathy', name: 'x', url: '' }],
  ['POST', '/api/connectors', { kind: 'workbook', name: ' ', url: '' }],
  ['POST', '/api/connections', { name: 'x' }],
  ['PUT', '/api/connections/1b4e28ba-2fa1-4d3b-8d57-6d0b2c1f9a11/list-mappings/Customer', { fieldKey: 'A', items: [] }],
  ['PUT', '/api/connections/1b4e28ba-2fa1-4d3b-8d57-6d0b2c1f9a11/mappings/Employee', { active: true, fields: [] }],
])('%s %s with nonsense is refused before anything happens', async (method, path, body) => {
  const response = await panel.send(method, path, body);
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ code: 'input.invalid' });
  expect(world.erp.calls).toEqual([]);
});

test('names come in the language the panel speaks', async () => {
  const { id } = await ask('POST', '/api/connectors', 201, Connector, { kind: 'workbook', name: 'Excel', url: '' });
  const [field] = world.erp.config;
  world.erp.config = [{ ...field!, name: 'US:"File";NO:"Fil"' }];
  const named = async (language: string) => {
    const response = await panel.fetch(`/api/connectors/${id}/config-fields`, {
      headers: { 'sec-fetch-site': 'same-origin', 'accept-language': language },
    });
    return ConfigFields.parse(await response.json()).fields[0]?.name;
  };
  expect([await named('nb-NO'), await named('en'), await named('xx')]).toEqual(['Fil', 'File', 'File']);
});
