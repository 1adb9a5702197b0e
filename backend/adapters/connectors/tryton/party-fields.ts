import type { ErpField } from '../../../domain/field.ts';
import { parseValue } from '../../../domain/value.ts';
import { membersOf, type Json } from '../json.ts';
import {
  fieldFrom,
  isActive,
  rowsIn,
  textIn,
  valuesOf,
  type Description,
  type Draft,
  type Offered,
  type Row,
  type TrytonList,
} from './offered.ts';
import { joinName, splitName, type PersonName } from './person-name.ts';
import { texts } from './texts.ts';
import { decode, encode } from './wire.ts';

type Descriptions = ReadonlyMap<string, Description>;

export const categories: TrytonList = { name: 'party.category', items: null };

/** What is read with every party: its rows tell when it changed, and the fields here are made of them. */
export function partyNames(address: Descriptions): readonly string[] {
  const stamps = ['create_date', 'write_date'];
  const of = (table: string, names: readonly string[]) => [...names, ...stamps].map((name) => `${table}.${name}`);
  const known = ['active', 'street', zipName(address), 'city', 'country', 'subdivision', ...purposes, '_timestamp'];
  return [
    'name',
    'code',
    'active',
    'tax_identifier',
    ...of(
      'addresses',
      known.filter((name) => name === '_timestamp' || address.has(name)),
    ),
    ...of('contact_mechanisms', ['active', 'type', 'value', '_timestamp']),
    ...of('identifiers', ['type', 'code', '_timestamp']),
  ];
}

/** All texts of a party that somebody may look for. */
export function partyTexts(row: Row, address: Descriptions): readonly (string | null)[] {
  return [
    textIn(row, 'name'),
    textIn(row, 'code'),
    ...activeRows(row, 'addresses').flatMap((each) =>
      ['street', zipName(address), 'city'].map((name) => textIn(each, name)),
    ),
    ...activeRows(row, 'contact_mechanisms').map((each) => textIn(each, 'value')),
    ...rowsIn(row, 'identifiers').map((each) => textIn(each, 'code')),
  ];
}

export function partySearches(address: Descriptions): readonly string[] {
  return [
    'name',
    'code',
    'addresses.street',
    `addresses.${zipName(address)}`,
    'addresses.city',
    'contact_mechanisms.value',
    'identifiers.code',
  ];
}

/** Fields that both companies and persons have, made of the rows below a party. */
export function partyFields(
  type: 'company' | 'person',
  address: Descriptions,
  roles: ReadonlySet<number>,
): readonly Offered[] {
  const isPerson = type === 'person';
  const { fields } = texts;
  return [
    ...(isPerson
      ? [
          namePart('FIRSTNAME', fields.firstName, 'first', 'normal'),
          namePart('LASTNAME', fields.lastName, 'last', 'mandatory'),
        ]
      : [wholeName]),
    mechanism(isPerson ? 'PHONE_DIRECT' : 'PHONE', fields.phone, 'phone'),
    mechanism(isPerson ? 'PHONE_MOBILE' : 'MOBILE', fields.mobile, 'mobile'),
    mechanism('FAX', fields.fax, 'fax'),
    mechanism('EMAIL', fields.email, 'email'),
    mechanism('URL', fields.website, 'website'),
    ...(isPerson ? [] : [vatNumber]),
    ...addressFields(mainAddress(isPerson), address),
    ...(isPerson ? [] : [invoiceAddress, deliveryAddress].flatMap((each) => addressFields(each, address))),
    category(roles),
  ];
}

const wholeName: Offered = {
  field: textField('NAME', texts.fields.name, '', 'mandatory'),
  reads: [],
  read: (row) => parseValue('text', textIn(row, 'name') ?? ''),
  write: (value, { own }) => void (own['name'] = value),
  searches: ['name'],
};

