import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startStandIn, type StandIn } from '../stand-in/start.ts';
import { TestClock } from '../support/test-clock.ts';

const BOSS = 5;
const SALES = 11;
const DACH = 12;
const HOUR = 3_600_000;

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: Headers;
}

let standIn: StandIn;
let clock: TestClock;

beforeEach(async () => {
  clock = new TestClock();
  standIn = await startStandIn({ approved: true, timeScale: 0, now: () => clock.now() });
});
afterEach(async () => {
  await standIn.close();
});

describe('who is let in', () => {
  it("is nobody without a credential, and nobody with another tenant's", async () => {
    expect((await call('GET', 'Contact/2', { authorization: '' })).status).toBe(401);
    expect((await call('GET', 'Contact/2', { authorization: bearer(SALES, 'Cust20002') })).status).toBe(401);
    expect((await call('GET', 'Contact/2')).status).toBe(200);
  });

  it('is nobody once the token has run out', async () => {
    const authorization = bearer(SALES);
    clock.advance(HOUR);
    expect((await call('GET', 'Contact/2', { authorization })).status).toBe(401);
  });

  it('is nobody at the old host after a move', async () => {
    standIn.moveTenant('Cust10001');
    expect((await call('GET', 'Contact/2')).status).toBe(421);
    const moved = await fetch(`${standIn.url.replace('localhost', '127.0.0.1')}/Cust10001/api/v1/Contact/2`, {
      headers: { authorization: bearer(SALES) },
    });
    expect(moved.status).toBe(200);
  });

  it('is nobody while the tenant is down for maintenance', async () => {
    standIn.tenant().state = 'OfflineMaintenance';
    expect((await call('GET', 'Contact/2')).status).toBe(503);
  });

  it('is told who she is, with her rights and licences', async () => {
    const licences = async (associateId: number): Promise<readonly unknown[]> => {
      const { body } = await call('GET', 'User/currentPrincipal', { authorization: bearer(associateId) });
      return (body['Licenses'] as readonly { OwnerName: string; Name: string }[]).map(
        (one) => `${one.OwnerName}.${one.Name}`,
      );
    };
    expect(await licences(SALES)).toEqual(expect.arrayContaining(['ERPSYNC.erp-sync', 'ERPSYNC.erp-sync-user']));
    expect(await licences(13)).not.toContain('ERPSYNC.erp-sync-user');
    const boss = await call('GET', 'User/currentPrincipal', { authorization: bearer(BOSS) });
    expect(boss.body).toMatchObject({
      AssociateId: BOSS,
      GroupId: 1,
      FunctionRights: expect.arrayContaining(['admin-all']) as unknown,
    });
  });
});

describe('a company for one team only', () => {
  it('is hidden from the others by id, in lists, by agents, and so are its contacts', async () => {
    const { id, personId } = hiddenCompany();
    const read = await call('GET', `Contact/${id}`);
    expect(read).toMatchObject({ status: 403, body: { ErrorType: 'SoSentryException' } });
    expect(
      (await call('PATCH', `Contact/${id}`, { body: [{ op: 'replace', path: '/Name', value: 'x' }] })).status,
    ).toBe(403);
    expect((await call('GET', `Person/${personId}`)).status).toBe(403);
    expect(await rows(`Contact?$select=contactId&$filter=contactId in (${id},2)`)).toEqual([
      { PrimaryKey: '2', EntityName: 'contact', contactId: 2 },
    ]);
    expect(await rows(`Archive/dynamic?$select=contact.contact_id&$filter=contact.contact_id eq ${id}`)).toEqual([]);
    expect((await call('POST', 'Agents/Contact/GetContactList', { body: [id] })).body).toEqual([]);
  });

  it('is there for that team and for the system user', async () => {
    const { id } = hiddenCompany();
    expect((await call('GET', `Contact/${id}`, { authorization: bearer(DACH) })).status).toBe(200);
    expect((await asSystem('GET', `Contact/${id}`)).status).toBe(200);
  });
});

