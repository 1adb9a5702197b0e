import { createRequire } from 'node:module';
import { inspect } from 'node:util';
import type * as WebApi from '@superoffice/webapi';
import { beforeEach, describe, expect, test } from 'vitest';
import { createSuperOffice } from '../../backend/adapters/superoffice/super-office.ts';
import type { AppError } from '../../backend/errors.ts';
import type { Crm } from '../../backend/ports/crm.ts';
import type { SuperOffice, Tokens } from '../../backend/ports/super-office.ts';
import { TestClock } from '../support/test-clock.ts';
import { app, identity, startStub, type Seen, type StubAnswer } from './stub-superoffice.ts';

type Stub = Awaited<ReturnType<typeof startStub>>;

const HOUR = 3_600_000;
const tenants = ['CustA', 'CustB'] as const;
const company = { type: 'contact', id: 5 } as const;

let clock: TestClock;
let stub: Stub;
let superOffice: SuperOffice;
let saved: Tokens[];

beforeEach(async () => {
  clock = new TestClock();
  stub = await startStub(clock);
  stub.api = answerApi;
  saved = [];
  superOffice = open();
  return () => stub.close();
});

function open({ timeoutMs = 5_000, perSecond = 10_000 } = {}): SuperOffice {
  return createSuperOffice({
    authUrl: stub.url,
    clientId: app.clientId,
    clientSecret: app.clientSecret,
    redirectUri: app.redirectUri,
    systemUserPrivateKey: app.privateKey,
    clock,
    timeoutMs,
    limits: { atOnce: 4, perSecond },
  });
}

function tokensOf(tenant: string): Tokens {
  const expiresAt = new Date(clock.now().getTime() + HOUR);
  return { accessToken: `8A:${tenant}.access-canary-0`, refreshToken: `refresh-canary-of-${tenant}`, expiresAt };
}

const system = (tenant = 'CustA'): Crm => superOffice.asSystemUser(tenant, `system-canary-of-${tenant}`);
const user = (tenant = 'CustA', tokens = tokensOf(tenant)): Crm =>
  superOffice.asUser(tenant, tokens, async (renewed) => void saved.push(renewed));
const apiCalls = (): Seen[] => stub.seen.filter(({ path }) => path.includes('/api/v1/'));

/** A tenant with company 5 and nothing else to say. */
function answerApi({ path, method }: Seen): StubAnswer {
  const entity = { ContactId: 5, Name: 'A', Department: '', UpdatedDate: '2026-11-22T12:00:00', Deleted: 0 };
  if (path.includes('/Archive/dynamic') && path.includes('company.')) {
    return { body: { value: [{ 'company.company_id': 1, 'company.contact_id': 1 }] } };
  }
  if (path.endsWith('/CustomField')) return { body: [] };
  if (path.includes('/v1/Contact/5')) return { body: method === 'PATCH' ? { ...entity, Name: 'B' } : entity };
  if (path.includes('currentPrincipal')) return { body: { AssociateId: 11, FullName: 'Lars Holm', GroupId: 2 } };
  if (path.includes('/Agents/')) return { body: [] };
  return { body: { value: [] } };
}