function namePart(key: string, name: string, part: keyof PersonName, access: ErpField['access']): Offered {
  return {
    field: textField(key, name, texts.fields.nameHelp, access),
    reads: [],
    read: (row) => parseValue('text', splitName(textIn(row, 'name') ?? '')[part] ?? ''),
    write(value, { own, row }) {
      const before = textIn(row, 'name') ?? '';
      const written = typeof own['name'] === 'string' ? own['name'] : before;
      own['name'] = joinName({ ...splitName(written), [part]: value }, before);
    },
    searches: ['name'],
  };
}

/** The first active one of its type; a new row where there is none, and a blanked one is kept, out of use. */
function mechanism(key: string, name: string, type: string): Offered {
  const first = (row: Row | null) =>
    activeRows(row, 'contact_mechanisms').find((each) => each['type'] === type) ?? null;
  return {
    field: textField(key, name, texts.fields.mechanismHelp),
    reads: [],
    read: (row) => parseValue('text', textIn(first(row), 'value') ?? ''),
    write(value, draft) {
      const row = first(draft.row);
      const values = valuesOf(draft, 'contact_mechanisms', row, { type });
      if (row !== null && value === null) values['active'] = false;
      else values['value'] = value;
    },
    searches: ['contact_mechanisms.value'],
  };
}

const vatNumber: Offered = {
  field: textField('VATNO', texts.fields.vatNumber, texts.fields.vatNumberHelp),
  reads: [],
  read: (row) => parseValue('text', textIn(taxIdentifier(row), 'code') ?? ''),
  write(value, draft) {
    valuesOf(draft, 'identifiers', taxIdentifier(draft.row))['code'] = value;
  },
  searches: ['identifiers.code'],
};

function taxIdentifier(row: Row | null): Row | null {
  const identifiers = rowsIn(row, 'identifiers');
  return (
    identifiers.find(({ id }) => id === row?.['tax_identifier']) ??
    identifiers.find((each) => textIn(each, 'type') === null) ??
    null
  );
}

/** What an address may be kept for, where these modules of Tryton are activated. */
const purposes = ['invoice', 'delivery'] as const;
type Purpose = (typeof purposes)[number];

const isFor = (purpose: Purpose, address: Row) => address[purpose] === true || address[purpose] === 1;

/** One of the addresses of a party, with the keys and names of its fields. */
interface PartyAddress {
  /** Null for the one that is offered everywhere. */
  readonly purpose: Purpose | null;
  readonly keys: { readonly line: (line: number) => string } & Readonly<
    Record<'zip' | 'city' | 'country' | 'subdivision', string>
  >;
  readonly named: (name: string) => string;
  readonly help: string;
  readonly find: (row: Row | null) => Row | null;
}

/** The first that is kept for nothing by itself, or else for invoices: what is written here must not move a delivery. */
function mainAddress(isPerson: boolean): PartyAddress {
  return {
    purpose: null,
    keys: {
      line: (line) => `POSTALAD${line}`,
      zip: 'POSTALZIP',
      city: 'POSTALCITY',
      country: isPerson ? 'POSTALCOUNTRY' : 'COUNTRY',
      subdivision: 'subdivision',
    },
    named: (name) => name,
    help: texts.fields.addressHelp,
    find(row) {
      const addresses = activeRows(row, 'addresses');
      return (
        addresses.find((each) => isFor('invoice', each) === isFor('delivery', each)) ??
        addresses.find((each) => isFor('invoice', each)) ??
        null
      );
    },
  };
}

/** The first in use that is kept for it; none stands in for it, so that nothing is written twice onto one row. */
function addressFor(purpose: Purpose, name: string, keys: PartyAddress['keys']): PartyAddress {
  return {
    purpose,
    keys,
    named: (field) => `${name}: ${field}`,
    help: texts.fields.purposeHelp,
    find: (row) => activeRows(row, 'addresses').find((each) => isFor(purpose, each)) ?? null,
  };
}

const invoiceAddress = addressFor('invoice', texts.fields.invoiceAddress, {
  line: (line) => `invoiceAddress${line}`,
  zip: 'invoiceZip',
  city: 'invoiceCity',
  country: 'invoiceCountry',
  subdivision: 'invoiceSubdivision',
});

