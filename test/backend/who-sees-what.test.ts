import { beforeAll, describe, expect, test } from 'vitest';
import type { ErpTab } from '../../shared/api/erp-tab.ts';
import { connect } from '../support/connect.ts';
import { createHttpWorld, person, signIn, type Browser, type HttpWorld } from '../support/http.ts';

const company = { type: 'contact', id: 42 } as const;
const customer = { type: 'Customer', erpKey: '831' } as const;

/** Who a connection is for: `c` may connect, `n` may create new actors, an empty string may see. */
const scopes = {
  everyone: 'everyone',
  nobody: {},
  'Lars alone': { 'user 11': 'cn' },
  'group 2, and Lars in it more': { 'group 2': '', 'user 11': 'c' },
  'two groups, each with another right': { 'group 2': 'c', 'group 3': 'n' },
  'the user whose number is that of a group': { 'user 2': 'cn' },
} as const;

/** What each person has there: `-` nothing at all, otherwise her rights in letters as above. */
const expected: Readonly<Record<string, { id: number; groups: number[]; has: Record<keyof typeof scopes, string> }>> = {
  'Lars, group 2': {
    id: 11,
    groups: [2],
    has: {
      everyone: 'cn',
      nobody: '-',
      'Lars alone': 'cn',
      'group 2, and Lars in it more': 'c',
      'two groups, each with another right': 'c',
      'the user whose number is that of a group': '-',
    },
  },
  'Mette, groups 2 and 3': {
    id: 12,
    groups: [2, 3],
    has: {
      everyone: 'cn',
      nobody: '-',
      'Lars alone': '-',
      'group 2, and Lars in it more': '',
      'two groups, each with another right': 'cn',
      'the user whose number is that of a group': '-',
    },
  },
  'Per, group 3': {
    id: 13,
    groups: [3],
    has: {
      everyone: 'cn',
      nobody: '-',
      'Lars alone': '-',
      'group 2, and Lars in it more': '-',
      'two groups, each with another right': 'n',
      'the user whose number is that of a group': '-',
    },
  },
  'Astrid, an administrator, no group': {
    id: 5,
    groups: [],
    has: {
      everyone: 'cn',
      nobody: '-',
      'Lars alone': '-',
      'group 2, and Lars in it more': '-',
      'two groups, each with another right': '-',
      'the user whose number is that of a group': '-',
    },
  },
};

let world: HttpWorld;
const connectionIds: Partial<Record<string, string>> = {};
const browsers = new Map<number, Browser>();

beforeAll(async () => {
  world = await createHttpWorld();
  world.crm.entities.set('contact/42', { NAME: 'Nordlys AS' });
  world.erp.actors.set('Customer/831', { NAME: 'Nordlys AS' });
  for (const [name, to] of Object.entries(scopes)) {
    const members = Object.entries(to === 'everyone' ? {} : (to as Record<string, string>)).map(([who, rights]) => {
      const [kind = '', id] = who.split(' ');
      return {
        kind: kind as 'user' | 'group',
        id: Number(id),
        canConnect: rights.includes('c'),
        canCreate: rights.includes('n'),
      };
    });
    const all = { everyone: true, members: [] };
    const id = await world.connection({ name, fields: { NAME: 'NAME' }, scope: all });
    await connect(world.as(), id, company, customer);
    await world.store.connections.save({
      ...(await world.store.connections.get(id)),
      scope: { everyone: to === 'everyone', members },
    });
    connectionIds[name] = id;
  }
  for (const { id, groups } of Object.values(expected)) {
    const browser = world.browser();
    await signIn(world, browser, person(world, id, { groupIds: groups }));
    browsers.set(id, browser);
  }
});

async function ask(id: number, method: string, path: string, body?: unknown) {
  const browser = browsers.get(id)!;
  const response = await (method === 'GET' ? browser.get(path) : browser.send(method, path, body));
  return { status: response.status, body: (await response.json()) as unknown };
}

