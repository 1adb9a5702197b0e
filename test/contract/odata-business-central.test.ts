import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { odataKind } from '../../backend/adapters/connectors/odata/odata-kind.ts';
import { createSafeFetch } from '../../backend/adapters/connectors/safe-fetch.ts';
import type { ConnectorKind, ErpConnector } from '../../backend/ports/erp-connector.ts';
import { ids, startBusinessCentral } from '../support/business-central.ts';
import type { ODataErp } from '../support/odata-erp.ts';
import { TestClock } from '../support/test-clock.ts';

const text = (...keys: string[]) => keys.map((key) => ({ key, kind: 'text' as const }));

let clock: TestClock;
let bc: ODataErp;
let kind: ConnectorKind;
let erp: ErpConnector;
const config = () => ({
  System: 'businessCentral',
  Company: 'cronus danmark',
  SignIn: 'oauth',
  TokenUrl: bc.tokenUrl,
  ClientId: 'app',
  ClientSecret: 's3cret & more',
  Scope: 'https://api.businesscentral.dynamics.com/.default',
});
const opened = (more: Readonly<Record<string, string | null>> = {}) =>
  kind.open({ connectionId: '', url: bc.url, config: { ...config(), ...more } });

beforeEach(async () => {
  clock = new TestClock();
  bc = await startBusinessCentral(clock);
  bc.tokens.good = 'none yet';
  kind = odataKind({ fetch: createSafeFetch({ allowPrivate: true }), clock });
  erp = opened();
});
afterEach(() => bc.close());

describe('Business Central', () => {
  test('needs no more than a company and a sign-in', async () => {
    await erp.testConfig();
    expect(await erp.actorTypes()).toEqual(['Customer', 'Supplier', 'Person', 'Project']);
    const fields = new Map((await erp.fields('Customer')).map((field) => [field.key, field]));
    expect(fields.get('NAME')).toMatchObject({
      name: 'Display name',
      kind: 'text',
      maxLength: 100,
      access: 'mandatory',
    });
    expect(fields.get('balanceDue')).toMatchObject({ kind: 'decimal', access: 'readOnly' });
    expect(fields.get('paymentTermsId')).toMatchObject({ kind: 'list', listName: 'paymentTerms' });
    expect(fields.get('id')).toMatchObject({ access: 'readOnly' });
    expect(await erp.getList('paymentTerms')).toEqual([{ key: ids.net30, text: 'Net 30 days' }]);
    expect(await erp.getList('Microsoft.NAV.Standing')).toEqual([
      { key: '_x0020_', text: '–' },
      { key: 'Blocked', text: 'Blocked' },
    ]);
  });

  test('a company that is not there is told with those that are', async () => {
    await expect(opened({ Company: 'Contoso' }).testConfig()).rejects.toMatchObject({
      code: 'config.value_unknown',
      detail: { field: 'Company', value: 'Contoso', explanation: expect.stringContaining('CRONUS Danmark') as string },
    });
  });

  test('a text, a number, a list item and a date are blank in its own way, both to read and to write', async () => {
    const [robert] = (await erp.getActors('Person', [ids.robert], [{ key: 'lastInteractionDate', kind: 'date' }]))
      .actors;
    expect(robert?.values).toEqual({ lastInteractionDate: null });
    const fields = [
      ...text('POSTALCITY'),
      { key: 'creditLimit', kind: 'decimal' as const },
      { key: 'paymentTermsId', kind: 'list' as const },
    ];
    const values = { POSTALCITY: null, creditLimit: null, paymentTermsId: null };
    const [saved] = await erp.saveActors([{ type: 'Customer', erpKey: ids.adatum, values }], fields);
    expect(saved).toMatchObject({
      kind: 'saved',
      actor: { values: { POSTALCITY: null, creditLimit: '0', paymentTermsId: null } },
    });
    expect(bc.sets.get('customers')?.[0]).toMatchObject({ city: '', creditLimit: '0', paymentTermsId: ids.none });
  });

  test('digits that no float holds survive, to read and to write', async () => {
    const credit = [{ key: 'creditLimit', kind: 'decimal' as const }];
    const [trey] = (await erp.getActors('Customer', [ids.trey], credit)).actors;
    expect(trey?.values).toEqual({ creditLimit: '12345678901234567890.123456789' });
    const values = { creditLimit: '98765432109876543210.987654321' };
    await erp.saveActors([{ type: 'Customer', erpKey: ids.trey, values }], credit);
    expect(bc.sets.get('customers')?.[1]).toMatchObject(values);
  });

  test('free text finds by name and number, one question for each, in upper or lower case and with a quote', async () => {
    const found = async (sought: string) =>
      (await erp.searchActors('Customer', sought, [])).actors.map(({ erpKey }) => erpKey);
    expect(await found('ADATUM')).toEqual([ids.adatum]);
    expect(await found("trey's & co")).toEqual([]);
    expect(await found("Trey's")).toEqual([ids.trey]);
    expect(await found('20000')).toEqual([ids.trey]);
  });

  test('what it cannot filter by is filtered here', async () => {
    const name = { key: 'NAME', kind: 'text' as const };
    const found = async (operator: string, ...values: string[]) =>
      (await erp.searchAdvanced('Customer', [{ field: name, operator, values }], [])).actors.map(
        ({ erpKey }) => erpKey,
      );
    expect(await found('notcontains', 'adatum')).toEqual([ids.trey]);
    expect(await found('between', 'a', 'b')).toEqual([ids.adatum]);
    const filters = bc.requests.map(({ query }) => query.get('$filter') ?? '');
    expect(filters.some((filter) => /\bnot\b|\bnull\b/.test(filter))).toBe(false);
  });

  test('a contact of type Person belongs to the customer whose company contact is hers', async () => {
    expect((await erp.searchActors('Person', '', [])).actors).toMatchObject([
      { erpKey: ids.robert, parent: { type: 'Customer', erpKey: ids.adatum } },
    ]);
    const parent = { type: 'Customer', erpKey: ids.adatum } as const;
    expect((await erp.searchActors('Person', 'townes', [], { parent })).actors).toHaveLength(1);
    expect((await erp.searchActors('Person', 'nobody', [], { parent })).actors).toEqual([]);

    await erp.createActor({ type: 'Person', values: { LASTNAME: 'Anna Ek' }, parent }, text('LASTNAME'));
    expect(bc.sets.get('contacts')?.at(-1)).toMatchObject({
      displayName: 'Anna Ek',
      type: 'Person',
      companyNumber: 'CT000001',
    });
    const orphan = { type: 'Customer', erpKey: ids.trey } as const;
    await expect(
      erp.createActor({ type: 'Person', values: { LASTNAME: 'X' }, parent: orphan }, []),
    ).rejects.toMatchObject({ code: 'connector.rejected' });
  });

  test('a record somebody else has changed is read again, and written unless it is the same field', async () => {
    let meanwhile: Record<string, string> | null = { email: 'new@example.com' };
    bc.intercept = ({ method }) => {
      if (method === 'PATCH' && meanwhile) bc.edit('customers', { id: ids.adatum }, meanwhile);
      if (method === 'PATCH') meanwhile = null;
      return undefined;
    };
    const change = { type: 'Customer', erpKey: ids.adatum, values: { POSTALCITY: 'Aarhus' } } as const;
    expect(await erp.saveActors([change], [])).toMatchObject([{ kind: 'saved' }]);
    expect(bc.sets.get('customers')?.[0]).toMatchObject({ city: 'Aarhus', email: 'new@example.com' });

    meanwhile = { city: 'Vejle' };
    const again = { ...change, values: { POSTALCITY: 'Skagen' } };
    expect(await erp.saveActors([again], [])).toMatchObject([{ kind: 'refused', code: 'actor.changed' }]);
    expect(bc.sets.get('customers')?.[0]).toMatchObject({ city: 'Vejle' });
  });

  test('several changes go in one batch, only what differs, and nothing where nothing does', async () => {
    const change = (erpKey: string, POSTALCITY: string) =>
      ({ type: 'Customer', erpKey, values: { POSTALCITY } }) as const;
    await erp.saveActors([change(ids.adatum, 'Aarhus'), change(ids.trey, 'Vejle')], []);
    expect(bc.count('POST', '$batch')).toBe(1);
    const bodies = bc.requests.filter(({ method }) => method === 'PATCH').map(({ body }) => body);
    expect(bodies).toEqual(['{"city":"Aarhus"}', '{"city":"Vejle"}']);
    await erp.saveActors([change(ids.adatum, 'Aarhus')], []);
    expect(bc.count('PATCH')).toBe(2);
  });

  test('a set without a time of change is read whole with every poll', async () => {
    const changed = async () => (await erp.changedActors('Project', 'anything', text('NAME'))).actors;
    expect(await changed()).toMatchObject([{ values: { NAME: 'Setting up' } }]);
    bc.edit('projects', { number: 'J1' }, { displayName: 'Set up' });
    expect(await changed()).toMatchObject([{ values: { NAME: 'Set up' } }]);
  });
});