/** Where the goods go is what SuperOffice calls the street address. */
const deliveryAddress = addressFor('delivery', texts.fields.deliveryAddress, {
  line: (line) => `STREETAD${line}`,
  zip: 'STREETZIP',
  city: 'STREETCITY',
  country: 'deliveryCountry',
  subdivision: 'deliverySubdivision',
});

function addressFields(which: PartyAddress, address: Descriptions): readonly Offered[] {
  const { purpose, keys } = which;
  if (purpose !== null && !address.has(purpose)) return [];
  const { fields } = texts;
  return [
    ...[1, 2, 3].map((line) => streetLine(line, which)),
    ...addressColumn(address, zipName(address), keys.zip, fields.zip, which),
    ...addressColumn(address, 'city', keys.city, fields.city, which),
    ...addressColumn(address, 'country', keys.country, fields.country, which),
    ...addressColumn(address, 'subdivision', keys.subdivision, fields.subdivision, which),
  ];
}

/** What a new row for a purpose has from the start. */
function valuesAt({ purpose, find }: PartyAddress, draft: Draft) {
  return valuesOf(draft, 'addresses', find(draft.row), purpose === null ? {} : { [purpose]: true });
}

/** Tryton keeps the lines of a street in one text; those beyond the third stay as they are. */
function streetLine(line: number, which: PartyAddress): Offered {
  const { keys, named, help, find } = which;
  const linesOf = (street: Json | undefined) => (typeof street === 'string' ? street.split(/\r?\n/) : []);
  return {
    field: textField(keys.line(line), named(texts.fields.address(line)), help),
    reads: [],
    read: (row) => parseValue('text', linesOf(find(row)?.['street'])[line - 1] ?? ''),
    write(value, draft) {
      const values = valuesAt(which, draft);
      const lines = linesOf('street' in values ? values['street'] : find(draft.row)?.['street']);
      while (lines.length < line) lines.push('');
      lines[line - 1] = (value ?? '').replaceAll(/\s*\n\s*/g, ' ');
      values['street'] = lines.join('\n').trimEnd() || null;
    },
    searches: ['addresses.street'],
  };
}

function addressColumn(
  address: Descriptions,
  column: string,
  key: string,
  name: string,
  which: PartyAddress,
): readonly Offered[] {
  const description = address.get(column);
  if (!description) return [];
  const { named, help, find } = which;
  return [
    {
      field: fieldFrom(description, { key, name: named(name), description: help }),
      reads: [],
      read: (row) => decode(description.type, find(row)?.[column]),
      write(value, draft) {
        valuesAt(which, draft)[column] = encode(description.type, value);
      },
      searches: [`addresses.${column}`],
    },
  ];
}

/** One of the categories that tell no role; a role is for Tryton's people to give and take. */
function category(roles: ReadonlySet<number>): Offered {
  const first = (row: Row | null) =>
    membersOf(row?.['categories']).find((id) => typeof id === 'number' && !roles.has(id)) ?? null;
  return {
    field: {
      ...textField('CATEGORY', texts.fields.category, texts.fields.categoryHelp),
      kind: 'list',
      listName: categories.name,
    },
    reads: ['categories'],
    read: (row) => decode('many2one', first(row)),
    write(value, { row, own }) {
      const before = first(row);
      own['categories'] = [
        ...(before === null ? [] : [['remove', [before]]]),
        ...(value === null ? [] : [['add', [encode('many2one', value)]]]),
      ];
    },
    searches: ['categories'],
  };
}

function activeRows(row: Row | null, table: string): readonly Row[] {
  return rowsIn(row, table).filter(isActive);
}

/** Tryton renamed it. */
function zipName(address: Descriptions): string {
  return address.has('postal_code') ? 'postal_code' : 'zip';
}

function textField(key: string, name: string, description: string, access: ErpField['access'] = 'normal'): ErpField {
  return {
    key,
    name,
    description,
    kind: 'text',
    listName: null,
    defaultValue: null,
    maxLength: 0,
    access,
    rank: 0,
  };
}
