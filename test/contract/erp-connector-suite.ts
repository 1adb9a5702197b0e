import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ConnectorKind, ErpConnector, SearchRestriction, WantedField } from '../../backend/ports/erp-connector.ts';
import type { FieldKind, FieldValue, ListItem } from '../../shared/vocabulary.ts';
import { askedFields } from '../../shared/rules/asked-fields.ts';
import { FakeErp } from '../support/fake-connector.ts';
import type { TestClock } from '../support/test-clock.ts';

/** An ERP to try a connector on, and the hands of the people who work in it. */
export interface ErpWorld {
  readonly kind: ConnectorKind;
  /** The settings that open it. */
  readonly config: Readonly<Record<string, FieldValue>>;
  readonly clock: TestClock;
  /** The keys of the three persons, where they are not 1, 2 and 3. */
  readonly personKeys?: readonly [string, string, string];
  /** The number that is none, where the ERP cannot hold `#N/A`. */
  readonly garbled?: string;
  /** What somebody types into the ERP itself, and never a modification stamp. */
  edit(customer: string, field: 'NAME' | 'POSTALCITY', value: string): Promise<void>;
  close(): Promise<void>;
}

/** What stands in every world: two customers whose fields differ, a third with blanks and a garbled number, persons. */
export const customers = [
  { ID: '1', CustNo: '10001', NAME: 'Kunden A/S', POSTALAD1: 'Veien 1', POSTALZIP: '0054', POSTALCITY: 'Byen', CustGr: '1', CreditLimit: '1000.5' },
  { ID: '2', CustNo: '10002', NAME: 'Firma Inc.', POSTALAD1: 'Gateadressen 45C', POSTALZIP: '9813', POSTALCITY: 'Plassen', CustGr: '2', CreditLimit: '-2' },
  { ID: '3', CustNo: '10005', NAME: 'Bare Rør AS', POSTALAD1: null, POSTALZIP: '1564', POSTALCITY: null, CustGr: null, CreditLimit: '#N/A' },
] as const; // prettier-ignore
export const persons = [
  { ID: '1', parent: '1', FIRSTNAME: 'Erik', LASTNAME: 'Eriksen', PHONE_DIRECT: '22 33 44 55' },
  { ID: '2', parent: '1', FIRSTNAME: 'Hans', LASTNAME: 'Hansen', PHONE_DIRECT: null },
  { ID: '3', parent: '2', FIRSTNAME: 'Hanna', LASTNAME: 'Haraldsen', PHONE_DIRECT: null },
] as const;
export const groups: readonly ListItem[] = [
  { key: '1', text: 'Kundegruppe 1' },
  { key: '2', text: 'Kundegruppe 2' },
];

/** An ERP in memory with just that in it. */
export function sampleErp(clock: TestClock): FakeErp {
  const erp = new FakeErp(clock);
  for (const { ID, ...values } of customers) {
    erp.actors.set(`Customer/${ID}`, {
      ...values,
      CreditLimit: values.CreditLimit === '#N/A' ? null : values.CreditLimit,
    });
  }
  erp.unreadable.set('Customer/3', { CreditLimit: '#N/A' });
  for (const { ID, parent, ...values } of persons) {
    erp.actors.set(`Person/${ID}`, values);
    erp.parents.set(`Person/${ID}`, { type: 'Customer', erpKey: parent });
  }
  erp.lists.set('CustomerGroup', groups);
  return erp;
}

const kinds: Readonly<Record<string, FieldKind>> = { CustNo: 'integer', CustGr: 'list', CreditLimit: 'decimal' };
const wanted = (...keys: string[]): WantedField[] => keys.map((key) => ({ key, kind: kinds[key] ?? 'text' }));
const all = wanted('CustNo', 'NAME', 'POSTALAD1', 'POSTALZIP', 'POSTALCITY', 'CustGr', 'CreditLimit');

