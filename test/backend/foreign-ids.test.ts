import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { beforeAll, describe, expect, test } from 'vitest';
import { startImport } from '../../backend/application/import/start-import.ts';
import { startSync } from '../../backend/application/sync/start-run.ts';
import { AppError } from '../../backend/errors.ts';
import { asTenant } from '../../backend/store/db.ts';
import { connect } from '../support/connect.ts';
import { create } from '../support/create.ts';
import { createHttpWorld, ORIGIN, person, signIn, type Browser, type HttpWorld } from '../support/http.ts';

const STRANGER = 'Cust20002';
const company = { type: 'contact', id: 42 } as const;
const actor = { type: 'Customer', erpKey: 'erp831' } as const;

interface Ids {
  readonly connector: string;
  readonly connection: string;
  readonly link: string;
  readonly run: string;
  readonly creation: string;
  readonly restore: string;
  readonly ledger: string;
  readonly importRun: string;
}

type Call = readonly [route: string, make: (ids: Ids) => { readonly path: string; readonly body?: unknown }];

const nobody = (): Ids => ({
  connector: randomUUID(),
  connection: randomUUID(),
  link: randomUUID(),
  run: randomUUID(),
  creation: randomUUID(),
  restore: randomUUID(),
  ledger: '987654321',
  importRun: randomUUID(),
});

/** A call of a route with an id in its path, and what must stand in its body to get past the schema. */
function below(subject: keyof Ids, before: string, calls: Readonly<Record<string, unknown>>): Call[] {
  return Object.entries(calls).map(([call, body]): Call => {
    const [method = '', rest = ''] = call.split(' ');
    return [`${method} ${before}/:id${rest}`, (ids) => ({ path: `${before}/${ids[subject]}${rest}`, body })];
  });
}

const scope = { everyone: true, members: [] };
const mapping = { active: true, fields: [] };
const list = { fieldKey: 'COUNTRY', crmField: 'COUNTRY', items: [] };
const resync = { kind: 'resync', dryRun: true, from: 'crm', keepNonBlank: false };
const all = { kind: 'all' };

