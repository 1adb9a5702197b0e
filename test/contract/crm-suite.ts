import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Crm } from '../../backend/ports/crm.ts';
import type { CrmEntity, CrmEntityType, FieldValues } from '../../shared/vocabulary.ts';
import type { TestClock } from '../support/test-clock.ts';

/** A tenant to try a Crm on, and the hands of the people who work in it. */
export interface CrmWorld {
  readonly clock: TestClock;
  /** With no limits, and as a salesperson (associate 11). */
  readonly system: Crm;
  readonly sales: Crm;
  /** Owns the installation. */
  readonly owner: CrmEntity;
  /** A person who is a user. */
  readonly user: CrmEntity;
  /** Makes a record. */
  add(type: CrmEntityType, name: string, company?: CrmEntity): CrmEntity;
  /** What somebody does on SuperOffice's own screens. */
  rename(entity: CrmEntity, name: string): void;
  setPhones(company: CrmEntity, phones: readonly string[]): void;
  hideFromSales(company: CrmEntity): void;
  remove(entity: CrmEntity): void;
  purge(entity: CrmEntity): void;
  merge(from: CrmEntity, into: CrmEntity): void;
  /** SuperOffice's key of where a person's consents came from. */
  consentSource(person: CrmEntity): string | undefined;
  /** Makes a selection, of companies and contacts or of projects, and answers its id. */
  select(name: string, members: readonly CrmEntity[]): number;
  /** A place where webhooks may be posted, already listening. */
  readonly hookUrl: string;
  close(): Promise<void>;
}

const nobody = { type: 'contact', id: 987_654 } as const;