describe('two tenants and four credentials in one process', () => {
  test('share nothing in four hundred calls at once', async () => {
    const callers = tenants.flatMap((tenant) => [system(tenant), user(tenant)]);
    const work = Array.from({ length: 100 }, (_, i) =>
      callers.map((crm) => {
        if (i % 4 === 0) return crm.list(`list${i}`, i % 8 === 0 ? 'nb' : undefined);
        if (i % 4 === 1) return crm.write(company, { NAME: 'B' });
        return i % 4 === 2 ? crm.principal() : crm.fields('contact', `x${i}`);
      }),
    );
    await Promise.all(work.flat());

    const calls = apiCalls();
    expect(calls.length).toBeGreaterThanOrEqual(400);
    for (const { path, headers } of calls) {
      const tenant = path.split('/')[1];
      const ticket = /^SOTicket 7T:ticket-\d-of-(.+)$/.exec(headers.authorization ?? '')?.[1];
      const token = /^Bearer 8A:(.+)\.access-canary-0$/.exec(headers.authorization ?? '')?.[1];
      expect(ticket ?? token).toBe(tenant);
      // The app's secret goes beside a ticket, and never beside a person's token.
      expect(headers['so-apptoken']).toBe(ticket === undefined ? undefined : app.clientSecret);
    }
    const authorizations = new Set(calls.map(({ headers }) => headers.authorization));
    expect(authorizations.size).toBe(4);
  });

  test('a language or a condition of one call does not stick to the next', async () => {
    const crm = system();
    for (let i = 0; i < 20; i += 1) {
      await crm.list(`list${i}`, i % 2 === 0 ? 'nb' : 'de');
      await crm.panels();
      await crm.write(company, { NAME: 'B' });
      await crm.principal();
    }
    for (const { method, path, headers, body } of apiCalls()) {
      const list = /list(\d+)/.exec(body)?.[1];
      const language = list === undefined ? undefined : Number(list) % 2 === 0 ? 'nb-NO' : 'de-DE';
      expect([path, headers['so-language']]).toEqual([path, language]);
      expect(headers['if-unmodified-since'] !== undefined).toBe(method === 'PATCH');
    }
  });

  test('what one viewer was told is not told to another', async () => {
    stub.api = ({ headers }) => ({ body: [{ Id: 1, Name: headers.authorization }] });
    const heard = await Promise.all(
      [system('CustA'), system('CustB'), user('CustA'), user('CustB')].map((crm) => crm.list('category')),
    );
    expect(new Set(heard.map(([item]) => item?.text)).size).toBe(4);
  });

  test('no more than four calls of one tenant are under way', async () => {
    let running = 0;
    let most = 0;
    stub.api = (call) => {
      most = Math.max(most, ++running);
      setTimeout(() => (running -= 1), 15);
      return { ...answerApi(call), afterMs: 20 };
    };
    await Promise.all(Array.from({ length: 20 }, (_, i) => system().list(`list${i}`)));
    expect(most).toBe(4);
  });

  test('no more than ten calls of one tenant begin within a second, and the other tenant does not wait for them', async () => {
    superOffice = open({ perSecond: 10 });
    const begun: Record<string, number[]> = { CustA: [], CustB: [] };
    stub.api = (call) => {
      begun[call.path.split('/')[1] ?? '']?.push(performance.now());
      return answerApi(call);
    };
    await Promise.all([
      ...Array.from({ length: 25 }, (_, i) => system('CustA').list(`list${i}`)),
      ...Array.from({ length: 5 }, (_, i) => system('CustB').list(`list${i}`)),
    ]);
    const [a = [], b = []] = [begun['CustA'], begun['CustB']];
    expect(a).toHaveLength(25);
    // Between leaving and being seen a few milliseconds may pass.
    for (let i = 10; i < a.length; i += 1) expect(a[i]! - a[i - 10]!).toBeGreaterThan(900);
    expect(b.at(-1)! - a[0]!).toBeLessThan(900);
  });

  test('an agent of the package that was given no options of its own reaches nobody', async () => {
    await system().list('category');
    const before = stub.seen.length;
    const require = createRequire(import.meta.url);
    const { MDOAgent } = require('@superoffice/webapi/MDOAgent.js') as typeof WebApi;
    await expect(new MDOAgent({ baseUrl: `${stub.url}/CustB/api/` }).getSimpleListAsync('category')).rejects.toThrow();
    expect(stub.seen.length).toBe(before);
  });
});

