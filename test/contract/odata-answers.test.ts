import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { odataKind } from '../../backend/adapters/connectors/odata/odata-kind.ts';
import { createSafeFetch } from '../../backend/adapters/connectors/safe-fetch.ts';
import type { ConnectorKind, ErpConnector } from '../../backend/ports/erp-connector.ts';
import { startODataErp, type Manners, type ODataErp, type ODataRow } from '../support/odata-erp.ts';
import { TestClock } from '../support/test-clock.ts';

const name = [{ key: 'Name', kind: 'text' as const }];
const clock = new TestClock();
let erp: ODataErp;
let kind: ConnectorKind;
let connector: ErpConnector;

beforeEach(() => open());
afterEach(() => erp.close());

async function open(rows: readonly ODataRow[] = [row('A'), row('B')], manners: Manners = {}): Promise<void> {
  erp = await startODataErp(
    {
      Customers: {
        key: ['ID'],
        stamp: 'ModifiedAt',
        properties: {
          ID: ['Type="Edm.String" Nullable="false"'],
          Name: ['Type="Edm.String"'],
          ModifiedAt: ['Type="Edm.DateTimeOffset"'],
        },
        newKey: () => ({ ID: 'new' }),
      },
      Lines: {
        key: ['Company', 'No'],
        properties: {
          Company: ['Type="Edm.String" Nullable="false"'],
          No: ['Type="Edm.Int32" Nullable="false"'],
          Name: ['Type="Edm.String"'],
        },
      },
    },
    { Customers: rows, Lines: [{ Company: "O'Neil, A=1", No: '7', Name: 'Seven' }] },
    clock,
    manners,
  );
  kind = odataKind({ fetch: createSafeFetch({ allowPrivate: true, maxBytes: 4_000_000 }), clock });
  connector = kind.open({
    connectionId: '',
    url: erp.url,
    config: { System: 'generic', SignIn: 'none', CustomerSet: 'Customers', ProjectSet: 'Lines' },
  });
}

async function reopen(rows: readonly ODataRow[] | undefined, manners: Manners): Promise<void> {
  await erp.close();
  await open(rows, manners);
}

function row(ID: string, Name: string | null = ID): ODataRow {
  return { ID, Name, ModifiedAt: '2026-01-01T00:00:00Z' };
}

const atRecords = (answer: { status?: number; headers?: Record<string, string>; body?: string }) => {
  erp.intercept = ({ path }) => (path === '$metadata' ? undefined : answer);
};
const html = { headers: { 'content-type': 'text/html' }, body: '<html>Sign in</html>' };

describe('an answer that is none', () => {
  test.each<[string, { status?: number; headers?: Record<string, string>; body?: string }, string]>([
    ['a page of HTML', html, 'connector.answer_invalid'],
    ['a page of HTML with 404', { ...html, status: 404 }, 'connector.answer_invalid'],
    ['a page of HTML with 502', { ...html, status: 502 }, 'connector.unreachable'],
    ['half an answer', { body: '{"value":[{"ID":"A"' }, 'connector.answer_invalid'],
    ['an empty object', { body: '{}' }, 'connector.answer_invalid'],
    ['records that are none', { body: '{"value":[1]}' }, 'connector.answer_invalid'],
    ['records without keys', { body: '{"value":[{"Name":"A"}]}' }, 'connector.answer_invalid'],
    ['nothing', { body: '' }, 'connector.answer_invalid'],
    ['a refusal', { status: 404, body: '{"error":{"code":"x","message":"No such segment"}}' }, 'connector.rejected'],
    ['a redirect', { status: 302, headers: { location: 'http://127.0.0.1:1/' } }, 'connector.answer_invalid'],
    ['an answer without end', { body: ' '.repeat(5_000_000) }, 'connector.answer_invalid'],
  ])('%s is neither data nor a deletion', async (_, answer, code) => {
    atRecords(answer);
    await expect(connector.getActors('Customer', ['A'], name)).rejects.toMatchObject({ code });
    const change = { type: 'Customer', erpKey: 'A', values: { Name: 'x' } } as const;
    await expect(connector.saveActors([change], name)).rejects.toMatchObject({ code });
  });

  test('the words of the service go along with its refusal', async () => {
    erp.intercept = ({ method }) =>
      method === 'PATCH'
        ? { status: 400, body: '{"error":{"code":"Rule","message":"The name is reserved."}}' }
        : undefined;
    const change = { type: 'Customer', erpKey: 'A', values: { Name: 'x' } } as const;
    expect(await connector.saveActors([change], name)).toEqual([
      { kind: 'refused', code: 'connector.rejected', explanation: 'The name is reserved.' },
    ]);
  });

  test('a record that is gone is gone only when the service says so', async () => {
    erp.intercept = ({ method }) => (method === 'PATCH' ? { ...html, status: 404 } : undefined);
    const change = { type: 'Customer', erpKey: 'A', values: { Name: 'x' } } as const;
    await expect(connector.saveActors([change], name)).rejects.toMatchObject({ code: 'connector.answer_invalid' });
    erp.intercept = ({ method }) =>
      method === 'PATCH' ? { status: 404, body: '{"error":{"code":"404","message":"gone"}}' } : undefined;
    expect(await connector.saveActors([change], name)).toMatchObject([{ kind: 'refused', code: 'actor.not_found' }]);
  });
});

