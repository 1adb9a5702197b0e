import { bare, encodeUserDefined, localized } from '../encoding.ts';
import { formattedAddress } from '../entities.ts';
import { userDefinedFields } from '../seed.ts';
import type { SeedUserDefinedField } from '../seed.ts';
import { listItems } from '../tenant.ts';
import type { Company, Element, EntityType, Person, PostalAddress, Project, Rows, Tenant } from '../tenant.ts';

export interface Choice {
  readonly id: string;
  readonly text: string;
}

/** A line of a card: how it is shown, and how what is typed into it changes the row. */
export interface CardField<Row> {
  readonly key: string;
  readonly label: string;
  readonly input: 'text' | 'email' | 'tel' | 'url' | 'number' | 'date' | 'checkbox' | 'list';
  readonly column: 'left' | 'right' | 'more';
  /** An address is one text to read and five boxes to type into. */
  readonly shown: 'always' | 'reading' | 'editing';
  readonly important: boolean;
  readonly required: boolean;
  readonly choices: readonly Choice[];
  /** As the input holds it. */
  readonly value: (row: Row) => string;
  /** Undefined when the text makes no sense. */
  readonly change: (row: Row, text: string) => Partial<Row> | undefined;
}

type Options<Row> = Partial<Omit<CardField<Row>, 'key' | 'label' | 'value' | 'change'>>;

const english = 'US';

/** The lines of a card, in their order. */
export function cardFields<T extends EntityType>(tenant: Tenant, type: T): readonly CardField<Rows[T]>[] {
  const fields = {
    contact: () => [...companyFields(tenant), ...udefFields<Company>('contact')],
    person: () => [...personFields(tenant), ...udefFields<Person>('person')],
    project: () => [...projectFields(tenant), ...udefFields<Project>('project')],
  };
  return fields[type]() as unknown as readonly CardField<Rows[T]>[];
}

function companyFields(tenant: Tenant): readonly CardField<Company>[] {
  return [
    text('name', 'Name', { required: true, shown: 'editing' }),
    text('department', 'Department', {}),
    reading('streetText', 'Visiting', (row) => formattedAddress(row.street)),
    ...addressFields('street', 'Visiting'),
    reading('postalText', 'Postal', (row) => formattedAddress(row.postal)),
    ...addressFields('postal', 'Postal'),
    list('countryId', 'Country', choices('country')),
    first('phones', 'Phone', 'tel'),
    first('urls', 'Website', 'url'),
    first('emails', 'E-mail', 'email'),
    list('associateId', 'Our contact', users(tenant), { column: 'right', important: true }),
    list('categoryId', 'Category', choices('category'), { column: 'right', important: true }),
    text('number1', 'Code', { column: 'right' }),
    text('number2', 'Number', { column: 'right' }),
    text('orgNr', 'VAT No.', { column: 'right' }),
    list('businessId', 'Business', choices('business'), { column: 'right' }),
    check('stop', 'Stop', { column: 'right' }),
    check('noMailing', 'No mailings', { column: 'right' }),
  ];
}

function personFields(tenant: Tenant): readonly CardField<Person>[] {
  return [
    text('firstname', 'First name', {}),
    text('middleName', 'Middle name', { shown: 'editing' }),
    text('lastname', 'Last name', {}),
    text('title', 'Title', {}),
    list('positionId', 'Position', choices('perspos')),
    first('officePhones', 'Direct phone', 'tel'),
    first('mobilePhones', 'Mobile phone', 'tel'),
    first('emails', 'E-mail', 'email'),
    list('associateId', 'Our contact', users(tenant), { column: 'right', important: true }),
    list('countryId', 'Country', choices('country'), { column: 'right' }),
    text('personNumber', 'Number', { column: 'right' }),
    define(
      'birthDate',
      'Birthdate',
      (row) => row.birthDate ?? '',
      (_, date) => ({ birthDate: date || null }),
      {
        input: 'date',
        column: 'right',
      },
    ),
    check('retired', 'Former employee', { column: 'right' }),
    check('noMailing', 'No mailings', { column: 'right' }),
  ];
}

function projectFields(tenant: Tenant): readonly CardField<Project>[] {
  return [
    text('name', 'Project name', { required: true, shown: 'editing' }),
    text('number', 'Number', {}),
    list('typeId', 'Project type', choices('projecttype')),
    list('statusId', 'Status', choices('projectstatus')),
    text('description', 'Description', {}),
    list('associateId', 'Our contact', users(tenant), { column: 'right', important: true }),
    define(
      'endDate',
      'End date',
      (row) => row.endDate ?? '',
      (_, date) => ({ endDate: date || null }),
      {
        input: 'date',
        column: 'right',
      },
    ),
    first('urls', 'Website', 'url', 'right'),
    check('completed', 'Completed', { column: 'right' }),
  ];
}