describe('the system user', () => {
  test('signs in once for fifty who wait, and signs nothing but its token and the minute', async () => {
    await Promise.all(Array.from({ length: 50 }, (_, i) => system().list(`list${i}`)));
    const [exchange, ...more] = stub.to('PartnerSystemUser');
    expect(more).toEqual([]);
    expect(JSON.parse(exchange!.body)).toMatchObject({
      ApplicationToken: app.clientSecret,
      ContextIdentifier: 'CustA',
      ReturnTokenType: 'JWT',
      SignedSystemToken: expect.stringMatching(/^system-canary-of-CustA\.202611221200\.[A-Za-z0-9+/]+=*$/),
    });
  });

  test('signs in again, once for all, when its ticket is refused', async () => {
    await system().principal();
    stub.api = (call) => (call.headers.authorization?.includes('ticket-1') ? { status: 401 } : answerApi(call));
    await Promise.all(Array.from({ length: 50 }, () => system().principal()));
    expect(stub.to('PartnerSystemUser')).toHaveLength(2);
  });

  test('signs in again before the ticket runs out', async () => {
    await system().principal();
    clock.advance(5 * HOUR);
    await system().principal();
    expect(stub.to('PartnerSystemUser')).toHaveLength(2);
  });

  test('tries a fresh ticket once, and then the app is out', async () => {
    stub.api = () => ({ status: 401 });
    await expect(system().principal()).rejects.toMatchObject({ code: 'tenant.revoked' });
    expect(apiCalls()).toHaveLength(2);
    expect(stub.to('PartnerSystemUser')).toHaveLength(2);
  });

  test.each<[string, StubAnswer, string]>([
    ['Revoked', { body: { IsSuccessful: false, ErrorMessage: 'Revoked' } }, 'tenant.revoked'],
    ['NeedsReapproval', { body: { IsSuccessful: false, ErrorMessage: 'NeedsReapproval' } }, 'approval.missing'],
    ['a wrong clock of ours', { body: { IsSuccessful: false, ErrorMessage: 'InvalidTimestamp' } }, 'crm.rejected'],
    ['success without a token', { body: { IsSuccessful: true, Token: null } }, 'tenant.revoked'],
    ['401', { status: 401 }, 'tenant.revoked'],
    ['a page', { body: '<html>' }, 'crm.answer_invalid'],
    ['a redirect', { status: 302, headers: { Location: 'https://evil.example/' } }, 'crm.answer_invalid'],
    ['trouble', { status: 503 }, 'crm.unreachable'],
  ])('answered %s', async (_, answer, code) => {
    stub.systemAnswer = answer;
    await expect(system().principal()).rejects.toMatchObject({ code });
    expect(apiCalls()).toEqual([]);
  });

  test.each<[string, Record<string, unknown>]>([
    ['another tenant', { [identity('ctx')]: 'CustB' }],
    ['another serial number', { aud: 'spn:99' }],
    ['a connector', { aud: `spn:${app.clientId}`, [identity('serial')]: app.clientId }],
    ['a person of ours', { aud: app.clientId }],
    ['another issuer', { iss: 'SuperOffice' }],
    ['yesterday', { exp: 1 }],
    ['nobody', { [identity('ticket')]: undefined }],
  ])('does not use a token that was made for %s', async (_, claims) => {
    stub.systemClaims = claims;
    await expect(system().principal()).rejects.toMatchObject({ code: 'crm.answer_invalid' });
    expect(apiCalls()).toEqual([]);
  });
});

describe('a person', () => {
  beforeEach(() => {
    let renewals = 0;
    stub.tokens = (form) => {
      renewals += 1;
      const fits = form.get('grant_type') === 'refresh_token' && form.get('client_secret') === app.clientSecret;
      if (!fits) return { status: 400, body: { error: 'invalid_request' } };
      return { body: { token_type: 'Bearer', access_token: `8A:CustA.access-canary-${renewals}`, expires_in: 3600 } };
    };
  });

  test('gets a new token once for fifty who wait, and it is saved once', async () => {
    const tokens = { ...tokensOf('CustA'), expiresAt: clock.now() };
    await Promise.all(Array.from({ length: 50 }, () => user('CustA', tokens).principal()));
    expect(stub.to('oauth/tokens')).toHaveLength(1);
    expect(saved).toEqual([
      {
        accessToken: '8A:CustA.access-canary-1',
        refreshToken: tokens.refreshToken,
        expiresAt: new Date(clock.now().getTime() + HOUR - 60_000),
      },
    ]);
    expect(new Set(apiCalls().map(({ headers }) => headers.authorization))).toEqual(
      new Set(['Bearer 8A:CustA.access-canary-1']),
    );
  });

  test('gets a new token once for all when the old one is refused before its time', async () => {
    stub.api = (call) => (call.headers.authorization?.endsWith('-0') ? { status: 401 } : answerApi(call));
    await Promise.all(Array.from({ length: 50 }, () => user().principal()));
    expect(stub.to('oauth/tokens')).toHaveLength(1);
    expect(saved).toHaveLength(1);
  });

  test('keeps a new refresh token if one ever comes', async () => {
    const once = stub.tokens;
    stub.tokens = (form) => ({ body: { ...(once(form).body as object), refresh_token: 'another' } });
    await user('CustA', { ...tokensOf('CustA'), expiresAt: clock.now() }).principal();
    expect(saved[0]?.refreshToken).toBe('another');
  });

  test('must sign in again when her token cannot be renewed, and nothing is tried twice', async () => {
    stub.tokens = () => ({ status: 400, body: { error: 'invalid_grant' } });
    stub.api = () => ({ status: 401 });
    await expect(user().principal()).rejects.toMatchObject({ code: 'session.expired' });
    expect([apiCalls().length, stub.to('oauth/tokens').length, saved.length]).toEqual([1, 1, 0]);
  });

  test('must sign in again when a fresh token is refused as well', async () => {
    stub.api = () => ({ status: 401 });
    await expect(user().principal()).rejects.toMatchObject({ code: 'session.expired' });
    expect(apiCalls()).toHaveLength(2);
  });

  test('is not signed out because SuperOffice is away for a moment', async () => {
    stub.tokens = () => ({ status: 503, body: '<html>' });
    const tokens = { ...tokensOf('CustA'), expiresAt: clock.now() };
    await expect(user('CustA', tokens).principal()).rejects.not.toMatchObject({ code: 'session.expired' });
  });
});

