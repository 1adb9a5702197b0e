import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkProtection, checkValues, patchOf } from '../../../backend/adapters/superoffice/changes.ts';
import { parseEntity, toRecord, valueOf } from '../../../backend/adapters/superoffice/entities.ts';
import { standardFields, type PlacedField } from '../../../backend/adapters/superoffice/fields.ts';
import { AppError } from '../../../backend/errors.ts';
import type { CrmEntityType, FieldValues } from '../../../shared/vocabulary.ts';

const company = { type: 'contact', id: 5 } as const;
const human = { type: 'person', id: 7 } as const;

const udef: PlacedField = {
  key: 'SuperOffice:1',
  name: 'Credit limit',
  kind: 'integer',
  listName: null,
  maxLength: 0,
  access: 'normal',
  place: { in: 'custom', progId: 'SuperOffice:1' },
  column: null,
  mandatory: false,
};

const address = (city: string) => ({ Address1: 'Oveien 1', Address2: '', Zipcode: '7300', City: city, AtypeIdx: 'X' });
const raw = {
  ContactId: 5,
  Name: 'Orkdal Eldresenter',
  Department: '',
  UpdatedDate: '2026-11-22T12:01:19',
  Phones: [
    { Value: '+47 11', StrippedValue: '11', Description: 'Main' },
    { Value: '+47 22', StrippedValue: '22', Description: 'Support' },
    { Value: '+47 33', StrippedValue: '33', Description: 'Door' },
  ],
  Category: { Id: 3, Value: 'Customer' },
  Business: { Id: 0, Value: '' },
  Country: { CountryId: 578, Name: 'Norway' },
  Address: {
    Postal: address('Orkanger'),
    Street: address('Fannrem'),
    LocalizedAddress: [[{ Name: 'City', Value: 'X' }]],
  },
  Xstop: false,
  UserDefinedFields: { 'SuperOffice:1': '[I:5]' },
  CustomFields: { 'SuperOffice:1': '[I:5]', 'SuperOffice:1:org': '[I:5]' },
};

describe('a company as it came', () => {
  const record = toRecord(company, parseEntity(company, raw), [...standardFields.contact, udef], new Set([1]));

  test('is read into canonical values', () => {
    expect(record).toMatchObject({ name: 'Orkdal Eldresenter', company: null, protection: null });
    expect(record.updatedAt.toISOString()).toBe('2026-11-22T12:01:19.000Z');
    expect(record.values).toMatchObject({
      NAME: 'Orkdal Eldresenter',
      DEPARTMENT: null,
      PHONE: '+47 11',
      EMAIL: null,
      POSTALCITY: 'Orkanger',
      STREETCITY: 'Fannrem',
      CATEGORY: '3',
      BUSINESS: null,
      COUNTRY: '578',
      XSTOP: 'false',
      CONTACTID: '5',
      'SuperOffice:1': '5',
    });
  });

  test('is the owner when the installation says so', () => {
    expect(toRecord(company, parseEntity(company, raw), [], new Set([5])).protection).toBe('ownerCompany');
  });

  test.each([
    ['another company', { ...raw, ContactId: 6 }],
    ['a page', '<html>'],
    ['nothing', null],
    ['blanks', {}],
  ])('%s in its place is refused', (_, answer) => {
    expect(() => parseEntity(company, answer)).toThrow(expect.objectContaining({ code: 'crm.answer_invalid' }));
  });
});

describe('the patch', () => {
  test('names nothing but what changes', () => {
    expect(patch('contact', { NAME: 'Orkdal Senter', XSTOP: 'true' })).toEqual([
      { op: 'replace', path: '/Name', value: 'Orkdal Senter' },
      { op: 'replace', path: '/Xstop', value: true },
    ]);
  });

  test('puts the country before the address it lays out', () => {
    const paths = patch('contact', { POSTALCITY: 'Kiel', COUNTRY: '276', NAME: 'X' }).map(({ path }) => path);
    expect(paths).toEqual(['/Country', '/Name', '/Address/Postal']);
  });

  test('writes an address part whole, with the lines that stay', () => {
    expect(patch('contact', { STREETCITY: 'Orkdal', STREETAD2: null })).toEqual([
      {
        op: 'replace',
        path: '/Address/Street',
        value: {
          Address1: 'Oveien 1',
          Address2: '',
          Address3: '',
          Zipcode: '7300',
          City: 'Orkdal',
          County: '',
          State: '',
        },
      },
    ]);
  });

  test('changes the first phone and keeps the others, their order and their words', () => {
    expect(patch('contact', { PHONE: '+47 99' })[0]?.value).toEqual([
      { Value: '+47 99', Description: 'Main' },
      { Value: '+47 22', Description: 'Support' },
      { Value: '+47 33', Description: 'Door' },
    ]);
  });

  test('a number that stands further down moves up instead of standing there twice', () => {
    expect(patch('contact', { PHONE: '+47 33' })[0]?.value).toEqual([
      { Value: '+47 33', Description: 'Main' },
      { Value: '+47 22', Description: 'Support' },
    ]);
  });

  test('a blank takes only the first phone away', () => {
    expect(patch('contact', { PHONE: null })[0]?.value).toHaveLength(2);
  });

  test('list items go by id, and none is nought', () => {
    expect(patch('contact', { CATEGORY: null, BUSINESS: '4' })).toEqual(
      expect.arrayContaining([
        { op: 'replace', path: '/Category', value: { Id: 0 } },
        { op: 'replace', path: '/Business', value: { Id: 4 } },
      ]),
    );
  });

  test('a user-defined value goes by its own key, encoded, and without the variants that came with it', () => {
    expect(patch('contact', { 'SuperOffice:1': '1000' })).toEqual([
      { op: 'replace', path: '/CustomFields/SuperOffice:1', value: '[I:1000]' },
    ]);
  });

  test('a user-defined value that was never set is added', () => {
    expect(patch('contact', { 'SuperOffice:1': '1' }, { ...raw, CustomFields: {} })[0]).toMatchObject({ op: 'add' });
  });

  test('a person without an address of her own gets one, and not her company’s', () => {
    const person = { PersonId: 7, UsePersonAddress: false, Address: raw.Address };
    expect(patch('person', { POSTALCITY: 'Orkdal' }, person)).toEqual([
      { op: 'replace', path: '/UsePersonAddress', value: true },
      {
        op: 'replace',
        path: '/Address/Street',
        value: { Address1: '', Address2: '', Address3: '', Zipcode: '', City: 'Orkdal', County: '', State: '' },
      },
    ]);
    const city = standardFields.person.find(({ key }) => key === 'POSTALCITY')!;
    expect(valueOf(parseEntity(human, person), city)).toBeNull();
  });

  test('a birthday is a day, and none is year one', () => {
    const person = { PersonId: 7 };
    expect(patch('person', { BIRTHDATE: '1980-05-17' }, person)[0]?.value).toBe('1980-05-17T00:00:00');
    expect(patch('person', { BIRTHDATE: null }, person)[0]?.value).toBe('0001-01-01T00:00:00');
  });

  function patch(type: CrmEntityType, values: FieldValues, entity: object = raw) {
    const fields = [...standardFields[type], udef].filter(({ key }) => key in values);
    return patchOf(type, parseEntity(type === 'contact' ? company : human, entity), fields, values);
  }
});