describe('further pages', () => {
  test('are fetched to the end', async () => {
    await reopen(
      Array.from({ length: 2500 }, (_, n) => row(`K${n}`)),
      { pageSize: 400 },
    );
    expect((await connector.changedActors('Customer', '', name)).actors).toHaveLength(2500);
  });

  test('on another server are not asked for, though the first page came from ours', async () => {
    let asked = 0;
    const other = createServer((_, outgoing) => {
      asked++;
      outgoing.end('{"value":[]}');
    });
    await new Promise<void>((listening) => other.listen(0, '127.0.0.1', listening));
    onTestFinished(() => void other.close());
    const link = `http://127.0.0.1:${(other.address() as AddressInfo).port}/odata/v4/erp/Customers`;
    atRecords({ body: JSON.stringify({ value: [row('A')], '@odata.nextLink': link }) });
    await expect(connector.changedActors('Customer', '', name)).rejects.toMatchObject({
      code: 'connector.answer_invalid',
      detail: { problem: 'nextLink' },
    });
    expect(asked).toBe(0);
  });

  test('that lead in a circle, or on and on without a record, come to an end', async () => {
    atRecords({ body: JSON.stringify({ value: [row('A')], '@odata.nextLink': 'Customers?again' }) });
    await expect(connector.changedActors('Customer', '', name)).rejects.toMatchObject({
      detail: { problem: 'nextLink' },
    });
    let page = 0;
    erp.intercept = ({ path }) =>
      path === '$metadata'
        ? undefined
        : { body: JSON.stringify({ value: [], '@odata.nextLink': `Customers?p=${++page}` }) };
    await expect(connector.changedActors('Customer', '', name)).rejects.toMatchObject({
      detail: { problem: 'nextLink' },
    });
    expect(page).toBeLessThan(50);
  });

  test('that never end are read as far as anyone looks, and the user is told', async () => {
    let page = 0;
    erp.intercept = ({ path }) =>
      path === '$metadata'
        ? undefined
        : {
            body: JSON.stringify({
              value: Array.from({ length: 100 }, (_, n) => row(`${page}-${n}`)),
              '@odata.nextLink': `Customers?p=${++page}`,
            }),
          };
    const { actors, warning } = await connector.searchActors('Customer', '', name);
    expect(actors).toHaveLength(1000);
    expect(warning).toContain('There is more');
    expect(page).toBeLessThan(15);
  });
});