/** What every ErpConnector promises. */
export function erpConnectorSuite(name: string, open: () => Promise<ErpWorld>): void {
  describe(name, () => {
    let world: ErpWorld;
    let erp: ErpConnector;
    let [erik, hans, hanna] = ['1', '2', '3'];
    const opened = (config = world.config) =>
      world.kind.open({ connectionId: '3f1b2c4d-0000-4000-8000-000000000001', url: '', config });

    beforeEach(async () => {
      world = await open();
      erp = opened();
      [erik, hans, hanna] = world.personKeys ?? ['1', '2', '3'];
    });
    afterEach(() => world.close());

    describe('settings', () => {
      test('each has a key, a name and a kind, and one at least is mandatory', async () => {
        const fields = await world.kind.configFields({ url: '' });
        expect(fields.every(({ key, name }) => key !== '' && name !== '')).toBe(true);
        expect(fields.some(({ access }) => access === 'mandatory')).toBe(true);
      });

      test('a mandatory one left blank is named', async () => {
        const asked = askedFields(await world.kind.configFields({ url: '' }), ({ key }) => world.config[key] ?? null);
        const mandatory = asked.filter(({ access }) => access === 'mandatory').map(({ key }) => key);
        for (const field of mandatory) {
          const lacking = opened({ ...world.config, [field]: null });
          await expect(lacking.testConfig()).rejects.toMatchObject({ code: 'config.field_missing', detail: { field } });
        }
        await expect(opened({}).testConfig()).rejects.toMatchObject({
          code: 'config.field_missing',
          detail: { field: mandatory[0] },
        });
      });

      test('those that work pass the test, are saved as often as one likes, and forgotten', async () => {
        await erp.testConfig();
        await erp.saveConnection();
        await erp.saveConnection();
        await erp.testConnection();
        await erp.deleteConnection();
        await erp.deleteConnection();
      });
    });

    describe('what it offers', () => {
      test('actor types that have fields, with keys that are used once', async () => {
        expect(await erp.actorTypes()).toEqual(expect.arrayContaining(['Customer', 'Person']));
        for (const type of await erp.actorTypes()) {
          const keys = (await erp.fields(type)).map(({ key }) => key);
          expect(keys.length).toBeGreaterThan(0);
          expect(new Set(keys).size).toBe(keys.length);
        }
      });

      test('fields with their kind, list, longest text and access', async () => {
        const fields = new Map((await erp.fields('Customer')).map((field) => [field.key, field]));
        expect(fields.get('CustNo')).toMatchObject({ kind: 'integer', access: 'readOnly' });
        expect(fields.get('NAME')).toMatchObject({ kind: 'text', access: 'mandatory' });
        expect(fields.get('POSTALZIP')).toMatchObject({ kind: 'text', maxLength: 20, access: 'normal' });
        expect(fields.get('CustGr')).toMatchObject({ kind: 'list', listName: 'CustomerGroup' });
        expect(fields.get('CreditLimit')).toMatchObject({ kind: 'decimal', listName: null });
      });

      test('only its own fields can be searched', async () => {
        const keys = (await erp.fields('Customer')).map(({ key }) => key);
        expect(keys).toEqual(expect.arrayContaining([...(await erp.searchableFields('Customer'))]));
      });

      test('lists, whole or by key', async () => {
        expect(await erp.getList('CustomerGroup')).toEqual(groups);
        expect(await erp.getListItems('CustomerGroup', ['2', '77'])).toEqual([groups[1]]);
        await expect(erp.getList('NoSuchList')).rejects.toHaveProperty('code');
      });
    });

    describe('reading', () => {
      test('answers the fields asked for, in canonical form, and blank as null', async () => {
        const { actors, warning } = await erp.getActors('Customer', ['1'], all);
        expect(warning).toBeNull();
        expect(actors).toEqual([
          {
            type: 'Customer',
            erpKey: '1',
            lastModified: expect.any(String) as string,
            parent: null,
            unreadable: {},
            values: {
              CustNo: '10001',
              NAME: 'Kunden A/S',
              POSTALAD1: 'Veien 1',
              POSTALZIP: '0054',
              POSTALCITY: 'Byen',
              CustGr: '1',
              CreditLimit: '1000.5',
            },
          },
        ]);
        const blank = await erp.getActors('Customer', ['3'], wanted('POSTALCITY', 'CustGr'));
        expect(blank.actors[0]?.values).toEqual({ POSTALCITY: null, CustGr: null });
      });

      test('what cannot be read is told as it stands, and is not blank', async () => {
        const [actor] = (await erp.getActors('Customer', ['3'], wanted('NAME', 'CreditLimit'))).actors;
        expect(actor?.values).toEqual({ NAME: 'Bare Rør AS' });
        expect(actor?.unreadable).toEqual({ CreditLimit: world.garbled ?? '#N/A' });
      });

      test('a field that it does not have is not reported', async () => {
        const [actor] = (await erp.getActors('Customer', ['1'], wanted('NAME', 'Nothing'))).actors;
        expect(actor?.values).toEqual({ NAME: 'Kunden A/S' });
        expect(actor?.unreadable).toEqual({});
      });

      test('keys it does not know are left out, and keys are compared byte for byte', async () => {
        const { actors } = await erp.getActors('Customer', ['2', '99', ' 1', '01', '1 ', '2'], []);
        expect(actors.map(({ erpKey }) => erpKey)).toEqual(['2']);
      });

      test('the same key is another actor under another type', async () => {
        const [person] = (await erp.getActors('Person', [erik], wanted('LASTNAME'))).actors;
        expect(person).toMatchObject({ type: 'Person', parent: { type: 'Customer', erpKey: '1' } });
        expect(person?.values).toEqual({ LASTNAME: 'Eriksen' });
        const { actors } = await erp.getActors('Customer', [erik], wanted('NAME'));
        expect(actors.filter(({ values }) => values['NAME']?.includes('Eriksen'))).toEqual([]);
      });
    });

    describe('searching', () => {
      const found = async (text: string) => keys(await erp.searchActors('Customer', text, []));
      const persons = async (text: string, erpKey: string) =>
        keys(await erp.searchActors('Person', text, [], { parent: { type: 'Customer', erpKey } }));

      test('finds what contains the text, in any field and in upper or lower case', async () => {
        expect(await found('firma')).toEqual(['2']);
        expect(await found('RØR')).toEqual(['3']);
        expect(await found('0054')).toEqual(['1']);
        expect(await found('no such customer')).toEqual([]);
      });

      test('blank finds all', async () => {
        expect(await found('')).toEqual(['1', '2', '3']);
      });

      test('with a parent, only its persons', async () => {
        expect(await persons('', '1')).toEqual([erik, hans]);
        expect(await persons('han', '1')).toEqual([hans]);
        expect(await persons('', '3')).toEqual([]);
      });

      test.each<[string, [string, string, ...FieldValue[]][], string[]]>([
        ['text that begins so', [['NAME', 'begins', 'kun']], ['1']],
        ['text that does not contain', [['NAME', 'notcontains', 'r']], ['1']],
        ['a blank text is not equal to any', [['POSTALCITY', 'isnot', 'Byen']], ['2', '3']],
        ['a number above another', [['CreditLimit', '>', '999']], ['1']],
        ['a number between two', [['CreditLimit', 'between', '-5', '0']], ['2']],
        ['one of several list items', [['CustGr', 'oneof', '1', '7']], ['1']],
        ['none of several list items', [['CustGr', 'notoneof', '1']], ['2', '3']],
        [
          'all restrictions at once',
          [
            ['NAME', 'contains', 'a'],
            ['POSTALZIP', 'ends', '4'],
          ],
          ['1', '3'],
        ],
        ['what cannot be read fits nothing', [['CreditLimit', '!=', '7']], ['1', '2']],
      ])('by fields: %s', async (_, restrictions, expected) => {
        const asked = restrictions.map(([key, operator, ...values]): SearchRestriction => ({
          field: wanted(key)[0] as WantedField,
          operator,
          values,
        }));
        expect(keys(await erp.searchAdvanced('Customer', asked, []))).toEqual(expected);
      });

      test('by fields: an operator nobody knows is refused', async () => {
        const asked = [{ field: wanted('NAME')[0] as WantedField, operator: 'sounds like', values: ['x'] }];
        await expect(erp.searchAdvanced('Customer', asked, [])).rejects.toMatchObject({ code: 'input.invalid' });
      });
    });

    describe('what changed', () => {
      const changed = async (since: string) =>
        (await erp.changedActors('Customer', since, wanted('POSTALCITY'))).actors;
      const latest = (actors: readonly { readonly lastModified: string }[]) =>
        actors.map(({ lastModified }) => lastModified).reduce((a, b) => (a > b ? a : b));

      test('all did, since no time at all', async () => {
        expect((await changed('')).map(({ erpKey }) => erpKey)).toEqual(['1', '2', '3']);
      });

      test('what was typed into the ERP is found, and its mark is later than all before', async () => {
        const since = latest(await changed(''));
        world.clock.advance(1000);
        await world.edit('1', 'POSTALCITY', 'Storbyen');

        const actors = await changed(since);
        const edited = actors.find(({ erpKey }) => erpKey === '1');
        expect(edited?.values).toEqual({ POSTALCITY: 'Storbyen' });
        expect(edited && edited.lastModified > since).toBe(true);
        expect((await changed(edited?.lastModified ?? '')).map(({ erpKey }) => erpKey)).toEqual(['1']);
      });

      test('what we write ourselves comes back, with the mark the write answered', async () => {
        world.clock.advance(1000);
        const [outcome] = await erp.saveActors([customer('2', { POSTALCITY: 'Ny' })], []);
        const saved = outcome?.kind === 'saved' ? outcome.actor.lastModified : '';
        expect(await changed(saved)).toMatchObject([
          { erpKey: '2', lastModified: saved, values: { POSTALCITY: 'Ny' } },
        ]);
      });
    });

    describe('writing', () => {
      test('answers what the ERP stored, and leaves the fields not named alone', async () => {
        const outcomes = await erp.saveActors(
          [customer('1', { POSTALCITY: 'Ny & <by>', CustGr: '2', POSTALAD1: null })],
          all,
        );
        expect(outcomes).toMatchObject([
          {
            kind: 'saved',
            actor: {
              erpKey: '1',
              values: { NAME: 'Kunden A/S', POSTALCITY: 'Ny & <by>', CustGr: '2', POSTALAD1: null, POSTALZIP: '0054' },
            },
          },
        ]);
        const { actors } = await opened().getActors('Customer', ['1'], all);
        expect(actors).toEqual(outcomes.flatMap((outcome) => (outcome.kind === 'saved' ? [outcome.actor] : [])));
      });

      test.each<[string, Record<string, FieldValue>, string]>([
        ['a mandatory field left blank', { NAME: null }, 'value.mandatory'],
        ['a text longer than the ERP takes', { POSTALZIP: '123456789012345678901' }, 'value.too_long'],
        ['a field that is only read', { CustNo: '7' }, 'mapping.direction_refused'],
        ['a value of another kind', { CreditLimit: 'plenty' }, 'value.invalid'],
        ['an item that is not in the list', { CustGr: '77' }, 'value.invalid'],
      ])('%s is refused, and the rest of the batch is written', async (_, values, code) => {
        const outcomes = await erp.saveActors(
          [customer('1', { POSTALCITY: 'Not written', ...values }), customer('2', { POSTALCITY: 'Written' })],
          wanted('POSTALCITY'),
        );
        expect(outcomes).toMatchObject([{ kind: 'refused', code }, { kind: 'saved' }]);
        const { actors } = await erp.getActors('Customer', ['1', '2'], wanted('POSTALCITY'));
        expect(actors.map(({ values }) => values['POSTALCITY'])).toEqual(['Byen', 'Written']);
      });

      test('an actor that is not there is refused by name', async () => {
        expect(await erp.saveActors([customer('99', { POSTALCITY: 'x' })], [])).toMatchObject([
          { kind: 'refused', code: 'actor.not_found' },
        ]);
      });

      test('two at once are both written', async () => {
        const other = opened();
        await Promise.all([
          erp.saveActors([customer('1', { POSTALCITY: 'One' })], []),
          other.saveActors([customer('1', { POSTALAD1: 'Two' })], []),
          other.saveActors([customer('2', { POSTALCITY: 'Three' })], []),
        ]);
        const { actors } = await erp.getActors('Customer', ['1', '2'], wanted('POSTALCITY', 'POSTALAD1'));
        expect(actors.map(({ values }) => values)).toEqual([
          { POSTALCITY: 'One', POSTALAD1: 'Two' },
          { POSTALCITY: 'Three', POSTALAD1: 'Gateadressen 45C' },
        ]);
      });
    });

    describe('creating', () => {
      test('gives the actor a key of its own and the values it was sent', async () => {
        const values = { NAME: 'Helt Ny AS', POSTALZIP: '0077', CreditLimit: '12.25' };
        const created = await erp.createActor({ type: 'Customer', values, parent: null }, all);
        expect(created.values).toMatchObject({ ...values, POSTALCITY: null });
        expect(customers.map(({ ID }) => ID)).not.toContain(created.erpKey);
        expect((await erp.getActors('Customer', [created.erpKey], all)).actors).toEqual([created]);
      });

      test('puts a person under her company', async () => {
        const parent = { type: 'Customer', erpKey: '2' } as const;
        const created = await erp.createActor({ type: 'Person', values: { LASTNAME: 'Ny' }, parent }, []);
        expect(created.parent).toEqual(parent);
        expect(keys(await erp.searchActors('Person', '', [], { parent }))).toEqual([hanna, created.erpKey].sort());
      });

      test('without a mandatory value nothing is created', async () => {
        const draft = { type: 'Customer', values: { POSTALCITY: 'Byen' }, parent: null } as const;
        await expect(erp.createActor(draft, [])).rejects.toMatchObject({ code: 'value.mandatory' });
        expect(keys(await erp.searchActors('Customer', '', []))).toEqual(['1', '2', '3']);
      });

      test('two at once are two', async () => {
        const draft = { type: 'Customer', values: { NAME: 'Twin' }, parent: null } as const;
        const created = await Promise.all([erp.createActor(draft, []), opened().createActor(draft, [])]);
        expect(new Set(created.map(({ erpKey }) => erpKey)).size).toBe(2);
        expect(await erp.searchActors('Customer', 'twin', [])).toMatchObject({ actors: [{}, {}] });
      });
    });

    test('a call that was given up does nothing', async () => {
      const signal = AbortSignal.abort();
      await expect(erp.saveActors([customer('1', { POSTALCITY: 'x' })], [], { signal })).rejects.toThrow();
      await expect(erp.getActors('Customer', ['1'], [], { signal })).rejects.toThrow();
      expect((await erp.getActors('Customer', ['1'], wanted('POSTALCITY'))).actors[0]?.values).toEqual({
        POSTALCITY: 'Byen',
      });
    });
  });
}

function customer(erpKey: string, values: Readonly<Record<string, FieldValue>>) {
  return { type: 'Customer', erpKey, values } as const;
}

function keys({ actors }: { readonly actors: readonly { readonly erpKey: string }[] }): string[] {
  return actors.map(({ erpKey }) => erpKey).sort();
}