describe('the sign-in', () => {
  test('one token is fetched for all who wait, kept, and renewed before it ends', async () => {
    await Promise.all([erp.testConnection(), erp.actorTypes(), opened().getList('paymentTerms')]);
    expect(bc.tokens.asked).toBe(1);
    clock.advance(3500 * 1000);
    await erp.getActors('Customer', [ids.adatum], []);
    expect(bc.tokens.asked).toBe(1);
    clock.advance(60 * 1000);
    await Promise.all([erp, opened(), opened()].map((each) => each.getActors('Customer', [ids.adatum], [])));
    expect(bc.tokens.asked).toBe(2);
  });

  test('a token that was withdrawn is fetched anew, once', async () => {
    await erp.testConnection();
    bc.tokens.good = 'another';
    await erp.getActors('Customer', [ids.adatum], []);
    expect(bc.tokens.asked).toBe(2);
    bc.intercept = () => ({ status: 401, body: '{"error":{"code":"Unauthorized","message":"no"}}' });
    await expect(erp.getActors('Customer', [ids.adatum], [])).rejects.toMatchObject({ code: 'connector.denied' });
    expect(bc.tokens.asked).toBe(3);
  });

  test('a wrong secret is told in the words of the server, and the secret is in no error', async () => {
    const failure = await opened({ ClientSecret: 'wr0ng' })
      .testConfig()
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 'connector.denied',
      detail: { explanation: expect.stringContaining('AADSTS7000215') as string },
    });
    expect(JSON.stringify(failure)).not.toContain('wr0ng');
  });

  test('without a token address Microsoft is asked, for the tenant in the URL', async () => {
    const asked: string[] = [];
    const spying = odataKind({
      clock,
      fetch: async ({ url }) => {
        asked.push(url);
        return { status: 503, headers: {}, body: Buffer.alloc(0) };
      },
    });
    const there = spying.open({ connectionId: '', url: bc.url, config: { ...config(), TokenUrl: null, Scope: null } });
    await expect(there.testConfig()).rejects.toMatchObject({ code: 'connector.unreachable' });
    expect(asked).toEqual([`https://login.microsoftonline.com/${ids.tenant}/oauth2/v2.0/token`]);
  });
});