const calls: readonly Call[] = [
  ...below('connector', '/api/connectors', {
    'PUT ': { kind: 'workbook', name: 'Taken over', url: '' },
    'DELETE ': undefined,
    'POST /restore': {},
    'GET /config-fields': undefined,
  }),
  ...below('connection', '/api/connections', {
    'GET ': undefined,
    'DELETE ': undefined,
    'POST /restore': {},
    'POST /test': {},
    'POST /activate': {},
    'POST /deactivate': {},
    'POST /refresh-fields': {},
    'GET /summary': undefined,
    'POST /compare': {},
    'GET /mappings': undefined,
    'GET /list-mappings': undefined,
    'PUT /mappings/Customer': mapping,
    'PUT /list-mappings/Customer': list,
    'PUT /ranks/Customer': { fields: [] },
    'GET /mappings/Customer/list?field=COUNTRY': undefined,
    'DELETE /schema-tasks/Customer': undefined,
  }),
  [
    'PUT /api/connections/:id',
    ({ connection, connector }) => ({
      path: `/api/connections/${connection}`,
      body: { connectorId: connector, name: 'Taken over', description: '', scope, config: {} },
    }),
  ],
  ...below('link', '/api/links', {
    'DELETE ': undefined,
    'POST /retry': {},
    'GET /history/NAME': undefined,
    'POST /merge': { keep: 'into' },
    'PUT /conflicts/NAME': { keep: 'crm', crm: 'a', erp: 'b' },
  }),
  ['POST /api/links/:id/undo', ({ link, ledger }) => ({ path: `/api/links/${link}/undo`, body: { ledgerId: ledger } })],
  ...below('run', '/api/runs', {
    'GET ': undefined,
    'GET /steps': undefined,
    'POST /undo': {},
    'POST /approve': { steps: 0 },
    'POST /execute': { steps: 0 },
    'POST /pause': {},
    'POST /resume': {},
    'POST /cancel': {},
  }),
  ...below('creation', '/api/creations', { 'GET ': undefined, 'PUT /decision': { erpKey: null } }),
  ...below('restore', '/api/restores', { 'POST ': { take: 'newer', steps: 0, keep: [] } }),
  [
    'GET /api/comparisons/:connectionId/unequal',
    ({ connection }) => ({ path: `/api/comparisons/${connection}/unequal` }),
  ],
  [
    'GET /api/erp-tab/:type/:id/connections/:connectionId/values',
    ({ connection }) => ({ path: `/api/erp-tab/contact/42/connections/${connection}/values` }),
  ],
  ...below('importRun', '/api/imports', {
    'GET ': undefined,
    'GET /actors': undefined,
    'POST /execute': { create: 0, connect: 0 },
    'POST /leave-out': { leftOut: true, actors: { kind: 'all', verdict: null } },
    'POST /choose': { actorId: '1', recordId: 0 },
    'POST /pause': {},
    'POST /resume': {},
    'POST /cancel': {},
    'POST /disconnect': {},
  }),
  // Ids that stand in a body or a query.
  [
    'POST /api/connections',
    ({ connector }) => ({
      path: '/api/connections',
      body: { connectorId: connector, name: 'Mine', description: '', scope, config: {} },
    }),
  ],
  [
    'POST /api/connection-tests',
    ({ connector }) => ({ path: '/api/connection-tests', body: { connectorId: connector, config: {} } }),
  ],
  [
    'PUT /api/connection-priority',
    ({ connection }) => ({ path: '/api/connection-priority', body: { connectionIds: [connection] } }),
  ],
  ['POST /api/restores', ({ connection }) => ({ path: '/api/restores', body: { connectionId: connection } })],
  ['POST /api/comparisons', ({ connection }) => ({ path: '/api/comparisons', body: { connectionId: connection } })],
  [
    'POST /api/link-previews',
    ({ connection }) => ({ path: '/api/link-previews', body: { connectionId: connection, entity: company, actor } }),
  ],
  [
    'POST /api/actor-searches',
    ({ connection }) => ({
      path: '/api/actor-searches',
      body: { connectionId: connection, entity: company, actorType: 'Customer', text: 'Orkdal' },
    }),
  ],
  [
    'POST /api/links',
    ({ connection }) => ({
      path: '/api/links',
      body: { connectionId: connection, entity: company, actor, choices: {}, seen: 'x' },
    }),
  ],
  [
    'POST /api/creations/preview',
    ({ connection }) => ({
      path: '/api/creations/preview',
      body: { connectionId: connection, entity: company, actorType: 'Customer' },
    }),
  ],
  [
    'POST /api/creations',
    ({ connection }) => ({
      path: '/api/creations',
      body: { connectionId: connection, entity: company, actorType: 'Customer', answers: {}, seen: 'x' },
    }),
  ],
  [
    'POST /api/runs',
    ({ connection }) => ({ path: '/api/runs', body: { ...resync, connectionId: connection, records: all } }),
  ],
  [
    'POST /api/runs (undo)',
    ({ run }) => ({ path: '/api/runs', body: { kind: 'undo', runId: run, ledgerId: null, entity: null } }),
  ],
  [
    'POST /api/runs (undo of a line)',
    ({ ledger }) => ({ path: '/api/runs', body: { kind: 'undo', runId: null, ledgerId: ledger, entity: null } }),
  ],
  ['GET /api/imports', ({ connection }) => ({ path: `/api/imports?connectionId=${connection}` })],
  ['GET /api/ledger', ({ connection }) => ({ path: `/api/ledger?connectionId=${connection}` })],
  ['GET /api/ledger/export', ({ connection }) => ({ path: `/api/ledger/export?connectionId=${connection}` })],
];

/** Numbers of SuperOffice, which mean another record in each tenant. */
const ofSuperOffice = ['/api/entities/:type/:id/sync', '/api/erp-tab/:type/:id', '/api/seats/:userId'];

let world: HttpWorld;
let stranger: Browser;
let theirs: Ids;