describe('before anything is asked', () => {
  test.each<[string, FieldValues, object]>([
    [
      'a text over its length',
      { NAME: 'x'.repeat(220) },
      { code: 'value.too_long', detail: { field: 'NAME', length: 220, maxLength: 219 } },
    ],
    ['a company without a name', { NAME: null }, { code: 'value.mandatory', detail: { field: 'NAME' } }],
    ['a company without a country', { COUNTRY: null }, { code: 'value.mandatory', detail: { field: 'COUNTRY' } }],
    ['an id', { CONTACTID: '7' }, { code: 'mapping.direction_refused', detail: { field: 'CONTACTID' } }],
    ['a list item by its text', { CATEGORY: 'Customer' }, { code: 'value.invalid', detail: { field: 'CATEGORY' } }],
  ])('%s is refused', (_, values, error) => {
    const fields = standardFields.contact.filter(({ key }) => key in values);
    expect(() => checkValues(fields, values)).toThrow(expect.objectContaining(error));
  });

  test('a text of exactly its length passes', () => {
    const name = standardFields.contact.filter(({ key }) => key === 'NAME');
    expect(() => checkValues(name, { NAME: 'x'.repeat(219) })).not.toThrow();
  });
});

test('no field but a name is protected, and no name of a protected record is written', () => {
  const names = { contact: ['NAME'], person: ['FIRSTNAME', 'MIDDLENAME', 'LASTNAME'] } as const;
  for (const [type, protection] of [
    ['contact', 'ownerCompany'],
    ['person', 'user'],
  ] as const) {
    for (const field of standardFields[type]) {
      const check = () => checkProtection([field], protection);
      if (names[type].some((key) => key === field.key))
        expect(check).toThrow(expect.objectContaining({ code: 'entity.protected' }));
      else expect(check).not.toThrow();
      expect(() => checkProtection([field], null)).not.toThrow();
    }
  }
});

test('whatever is asked for, nothing renames the owner or a user, moves a person or deletes anything', () => {
  const forbidden = { contact: ['/Name'], person: ['/Firstname', '/MiddleName', '/Lastname'], project: [] };
  const never = ['/Contact', '/Deleted', '/Retired', '/ContactId', '/PersonId', '/ProjectId', '/IsAssociate'];
  const wish = fc.constantFrom('contact' as const, 'person' as const, 'project' as const).chain((type) =>
    fc.record({
      type: fc.constant(type),
      fields: fc.subarray([...standardFields[type], udef]),
      value: fc.constantFrom(null, '1', 'true', '2026-11-22', 'words'),
      guarded: fc.boolean(),
    }),
  );
  fc.assert(
    fc.property(wish, ({ type, fields, value, guarded }) => {
      const protection = guarded ? ({ contact: 'ownerCompany', person: 'user', project: null } as const)[type] : null;
      const values = Object.fromEntries(fields.map(({ key }) => [key, value]));
      const { id } = type === 'contact' ? company : human;
      const entity = { ...raw, ContactId: 5, PersonId: 7, ProjectId: 7, UsePersonAddress: false };
      let paths: readonly string[];
      try {
        checkValues(fields, values);
        checkProtection(fields, protection);
        paths = patchOf(type, parseEntity({ type, id }, entity), fields, values).map(({ path }) => path);
      } catch (error) {
        expect(error).toBeInstanceOf(AppError);
        return;
      }
      for (const path of paths) {
        expect(never).not.toContain(path);
        if (protection !== null) expect(forbidden[type]).not.toContain(path);
      }
    }),
    { numRuns: 2_000 },
  );
});