describe('a description', () => {
  const types = (inside: string) =>
    `<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices><Schema Namespace="E">${inside}</Schema></edmx:DataServices></edmx:Edmx>`;
  const set = '<EntityContainer Name="C"><EntitySet Name="Customers" EntityType="E.A"/></EntityContainer>';
  const many = Array.from({ length: 60_000 }, (_, n) => `<Property Name="P${n}" Type="Edm.String"/>`).join('');
  const entities = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>';
  test.each<[string, string]>([
    ['with a document type', entities + types('')],
    ['of a type that inherits from itself', types(`<EntityType Name="A" BaseType="E.A"/>${set}`)],
    ['of more properties than anything has', types(`<EntityType Name="A">${many}</EntityType>${set}`)],
    ['of OData v2', types('').replace('4.0', '1.0')],
    ['that is cut short', types(set).slice(0, -30)],
  ])('%s is refused', async (_, body) => {
    erp.intercept = () => ({ headers: { 'content-type': 'application/xml' }, body });
    await expect(connector.testConfig()).rejects.toMatchObject({ code: 'connector.answer_invalid' });
  });

  test('is read once for all that follows, and again when somebody asks for the fields', async () => {
    await connector.getActors('Customer', ['A'], name);
    await connector.getActors('Customer', ['B'], name);
    expect(erp.count('GET', '$metadata')).toBe(1);
    clock.advance(60_000);
    await connector.fields('Customer');
    expect(erp.count('GET', '$metadata')).toBe(2);
  });

  test('without what the settings name is told by its name', async () => {
    const lacking = kind.open({
      connectionId: '',
      url: erp.url,
      config: { System: 'generic', SignIn: 'none', CustomerSet: 'Kunder' },
    });
    await expect(lacking.testConfig()).rejects.toMatchObject({
      code: 'config.value_unknown',
      detail: { field: 'CustomerSet', value: 'Kunder' },
    });
  });

  test('makes suggestions where it is open to all, and none where it is not', async () => {
    expect((await kind.configList({ url: erp.url }, 'EntitySets')).map(({ key }) => key)).toEqual([
      'Customers',
      'Lines',
    ]);
    erp.intercept = () => ({ status: 401 });
    expect(await kind.configList({ url: erp.url }, 'EntitySets')).toEqual([]);
    await kind.testAddress?.({ url: erp.url });
    erp.intercept = () => html;
    await expect(kind.testAddress?.({ url: erp.url })).rejects.toMatchObject({ code: 'connector.answer_invalid' });
  });
});

describe('a busy service', () => {
  test('is asked again when it said so, if that is soon', async () => {
    let times = 0;
    erp.intercept = ({ path }) =>
      path !== '$metadata' && times++ === 0 ? { status: 429, headers: { 'retry-after': '0' } } : undefined;
    expect((await connector.getActors('Customer', ['A'], name)).actors).toHaveLength(1);
    expect(times).toBe(2);
  });

  test('that asks for more patience is left alone, and when to come back is told', async () => {
    atRecords({ status: 429, headers: { 'retry-after': '120' } });
    await expect(connector.getActors('Customer', ['A'], name)).rejects.toMatchObject({
      code: 'connector.throttled',
      detail: { retryAfterSeconds: 120 },
    });
    atRecords({ status: 503, headers: { 'retry-after': new Date(clock.now().getTime() + 90_000).toUTCString() } });
    await expect(connector.getActors('Customer', ['A'], name)).rejects.toMatchObject({
      detail: { retryAfterSeconds: 90 },
    });
  });

  test('is never asked twice to create', async () => {
    erp.intercept = ({ method }) => (method === 'POST' ? { status: 503, headers: { 'retry-after': '0' } } : undefined);
    const draft = { type: 'Customer', values: { Name: 'x' }, parent: null } as const;
    await expect(connector.createActor(draft, name)).rejects.toMatchObject({ code: 'connector.throttled' });
    expect(erp.count('POST')).toBe(1);
  });
});

describe('a service that has created', () => {
  const draft = { type: 'Customer', values: { Name: 'x' }, parent: null } as const;
  const refusal = JSON.stringify({ error: { code: 'Nope', message: 'Not today.' } });

  test('has not refused when it will not show what it made', async () => {
    let made = false;
    erp.intercept = ({ method }) => {
      if (method === 'POST') made = true;
      return made && method === 'GET' ? { status: 400, body: refusal } : undefined;
    };
    await expect(connector.createActor(draft, name)).rejects.toMatchObject({ code: 'connector.answer_invalid' });
    expect(erp.count('POST')).toBe(1);
  });

  test('has refused when it says so itself', async () => {
    erp.intercept = ({ method }) => (method === 'POST' ? { status: 400, body: refusal } : undefined);
    await expect(connector.createActor(draft, name)).rejects.toMatchObject({ code: 'connector.rejected' });
  });
});