/** What every Crm promises. */
export function crmSuite(name: string, open: () => Promise<CrmWorld>): void {
  describe(name, () => {
    let world: CrmWorld;
    beforeEach(async () => {
      world = await open();
    });
    afterEach(() => world.close());

    describe('reading', () => {
      test('answers the keys asked for, and blank as null', async () => {
        const company = world.add('contact', 'Orkdal Senter');
        const [record] = await world.system.read([company], ['NAME', 'DEPARTMENT', 'PHONE', 'POSTALCITY', 'CATEGORY']);
        expect(record).toMatchObject({ entity: company, name: 'Orkdal Senter', company: null, protection: null });
        expect(record?.values).toEqual({
          NAME: 'Orkdal Senter',
          DEPARTMENT: null,
          PHONE: null,
          POSTALCITY: null,
          CATEGORY: null,
        });
      });

      test('one or many, the same is read', async () => {
        const companies = ['One', 'Two', '[I:5]'].map((name) => world.add('contact', name));
        await world.system.write(companies[0]!, {
          STREETAD1: '[D:01/01/2020]',
          STREETZIP: '0054',
          POSTALCITY: 'Oslo',
          VATNO: '007',
        });
        const keys = ['NAME', 'DEPARTMENT', 'VATNO', 'STREETAD1', 'STREETZIP', 'STREETCITY', 'POSTALCITY', 'CONTACTID'];
        const one = (await Promise.all(companies.map((company) => world.system.read([company], keys)))).flat();
        const many = await world.system.read(companies, keys);
        const plain = (records: typeof many) => records.map(({ entity, name, values }) => ({ entity, name, values }));
        expect(byId(plain(many))).toEqual(byId(plain(one)));
      });

      test('a contact is called by her full name and belongs to her company', async () => {
        const company = world.add('contact', 'Orkdal Senter');
        const person = world.add('person', 'Kari Moen', company);
        const other = world.add('person', 'Ola Moen', company);
        for (const read of [await world.system.read([person], []), await world.system.read([person, other], [])]) {
          const record = read.find(({ entity }) => entity.id === person.id);
          expect(record).toMatchObject({ name: 'Kari Moen', company });
        }
      });

      test('companies, contacts and projects may be read together', async () => {
        const company = world.add('contact', 'A');
        const project = world.add('project', 'B');
        const read = await world.system.read([company, project], []);
        expect(byId(read).map(({ name }) => name)).toEqual(['A', 'B']);
      });

      test('what is not there is left out, and so is what was deleted', async () => {
        const [kept, deleted] = [world.add('contact', 'Kept'), world.add('contact', 'Deleted')];
        world.remove(deleted);
        expect((await world.system.read([kept, deleted, nobody], [])).map(({ entity }) => entity)).toEqual([kept]);
        expect(await world.system.read([deleted], ['NAME'])).toEqual([]);
        expect(await world.system.read([nobody], ['NAME'])).toEqual([]);
      });

      test('a person is shown nothing that she may not see, one by one or in a crowd', async () => {
        const [open, closed] = [world.add('contact', 'Open'), world.add('contact', 'Closed')];
        world.hideFromSales(closed);
        expect(await world.sales.read([closed], ['NAME'])).toEqual([]);
        expect((await world.sales.read([open, closed], ['NAME'])).map(({ entity }) => entity)).toEqual([open]);
        expect(await world.system.read([closed], ['NAME'])).toHaveLength(1);
      });

      test('nothing is asked when nobody is asked for', async () => {
        expect(await world.system.read([], ['NAME'])).toEqual([]);
      });

      test('a field that does not exist is told by its key', async () => {
        await expect(world.system.read([world.add('contact', 'A')], ['SHOESIZE'])).rejects.toMatchObject({
          code: 'mapping.field_unknown',
          detail: { field: 'SHOESIZE' },
        });
      });

      test('the owner of the installation and the users are known as such', async () => {
        const company = world.add('contact', 'A');
        expect((await world.system.read([world.owner], []))[0]?.protection).toBe('ownerCompany');
        expect((await world.system.read([world.user], []))[0]?.protection).toBe('user');
        expect(
          byId(await world.system.read([world.owner, company], []))
            .map((r) => r.protection)
            .toSorted(),
        ).toEqual([null, 'ownerCompany'].toSorted());
        const colleague = world.add('person', 'Kari Moen', company);
        const both = await world.system.read([world.user, colleague], []);
        expect(both.find(({ entity }) => entity.id === world.user.id)?.protection).toBe('user');
      });
    });

    describe('writing', () => {
      const everything: Readonly<Record<CrmEntityType, FieldValues>> = {
        contact: {
          NAME: 'Ødegård & Sønner AS',
          NUMBER1: 'C-1',
          NUMBER2: '0042',
          DEPARTMENT: 'Østlandet',
          PHONE: '+47 23 11 00 00',
          FAX: '+47 23 11 00 01',
          EMAIL: 'post@odegard.example',
          URL: 'https://odegard.example/?a=1&b=2',
          POSTALAD1: 'Postboks 1',
          POSTALAD2: 'Linje 2',
          POSTALAD3: 'Linje 3',
          POSTALZIP: '0054',
          POSTALCITY: 'Oslo',
          POSTALCOUNTY: 'Akershus',
          POSTALSTATE: 'OS',
          STREETAD1: 'Storgata 1',
          STREETAD2: 'Oppgang "B"',
          STREETAD3: '4. etg.',
          STREETZIP: '0167',
          STREETCITY: 'Oslo',
          STREETCOUNTY: 'Viken',
          STREETSTATE: 'VI',
          COUNTRY: '752',
          VATNO: '987654321',
          BUSINESS: '6',
          CATEGORY: '4',
          OURCONTACT: '12',
          NOMAILING: 'true',
          XSTOP: 'true',
          NOTE: 'Betaler sent',
        },
        person: {
          FIRSTNAME: 'Åse',
          MIDDLENAME: 'M.',
          LASTNAME: "O'Neill",
          TITLE: 'Innkjøper',
          NUMBER: 'P-7',
          PHONE_DIRECT: '+47 1',
          PHONE_PRIVATE: '+47 2',
          PHONE_MOBILE: '+47 3',
          PHONE_OTHER: '+47 4',
          FAX: '+47 5',
          EMAIL: 'ase@odegard.example',
          URL: 'https://ase.example',
          POSITION: '3',
          BIRTHDATE: '1980-05-17',
          POSTALAD1: 'Hjemveien 1',
          POSTALAD2: 'a',
          POSTALAD3: 'b',
          POSTALZIP: '7300',
          POSTALCITY: 'Orkanger',
          POSTALCOUNTY: 'Trøndelag',
          POSTALSTATE: 'TR',
          POSTALCOUNTRY: '578',
          MRMRS: 'Ms',
          SALUTATION: 'Dr. ing.',
          BUSINESS: '2',
          CATEGORY: '1',
          OURCONTACT: '12',
          NOMAILING: 'true',
          NOTE: 'Ferie i juli',
        },
        project: {
          NAME: 'Ny fabrikk',
          TEXT: 'Første linje\nandre linje',
          NUMBER: 'PR-9',
          URL: 'https://fabrikk.example',
          ENDDATE: '2027-02-28',
          TYPE: '2',
          STATUS: '3',
          OURCONTACT: '11',
          COMPLETED: 'true',
        },
      };

      const userDefined: Readonly<Record<CrmEntityType, FieldValues>> = {
        contact: {
          'SuperOffice:1': 'K-100',
          'SuperOffice:2': '12500.75',
          'SuperOffice:3': '2019-12-31',
          'SuperOffice:4': 'true',
          'SuperOffice:5': '2',
          'SuperOffice:6': '30',
          'SuperOffice:7': 'Ring på døra',
          x_route: 'Nord 7',
          x_last_visit: '2026-02-28T13:45:00',
          x_rating: '-0.25',
          x_visits: '17',
          x_vip: 'true',
          x_contract_end: '2030-01-31',
        },
        person: { 'SuperOffice:1': 'P-1', 'SuperOffice:2': 'true' },
        project: { 'SuperOffice:1': 'PR-1', 'SuperOffice:2': '0.5' },
      };

      test.each(['contact', 'person', 'project'] as const)(
        'every field of a %s is stored as it was written',
        async (type) => {
          const company = world.add('contact', 'Before');
          const entity = type === 'contact' ? company : world.add(type, 'Before', company);
          const values = { ...everything[type], ...userDefined[type] };
          const writable = (await world.system.fields(type)).filter(({ access }) => access !== 'readOnly');
          // A field that is forgotten here would never be tried.
          expect(Object.keys(values).toSorted()).toEqual(writable.map(({ key }) => key).toSorted());

          const written = await world.system.write(entity, values);
          expect(written.values).toEqual(values);
          const [read] = await world.system.read([entity], Object.keys(values));
          expect(read?.values).toEqual(values);
        },
      );

      test.each(['contact', 'person', 'project'] as const)('what may be blank in a %s can be blanked', async (type) => {
        const company = world.add('contact', 'Before');
        const entity = type === 'contact' ? company : world.add(type, 'Before', company);
        const optional = Object.keys(everything[type]).filter((key) => !['NAME', 'COUNTRY', 'LASTNAME'].includes(key));
        await world.system.write(entity, everything[type]);

        const blanks = Object.fromEntries(optional.map((key) => [key, null]));
        await world.system.write(entity, blanks);
        const [read] = await world.system.read([entity], optional);
        const ticked = optional.filter((key) => ['NOMAILING', 'XSTOP', 'COMPLETED'].includes(key));
        expect(read?.values).toEqual({ ...blanks, ...Object.fromEntries(ticked.map((key) => [key, 'false'])) });
      });

      test('leaves alone what it was not told to write', async () => {
        const company = world.add('contact', 'Before');
        await world.system.write(company, { ...everything.contact, ...userDefined.contact });
        await world.system.write(company, { STREETCITY: 'Bergen', 'SuperOffice:6': '14' });
        const expected = { ...everything.contact, ...userDefined.contact, STREETCITY: 'Bergen', 'SuperOffice:6': '14' };
        const [read] = await world.system.read([company], Object.keys(expected));
        expect(read?.values).toEqual(expected);
      });

      test('the first phone changes, and the others stay', async () => {
        const company = world.add('contact', 'A');
        world.setPhones(company, ['+47 1', '+47 2', '+47 3']);
        const written = await world.system.write(company, { PHONE: '+47 9' });
        expect(written.values).toEqual({ PHONE: '+47 9' });
      });

      test('the time of change moves with the row', async () => {
        const company = world.add('contact', 'A');
        world.clock.advance(60_000);
        const written = await world.system.write(company, { NAME: 'B' });
        expect(written.updatedAt).toEqual(world.clock.now());
      });

      test('writing what is there already changes nothing', async () => {
        const company = world.add('contact', 'A');
        const [before] = await world.system.read([company], ['NAME']);
        world.clock.advance(60_000);
        const written = await world.system.write(company, { NAME: 'A', XSTOP: 'false', DEPARTMENT: null });
        expect(written.updatedAt).toEqual(before?.updatedAt);
      });

      test('a record that changed since it was read is not written', async () => {
        const company = world.add('contact', 'A');
        const [read] = await world.system.read([company], ['NAME']);
        world.clock.advance(60_000);
        world.rename(company, 'Somebody else was here');

        const write = world.system.write(company, { DEPARTMENT: 'B' }, { unchangedSince: read!.updatedAt });
        await expect(write).rejects.toMatchObject({ code: 'crm.changed' });
        expect((await world.system.read([company], ['DEPARTMENT']))[0]?.values).toEqual({ DEPARTMENT: null });
      });

      test('a phone that changed since it was read is not written, though no time tells', async () => {
        const company = world.add('contact', 'A');
        const [read] = await world.system.read([company], ['PHONE']);
        world.setPhones(company, ['+47 1']);

        const guard = { unchangedSince: read!.updatedAt, valuesWere: read!.values };
        const write = world.system.write(company, { PHONE: '+47 2' }, guard);
        await expect(write).rejects.toMatchObject({ code: 'crm.changed' });
        expect((await world.system.read([company], ['PHONE']))[0]?.values).toEqual({ PHONE: '+47 1' });
      });

      test('a guard that holds lets the write pass', async () => {
        const company = world.add('contact', 'A');
        const [read] = await world.system.read([company], ['NAME', 'XSTOP']);
        const guard = { unchangedSince: read!.updatedAt, valuesWere: read!.values };
        await expect(world.system.write(company, { NAME: 'B' }, guard)).resolves.toMatchObject({ name: 'B' });
      });

      test.each<[string, FieldValues, object]>([
        ['a text that is too long', { NAME: 'x'.repeat(220) }, { code: 'value.too_long' }],
        ['a name that is blank', { NAME: null }, { code: 'value.mandatory' }],
        ['an id', { CONTACTID: '7' }, { code: 'mapping.direction_refused' }],
        ['a field that does not exist', { SHOESIZE: '42' }, { code: 'mapping.field_unknown' }],
      ])('%s is refused, and nothing else of the write happens', async (_, bad, error) => {
        const company = world.add('contact', 'A');
        await expect(world.system.write(company, { DEPARTMENT: 'B', ...bad })).rejects.toMatchObject(error);
        expect((await world.system.read([company], ['DEPARTMENT']))[0]?.values).toEqual({ DEPARTMENT: null });
      });

      test('the company that owns the installation is never renamed', async () => {
        const [before] = await world.system.read([world.owner], ['NAME']);
        await expect(world.system.write(world.owner, { NAME: 'Hijacked AS', DEPARTMENT: 'X' })).rejects.toMatchObject({
          code: 'entity.protected',
          detail: { field: 'NAME' },
        });
        const [after] = await world.system.read([world.owner], ['NAME', 'DEPARTMENT']);
        expect(after?.name).toBe(before?.name);
        expect(after?.values['DEPARTMENT']).not.toBe('X');
      });

      test('a person who is a user keeps her name, and may get a new phone', async () => {
        for (const values of [{ FIRSTNAME: 'X' }, { MIDDLENAME: 'X' }, { LASTNAME: 'X' }]) {
          await expect(world.system.write(world.user, values)).rejects.toMatchObject({ code: 'entity.protected' });
        }
        const written = await world.system.write(world.user, { PHONE_MOBILE: '+47 9' });
        expect(written.values).toEqual({ PHONE_MOBILE: '+47 9' });
      });

      test('a record that is not there, or may not be seen, is not found', async () => {
        const closed = world.add('contact', 'Closed');
        world.hideFromSales(closed);
        await expect(world.system.write(nobody, { NAME: 'B' })).rejects.toMatchObject({ code: 'entity.not_found' });
        await expect(world.sales.write(closed, { NAME: 'B' })).rejects.toMatchObject({ code: 'entity.not_found' });
        expect((await world.system.read([closed], []))[0]?.name).toBe('Closed');
      });
    });

    describe('making', () => {
      test.each(['contact', 'person', 'project'] as const)(
        'a %s holds what it was made with, and is there',
        async (type) => {
          const name = type === 'person' ? { FIRSTNAME: 'Åse', LASTNAME: 'Moen' } : { NAME: 'Ny kunde AS' };
          const values = { ...name, 'SuperOffice:1': 'N-1' };
          const made = await world.system.create({ type, values });
          expect(made).toMatchObject({ entity: { type, id: expect.any(Number) }, values, protection: null });
          expect((await world.system.read([made.entity], Object.keys(values)))[0]?.values).toEqual(values);
          expect(await world.system.whereabouts(made.entity)).toEqual({ kind: 'live' });
        },
      );

      test('a company begins with an address, phones and a country of its own', async () => {
        const values = { NAME: 'A', STREETAD1: 'Storgata 1', STREETCITY: 'Oslo', PHONE: '+47 1', COUNTRY: '752' };
        const { entity } = await world.system.create({ type: 'contact', values });
        expect((await world.system.read([entity], Object.keys(values)))[0]?.values).toEqual(values);
      });

      test('a contact belongs to her company, and her consents say where they came from', async () => {
        const company = world.add('contact', 'A');
        const values = { LASTNAME: 'Moen', POSTALCITY: 'Orkanger' };
        const made = await world.system.create({ type: 'person', values, company });
        expect(made).toMatchObject({ name: 'Moen', company, values });
        expect(world.consentSource(made.entity)).toBe('API');

        const sources = await world.system.consentSources();
        expect(sources).toContainEqual({ key: 'API', text: 'Other integration' });
        expect(sources.map(({ key }) => key)).toContain('IMPORT');
        const other = await world.system.create({ type: 'person', values, company, consentSource: 'IMPORT' });
        expect(world.consentSource(other.entity)).toBe('IMPORT');
      });

      test.each<[string, CrmEntityType, FieldValues, object]>([
        [
          'a company without a name',
          'contact',
          { DEPARTMENT: 'B' },
          { code: 'value.mandatory', detail: { field: 'NAME' } },
        ],
        [
          'a contact without a name',
          'person',
          { TITLE: 'B' },
          { code: 'value.mandatory', detail: { field: 'LASTNAME' } },
        ],
        ['a name that is too long', 'project', { NAME: 'x'.repeat(220) }, { code: 'value.too_long' }],
        ['an id', 'contact', { NAME: 'A', CONTACTID: '7' }, { code: 'mapping.direction_refused' }],
      ])('%s is refused', async (_, type, values, error) => {
        await expect(world.system.create({ type, values })).rejects.toMatchObject(error);
      });
    });

    describe('finding', () => {
      const found = async (...args: Parameters<Crm['find']>) => (await world.system.find(...args)).map(({ id }) => id);

      test('by name or number, however it is written, and nothing that only looks like it', async () => {
        const [fish] = [world.add('contact', "Bjørn's Fisk"), world.add('contact', "Bjørn's Fisk og Vilt")];
        await world.system.write(fish, { VATNO: '987 654 321', NUMBER2: 'A-1' });
        expect(await found('contact', 'NAME', " BJØRN'S fisk")).toEqual([fish.id]);
        expect(await found('contact', 'VATNO', '987 654 321')).toEqual([fish.id]);
        expect(await found('contact', 'NUMBER2', 'a-1')).toEqual([fish.id]);
        expect(await found('contact', 'NUMBER1', 'a-1')).toEqual([]);
        expect(await found('contact', 'NAME', 'Nobody \\ is called so')).toEqual([]);
        expect(await found('project', 'NAME', "Bjørn's Fisk")).toEqual([]);
      });

      test('persons of one company', async () => {
        const [one, other] = [world.add('contact', 'One'), world.add('contact', 'Other')];
        const [kari] = [world.add('person', 'Kari Ytterdal', one), world.add('person', 'Ola Ytterdal', other)];
        expect(await found('person', 'LASTNAME', 'Ytterdal', one)).toEqual([kari.id]);
        expect((await found('person', 'LASTNAME', 'Ytterdal')).length).toBe(2);
      });

      test('what was deleted is not found, nor by what does not tell records apart', async () => {
        const gone = world.add('contact', 'Gone');
        world.remove(gone);
        expect(await found('contact', 'NAME', 'Gone')).toEqual([]);
        world.add('contact', 'Here');
        expect(await found('contact', 'PHONE', '22')).toEqual([]);
      });
    });

    describe('what happened to a record', () => {
      test('one that is there is there', async () => {
        expect(await world.system.whereabouts(world.add('contact', 'A'))).toEqual({ kind: 'live' });
      });

      test.each(['contact', 'person'] as const)('a %s that was deleted can come back', async (type) => {
        const entity = world.add(type, 'A', world.owner);
        world.remove(entity);
        expect(await world.system.whereabouts(entity)).toEqual({ kind: 'softDeleted' });
      });

      test.each(['contact', 'person', 'project'] as const)('a %s that was purged is gone', async (type) => {
        const entity = world.add(type, 'A', world.owner);
        world.purge(entity);
        expect(await world.system.whereabouts(entity)).toEqual({ kind: 'gone' });
      });

      test.each(['contact', 'person', 'project'] as const)('a %s that was merged is where it went', async (type) => {
        const [from, into] = [world.add(type, 'A', world.owner), world.add(type, 'B', world.owner)];
        world.merge(from, into);
        expect(await world.system.whereabouts(from)).toEqual({ kind: 'merged', into });
        expect(await world.system.whereabouts(into)).toEqual({ kind: 'live' });
      });
    });

    describe('what changed', () => {
      test.each(['contact', 'person', 'project'] as const)(
        'every %s whose row changed at the time or later',
        async (type) => {
          const [before, at, after] = ['A', 'B', 'C'].map((name) => world.add(type, name, world.owner));
          world.clock.advance(3_600_000);
          world.rename(before!, 'A2');
          world.clock.advance(1_000);
          const since = world.clock.now();
          world.rename(at!, 'B2');
          world.clock.advance(1_000);
          world.rename(after!, 'C2');

          const { ids, asOf } = await world.system.changedSince(type, since);
          expect(ids).toEqual([at!.id, after!.id]);
          expect(ids).not.toContain(before!.id);
          expect(asOf).toEqual(world.clock.now());
        },
      );

      test('a phone raises nothing', async () => {
        const company = world.add('contact', 'A');
        world.clock.advance(3_600_000);
        world.setPhones(company, ['+47 1']);
        expect((await world.system.changedSince('contact', world.clock.now())).ids).toEqual([]);
      });

      test('a change that a person may not see is not shown to her', async () => {
        const closed = world.add('contact', 'Closed');
        world.hideFromSales(closed);
        world.clock.advance(3_600_000);
        world.rename(closed, 'Still closed');
        expect((await world.sales.changedSince('contact', world.clock.now())).ids).toEqual([]);
      });
    });

    describe('a selection', () => {
      test('is its name and its members, companies and contacts, however many', async () => {
        const company = world.add('contact', 'A');
        const person = world.add('person', 'Anna Berg', company);
        const many = Array.from({ length: 1_100 }, (_, index) => world.add('contact', `Company ${index}`));
        const id = world.select('Spring', [company, person, ...many]);
        const { name, members } = await world.system.selection(id);
        expect(name).toBe('Spring');
        expect(members).toEqual([company, person, ...many]);
      });

      test('of projects has projects', async () => {
        const project = world.add('project', 'P');
        expect((await world.system.selection(world.select('Projects', [project]))).members).toEqual([project]);
      });

      test('shows nobody what she may not see', async () => {
        const [open, closed] = [world.add('contact', 'Open'), world.add('contact', 'Closed')];
        world.hideFromSales(closed);
        const id = world.select('Both', [open, closed]);
        expect((await world.sales.selection(id)).members).toEqual([open]);
      });

      test('that is not there is not found', async () => {
        await expect(world.system.selection(987_654)).rejects.toMatchObject({ code: 'selection.not_found' });
      });
    });

    describe('the tenant', () => {
      test('says who is asking', async () => {
        expect(await world.sales.principal()).toMatchObject({
          userId: 11,
          name: 'Lars Holm',
          groupIds: [2],
          licences: expect.arrayContaining(['erpsync.erp-sync', 'erpsync.erp-sync-user']),
        });
        expect((await world.sales.principal()).functionRights).not.toContain('admin-all');
      });

      test('names its fields, each once', async () => {
        for (const type of ['contact', 'person', 'project'] as const) {
          const fields = await world.system.fields(type);
          expect(new Set(fields.map(({ key }) => key)).size).toBe(fields.length);
          expect(fields.every(({ kind, listName }) => (kind === 'list') === (listName !== null))).toBe(true);
          expect(fields.filter(({ access }) => access === 'readOnly').every(({ key }) => key.endsWith('ID'))).toBe(
            true,
          );
        }
      });

      test('has an item for every list that a field names', async () => {
        const types = ['contact', 'person', 'project'] as const;
        const fields = (await Promise.all(types.map((type) => world.system.fields(type)))).flat();
        for (const name of new Set(fields.flatMap(({ listName }) => listName ?? []))) {
          const items = await world.system.list(name);
          expect(items.length, name).toBeGreaterThan(0);
          expect(items.every(({ key, text }) => key !== '' && text !== '')).toBe(true);
        }
      });

      test('names its users and groups', async () => {
        expect(await world.system.users()).toContainEqual({ id: 11, name: 'Lars Holm', groupIds: [2] });
        expect(await world.system.groups()).toContainEqual({ id: 2, name: 'Sales Nordic' });
      });

      test('keeps our panels, finds them again and lets them all go', async () => {
        const panel = {
          progId: 'ErpSync.Company',
          name: 'ERP',
          windowName: 'erpsync_company',
          tooltip: 'ERP Sync',
          url: 'https://erp.example/panels/erp-tab.html?uctx=<uctx>&usid=<usid>&id=<cuid>',
          visibleIn: 'ContactArchive',
        };
        await world.system.savePanel(panel);
        expect(await world.system.panels()).toEqual([panel]);
        await world.system.savePanel({ ...panel, name: 'Our ERP' });
        expect(await world.system.panels()).toEqual([{ ...panel, name: 'Our ERP' }]);

        const other = { ...panel, progId: 'ErpSync.Old', name: 'Old', windowName: 'erpsync_old' };
        await world.system.savePanel(other);
        await world.system.deletePanel(other.progId);
        expect((await world.system.panels()).map(({ progId }) => progId)).toEqual([panel.progId]);
        await world.system.deletePanels();
        expect(await world.system.panels()).toEqual([]);
      });

      test('keeps our webhooks, and saves one active', async () => {
        const hook = { name: 'ERP Sync', targetUrl: world.hookUrl, events: ['contact.changed'], secret: 's3cret' };
        const saved = await world.system.saveWebhook(hook);
        expect(saved).toEqual({
          id: saved.id,
          name: hook.name,
          targetUrl: hook.targetUrl,
          events: hook.events,
          state: 'active',
        });
        const events = ['contact.changed', 'person.changed'];
        const again = await world.system.saveWebhook({ ...hook, id: saved.id, events });
        expect(again).toMatchObject({ id: saved.id, events });
        expect(await world.system.webhooks()).toEqual([again]);
        await world.system.deleteWebhook(saved.id);
        expect(await world.system.webhooks()).toEqual([]);
      });
    });
  });
}

function byId<T extends { readonly entity: CrmEntity }>(records: readonly T[]): readonly T[] {
  return records.toSorted((a, b) => a.entity.type.localeCompare(b.entity.type) || a.entity.id - b.entity.id);
}