describe('a tenant that moves', () => {
  const moved = (call: Seen): StubAnswer =>
    call.host.startsWith('localhost') ? { status: 421, body: { Message: 'wrong subdomain' } } : answerApi(call);

  test('is found again, and the call is made there', async () => {
    const ip = stub.url.replace('localhost', '127.0.0.1');
    await system().principal();
    stub.api = moved;
    stub.state = (tenant) => ({ body: { State: 'Running', IsRunning: true, Api: `${ip}/${tenant}/api/` } });
    await expect(system().principal()).resolves.toMatchObject({ userId: 11 });
    await system().principal();
    expect(stub.to('/api/state/')).toHaveLength(2);
  });

  test('is given up when the new host does not want it either', async () => {
    stub.api = () => ({ status: 421 });
    await expect(system().principal()).rejects.toMatchObject({ code: 'tenant.unavailable' });
    expect(apiCalls()).toHaveLength(2);
  });

  test.each([
    'https://evil.example/CustA/api',
    'http://169.254.169.254/latest',
    'http://localhost@evil.example/',
    'no address',
  ])('is not followed to %s', async (Api) => {
    stub.state = () => ({ body: { State: 'Running', IsRunning: true, Api } });
    await expect(system().principal()).rejects.toMatchObject({ code: 'crm.answer_invalid' });
    expect(stub.to('PartnerSystemUser')).toEqual([]);
  });

  test('is not followed by redirect', async () => {
    const other = await startStub(clock);
    stub.api = () => ({ status: 302, headers: { Location: `${other.url}/CustA/api/v1/User/currentPrincipal` } });
    await expect(system().principal()).rejects.toMatchObject({ code: 'crm.answer_invalid' });
    expect(other.seen).toEqual([]);
    await other.close();
  });
});

describe('the state of a tenant', () => {
  const asked = (): number => stub.to('/api/state/').length;
  const stateUntil = (seconds: number) => (tenant: string) => ({
    body: {
      State: 'Running',
      IsRunning: true,
      Api: `${stub.url}/${tenant}/api`,
      ValidUntil: new Date(clock.now().getTime() + seconds * 1000).toISOString(),
    },
  });

  test.each([
    ['as long as SuperOffice says', 300, 300],
    ['ten minutes at most', 86_400, 600],
    ['half a minute at least', -5, 30],
  ])('is kept %s', async (_, validFor, keptFor) => {
    stub.state = stateUntil(validFor);
    await superOffice.tenantState('CustA');
    clock.advance(keptFor * 1000 - 1);
    await Promise.all([superOffice.tenantState('CustA'), system().principal()]);
    expect(asked()).toBe(1);
    clock.advance(1);
    await Promise.all([superOffice.tenantState('CustA'), superOffice.tenantState('CustA')]);
    expect(asked()).toBe(2);
  });

  test('one that SuperOffice does not know is not there', async () => {
    stub.state = () => ({ status: 404, body: {} });
    await expect(system().principal()).rejects.toMatchObject({ code: 'tenant.unavailable' });
  });

  test.each(['OfflineMaintenance', 'Suspended', 'Deleted', 'MigrationPending', 'SomethingNew'])(
    'when it is %s, nothing is sent there',
    async (State) => {
      stub.state = () => ({ body: { State, IsRunning: false, Api: '', ValidUntil: null } });
      await expect(system().principal()).rejects.toMatchObject({
        code: 'tenant.unavailable',
        detail: { state: State },
      });
      expect(await superOffice.tenantState('CustA')).toMatchObject({ state: State, running: false });
      expect(stub.seen.every(({ path }) => path.startsWith('/api/state/'))).toBe(true);
    },
  );
});