describe('reading', () => {
  it('answers a missing record with 404 and an agent with null', async () => {
    expect(await call('GET', 'Contact/99999')).toMatchObject({
      status: 404,
      body: { Error: true, ErrorType: 'SoNotFoundException' },
    });
    expect(await call('POST', 'Agents/Contact/GetContactEntity?contactEntityId=99999')).toMatchObject({
      status: 200,
      body: null,
    });
  });

  it('answers only the members selected', async () => {
    const { body } = await call('GET', 'Contact/2?$select=ContactId,name');
    expect(Object.keys(body)).toEqual(['ContactId', 'Name']);
  });

  it('gives times without a zone, unless one is asked for', async () => {
    const bare = await call('GET', 'Contact/2?$select=UpdatedDate');
    expect(bare.body['UpdatedDate']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
    const zoned = await call('GET', 'Contact/2?$select=UpdatedDate', {
      headers: { 'so-timezone': 'UTC,includeTZOffset' },
    });
    expect(zoned.body['UpdatedDate']).toMatch(/\+00:00$/);
  });

  it('gives list texts in the language asked for, and as stored to whoever asks for none', async () => {
    const first = async (language?: string): Promise<unknown> => {
      const headers: Record<string, string> = { 'accept-language': language ?? '*' };
      const { body } = await call('GET', 'MDOList/category?flat=True', { headers });
      return (body as unknown as readonly { Name: string }[])[0]!.Name;
    };
    expect(await first('nb-NO')).toBe('Kunde');
    expect(await first('nl')).toBe('Klant');
    expect(await first('pl')).toBe('Customer');
    expect(await first()).toMatch(/^US:"Customer";NO:"Kunde"/);
  });

  it('shows a company in the recycle bin as deleted', async () => {
    await call('DELETE', 'Contact/3');
    expect(await call('GET', 'Contact/3')).toMatchObject({ status: 200, body: { Deleted: 1 } });
    expect(await rows('Contact?$select=contactId&$filter=contactId eq 3')).toEqual([]);
    expect(await rows('Archive/RecycleContact?$select=contactId,deletedDate&$filter=contactId eq 3')).toHaveLength(1);
  });

  it('has nothing left of a deleted project', async () => {
    expect((await call('DELETE', 'Project/3')).status).toBe(204);
    expect((await call('GET', 'Project/3')).status).toBe(404);
  });

  it('tells of a merge in its log and nowhere else', async () => {
    expect((await call('POST', 'Contact/3/MergeTo/4')).status).toBe(204);
    expect((await call('GET', 'Contact/3')).status).toBe(404);
    const log =
      'Archive/dynamic?$select=mergemovelog.sourceRecord,mergemovelog.destinationRecord&$filter=mergemovelog.tablenumber eq 5';
    expect(await rows(log)).toMatchObject([{ 'mergemovelog.sourceRecord': 3, 'mergemovelog.destinationRecord': 4 }]);
  });
});

describe('archives', () => {
  it('page by key, and say where the next page is', async () => {
    const { body } = await call('GET', 'Contact?$select=contactId&$orderBy=contactId&$filter=contactId gt 10&$top=2');
    expect((body['value'] as readonly { contactId: number }[]).map((row) => row.contactId)).toEqual([11, 12]);
    const next = await fetch(String(body['odata.nextLink']), { headers: { authorization: bearer(SALES) } });
    expect(((await next.json()) as { value: readonly { contactId: number }[] }).value[0]!.contactId).toBe(13);
  });

  it('find what has changed since a time', async () => {
    const since = clock.now().toISOString().slice(0, 19);
    const changed = `Archive/dynamic?$select=contact.contact_id,contact.updated&$filter=contact.updated afterTime '${since}'`;
    expect(await rows(changed)).toEqual([]);
    await call('PATCH', 'Contact/7', { body: [{ op: 'replace', path: '/Name', value: 'Ny AS' }] });
    expect(await rows(changed)).toMatchObject([{ 'contact.contact_id': 7 }]);
  });

  it.each([
    ["name begins 'jyske' and contactId lt 5", [4]],
    ["(contactId eq 3 or contactId eq 4) and name contains 'mejeri'", [4]],
    ["streetAddress/city is 'Esbjerg' and contactId in (3,4)", [4]],
    ["name is 'Anne \\'s'", []],
  ])('understand %s', async (filter, expected) => {
    const found = await rows(`Contact?$select=contactId&$orderBy=contactId&$filter=${filter}`);
    expect(found.map((row) => row['contactId'])).toEqual(expected);
  });

  it.each(['nonsense eq 1', 'contactId ge 5', 'contactId gt', 'contactId in (1,2', "contactId eq 1 'x'"])(
    'refuse %s',
    async (filter) => {
      expect(await call('GET', `Contact?$select=contactId&$filter=${filter}`)).toMatchObject({
        status: 400,
        body: { Error: true },
      });
    },
  );

  it('refuse a column they do not have, and name it', async () => {
    const { status, body } = await call('GET', 'Contact?$select=contactId,shoeSize');
    expect({ status, message: body['ErrorMessage'] }).toEqual({ status: 400, message: 'Unknown column: shoeSize' });
  });

  it('leave out former employees unless they are asked for', async () => {
    const retired = [...standIn.tenant().records.person.values()].find((person) => person.retired)!;
    const query = `Person?$select=personId&$filter=personId eq ${retired.id}`;
    expect((await asSystemRows(query)).length).toBe(0);
    expect((await asSystemRows(`${query}&$entities=person,retiredPerson`)).length).toBe(1);
  });
});

describe('writing', () => {
  it('is refused when the record has changed since', async () => {
    const { body } = await call('GET', 'Contact/7?$select=UpdatedDate');
    const read = new Date(`${String(body['UpdatedDate'])}Z`).toUTCString();
    const rename = (Name: string): Promise<Answer> =>
      call('PATCH', 'Contact/7', { body: { Name }, headers: { 'if-unmodified-since': read } });
    expect((await rename('First')).status).toBe(200);
    expect((await rename('Second')).status).toBe(412);
    expect(standIn.tenant().records.contact.get(7)!.name).toBe('First');
  });

  it('is refused when what a patch tests is not so, and then nothing is written', async () => {
    const body = [
      { op: 'replace', path: '/Department', value: 'North' },
      { op: 'test', path: '/Name', value: 'Another' },
    ];
    expect((await call('PATCH', 'Contact/7', { body })).status).toBe(412);
    expect(standIn.tenant().records.contact.get(7)!.department).not.toBe('North');
  });

  it('changes one line of a patch and leaves the rest', async () => {
    const before = standIn.tenant().records.contact.get(7)!;
    await call('PATCH', 'Contact/7', {
      body: [{ op: 'replace', path: '/CustomFields', value: { 'SuperOffice:1': 'C-7' } }],
    });
    expect(standIn.tenant().records.contact.get(7)).toEqual({
      ...before,
      userDefined: { ...before.userDefined, 'SuperOffice:1': 'C-7' },
    });
  });

  it("moves the time of change for the record's own row only", async () => {
    const updated = (): string => standIn.tenant().records.contact.get(7)!.updated;
    const before = updated();
    clock.advance(HOUR);
    await call('PATCH', 'Contact/7', {
      body: [{ op: 'replace', path: '/Phones', value: [{ Value: '+47 1', Description: '' }] }],
    });
    await call('PATCH', 'Contact/7', {
      body: [{ op: 'replace', path: '/CustomFields', value: { 'SuperOffice:6': '[I:60]' } }],
    });
    await call('PATCH', 'Contact/7', { body: [{ op: 'replace', path: '/Address/Street', value: { City: 'Moss' } }] });
    expect(updated()).toBe(before);
    expect(standIn.tenant().records.contact.get(7)!.phones[0]!.value).toBe('+47 1');
    await call('PATCH', 'Contact/7', { body: [{ op: 'replace', path: '/OrgNr', value: '1' }] });
    expect(updated()).not.toBe(before);
  });

  it('takes the localized address for the truth when both are sent', async () => {
    const { body } = await call('GET', 'Contact/7');
    const address = body['Address'] as Record<string, Record<string, unknown>>;
    const moved = { ...address, Street: { ...address['Street'], City: 'Moss' } };
    await call('PUT', 'Contact/7', { body: { ...body, Address: moved } });
    expect(standIn.tenant().records.contact.get(7)!.street.city).not.toBe('Moss');
    await call('PUT', 'Contact/7', { body: { ...body, Address: { ...moved, LocalizedAddress: null } } });
    expect(standIn.tenant().records.contact.get(7)!.street.city).toBe('Moss');
  });

  it('resets what a whole entity leaves out', async () => {
    await call('PUT', 'Contact/7', { body: { contactId: 7, name: 'Bare' } });
    expect(standIn.tenant().records.contact.get(7)).toMatchObject({ name: 'Bare', phones: [], categoryId: 0 });
  });

  it('begins with the defaults and answers what was stored', async () => {
    const { body: draft } = await call('GET', 'Contact/default');
    expect(draft).toMatchObject({ ContactId: 0, Associate: { AssociateId: SALES } });
    const created = await call('POST', 'Contact', { body: { ...draft, Name: 'n'.repeat(300), Category: { Id: 1 } } });
    expect(created).toMatchObject({ status: 200, body: { Name: 'n'.repeat(219), Category: { Id: 1 } } });
  });

  it.each([
    ['no name', 'Contact', { Name: ' ' }],
    ['an item that is in no list', 'Contact', { Name: 'A', Category: { Id: 77 } }],
    ['a number that is none', 'Contact', { Name: 'A', CustomFields: { 'SuperOffice:2': 'much' } }],
    ['a contact without a name', 'Person', { Contact: { ContactId: 2 } }],
    ['a contact of a company that is not there', 'Person', { Firstname: 'A', Contact: { ContactId: 99_999 } }],
  ])('is answered 500 with an explanation for %s', async (_, entity, body) => {
    expect(await call('POST', entity, { body })).toMatchObject({
      status: 500,
      body: { Error: true, ErrorMessage: expect.any(String) as unknown },
    });
  });

  it('understands camel case as well', async () => {
    const saved = await call('POST', 'Agents/Contact/SaveContactEntity', {
      body: { contactId: 0, name: 'Camel', country: { countryId: 578 } },
    });
    expect(saved.body).toMatchObject({ Name: 'Camel', Country: { TwoLetterISOCountry: 'NO' } });
  });
});

describe('web panels', () => {
  const panel = {
    Name: 'ERP',
    Url: 'https://a.example/?uctx=<uctx>',
    VisibleIn: 'ContactArchive',
    WindowName: 'w',
    ProgId: 'P.1',
  };

  it('have unique names, which a deleted one still holds', async () => {
    const first = await asSystem('POST', 'Agents/List/SaveWebPanelEntity', panel);
    await asSystem('POST', 'Agents/List/SaveWebPanelEntity', { ...first.body, Deleted: true });
    const second = await asSystem('POST', 'Agents/List/SaveWebPanelEntity', { ...panel, WindowName: 'v' });
    expect(second).toMatchObject({ status: 500, body: { ErrorMessage: 'The name ERP is not unique' } });
    expect((await asSystem('POST', 'Agents/List/GetWebPanelByProgId', { progId: 'P.1' })).body).toMatchObject({
      Deleted: true,
    });
  });

  it('are for administrators to change', async () => {
    expect((await call('POST', 'Agents/List/SaveWebPanelEntity', { body: panel })).status).toBe(403);
  });

  it('are removed all at once by the app itself, and by nobody else', async () => {
    await asSystem('POST', 'Agents/List/SaveWebPanelEntity', panel);
    await call('POST', 'Agents/List/DeleteAppWebPanels', { authorization: bearer(BOSS) });
    expect((await asSystem('POST', 'Agents/List/GetAppWebPanels')).body).toHaveLength(1);
    await asSystem('POST', 'Agents/List/DeleteAppWebPanels');
    expect((await asSystem('POST', 'Agents/List/GetAppWebPanels')).body).toEqual([]);
  });
});

describe('trouble', () => {
  it('comes as often as asked for, where asked for', async () => {
    standIn.faults.add({ fault: { kind: 'throttled', retryAfterSeconds: 7 }, path: /^PATCH .*Contact/, times: 1 });
    expect((await call('GET', 'Contact/2')).status).toBe(200);
    const refused = await call('PATCH', 'Contact/2', { body: {} });
    expect({ status: refused.status, wait: refused.headers.get('retry-after') }).toEqual({ status: 429, wait: '7' });
    expect((await call('PATCH', 'Contact/2', { body: {} })).status).toBe(200);
  });

  it('comes to one tenant only', async () => {
    standIn.faults.add({ fault: { kind: 'unauthorized' }, tenant: 'Cust20002' });
    expect((await call('GET', 'Contact/2')).status).toBe(200);
    const other = await fetch(`${standIn.url}/Cust20002/api/v1/Contact/2`, {
      headers: { authorization: bearer(SALES, 'Cust20002') },
    });
    expect(other.status).toBe(401);
  });

  it('can be a page instead of an answer, or 500 with a body, until it ends', async () => {
    const end = standIn.faults.add({ fault: { kind: 'html' } });
    const page = await fetch(`${standIn.url}/Cust10001/api/v1/Contact/2`, {
      headers: { authorization: bearer(SALES) },
    });
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=UTF-8']);
    end();
    standIn.faults.add({ fault: { kind: 'broken', message: 'Deadlock' }, times: 1 });
    expect(await call('GET', 'Contact/2')).toMatchObject({ status: 500, body: { ErrorMessage: 'Deadlock' } });
  });

  it('can lose the answer to a call that was carried out', async () => {
    standIn.faults.add({ fault: { kind: 'lostAnswer' }, times: 1 });
    await expect(call('PATCH', 'Contact/7', { body: { Name: 'Done' } })).rejects.toThrow('fetch failed');
    expect(standIn.tenant().records.contact.get(7)!.name).toBe('Done');
  });

  it('is on record, without credentials', async () => {
    await call('PATCH', 'Contact/7', { body: { Name: 'Seen' } });
    expect(standIn.traffic.exchanges.at(-1)).toMatchObject({
      tenant: 'Cust10001',
      method: 'PATCH',
      path: '/v1/Contact/7',
      requestBody: { Name: 'Seen' },
      status: 200,
      responseBody: { Name: 'Seen' },
    });
    expect(JSON.stringify(standIn.traffic.exchanges)).not.toContain('8A:');
  });
});

describe('a second start', () => {
  it('continues where the first stopped, refresh tokens included', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'stand-in-'));
    const options = { dataFolder: folder, app: standIn.app };
    const first = await startStandIn({ ...options, approved: true });
    const tenant = first.tenant();
    tenant.update('contact', 7, { name: 'Kept AS' }, SALES);
    const refreshToken = first.credentials.refreshToken(tenant, SALES);
    const { systemToken } = tenant;
    await first.close();

    const second = await startStandIn(options);
    expect(second.tenant().records.contact.get(7)!.name).toBe('Kept AS');
    expect(second.tenant()).toMatchObject({ approved: true, systemToken });
    expect(second.tenant().refreshTokens.get(refreshToken)).toBe(SALES);
    await second.close();
    await rm(folder, { recursive: true });
  });
});

