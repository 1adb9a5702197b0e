import { rename } from 'node:fs/promises';
import writeExcelFile, { type Cell } from 'write-excel-file/node';
import { countries, lists, seedTenant, type SeedCompany, type SeedPerson, type TenantSeed } from './seed.ts';

/** A table of the workbook: headers first. Text stays text, so that 0054 keeps its zero. */
interface Table {
  readonly sheet: string;
  readonly headers: readonly string[];
  readonly rows: readonly (readonly Value[])[];
}

type Value = string | number | boolean | Date | null;

interface Actor {
  readonly id: number;
  readonly company: SeedCompany;
}

const DAY = 86_400_000;
const FIRST_STAMP = Date.UTC(2026, 0, 5, 8);
const STAMPS_APART = 7 * 3_600_000;
const SUPPLIER = 4;

/**
 * The ERP of the demonstration. It grew up beside the CRM, as ERPs do: most customers are companies of the tenant with
 * something spelled otherwise, some are known on one side only.
 */
export async function writeSampleWorkbook(path: string, seed: TenantSeed = seedTenant('Cust10001')): Promise<void> {
  // Named so that it is never taken for a whole one before it is.
  const unfinished = `${path}.unfinished`;
  await writeExcelFile(sampleTables(seed).map(toSheet)).toFile(unfinished);
  await rename(unfinished, path);
}

export function sampleTables(seed: TenantSeed): readonly Table[] {
  const known = seed.companies.filter(({ id }) => id !== seed.ownerCompanyId && id % 12 !== 0);
  const customers = numbered(known.filter(({ categoryId }) => categoryId !== SUPPLIER));
  const suppliers = numbered(known.filter(({ categoryId }) => categoryId === SUPPLIER));
  return [
    customerTable(customers),
    supplierTable(suppliers),
    personTable(seed.persons, customers, suppliers),
    projectTable(seed),
    listTable('CustomerGroup', customerGroups),
    listTable('SupplierGroup', supplierGroups),
    listTable(
      'Country',
      countries.map(({ iso2, englishName }) => [iso2, englishName] as const),
    ),
    listTable('ProjectType', items('projecttype')),
    listTable('ProjectStatus', items('projectstatus')),
  ];
}

// prettier-ignore
const customerGroups = [[1, 'Retail chain'], [2, 'Industry'], [3, 'Public sector'], [4, 'Wholesale'], [5, 'Services'], [6, 'Other']] as const;
const supplierGroups = [
  [1, 'Goods'],
  [2, 'Transport'],
  [3, 'Services'],
] as const;

/** Customers the CRM has never heard of. */
// prettier-ignore
const onlyInErp = [
  ['Kontant kunde Oslo', 'Storgata 1', '0155', 'Oslo', 'NO'], ['Barents Fiskeredskap AS', 'Havnegata 4', '9900', 'Kirkenes', 'NO'],
  ['Mälaröarnas Trädgård AB', 'Ekerövägen 12', '178 22', 'Ekerö', 'SE'], ['Skagens Røgeri ApS', 'Fiskehuskajen 9', '9990', 'Skagen', 'DK'],
  ['Inarin Matkailu Oy', 'Inarintie 40', '99870', 'Inari', 'FI'], ['Texelse Schapen B.V.', 'Pontweg 3', '1791 LA', 'Den Burg', 'NL'],
  ['Hallig Fähren GmbH', 'Am Anleger 1', '25859', 'Hallig Hooge', 'DE'], ['Orkney Distillers Ltd', '7 Harbour Street', 'KW15 1LE', 'Kirkwall', 'GB'],
  ['Sápmi Duodji AS', 'Deanugeaidnu 80', '9845', 'Deatnu Tana', 'NO'], ['Gotlands Kalkbruk AB', 'Stenvägen 5', '620 34', 'Lärbro', 'SE'],
] as const;

function customerTable(customers: readonly Actor[]): Table {
  const rows = customers.map(({ id, company }) => [
    stamp(id),
    id,
    10000 + id,
    ...companyColumns(company),
    groupOf(company.businessId),
    decoded(company.userDefined['SuperOffice:2'], Number),
    decoded(company.userDefined['SuperOffice:6'], Number),
    decoded(company.userDefined['SuperOffice:3'], (date) => new Date(`${date} UTC`)),
    company.userDefined['SuperOffice:4'] === '[I:1]',
  ]);
  const strangers = onlyInErp.map(([name, street, zip, city, country], index) => {
    const id = customers.length + index + 1;
    return [
      stamp(id),
      id,
      10000 + id,
      name,
      null,
      street,
      null,
      zip,
      city,
      country,
      null,
      null,
      null,
      6,
      null,
      14,
      null,
      false,
    ];
  });
  return {
    sheet: 'Customer',
    // prettier-ignore
    headers: ['LastModified', 'ID', 'Customer no', 'Name', 'Organisation number', 'Address 1', 'Address 2', 'Zip', 'City', 'Country', 'Phone', 'Email', 'Website', 'Customer group', 'Credit limit', 'Payment days', 'Customer since', 'Electronic invoice'],
    rows: [...rows, ...strangers],
  };
}

function supplierTable(suppliers: readonly Actor[]): Table {
  return {
    sheet: 'Supplier',
    // prettier-ignore
    headers: ['LastModified', 'ID', 'Supplier no', 'Name', 'Organisation number', 'Address 1', 'Address 2', 'Zip', 'City', 'Country', 'Phone', 'Email', 'Website', 'Supplier group'],
    rows: suppliers.map(({ id, company }) => [stamp(id), id, 20000 + id, ...companyColumns(company), (id % 3) + 1]),
  };
}