beforeAll(async () => {
  world = await createHttpWorld();
  world.crm.entities.set('contact/42', { NAME: 'Orkdal Senter AS' });
  world.erp.actors.set('Customer/erp831', { NAME: 'Orkdal Eldresenter' });
  const connection = await world.connection({ fields: { NAME: 'NAME' } });
  const link = await connect(world.as(), connection, company, actor, { NAME: 'crm' });
  const run = await startSync(world.as(), {
    ...resync,
    kind: 'resync',
    from: 'crm',
    connectionId: connection,
    records: { kind: 'all' },
  });
  const { connectorId: connector } = await world.store.connections.get(connection);
  // One whose answer is lost, so that a person may decide.
  const other = { type: 'contact', id: 43 } as const;
  world.crm.entities.set('contact/43', { NAME: 'Orkdal Bakeri' });
  world.erp.afterCall = ({ method }) => {
    if (method === 'createActor') throw new AppError('connector.timeout');
  };
  expect(await create(world.as(), connection, other)).toEqual({ state: 'unknown' });
  world.erp.afterCall = null;
  const [creation] = await world.store.creations.latestOf(other);
  const begun = await startImport(world.as(), {
    connectionId: connection,
    actorType: 'Customer',
    source: { kind: 'all' },
  });
  const restore = randomUUID();
  await world.store.restores.begin({
    id: restore,
    side: 'crm',
    connectionId: null,
    at: world.clock.now(),
    userName: null,
    runId: null,
  });
  const [line] = await asTenant(world.db, world.tenant, (tx) => tx.selectFrom('ledger').select('id').execute());
  theirs = {
    connector,
    connection,
    link,
    run,
    creation: creation!.id,
    restore,
    ledger: String(line!.id),
    importRun: begun,
  };

  world.superOffice.tenant(STRANGER).entities.set('contact/42', { NAME: 'A company of the stranger' });
  await world.app.storeOf(STRANGER).installations.saveSystemToken('2', 'system');
  stranger = world.browser();
  expect((await signIn(world, stranger, person(world, 5, { tenant: STRANGER }))).status).toBe(201);
});

const send = async (make: Call[1], route: string, ids: Ids) => {
  const { path, body } = make(ids);
  const [method = ''] = route.split(' ');
  const response = await stranger.fetch(path, {
    method,
    headers: { 'sec-fetch-site': 'same-origin', origin: ORIGIN, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const told = (await response.text()).replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'an id');
  return { status: response.status, told };
};

/** All rows that a tenant has, in every table that has tenants. */
async function rowsOf(tenant: string): Promise<string> {
  const { rows: tables } = await sql<{ name: string }>`
    select table_name::text as name from information_schema.columns
    where column_name = 'tenant' and table_schema = 'public' and table_name <> 'session' order by 1`.execute(world.db);
  const found = await asTenant(world.db, tenant, async (tx) => {
    const each: unknown[] = [];
    for (const { name } of tables) {
      each.push([name, (await sql`select * from ${sql.table(name)} where tenant = ${tenant}`.execute(tx)).rows]);
    }
    return each;
  });
  return JSON.stringify(found);
}

describe('the id of something of another tenant', () => {
  test('is tried on every route that takes one', () => {
    const tried = new Set(calls.map(([route]) => route.replace(/ \(.*/, '').replace(/\?.*/, '')));
    const pattern = (route: string) =>
      route
        .replaceAll(/\/(:actorType|Customer|:action|pause|resume|cancel|disconnect)\b/g, '/*')
        .replaceAll(/\/(:field|NAME)\b/g, '/*');
    const known = new Set([...tried].map(pattern));
    const routes = world.http.routes
      .filter(({ method, path }) => method !== 'ALL' && path.startsWith('/api/') && path.includes(':'))
      .filter(({ path }) => !ofSuperOffice.includes(path))
      .map(({ method, path }) => pattern(`${method} ${path}`));

    expect([...new Set(routes)].filter((route) => !known.has(route))).toEqual([]);
  });

  test.each(calls)('is one that nobody has: %s', async (route, make) => {
    const ofNobody = await send(make, route, nobody());
    const ofThem = await send(make, route, theirs);

    expect(ofThem).toEqual(ofNobody);
    expect(ofThem.told).not.toContain('"code":"input.invalid"');
    expect(ofThem.told).not.toContain('Orkdal');
    expect(ofThem.told).not.toContain('"code":"internal"');
  });

  test('has changed nothing there when all of them have been tried, and left nothing here', async () => {
    const [there, here] = [await rowsOf(world.tenant), await rowsOf(STRANGER)];
    for (const [route, make] of calls) await send(make, route, theirs);

    expect(await rowsOf(world.tenant)).toBe(there);
    expect(await rowsOf(STRANGER)).toBe(here);
  });
});