describe('keys', () => {
  const strange = [
    "O'Neil",
    'a/b',
    'a b',
    '100%',
    'æ&ø+å?#',
    'NFD e\u0301',
    'NFC \u00e9',
    '00123',
    '123',
    ' lead',
    "''",
    'x'.repeat(900),
  ];
  test('of any text find their record, and no other', async () => {
    await reopen(
      strange.map((key) => row(key)),
      { batch: true },
    );
    const { actors } = await connector.getActors('Customer', strange, name);
    expect(actors.map(({ erpKey }) => erpKey).sort()).toEqual([...strange].sort());
    const changes = strange.map((erpKey) => ({ type: 'Customer', erpKey, values: { Name: `${erpKey}!` } }) as const);
    const outcomes = await connector.saveActors(changes, name);
    expect(outcomes.map((outcome) => outcome.kind === 'saved' && outcome.actor.values['Name'])).toEqual(
      strange.map((key) => `${key}!`),
    );
  });

  test('of several properties are one text', async () => {
    const [line] = (await connector.searchActors('Project', '', name)).actors;
    expect(line?.erpKey).toBe("Company='O''Neil, A=1',No=7");
    const keys = [
      line?.erpKey ?? '',
      "Company='x',No=7",
      'No=7',
      "No=7,Company='O''Neil, A=1'",
      "Company='' or true,No=7",
    ];
    expect((await connector.getActors('Project', keys, name)).actors).toMatchObject([{ values: { Name: 'Seven' } }]);
    const change = { type: 'Project', erpKey: line?.erpKey ?? '', values: { Name: 'VII' } } as const;
    expect(await connector.saveActors([change], name)).toMatchObject([
      { kind: 'saved', actor: { values: { Name: 'VII' } } },
    ]);
  });
});

describe('what a service lacks', () => {
  const found = async (text: string) =>
    (await connector.searchActors('Customer', text, [])).actors.map(({ erpKey }) => erpKey);
  test.each<[string, Manners]>([
    ['tolower, but not $search', { lacks: ['tolower'], search: true }],
    ['tolower and $search, but not contains', { lacks: ['tolower'] }],
    ['all but startswith', { lacks: ['tolower', 'contains'] }],
  ])('%s: free text still finds, and the next search knows how', async (_, manners) => {
    await reopen([row('1', 'Adatum'), row('2', 'Trey')], manners);
    expect(await found('Ada')).toEqual(['1']);
    const before = erp.requests.length;
    expect(await found('Tre')).toEqual(['2']);
    expect(erp.requests.length - before).toBe(1);
  });

  test('batches are tried once, and then each change goes by itself', async () => {
    const changes = ['A', 'B'].map((erpKey) => ({ type: 'Customer', erpKey, values: { Name: `${erpKey}1` } }) as const);
    expect(await connector.saveActors(changes, name)).toMatchObject([{ kind: 'saved' }, { kind: 'saved' }]);
    await connector.saveActors(
      changes.map((change) => ({ ...change, values: { Name: '2' } })),
      name,
    );
    expect(erp.count('POST', '$batch')).toBe(1);
    expect(erp.count('PATCH')).toBe(4);
  });

  test('one refusal of a batch is the refusal of one', async () => {
    await reopen(undefined, { batch: true });
    erp.intercept = ({ method, path }) =>
      method === 'PATCH' && path.includes("'A'")
        ? { status: 400, body: '{"error":{"code":"x","message":"No."}}' }
        : undefined;
    const changes = ['A', 'B'].map((erpKey) => ({ type: 'Customer', erpKey, values: { Name: 'new' } }) as const);
    expect(await connector.saveActors(changes, name)).toMatchObject([
      { kind: 'refused', explanation: 'No.' },
      { kind: 'saved' },
    ]);
  });
});

test('the timestamp goes back byte for byte, and one that is none asks for everything', async () => {
  await reopen([{ ...row('A'), ModifiedAt: '2026-11-22T10:00:00.1234567+02:00' }], {});
  const [actor] = (await connector.changedActors('Customer', '', name)).actors;
  expect(actor?.lastModified).toBe('2026-11-22T10:00:00.1234567+02:00');
  await connector.changedActors('Customer', actor?.lastModified ?? '', name);
  expect(erp.requests.at(-1)?.query.get('$filter')).toBe('ModifiedAt ge 2026-11-22T10:00:00.1234567+02:00');
  await connector.changedActors('Customer', "x' or true", name);
  expect(erp.requests.at(-1)?.query.get('$filter')).toBeUndefined();
});