describe.each(Object.entries(expected))('%s', (_, { id, has }) => {
  test('finds on the ERP tab the connections that are hers, with her rights', async () => {
    const tab = (await ask(id, 'GET', '/api/erp-tab/contact/42')).body as ErpTab;
    const shown = tab.connections.map(({ name, canConnect, canCreate }) => [
      name,
      `${canConnect ? 'c' : ''}${canCreate ? 'n' : ''}`,
    ]);
    expect(Object.fromEntries(shown)).toEqual(
      Object.fromEntries(Object.entries(has).filter(([, rights]) => rights !== '-')),
    );
  });

  test('gets live values, the search, both sides and a new actor where she has the right, and nowhere else', async () => {
    for (const [name, rights] of Object.entries(has)) {
      const connectionId = connectionIds[name]!;
      const about = { connectionId, entity: company };
      const answers = {
        values: await ask(id, 'GET', `/api/erp-tab/contact/42/connections/${connectionId}/values`),
        search: await ask(id, 'POST', '/api/actor-searches', { ...about, actorType: 'Customer', text: 'Nordlys' }),
        sides: await ask(id, 'POST', '/api/link-previews', { ...about, actor: customer }),
        actor: await ask(id, 'POST', '/api/creations/preview', { ...about, actorType: 'Customer' }),
      };
      const connects = rights.includes('c');
      const createsNew = rights.includes('n');
      const may = { values: rights !== '-', search: connects || createsNew, sides: connects, actor: createsNew };
      for (const [what, { status, body }] of Object.entries(answers)) {
        const ok = may[what as keyof typeof may];
        expect([name, what, status === 403]).toEqual([name, what, !ok]);
        if (!ok) expect(body).toEqual({ code: 'access.denied', detail: { right: expect.any(String) as string } });
      }
    }
  });
});

describe('a record that she may not see in SuperOffice', () => {
  const paths = (id: number) =>
    [
      ['GET', `/api/erp-tab/contact/${id}`],
      ['GET', `/api/erp-tab/contact/${id}/connections/${connectionIds['everyone']}/values`],
      ['POST', `/api/entities/contact/${id}/sync`],
      ['POST', '/api/actor-searches', { entity: { type: 'contact', id }, actorType: 'Customer', text: 'Nordlys' }],
      ['POST', '/api/link-previews', { entity: { type: 'contact', id }, actor: customer }],
      ['POST', '/api/links', { entity: { type: 'contact', id }, actor: customer, choices: {}, seen: '' }],
      ['POST', '/api/creations/preview', { entity: { type: 'contact', id }, actorType: 'Customer' }],
    ] as const;

  test('is told apart by nothing from one that does not exist', async () => {
    world.crm.hidden.set(11, new Set(['contact/42']));
    const nowhere = paths(4_242);
    for (const [index, [method, path, body]] of paths(42).entries()) {
      const [, pathThere, bodyThere] = nowhere[index]!;
      const connectionId = connectionIds['everyone'];
      const hidden = await ask(11, method, path, body && { connectionId, ...body });
      const absent = await ask(11, method, pathThere, bodyThere && { connectionId, ...bodyThere });
      expect(hidden).toEqual(absent);
      expect(hidden).toEqual({ status: 404, body: { code: 'entity.not_found', detail: {} } });
    }
    world.crm.hidden.clear();
  });
});

describe('what stands in the address of a panel', () => {
  const forged = [
    'uctx=Cust20002',
    'usid=5',
    'entity=contact&id=43',
    'usec=GUMMY-BEAR',
    'ufun=admin-all&is_administrator=true',
    'uctx=Cust20002&usid=5&entity=person&id=1&usec=GUMMY-BEAR&tenant=Cust20002&userId=5&connectionId=1',
  ];

  test.each(['/api/session', '/api/erp-tab/contact/42', '/api/connections', '/api/sync', '/panels/erp-tab.html'])(
    'changes nothing in the answer of %s',
    async (path) => {
      const answer = async (query: string) => {
        const response = await browsers.get(13)!.get(path + query);
        return { status: response.status, body: await response.text() };
      };
      const plain = await answer('');
      expect(plain.status).toBe(200);
      for (const query of forged) expect([query, await answer(`?${query}`)]).toEqual([query, plain]);
    },
  );

  test('is taken for a hint of the tenant in the form of one, and in no other', async () => {
    for (const tenantHint of ['../Cust20002', 'Cust10001?x', '', 'C'.repeat(65), 7, null, ['Cust10001']]) {
      const response = await world.browser().send('POST', '/api/sign-ins', { challenge: 'A'.repeat(43), tenantHint });
      expect([tenantHint, response.status]).toEqual([tenantHint, 400]);
    }
  });
});
