import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { syncNow } from '../../backend/application/sync/sync-now.ts';
import { startImport } from '../../backend/application/import/start-import.ts';
import { startSync } from '../../backend/application/sync/start-run.ts';
import { reportRestore } from '../../backend/application/sync/settle-restore.ts';
import type { Access } from '../../backend/http/access.ts';
import { connect } from '../support/connect.ts';
import { dumpOf } from '../support/dump.ts';
import {
  addressOf,
  company,
  config,
  customer,
  routes,
  unconnected,
  type Ids,
  type Row,
} from '../support/route-table.ts';
import { createHttpWorld, person, signIn, type Browser, type HttpWorld } from '../support/http.ts';

let world: HttpWorld;
let ids: Ids;

beforeAll(async () => {
  world = await createHttpWorld();
  const { crm, erp, store, clock } = world;
  for (const id of [42, 43]) crm.entities.set(`contact/${id}`, { NAME: `Nordlys ${id} AS` });
  erp.lists.set('CustomerGroup', [{ key: '2', text: 'Health care' }]);
  erp.actors.set('Customer/831', { NAME: 'Nordlys 42 AS' });
  const member = (id: number, rights: object) =>
    ({ kind: 'user', id, canConnect: false, canCreate: false, ...rights }) as const;
  const all = { canConnect: true, canCreate: true };
  const connections = await world.connection({
    config,
    fields: { NAME: 'NAME', CustGr: { kind: 'list', listName: 'CustomerGroup', direction: 'none' } },
    scope: {
      everyone: false,
      members: [member(5, all), member(6, all), member(11, all), member(13, {}), member(14, all)],
    },
  });
  const { connectorId: connectors } = await store.connections.get(connections);
  const links = await connect(world.as(), connections, company, customer);
  crm.edit(company, { NAME: 'A' });
  erp.edit(customer, { NAME: 'B' });
  await syncNow(world.as(), company);
  const creation = await store.creations.enter(
    {
      id: randomUUID(),
      connectionId: connections,
      entity: unconnected,
      actorType: 'Customer',
      parent: null,
      sent: { NAME: 'Nordlys 43 AS' },
      crm: {},
      known: [],
      user: { id: 5, name: 'Astrid Berg' },
      enteredAt: clock.now(),
    },
    clock.now(),
  );
  await store.creations.doubt(creation, 'creation.unknown', {});
  const imports = await startImport(world.as(), {
    connectionId: connections,
    actorType: 'Customer',
    source: { kind: 'all' },
  });
  const runs = await startSync(world.as(), {
    kind: 'resync',
    dryRun: true,
    from: 'crm',
    connectionId: connections,
    keepNonBlank: false,
    records: { kind: 'all' },
  });
  await reportRestore(world.as(), { connectionId: connections });
  const [restore] = await store.restores.open();
  ids = { connectors, connections, links, creations: creation.id, imports, runs, restores: restore!.id };
});

/** Who may do all that a row asks for but one thing, and what is said to them. Null: she may. */
interface Caller {
  readonly id: number;
  readonly rights?: Parameters<typeof person>[2];
  refusal(row: Row): readonly [status: number, code: string, right?: string] | null;
}

const isIn = (row: Row, ...access: readonly Access[]) => access.includes(row.needs);

const callers: Readonly<Record<string, Caller>> = {
  'an administrator without a licence': {
    id: 6,
    rights: { licences: ['erpsync.erp-sync'] },
    refusal: (row) => (isIn(row, 'licensed', 'administrator') ? [403, 'licence.missing'] : null),
  },
  'a user who is no administrator': {
    id: 11,
    rights: { functionRights: [] },
    refusal: (row) => (isIn(row, 'administrator', 'manager') ? [403, 'access.denied'] : null),
  },
  'an administrator whom no connection is for': {
    id: 12,
    refusal: (row) => (row.right ? [403, 'access.denied', 'scope'] : null),
  },
  'a user who may only see the connection': {
    id: 13,
    refusal: (row) =>
      row.right === 'canConnect' || row.right === 'canCreate' ? [403, 'access.denied', row.right] : null,
  },
  'a user who may not see the records in SuperOffice': {
    id: 14,
    refusal: (row) => (row.right ? [404, 'entity.not_found'] : null),
  },
};

const order = ['GET', 'PUT', 'POST', 'DELETE'];