/** The same company as bookkeeping sees it: name as on the invoice, an older address, another telephone. */
function companyColumns(company: SeedCompany): readonly Value[] {
  const { id, postal } = company;
  const name = id % 14 === 3 ? company.name.toUpperCase() : id % 14 === 10 ? withoutForm(company.name) : company.name;
  return [
    name,
    text(id % 9 === 4 ? '' : company.orgNr),
    text(id % 5 === 2 ? postal.address1.replace(/\d+/, (digits) => String(Number(digits) + 2)) : postal.address1),
    text(postal.address2),
    text(postal.zipcode),
    text(id % 8 === 5 ? postal.city.toUpperCase() : postal.city),
    company.country,
    text(id % 6 === 1 ? company.phone.replace(/\d{2}$/, '00') : company.phone),
    text(id % 4 === 0 ? company.email.replace(/^[^@]+/, 'invoice') : company.email),
    text(id % 3 === 0 ? '' : company.website),
  ];
}

function personTable(persons: readonly SeedPerson[], customers: readonly Actor[], suppliers: readonly Actor[]): Table {
  const parents = new Map<number, readonly [string, number]>([
    ...customers.map(({ id, company }) => [company.id, ['Customer', id]] as const),
    ...suppliers.map(({ id, company }) => [company.id, ['Supplier', id]] as const),
  ]);
  const known = persons.filter(({ id, companyId, retired }) => !retired && id % 3 !== 0 && parents.has(companyId));
  return {
    sheet: 'Person',
    // prettier-ignore
    headers: ['LastModified', 'ID', 'ParentType', 'ParentID', 'Contact no', 'First name', 'Last name', 'Title', 'Phone', 'Mobile', 'Email', 'Birth date'],
    rows: known.map((person, index) => [
      stamp(index),
      index + 1,
      ...(parents.get(person.companyId) ?? [null, null]),
      30001 + index,
      text(person.firstname),
      text(person.lastname),
      text(person.title),
      text(person.directPhone),
      text(person.id % 5 === 0 ? '' : person.mobilePhone),
      text(person.email),
      person.birthDate === null ? null : new Date(`${person.birthDate}T00:00:00Z`),
    ]),
  };
}

function projectTable({ projects }: TenantSeed): Table {
  return {
    sheet: 'Project',
    headers: ['LastModified', 'ID', 'Project no', 'Name', 'Description', 'End date', 'Type', 'Status', 'Budget'],
    rows: projects
      .filter(({ id }) => id % 6 !== 0)
      .map((project, index) => [
        stamp(index),
        index + 1,
        `PROJ${String(index + 1).padStart(2, '0')}`,
        project.name,
        text(project.description),
        new Date(Date.parse(`${project.endDate}T00:00:00Z`) + (project.id % 4 === 1 ? 14 * DAY : 0)),
        project.typeId,
        project.statusId,
        decoded(project.userDefined['SuperOffice:2'], Number),
      ]),
  };
}

function listTable(sheet: string, rows: readonly (readonly [string | number, string])[]): Table {
  return { sheet, headers: ['ID', 'Text'], rows };
}

function items(list: string): (readonly [number, string])[] {
  return (lists[list] ?? []).map(({ id, name }) => [id, /US:"([^"]*)"/.exec(name)?.[1] ?? name] as const);
}

function toSheet({ sheet, headers, rows }: Table) {
  return {
    sheet,
    stickyRowsCount: 1,
    columns: headers.map((header) => ({ width: Math.max(12, header.length + 2) })),
    data: [
      headers.map((value): Cell => ({ value, fontWeight: 'bold' })),
      ...rows.map((row) => row.map((value, column) => toCell(value, headers[column] ?? ''))),
    ],
  };
}

function toCell(value: Value, header: string): Cell {
  if (value === null) return null;
  if (value instanceof Date) {
    return { value, type: Date, format: header === 'LastModified' ? 'yyyy-mm-dd hh:mm:ss' : 'yyyy-mm-dd' };
  }
  if (typeof value === 'string') return { value, type: String };
  if (typeof value === 'boolean') return { value, type: Boolean };
  const money = header === 'Credit limit' || header === 'Budget';
  return { value, type: Number, ...(money && { format: '#,##0.00' }) };
}

function numbered(companies: readonly SeedCompany[]): Actor[] {
  return companies.map((company, index) => ({ id: index + 1, company }));
}

function groupOf(businessId: number): number {
  return [6, 2, 2, 4, 1, 5, 5, 4, 3, 5][businessId] ?? 6;
}

function stamp(n: number): Date {
  return new Date(FIRST_STAMP + n * STAMPS_APART);
}

function withoutForm(name: string): string {
  return name.replace(/,? (ASA?|AB|HB|A\/S|ApS|Oyj?|[BN]\.V\.|GmbH( & Co\. KG)?|AG|Ltd|plc)$/, '');
}

function decoded<T>(encoded: string | undefined, read: (body: string) => T): T | null {
  const body = /^\[[A-Z]+:(.*)\]$/.exec(encoded ?? '')?.[1];
  return body === undefined ? null : read(body);
}

function text(of: string): string | null {
  return of === '' ? null : of;
}
