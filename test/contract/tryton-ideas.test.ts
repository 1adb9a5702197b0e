import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createSafeFetch, type SafeFetch } from '../../backend/adapters/connectors/safe-fetch.ts';
import { trytonKind } from '../../backend/adapters/connectors/tryton/tryton-kind.ts';
import { AppError } from '../../backend/errors.ts';
import type { ErpConnector, SearchRestriction, WantedField } from '../../backend/ports/erp-connector.ts';
import { inLanguage } from '../../shared/multi-language.ts';
import type { ActorType, FieldValues } from '../../shared/vocabulary.ts';
import { TestClock } from '../support/test-clock.ts';
import { methodOf, openTryton } from '../support/tryton/open-tryton.ts';
import { users } from '../support/tryton/seed.ts';
import { missingTryton, startTryton, type Rpc, type TrytonErp } from '../support/tryton/tryton-erp.ts';

const wanted = (...keys: string[]): WantedField[] => keys.map((key) => ({ key, kind: 'text' }));

describe.skipIf(missingTryton !== null)(`Tryton's own ideas ${missingTryton ?? ''}`, () => {
  let tryton: TrytonErp;
  let astrid: Rpc;
  let erp: ErpConnector;
  beforeAll(async () => {
    tryton = await startTryton();
    astrid = await tryton.signIn('astrid', users.astrid);
  }, 300_000);
  afterAll(() => tryton.close());
  beforeEach(() => {
    tryton.reset();
    erp = openTryton(tryton.url);
  });

  const valuesOf = async (type: ActorType, key: string, ...keys: string[]) =>
    (await erp.getActors(type, [key], wanted(...keys))).actors[0]?.values;
  const save = (type: ActorType, erpKey: string, values: FieldValues, fields = Object.keys(values), by = erp) =>
    by.saveActors([{ type, erpKey, values }], wanted(...fields));
  const create = async (values: object): Promise<number> =>
    ((await astrid('party.party.create', [values])) as number[])[0] ?? 0;

  describe('a party in several roles', () => {
    test('is each of them, and one record', async () => {
      expect(await erp.actorTypes()).toEqual(['Customer', 'Supplier', 'Person', 'Project']);
      const [customer] = (await erp.getActors('Customer', ['2'], wanted('NAME'))).actors;
      const [supplier] = (await erp.getActors('Supplier', ['2'], wanted('NAME'))).actors;
      expect(supplier).toEqual({ ...customer, type: 'Supplier' });
      expect((await erp.searchActors('Supplier', '', [])).actors.map(({ erpKey }) => erpKey)).toEqual(['2']);

      await save('Supplier', '2', { POSTALCITY: 'Oslo' });
      expect(await valuesOf('Customer', '2', 'POSTALCITY')).toEqual({ POSTALCITY: 'Oslo' });
    });

    test('without a category everybody has the role who is no person', async () => {
      const open = openTryton(tryton.url, { CustomerCategory: null });
      const found = (await open.searchActors('Customer', '', [])).actors.map(({ erpKey }) => erpKey);
      expect(found).toEqual(['1', '2', '3', '7']);
    });

    test('lost, is no longer found under it', async () => {
      await astrid('party.party.write', [2], { categories: [['remove', [2]]] });
      expect((await erp.getActors('Supplier', ['2'], [])).actors).toEqual([]);
      expect((await erp.getActors('Customer', ['2'], [])).actors).toHaveLength(1);
    });

    test('what is created has its role', async () => {
      const { erpKey } = await erp.createActor(
        { type: 'Supplier', values: { NAME: 'Ny', CATEGORY: '4' }, parent: null },
        [],
      );
      expect(await astrid('party.party.read', [Number(erpKey)], ['categories'])).toEqual([
        { id: Number(erpKey), categories: expect.arrayContaining([2, 4]) as number[] },
      ]);
      expect((await erp.getActors('Customer', [erpKey], [])).actors).toEqual([]);
    });
  });

  describe('what changed', () => {
    const changed = async (type: ActorType, since: string) =>
      (await erp.changedActors(type, since, [])).actors.map(({ erpKey }) => erpKey);
    const mark = async (type: ActorType) =>
      (await erp.changedActors(type, '', [])).actors.map((each) => each.lastModified).reduce((a, b) => (a > b ? a : b));

    test('a record that was never edited has no `write_date`, and is found by when it was made', async () => {
      const since = await mark('Customer');
      const id = await create({ name: 'Fresh', categories: [['add', [1]]], addresses: [] });
      expect(await astrid('party.party.read', [id], ['write_date'])).toEqual([{ id, write_date: null }]);
      const [fresh] = (await erp.changedActors('Customer', since, [])).actors.filter(
        ({ erpKey }) => erpKey === String(id),
      );
      expect(fresh && fresh.lastModified > since).toBe(true);
      expect(await changed('Customer', fresh?.lastModified ?? '')).toEqual([String(id)]);
    });

    test.each<[string, ActorType, string, (rpc: Rpc) => Promise<unknown>]>([
      ['an address', 'Customer', '1', (rpc) => rpc('party.address.write', [1], { city: 'Oslo' })],
      ['an address put out of use', 'Customer', '2', (rpc) => rpc('party.address.write', [2], { active: false })],
      ['a contact mechanism', 'Person', '4', (rpc) => rpc('party.contact_mechanism.write', [1], { value: '1' })],
      ['an identifier', 'Customer', '3', (rpc) => rpc('party.identifier.create', [{ party: 3, code: 'X' }])],
      ['a relation', 'Person', '6', (rpc) => rpc('party.relation.all.create', [{ from_: 6, to: 1, type: 1 }])],
      ['a party put out of use', 'Customer', '1', (rpc) => rpc('party.party.write', [1], { active: false })],
    ])('%s changes its party', async (_, type, key, edit) => {
      // Later than all that the seed made at once.
      const other = await create({ name: 'Other', categories: [['add', [type === 'Person' ? 3 : 1]]] });
      const since = await mark(type);
      await edit(astrid);
      expect((await changed(type, since)).filter((erpKey) => erpKey !== String(other))).toEqual([key]);
      expect((await mark(type)) > since).toBe(true);
    });

    test('who is out of use is read, and not found by searching', async () => {
      await astrid('party.party.write', [1], { active: false });
      expect(await valuesOf('Customer', '1', 'NAME', 'active')).toEqual({ NAME: 'Kunden A/S', active: 'false' });
      expect((await erp.searchActors('Customer', '', [])).actors.map(({ erpKey }) => erpKey)).toEqual(['2', '3']);
    });
  });

  describe('the rows of a party', () => {
    const addresses = (party: number, ...columns: string[]) =>
      astrid('party.address.search_read', [['party', '=', party]], 0, null, [['id', 'ASC']], columns);

    test('the first address for all purposes counts, or else the invoice address, and never one for deliveries alone', async () => {
      const [second = 0, invoice = 0] = (await astrid('party.address.create', [
        { party: 1, city: 'Second', invoice: true, delivery: true },
        { party: 1, city: 'Billing', invoice: true },
        { party: 1, city: 'Store', delivery: true },
      ])) as number[];
      const city = () => valuesOf('Customer', '1', 'POSTALCITY');
      expect(await city()).toEqual({ POSTALCITY: 'Byen' });
      await astrid('party.address.write', [1], { active: false });
      expect(await city()).toEqual({ POSTALCITY: 'Second' });
      await astrid('party.address.write', [second], { active: false });
      expect(await city()).toEqual({ POSTALCITY: 'Billing' });
      await save('Customer', '1', { POSTALCITY: 'Oslo', POSTALZIP: '0150' });
      expect(await addresses(1, 'city')).toMatchObject([{ city: 'Oslo' }, { city: 'Store' }]);
      await astrid('party.address.write', [invoice], { active: false });
      expect(await city()).toEqual({ POSTALCITY: null });
    });

    test('invoice and delivery address stand beside it, blank where none is marked for it', async () => {
      const offered = new Map((await erp.fields('Customer')).map(({ key, name }) => [key, inLanguage(name, 'en')]));
      expect(offered.get('STREETCITY')).toBe('Delivery address: City');
      expect(offered.get('STREETAD1')).toBe('Delivery address: Address line 1');
      expect(offered.get('invoiceZip')).toBe('Invoice address: Postal code');
      expect((await erp.fields('Person')).map(({ key }) => key)).not.toContain('STREETCITY');

      const keys = ['POSTALCITY', 'invoiceCity', 'STREETCITY', 'STREETAD1'];
      expect(await valuesOf('Customer', '1', ...keys)).toEqual({
        ...{ POSTALCITY: 'Byen', invoiceCity: null, STREETCITY: null, STREETAD1: null },
      });
      await astrid('party.address.create', [
        { party: 1, city: 'Billing', invoice: true },
        { party: 1, city: 'Store', street: 'Kai 3', delivery: true },
      ]);
      expect(await valuesOf('Customer', '1', ...keys)).toEqual({
        ...{ POSTALCITY: 'Byen', invoiceCity: 'Billing', STREETCITY: 'Store', STREETAD1: 'Kai 3' },
      });
      await save('Customer', '1', { STREETCITY: 'Warehouse', invoiceAddress2: 'Attn: Eva' });
      expect(await addresses(1, 'city', 'street')).toMatchObject([
        { city: 'Byen' },
        { city: 'Billing', street: '\nAttn: Eva' },
        { city: 'Warehouse', street: 'Kai 3' },
      ]);
    });

    test('an address that is written and not there is made for its purpose, and none is written over another', async () => {
      const id = await create({ name: 'Bare', categories: [['add', [1]]], addresses: [] });
      await save('Customer', String(id), { STREETCITY: 'Store', STREETZIP: '1' });
      expect(await valuesOf('Customer', String(id), 'POSTALCITY', 'STREETCITY')).toEqual({
        ...{ POSTALCITY: null, STREETCITY: 'Store' },
      });
      await save('Customer', String(id), { invoiceCity: 'Billing', POSTALCITY: 'Oslo' });
      const read = await valuesOf('Customer', String(id), 'POSTALCITY', 'invoiceCity', 'STREETCITY');
      expect(read).toEqual({ POSTALCITY: 'Oslo', invoiceCity: 'Billing', STREETCITY: 'Store' });
      expect(await addresses(id, 'city', 'invoice', 'delivery')).toMatchObject([
        { city: 'Store', delivery: 1 },
        { city: 'Billing', invoice: 1 },
        { city: 'Oslo' },
      ]);

      const made = await erp.createActor(
        { type: 'Customer', values: { NAME: 'Ny', STREETCITY: 'Store', POSTALCITY: 'Oslo' }, parent: null },
        wanted('POSTALCITY', 'STREETCITY'),
      );
      expect(made.values).toEqual({ POSTALCITY: 'Oslo', STREETCITY: 'Store' });
    });

    test('all contact mechanisms of a company have their field, by their type', async () => {
      const values = { PHONE: '22 33 44 55', MOBILE: '99 88 77 66', FAX: '22 33 44 56', EMAIL: 'post@kunden.example', URL: 'https://kunden.example' }; // prettier-ignore
      await save('Customer', '1', values);
      expect(await valuesOf('Customer', '1', ...Object.keys(values))).toEqual(values);
      expect(
        await astrid('party.contact_mechanism.search_read', [['party', '=', 1]], 0, null, [['id', 'ASC']], ['type']),
      ).toMatchObject([{ type: 'phone' }, { type: 'mobile' }, { type: 'fax' }, { type: 'email' }, { type: 'website' }]);
      const found = await erp.searchAdvanced(
        'Customer',
        [{ field: { key: 'STREETCITY', kind: 'text' }, operator: 'notcontains', values: ['x'] }],
        [],
      );
      expect(found.actors).toHaveLength(3);
    });

    test('lines of a street are one text in Tryton, and what lies below them stays', async () => {
      await astrid('party.address.write', [1], { street: 'One\nTwo\nThree\nFour' });
      const lines = ['POSTALAD1', 'POSTALAD2', 'POSTALAD3'];
      expect(await valuesOf('Customer', '1', ...lines)).toEqual({
        POSTALAD1: 'One',
        POSTALAD2: 'Two',
        POSTALAD3: 'Three',
      });
      await save('Customer', '1', { POSTALAD1: 'Uno', POSTALAD2: null });
      expect(await astrid('party.address.read', [1], ['street'])).toMatchObject([{ street: 'Uno\n\nThree\nFour' }]);
    });

    test('a row is made when there is something to put into it', async () => {
      const id = await create({ name: 'Bare', categories: [['add', [1]]], addresses: [] });
      const key = String(id);
      await save('Customer', key, { POSTALCITY: null, PHONE: null });
      for (const model of ['party.address', 'party.contact_mechanism']) {
        expect(await astrid(`${model}.search_count`, [['party', '=', id]])).toBe(0);
      }
      await save('Customer', key, { POSTALCITY: 'Oslo', POSTALAD2: 'c/o', PHONE: '22 33 44 55', VATNO: '987654321' });
      expect(await valuesOf('Customer', key, 'POSTALCITY', 'PHONE', 'VATNO')).toEqual({
        POSTALCITY: 'Oslo',
        PHONE: '22 33 44 55',
        VATNO: '987654321',
      });
      expect(
        await astrid('party.address.search_read', [['party', '=', id]], 0, null, null, ['street', 'city']),
      ).toMatchObject([{ street: '\nc/o', city: 'Oslo' }]);
    });

    test('a telephone that is blanked is put out of use, and the next one counts', async () => {
      await astrid('party.contact_mechanism.create', [{ party: 4, type: 'phone', value: '99 88 77 66' }]);
      expect(await save('Person', '4', { PHONE_DIRECT: null })).toMatchObject([
        { kind: 'saved', actor: { values: { PHONE_DIRECT: '99 88 77 66' } } },
      ]);
      expect(await astrid('party.contact_mechanism.read', [1], ['active', 'value'])).toMatchObject([
        { value: '22 33 44 55' },
      ]);
      await save('Person', '4', { PHONE_DIRECT: '1', EMAIL: 'erik@example.com', PHONE_MOBILE: '2' });
      expect(await valuesOf('Person', '4', 'PHONE_DIRECT', 'EMAIL', 'PHONE_MOBILE', 'URL')).toEqual({
        PHONE_DIRECT: '1',
        EMAIL: 'erik@example.com',
        PHONE_MOBILE: '2',
        URL: null,
      });
    });

    test('the tax identifier is the VAT number, and another one stays what it is', async () => {
      await astrid('party.identifier.create', [
        { party: 1, code: 'other' },
        { party: 1, type: 'eu_vat', code: 'BE0897290877' },
      ]);
      expect(await valuesOf('Customer', '1', 'VATNO')).toEqual({ VATNO: 'BE0897290877' });
      expect(await save('Customer', '1', { VATNO: 'BE0000000000' })).toMatchObject([
        { kind: 'refused', code: 'connector.rejected' },
      ]);
      await save('Customer', '1', { VATNO: 'BE0428759497' });
      expect(
        await astrid('party.identifier.search_read', [['party', '=', 1]], 0, null, [['id', 'ASC']], ['code']),
      ).toMatchObject([{ code: 'other' }, { code: 'BE0428759497' }]);
    });

    test('a category is exchanged, and the roles stay', async () => {
      expect(await erp.getList('party.category')).toContainEqual({ key: '4', text: 'Retail' });
      await save('Customer', '1', { CATEGORY: '4' });
      await save('Customer', '1', { CATEGORY: '5' });
      expect(await astrid('party.party.read', [1], ['categories'])).toMatchObject([{ categories: [1, 5] }]);
      expect(await save('Customer', '1', { CATEGORY: null })).toMatchObject([
        { actor: { values: { CATEGORY: null } } },
      ]);
    });

    test('payment terms are a list', async () => {
      const fields = await erp.fields('Customer');
      expect(fields.find(({ key }) => key === 'customer_payment_term')).toMatchObject({
        kind: 'list',
        listName: 'account.invoice.payment_term',
      });
      await save('Customer', '1', { customer_payment_term: '1' });
      expect(await valuesOf('Customer', '1', 'customer_payment_term')).toEqual({ customer_payment_term: '1' });
      expect(await erp.getListItems('account.invoice.payment_term', ['1'])).toEqual([{ key: '1', text: '14 days' }]);
    });
  });

  test('a person has a first and a last name, however many words', async () => {
    await save('Person', '4', { LASTNAME: 'García Márquez', FIRSTNAME: 'Gabriel' });
    expect(await valuesOf('Person', '4', 'FIRSTNAME', 'LASTNAME')).toEqual({
      FIRSTNAME: 'Gabriel',
      LASTNAME: 'García Márquez',
    });
    expect(await astrid('party.party.read', [4], ['name'])).toMatchObject([{ name: 'García Márquez, Gabriel' }]);
  });

  test("fields of the company's own modules are read and written in every kind", async () => {
    const values = {
      CreditLimit: '999999999999.995',
      since: '2026-11-07',
      seen: '2026-11-07T08:05:09',
      blocked: 'true',
      rating: '0.1',
      size: 'large',
    };
    expect(await save('Customer', '1', values)).toMatchObject([{ kind: 'saved', actor: { values } }]);
    expect(await astrid('party.party.read', [1], ['CreditLimit', 'rating'])).toMatchObject([
      { CreditLimit: { decimal: '999999999999.995' }, rating: 0.1 },
    ]);
    expect(await erp.getList('party.party.size')).toEqual([
      { key: 'small', text: 'Small' },
      { key: 'large', text: 'Large' },
    ]);
    const blank = { CreditLimit: null, since: null, seen: null, blocked: 'false', rating: null, size: null };
    expect(await save('Customer', '1', blank)).toMatchObject([{ kind: 'saved', actor: { values: blank } }]);
  });

  test.each<[string, string, string[], string[]]>([
    ['begins', 'POSTALAD1', ['gate'], ['2']],
    ['=', 'NAME', ['KUNDEN A/S'], ['1']],
    ['contains', 'NAME', ['%'], []],
    ['contains', 'NAME', ['inc.'], ['2']],
    ['notends', 'POSTALCITY', ['n'], ['3']],
    ['oneof', 'CustGr', ['2'], ['2']],
    ['oneof', 'CATEGORY', ['4'], ['3']],
  ])('a search %s in %s', async (operator, key, values, found) => {
    await save('Customer', '3', { CATEGORY: '4' });
    const kind = operator === 'oneof' ? 'list' : 'text';
    const restriction: SearchRestriction = { field: { key, kind }, operator, values };
    expect((await erp.searchAdvanced('Customer', [restriction], [])).actors.map(({ erpKey }) => erpKey)).toEqual(found);
  });

  describe('projects', () => {
    test('are created in the company of the user, found and kept', async () => {
      const created = await erp.createActor(
        { type: 'Project', values: { NAME: 'Ny hall', party: '1' }, parent: null },
        wanted('NAME', 'TEXT', 'party'),
      );
      expect(created.values).toEqual({ NAME: 'Ny hall', TEXT: null, party: '1' });
      await save('Project', created.erpKey, { TEXT: 'Bygges om våren', progress: '0.5' });
      expect((await erp.searchActors('Project', 'våren', wanted('progress'))).actors).toMatchObject([
        { erpKey: created.erpKey, values: { progress: '0.5' } },
      ]);
    });

    test('that Tryton refuses are told in its words, though it answers with 200, and the rest is written', async () => {
      const [a, b] = [await project('A'), await project('B')];
      const outcomes = await erp.saveActors(
        [
          { type: 'Project', erpKey: a, values: { progress: '2' } },
          { type: 'Project', erpKey: b, values: { progress: '1' } },
        ],
        [],
      );
      expect(outcomes).toMatchObject([{ kind: 'refused', code: 'connector.rejected' }, { kind: 'saved' }]);
      expect(outcomes[0]).toHaveProperty('explanation', expect.stringContaining('Progress'));
    });

    async function project(NAME: string): Promise<string> {
      return (await erp.createActor({ type: 'Project', values: { NAME }, parent: null }, [])).erpKey;
    }
  });

  describe('what is not there', () => {
    /** As if the table were in a module that is not activated: the server itself says what it says then. */
    const without =
      (model: string) =>
      (fetch: SafeFetch): SafeFetch =>
      (request) =>
        fetch({ ...request, body: String(request.body).replaceAll(`model.${model}.`, `model.not.${model}.`) });
    const words = async (test: Promise<unknown>) => {
      const error = await test.catch((error: unknown) => error);
      if (!(error instanceof AppError)) throw new Error('it passed');
      const { code, detail } = error;
      return [code, detail['field'], inLanguage(String(detail['explanation'] ?? ''), 'en')];
    };

    test('is said in words, and the rest can be used', async () => {
      expect(await words(openTryton(tryton.url, {}, without('project.work')).testConfig())).toEqual([
        'config.value_unknown',
        'Projects',
        'The module project is not activated in this Tryton, or the user may not see it. Everything else can be used.',
      ]);
      const rest = openTryton(tryton.url, { Projects: 'false' }, without('project.work'));
      await rest.testConfig();
      expect(await rest.actorTypes()).toEqual(['Customer', 'Supplier', 'Person']);
      expect(await words(openTryton(tryton.url, {}, without('party.relation.type')).testConfig())).toMatchObject([
        'config.value_unknown',
        'PersonRelation',
        expect.stringContaining('party_relationship'),
      ]);
    });

    test('a category is named beside those that are there', async () => {
      expect(await words(openTryton(tryton.url, { CustomerCategory: 'Kunder' }).testConfig())).toEqual([
        'config.value_unknown',
        'CustomerCategory',
        'Tryton has: Customers, Industry, Persons, Retail, Suppliers',
      ]);
    });

    test('a database and a password are told apart', async () => {
      expect(await words(openTryton(tryton.url, { Database: 'nothing' }).testConfig())).toMatchObject([
        'config.value_unknown',
        'Database',
        '',
      ]);
      const [code] = await words(openTryton(tryton.url, { Password: 'wrong' }).testConfig());
      expect(code).toBe('connector.denied');
    });
  });

  describe('a session', () => {
    const counting = (methods: string[]) => (fetch: SafeFetch) => (request: Parameters<SafeFetch>[0]) => {
      methods.push(methodOf(request));
      return fetch(request);
    };
    const logins = (methods: readonly string[]) => methods.filter((each) => each === 'common.db.login').length;

    test('is opened once for all who wait, and again when it has ended', async () => {
      const methods: string[] = [];
      const busy = openTryton(tryton.url, {}, counting(methods));
      const ask = () => Promise.all(['1', '2', '3'].map((key) => busy.getActors('Customer', [key], [])));
      await ask();
      expect(logins(methods)).toBe(1);
      tryton.sql('delete from ir_session');
      expect((await ask()).map(({ actors }) => actors.length)).toEqual([1, 1, 1]);
      expect(logins(methods)).toBe(2);
      astrid = await tryton.signIn('astrid', users.astrid);
    });

    test('ends with the connection', async () => {
      await erp.getActors('Customer', ['1'], []);
      const methods: string[] = [];
      const leaving = openTryton(tryton.url, {}, counting(methods));
      await leaving.getActors('Customer', ['1'], []);
      await leaving.deleteConnection();
      await leaving.deleteConnection();
      expect(methods.filter((each) => each === 'common.db.logout')).toHaveLength(1);
    });
  });

  describe('somebody who edits at the same time', () => {
    /** Between our look and our write. */
    const meanwhile = (edit: () => Promise<unknown>) => {
      let done = false;
      return (fetch: SafeFetch): SafeFetch =>
        async (request) => {
          if (!done && methodOf(request) === 'model.party.party.write') {
            done = true;
            await edit();
          }
          return fetch(request);
        };
    };

    test('in the same field is not overwritten', async () => {
      const edit = () => astrid('party.address.write', [1], { city: 'Hers' });
      const outcomes = await save(
        'Customer',
        '1',
        { POSTALCITY: 'Ours' },
        [],
        openTryton(tryton.url, {}, meanwhile(edit)),
      );
      expect(outcomes).toMatchObject([{ kind: 'refused', code: 'actor.changed' }]);
      expect(await valuesOf('Customer', '1', 'POSTALCITY')).toEqual({ POSTALCITY: 'Hers' });
    });

    test('in another field keeps it, and so do we', async () => {
      const edit = () => astrid('party.party.write', [1], { name: 'Hers' });
      const outcomes = await save(
        'Customer',
        '1',
        { POSTALCITY: 'Ours' },
        ['NAME'],
        openTryton(tryton.url, {}, meanwhile(edit)),
      );
      expect(outcomes).toMatchObject([{ kind: 'saved', actor: { values: { NAME: 'Hers' } } }]);
      expect(await valuesOf('Customer', '1', 'POSTALCITY')).toEqual({ POSTALCITY: 'Ours' });
    });
  });

  test('speaks the languages that Tryton was translated into', async () => {
    const name = async (language: string) =>
      (await erp.fields('Customer', { language })).find(({ key }) => key === 'customer_payment_term')?.name;
    expect([await name('de'), await name('nb'), await name('en')]).toEqual([
      'Zahlungsbedingung Verkauf',
      'Customer Payment Term',
      'Customer Payment Term',
    ]);
  });

  test('tells what it is to whoever asks, and its databases where it may', async () => {
    const kind = trytonKind({ fetch: createSafeFetch({ allowPrivate: true }), clock: new TestClock() });
    await kind.testAddress?.({ url: tryton.url });
    expect(await kind.configList({ url: `${tryton.url}/` }, 'Databases')).toEqual([{ key: 'erp', text: 'erp' }]);
    await expect(kind.testAddress?.({ url: `${tryton.url}/elsewhere` })).rejects.toHaveProperty('code');
  });
});
