import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSuperOffice } from '../../backend/adapters/superoffice/super-office.ts';
import type { Crm } from '../../backend/ports/crm.ts';
import type { Tokens } from '../../backend/ports/super-office.ts';
import { manifest } from '../../manifest/manifest.ts';
import type { CrmEntityType } from '../../shared/vocabulary.ts';
import { startStandIn, type StandIn } from '../stand-in/start.ts';
import type { Rows, Tenant } from '../stand-in/tenant.ts';
import type { Exchange } from '../stand-in/traffic.ts';
import { missingDocuments, readOpenApi } from '../support/openapi.ts';
import { TestClock } from '../support/test-clock.ts';
import { crmSuite, type CrmWorld } from './crm-suite.ts';

const SALES = 11;
const BOSS = 5;
const DAY = 86_400_000;

const clock = new TestClock();
const receiver = createServer((_request, response) => response.end());
const called = new Set<string>();
let port: readonly string[] = [];
const exchanges: Exchange[] = [];
let standIn: StandIn;

beforeAll(async () => {
  standIn = await startStandIn({ now: () => clock.now(), approved: true, timeScale: 0 });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await standIn.close();
  receiver.close();
});

// One tenant for all tests, a day later for each: what they add they add anew.
crmSuite('SuperOffice', async (): Promise<CrmWorld> => {
  clock.advance(DAY);
  const tenant = standIn.tenant('Cust10001');
  const superOffice = createSuperOffice({
    authUrl: standIn.url,
    clientId: standIn.app.clientId,
    clientSecret: standIn.app.clientSecret,
    redirectUri: standIn.app.redirectUrls[0]!,
    systemUserPrivateKey: standIn.app.privateKey,
    clock,
    limits: { atOnce: 4, perSecond: 1_000 },
  });
  const tokens: Tokens = {
    accessToken: standIn.credentials.accessToken(tenant, SALES),
    refreshToken: standIn.credentials.refreshToken(tenant, SALES),
    expiresAt: new Date(clock.now().getTime() + 3_000_000),
  };

  return {
    clock,
    system: noting(superOffice.asSystemUser(tenant.context, tenant.systemToken)),
    sales: noting(superOffice.asUser(tenant.context, tokens, async () => undefined)),
    owner: { type: 'contact', id: tenant.seed.ownerCompanyId },
    user: { type: 'person', id: tenant.user(SALES)!.personId },
    add(type, name, company) {
      const [firstname = '', lastname = ''] = name.split(' ');
      const named = type === 'person' ? { firstname, lastname } : { name };
      const draft = { ...blank(tenant, type), ...named, ...(company ? { companyId: company.id } : {}) };
      return { type, id: tenant.create(type, draft, BOSS).id };
    },
    rename: ({ type, id }, name) => tenant.update(type, id, type === 'person' ? { lastname: name } : { name }, BOSS),
    setPhones: ({ id }, phones) =>
      tenant.update('contact', id, { phones: phones.map((value) => ({ value, description: '' })) }, BOSS),
    hideFromSales: ({ id }) => tenant.update('contact', id, { onlyGroupId: 3 }, BOSS),
    remove: ({ type, id }) => tenant.delete(type, id, BOSS),
    purge: ({ type, id }) => tenant.purge(type, id, BOSS),
    select(name, members) {
      const id = tenant.selections.size + 1;
      tenant.selections.set(id, { name, target: members[0]?.type === 'project' ? 'project' : 'contact', members });
      return id;
    },
    merge: (from, into) => tenant.merge(from.type, from.id, into.id, BOSS),
    consentSource: ({ id }) => tenant.records.person.get(id)?.consents[0]?.sourceKey,
    hookUrl: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hooks/so/Cust10001/1`,
    close: async () => {
      exchanges.push(...standIn.traffic.exchanges);
      standIn.traffic.clear();
    },
  };
});

// Reads what the suite above has left on the wire, so it stands below it.
describe("all of it, held against SuperOffice's OpenAPI documents", () => {
  test('every call of the port was made', () => {
    expect(port.filter((name) => !called.has(name))).toEqual([]);
  });

  test('of the agents that SuperOffice opens on request, those the manifest asks for are called', () => {
    const onRequest = ['ErpSync', 'Replication', 'EMail', 'Messaging', 'MailLink', 'Webhook', 'CRMScript', 'UserAgent'];
    const used = exchanges.map(({ path }) => /^\/v1\/(?:Agents\/)?(\w+)/.exec(path)?.[1] ?? '');
    expect(onRequest.filter((agent) => used.includes(agent))).toEqual(manifest.agents);
  });

  test('nothing is searched by a part of its text: records are asked for by id, by when they changed, or by a whole name or number', () => {
    const filters = exchanges.flatMap(({ query }) =>
      query.filter(([name]) => name === '$filter').map(([, value]) => value),
    );
    expect(filters.length).toBeGreaterThan(20);
    expect(filters.filter((filter) => /begins|contains|startswith|substringof/i.test(filter))).toEqual([]);
  });

  test('there are such calls, they were asked as documented and answered as documented', ({ skip }) => {
    if (missingDocuments !== null) skip(missingDocuments);
    const check = readOpenApi();
    const problems = exchanges.flatMap((exchange) =>
      check(exchange).problems.map((problem) => `${exchange.method} ${exchange.path.split('?')[0]}: ${problem}`),
    );
    expect(exchanges.length).toBeGreaterThan(150);
    expect([...new Set(problems.map((problem) => problem.replaceAll(/\d+/g, '0')))]).toEqual([]);
  });
});

/** The same, noting which of its calls were made. */
function noting(crm: Crm): Crm {
  port = Object.keys(crm);
  return new Proxy(crm, {
    get(target, name, receiver): unknown {
      called.add(String(name));
      return Reflect.get(target, name, receiver);
    },
  });
}

/** A record with nothing in it but a country, shaped like one of the tenant's own. */
function blank(tenant: Tenant, type: CrmEntityType): Rows[CrmEntityType] {
  const [row] = [...tenant.records[type].values()];
  const none = { address1: '', address2: '', address3: '', zipcode: '', city: '', county: '', state: '' };
  const special: Readonly<Record<string, unknown>> = {
    street: none,
    postal: none,
    userDefined: {},
    countryId: 578,
    birthDate: null,
    endDate: null,
  };
  return Object.fromEntries(
    Object.entries(row ?? {}).map(([key, value]: [string, unknown]) => [
      key,
      key in special ? special[key] : nothing(value),
    ]),
  ) as unknown as Rows[CrmEntityType];
}

function nothing(value: unknown): unknown {
  if (Array.isArray(value)) return [];
  if (typeof value === 'number') return 0;
  if (typeof value === 'boolean') return false;
  return typeof value === 'string' ? '' : null;
}