describe('a call that fails', () => {
  const failures: readonly (readonly [string, StubAnswer, Partial<AppError>])[] = [
    [
      'throttled',
      { status: 429, headers: { 'Retry-After': '7' } },
      { code: 'crm.throttled', detail: { status: 429, retryAfterSeconds: 7 } },
    ],
    ['unavailable', { status: 503, body: '<html>' }, { code: 'crm.unreachable' }],
    ['unavailable for a while', { status: 503, headers: { 'Retry-After': '20' } }, { code: 'crm.throttled' }],
    ['a page', { body: '<html>Please sign in</html>' }, { code: 'crm.answer_invalid' }],
    [
      'half an answer',
      { body: '{"AssociateId":', headers: { 'Content-Type': 'application/json' } },
      { code: 'crm.answer_invalid' },
    ],
    ['an answer to something else', { body: { Hello: 'world' } }, { code: 'crm.answer_invalid' }],
    [
      'not allowed',
      { status: 403, body: { ErrorType: 'SoSentryException', ErrorMessage: 'No' } },
      { code: 'crm.denied' },
    ],
    [
      'a broken server',
      { status: 500, body: { ErrorType: 'SoException', ErrorMessage: 'Oops' } },
      { code: 'crm.rejected' },
    ],
  ];

  test.each(failures)('%s', async (_, answer, error) => {
    stub.api = () => answer;
    await expect(user().principal()).rejects.toMatchObject(error);
    expect(apiCalls()).toHaveLength(1);
  });

  test('slow: it is given up in time', async () => {
    superOffice = open({ timeoutMs: 100 });
    stub.api = (call) => ({ ...answerApi(call), afterMs: 1_000 });
    await expect(user().principal()).rejects.toMatchObject({ code: 'crm.unreachable' });
  });

  test('nobody there', async () => {
    await superOffice.tenantState('CustA');
    await stub.close();
    await expect(user().principal()).rejects.toMatchObject({ code: 'crm.unreachable' });
  });

  test('a page never becomes a list without items, or a company without a name', async () => {
    stub.api = () => ({ body: '<html>Please sign in</html>' });
    await expect(system().list('category')).rejects.toMatchObject({ code: 'crm.answer_invalid' });
    await expect(system().read([company], ['NAME'])).rejects.toMatchObject({ code: 'crm.answer_invalid' });
    await expect(system().fields('contact')).rejects.toMatchObject({ code: 'crm.answer_invalid' });
    await expect(system().changedSince('contact', clock.now())).rejects.toMatchObject({ code: 'crm.answer_invalid' });
  });

  test('a write that was overtaken after it was read', async () => {
    stub.api = (call) => (call.method === 'PATCH' ? { status: 412 } : answerApi(call));
    await expect(system().write(company, { NAME: 'B' })).rejects.toMatchObject({ code: 'crm.changed' });
    const patch = apiCalls().find(({ method }) => method === 'PATCH');
    expect(patch?.headers['if-unmodified-since']).toBe('Sun, 22 Nov 2026 12:00:00 GMT');
  });

  test('a name is not written while it is unknown who owns the installation', async () => {
    stub.api = (call) => (call.path.includes('company.') ? { body: { value: [] } } : answerApi(call));
    await expect(system().write(company, { NAME: 'B' })).rejects.toMatchObject({ code: 'crm.answer_invalid' });
    expect(apiCalls().some(({ method }) => method === 'PATCH')).toBe(false);
  });

  test('no error tells a secret, however closely one looks', async () => {
    const errors: unknown[] = [];
    const kept = (work: Promise<unknown>) => work.catch((error: unknown) => errors.push(error));
    const echo = (call: Seen, status: number): StubAnswer => ({
      status,
      body: { ErrorMessage: `${call.headers.authorization} ${String(call.headers['so-apptoken'])}`, ErrorType: 'X' },
    });
    for (const status of [400, 401, 403, 404, 412, 421, 429, 500, 503]) {
      stub.api = (call) => echo(call, status);
      await kept(system().principal());
      await kept(user().principal());
      await kept(system().list('category'));
    }
    stub.api = () => ({ body: '<html>' });
    await kept(system().list('category'));
    await stub.close();
    await kept(user().principal());

    expect(errors).toHaveLength(29);
    const told = errors.map((error) => inspect(error, { depth: 20, showHidden: true })).join('\n');
    for (const canary of ['7T:ticket', 'access-canary', 'refresh-canary', 'system-canary', app.clientSecret]) {
      expect(told).not.toContain(canary);
    }
  });
});