function bearer(associateId: number, context = 'Cust10001'): string {
  return `Bearer ${standIn.credentials.accessToken(standIn.tenant(context), associateId)}`;
}

async function call(
  method: string,
  path: string,
  options: {
    readonly body?: unknown;
    readonly authorization?: string;
    readonly headers?: Readonly<Record<string, string>>;
  } = {},
): Promise<Answer> {
  const { body, authorization = bearer(SALES), headers = {} } = options;
  const response = await fetch(`${standIn.url}/Cust10001/api/v1/${path}`, {
    method,
    headers: { authorization, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json');
  return {
    status: response.status,
    body: (isJson ? JSON.parse(text) : {}) as Answer['body'],
    headers: response.headers,
  };
}

async function asSystem(method: string, path: string, body?: unknown): Promise<Answer> {
  const authorization = `SOTicket ${standIn.credentials.ticket(standIn.tenant())}`;
  return call(method, path, { body, authorization, headers: { 'so-apptoken': standIn.app.clientSecret } });
}

async function rows(path: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  return (await call('GET', path)).body['value'] as readonly Readonly<Record<string, unknown>>[];
}

async function asSystemRows(path: string): Promise<readonly unknown[]> {
  return (await asSystem('GET', path)).body['value'] as readonly unknown[];
}

function hiddenCompany(): { readonly id: number; readonly personId: number } {
  const { contact, person } = standIn.tenant().records;
  const { id } = [...contact.values()].find((company) => company.onlyGroupId === 3)!;
  return { id, personId: [...person.values()].find((one) => one.companyId === id)!.id };
}