/** Their values are stored encoded (`[D:11/22/2026]`), and shown as people write them. */
function udefFields<Row extends Company | Person | Project>(type: EntityType): readonly CardField<Row>[] {
  return userDefinedFields[type].map((seed) => ({
    key: seed.progId,
    label: localized(seed.label, english),
    input: inputs[seed.type],
    column: 'more',
    shown: 'always',
    important: false,
    required: false,
    choices: seed.udListId === null ? [] : choices(`udlist${seed.udListId}`),
    value: (row) => fromUserDefined(seed, row.userDefined[seed.progId] ?? ''),
    change: (row, value) => {
      const encoded = encodeUserDefined(type, seed.progId, value);
      if (encoded === undefined) return undefined;
      return { userDefined: { ...row.userDefined, [seed.progId]: encoded } } as Partial<Row>;
    },
  }));
}

const inputs: Readonly<Record<SeedUserDefinedField['type'], CardField<never>['input']>> = {
  ShortText: 'text',
  LongText: 'text',
  Number: 'number',
  Decimal: 'number',
  Date: 'date',
  Checkbox: 'checkbox',
  List: 'list',
};

function fromUserDefined(seed: SeedUserDefinedField, encoded: string): string {
  const value = bare(encoded);
  switch (seed.type) {
    case 'Date': {
      const [month, day, year] = value.split('/');
      return year && year !== '0001' ? `${year}-${month}-${day}` : '';
    }
    case 'Checkbox':
      return value === '1' ? '1' : '';
    case 'List':
      return value === '0' ? '' : value;
    default:
      return value;
  }
}

function define<Row>(
  key: string,
  label: string,
  value: CardField<Row>['value'],
  change: CardField<Row>['change'],
  options: Options<Row>,
): CardField<Row> {
  return {
    key,
    label,
    input: 'text',
    column: 'left',
    shown: 'always',
    important: false,
    required: false,
    choices: [],
    ...options,
    value,
    change,
  };
}

function text<Row>(key: keyof Row & string, label: string, options: Options<Row>): CardField<Row> {
  return define<Row>(
    key,
    label,
    (row) => String(row[key]),
    (_, value) => ({ [key]: value }) as Partial<Row>,
    options,
  );
}

function check<Row>(key: keyof Row & string, label: string, options: Options<Row>): CardField<Row> {
  const change = (_: Row, value: string): Partial<Row> => ({ [key]: value !== '' }) as Partial<Row>;
  return define<Row>(key, label, (row) => (row[key] ? '1' : ''), change, { ...options, input: 'checkbox' });
}

function list<Row>(
  key: keyof Row & string,
  label: string,
  items: readonly Choice[],
  options: Options<Row> = {},
): CardField<Row> {
  const change = (_: Row, value: string): Partial<Row> | undefined =>
    value === '' || items.some((item) => item.id === value) ? ({ [key]: Number(value) } as Partial<Row>) : undefined;
  const value = (row: Row): string => (row[key] ? String(row[key]) : '');
  return define<Row>(key, label, value, change, { ...options, input: 'list', choices: items });
}

/** The one shown first; the others stay as they are. */
function first<Row>(
  key: keyof Row & string,
  label: string,
  input: 'tel' | 'url' | 'email',
  column: 'left' | 'right' = 'left',
): CardField<Row> {
  const all = (row: Row): readonly Element[] => row[key] as readonly Element[];
  const change = (row: Row, value: string): Partial<Row> => {
    const [before, ...others] = all(row);
    if (before?.value === value) return {};
    const now = value === '' ? others : [{ value, description: before?.description ?? '' }, ...others];
    return { [key]: now } as Partial<Row>;
  };
  return define<Row>(key, label, (row) => all(row)[0]?.value ?? '', change, { input, column });
}

function reading<Row>(key: string, label: string, value: (row: Row) => string): CardField<Row> {
  return define<Row>(key, label, value, () => ({}), { shown: 'reading' });
}

function addressFields(part: 'street' | 'postal', label: string): readonly CardField<Company>[] {
  const line = (name: keyof PostalAddress, suffix: string): CardField<Company> =>
    define<Company>(
      `${part}.${name}`,
      `${label}, ${suffix}`,
      (row) => row[part][name],
      (row, value) => ({ [part]: { ...row[part], [name]: value } }),
      { shown: 'editing' },
    );
  return [line('address1', 'line 1'), line('address2', 'line 2'), line('zipcode', 'zip code'), line('city', 'city')];
}

function choices(name: string): readonly Choice[] {
  return (listItems(name) ?? []).map((item) => ({ id: String(item.id), text: localized(item.name, english) }));
}

function users(tenant: Tenant): readonly Choice[] {
  return tenant.users.map((user) => ({ id: String(user.associateId), text: `${user.firstname} ${user.lastname}` }));
}