describe('many at once', () => {
  test('are asked for two hundred at a time', async () => {
    const ids = Array.from({ length: 450 }, (_, i) => i + 1);
    await system().read(
      ids.map((id) => ({ type: 'contact', id })),
      ['NAME'],
    );
    const asked = apiCalls().flatMap(
      ({ path }) => /contactId in \(([^)]*)\)/.exec(decodeURIComponent(path))?.[1] ?? [],
    );
    expect(asked.map((list) => list.split(',').length).toSorted()).toEqual([200, 200, 50]);
    expect(new Set(asked.join(',').split(',').map(Number))).toEqual(new Set(ids));
  });

  test('changes are paged by key until a page is not full', async () => {
    stub.api = ({ path }) => {
      const after = Number(/contact_id gt (\d+)/.exec(decodeURIComponent(path))?.[1]);
      const rows = Array.from({ length: Math.min(1_000, 2_500 - after) }, (_, i) => ({
        'contact.contact_id': after + i + 1,
      }));
      return { body: { value: rows } };
    };
    const { ids } = await system().changedSince('contact', clock.now());
    expect(ids).toEqual(Array.from({ length: 2_500 }, (_, i) => i + 1));
    expect(apiCalls()).toHaveLength(3);
  });

  test('a server that answers the same page for ever is left', async () => {
    const rows = Array.from({ length: 1_000 }, (_, i) => ({ 'contact.contact_id': i + 1 }));
    stub.api = () => ({ body: { value: rows } });
    expect((await system().changedSince('contact', clock.now())).ids).toHaveLength(1_000);
  });

  test('a record with two rows, because it has two phones, is one record', async () => {
    const rows = [5, 5, 6].map((contactId) => ({ contactId, name: '[I:5]', updatedDate: '2026-11-22' }));
    stub.api = (call) => (call.path.includes('/v1/Contact?') ? { body: { value: rows } } : answerApi(call));
    const read = await system().read([company, { type: 'contact', id: 6 }], ['NAME']);
    expect(read.map(({ entity, values }) => [entity.id, values['NAME']])).toEqual(
      expect.arrayContaining([
        [5, '[I:5]'],
        [6, '[I:5]'],
      ]),
    );
    expect(read).toHaveLength(2);
  });

  test('no list is asked for without an end', async () => {
    const [one, two] = [company, { type: 'contact', id: 6 } as const];
    const crm = system();
    await Promise.all([
      crm.read([one, two], ['NAME']),
      crm.changedSince('person', clock.now()),
      crm.write(one, { NAME: 'B' }),
    ]);
    stub.api = (call) => (call.path.includes('/v1/Contact/5?') ? { status: 404 } : answerApi(call));
    await crm.whereabouts(one);
    const lists = apiCalls().filter(({ path }) => path.includes('select=') && !/\/Contact\/5/.test(path));
    expect(lists.length).toBeGreaterThan(4);
    for (const { path } of lists) expect(path).toMatch(/[?&]\$top=[1-9]/);
  });
});