/** What takes something away comes last, and the sign-out after all. */
const rows = Object.entries(routes)
  .map(([route, row]) => {
    const [method = '', path = ''] = route.split(' ');
    // Before what may settle it by the way.
    const place = path === '/api/restores/:id' ? 0.5 : row.needs === 'session' ? order.length : order.indexOf(method);
    return { route, row, method, path, place };
  })
  .toSorted((a, b) => a.place - b.place);

async function call(browser: Browser, each: (typeof rows)[number]) {
  const response = await (each.method === 'GET'
    ? browser.get(addressOf(each.route, ids))
    : browser.send(each.method, addressOf(each.route, ids), each.row.body?.(ids) ?? {}));
  const text = await response.text();
  const { code, detail } = /^\{"code"/.test(text)
    ? (JSON.parse(text) as { code: string; detail: object })
    : { code: undefined, detail: undefined };
  return { status: response.status, code, detail, text };
}

/** All that could have been touched: both tenants' rows, the ERP, and SuperOffice. */
async function traces() {
  const isWrite = ({ method }: { readonly method: string }) => /write|create|save|delete/i.test(method);
  return {
    rows: [await dumpOf(world.db, world.tenant), await dumpOf(world.db, 'Cust20002')],
    writes: [world.crm.calls.filter(isWrite).length, world.erp.calls.filter(isWrite).length],
  };
}

describe('every route below /api', () => {
  test('asks for a session, except the sign-in', async () => {
    for (const each of rows.filter(({ row }) => row.needs !== 'anyone')) {
      expect([each.route, await call(world.browser(), each)]).toMatchObject([
        each.route,
        { status: 401, code: 'session.missing', detail: {} },
      ]);
    }
  });

  test.each(Object.entries(callers))('refuses %s where that is needed, and nothing happens', async (_, caller) => {
    const browser = world.browser();
    world.crm.hidden.set(14, new Set(['contact/42', 'contact/43']));
    await signIn(world, browser, person(world, caller.id, caller.rights));
    const before = await traces();
    const refused = rows.filter(({ row }) => caller.refusal(row) !== null);
    expect(refused.length).toBeGreaterThan(5);

    for (const each of refused) {
      const [status, code, right] = caller.refusal(each.row)!;
      const answer = await call(browser, each);
      expect([each.route, answer]).toMatchObject([
        each.route,
        { status, code, ...(right ? { detail: { right } } : {}) },
      ]);
      expect(answer.text).not.toContain('Nordlys');
    }
    expect(await traces()).toEqual(before);
    for (const each of rows.filter(({ row, method }) => method === 'GET' && row.needs !== 'anyone')) {
      if (caller.refusal(each.row) === null)
        expect([each.route, (await call(browser, each)).code]).toEqual([each.route, undefined]);
    }
  });

  test('knows nothing of another tenant', async () => {
    const stranger = world.browser();
    await world.app.storeOf('Cust20002').installations.saveSystemToken('2', 'ERP Sync-other');
    await signIn(world, stranger, person(world, 5, { tenant: 'Cust20002' }));
    const before = await dumpOf(world.db, world.tenant);

    const named: unknown[] = [];
    for (const each of rows) {
      const { status, code = '', text } = await call(stranger, each);
      const sent = JSON.stringify([addressOf(each.route, ids), each.row.body?.(ids)]);
      const isOurs = each.path.includes(':type') || Object.values(ids).some((id) => sent.includes(id));
      if (isOurs && !(status === 404 && code.endsWith('.not_found'))) named.push([each.route, status, code]);
      expect(text).not.toMatch(/Nordlys|Cust10001/);
    }
    expect(named).toEqual([]);
    expect(await dumpOf(world.db, world.tenant)).toEqual(before);
  });

  test('lets an administrator through who has all of it', async () => {
    const browser = world.browser();
    await signIn(world, browser, person(world, 5));
    const stopped = [];
    // What takes away what others need comes last.
    const last = ({ route }: (typeof rows)[number]) => Number(/^DELETE |deactivate$/.test(route));
    for (const each of rows.filter(({ row }) => row.needs !== 'anyone').toSorted((a, b) => last(a) - last(b))) {
      const { status, code } = await call(browser, each);
      if ([400, 401, 403, 404, 500].includes(status)) stopped.push([each.route, code]);
    }
    expect(stopped).toEqual([]);
  });
});