describe('what a tenant has made up itself', () => {
  const info = (FieldName: string, FieldType: string, more: object = {}) => ({
    FieldName,
    FieldType,
    DisplayName: FieldName,
    ...more,
  });

  test('multi-language texts that come as they are stored are shown in the language asked for', async () => {
    stub.api = ({ path }) => {
      if (path.includes('GetSimpleList')) return { body: [{ Id: 1, Name: 'US:"Car";NO:"Bil"' }] };
      if (path.endsWith('/CustomField'))
        return { body: [info('x_car', 'ShortText', { DisplayName: 'US:"Car";NO:"Bil"' })] };
      return { body: [{ ProgId: 'SuperOffice:1', FieldType: 'ShortText', FieldLabel: 'US:"Colour";NO:"Farge"' }] };
    };
    expect(await system().list('category', 'nb')).toEqual([{ key: '1', text: 'Bil' }]);
    expect(await system().list('category', 'de')).toEqual([{ key: '1', text: 'Car' }]);
    const names = async (language: string) =>
      (await system().fields('contact', language)).slice(-2).map(({ name }) => name);
    expect(await names('nb')).toEqual(['Farge', 'Bil']);
    expect(await names('en')).toEqual(['Colour', 'Car']);
  });

  test('of the extra fields those are offered whose values are fully known', async () => {
    const types = [
      'Integer',
      'ShortText',
      'LongText',
      'Date',
      'DateTime',
      'Checkbox',
      'Decimal',
      'MdoList',
      'RelationTo',
      'Blob',
      'Attachment',
    ];
    stub.api = ({ path }) => ({
      body: path.endsWith('/CustomField')
        ? [
            info('SuperOffice:1', 'ShortText'),
            info('x_locked', 'ShortText', { IsReadOnly: true }),
            ...types.map((type) => info(`x_${type}`, type)),
          ]
        : [],
    });
    const offered = (await system().fields('contact')).filter(({ key }) => /x_|SuperOffice/.test(key));
    expect(offered.map(({ key, kind, access }) => [key, kind, access])).toEqual([
      ['x_locked', 'text', 'readOnly'],
      ['x_Integer', 'integer', 'normal'],
      ['x_ShortText', 'text', 'normal'],
      ['x_LongText', 'text', 'normal'],
      ['x_Date', 'date', 'normal'],
      ['x_DateTime', 'datetime', 'normal'],
      ['x_Checkbox', 'checkbox', 'normal'],
      ['x_Decimal', 'decimal', 'normal'],
    ]);
  });
});

describe('a new contact', () => {
  const consents = [{ ConsentPurposeKey: 'STORE', LegalBaseKey: '61F', ConsentSourceId: 1, ConsentSourceKey: 'USER' }];
  const answers =
    ({ Consents = consents, problems = {} }: { Consents?: unknown; problems?: object } = {}) =>
    (call: Seen): StubAnswer => {
      if (call.path.endsWith('/Person/default')) return { body: { PersonId: 0, Consents, CustomFields: {} } };
      if (call.path.endsWith('GetConsentSources'))
        return { body: [{ ConsentSourceId: 7, Key: 'API', Name: 'Other integration' }] };
      if (call.path.endsWith('/Person/Validate')) return { body: problems };
      if (call.method === 'POST' && call.path.endsWith('/Person'))
        return { body: { ...(JSON.parse(call.body) as object), PersonId: 77 } };
      return answerApi(call);
    };
  const sent = () => {
    const post = apiCalls().find(({ method, path }) => method === 'POST' && path.endsWith('/v1/Person'));
    return post && (JSON.parse(post.body) as Record<string, unknown>);
  };

  test('keeps the purpose and the legal base that the tenant begins with, and says that an integration made her', async () => {
    stub.api = answers();
    await system().create({ type: 'person', values: { LASTNAME: 'Moen' }, company });
    const from = { ConsentSourceId: 7, ConsentSourceKey: 'API', ConsentSourceName: 'Other integration' };
    expect(sent()).toMatchObject({
      Lastname: 'Moen',
      Contact: { ContactId: 5 },
      Consents: [{ ...consents[0], ...from }],
    });
  });

  test('gets no consent out of thin air where the tenant keeps none', async () => {
    stub.api = answers({ Consents: [] });
    await system().create({ type: 'person', values: { LASTNAME: 'Moen' }, company });
    expect(sent()?.['Consents']).toEqual([]);
  });

  test('is not made with a source that the tenant does not know', async () => {
    stub.api = answers();
    const create = system().create({ type: 'person', values: { LASTNAME: 'Moen' }, consentSource: 'RUMOUR' });
    await expect(create).rejects.toMatchObject({ code: 'value.invalid', detail: { value: 'RUMOUR' } });
    expect(sent()).toBeUndefined();
  });

  test('that SuperOffice would not have is not made, and its reason is told', async () => {
    stub.api = answers({ problems: { Contact: 'A contact needs a company' } });
    const create = system().create({ type: 'person', values: { LASTNAME: 'Moen' } });
    await expect(create).rejects.toMatchObject({
      code: 'crm.rejected',
      detail: { field: 'Contact', explanation: 'A contact needs a company' },
    });
    expect(sent()).toBeUndefined();
  });
});
