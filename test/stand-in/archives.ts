import { associate, formattedAddress, fullName } from './entities.ts';
import { bare, dateTime, localized } from './encoding.ts';
import type { View } from './encoding.ts';
import { badQuery, parseFilter } from './filter.ts';
import type { Cell, Row } from './filter.ts';
import { countries, userDefinedFields } from './seed.ts';
import { listItems, tableNumbers, unsetValue } from './tenant.ts';
import type { Company, EntityType, Person, PostalAddress, Project, Tenant } from './tenant.ts';

/** A query as it stands in the address: `$select`, `$filter` and their like, without the dollar. */
export interface ArchiveQuery {
  readonly select: string | undefined;
  readonly filter: string | undefined;
  readonly orderBy: string | undefined;
  readonly entities: string | undefined;
  readonly top: string | undefined;
  readonly skip: string | undefined;
}

export interface ArchiveRow {
  readonly PrimaryKey: string;
  readonly EntityName: string;
  readonly [column: string]: Cell;
}

export interface ArchivePage {
  readonly rows: readonly ArchiveRow[];
  /** More rows follow: skip this many next time. */
  readonly nextSkip: number | null;
}

interface Source {
  readonly primaryKey: number;
  readonly entityName: string;
  readonly cell: Row;
}

const pageSize = 1000;

export function queryArchive(
  tenant: Tenant,
  provider: string,
  query: ArchiveQuery,
  caller: { readonly associateId: number; readonly view: View },
): ArchivePage {
  const sources = rowsOf(tenant, provider, query, caller);
  const columns = split(query.select);
  if (columns.length === 0) throw badQuery('No columns were selected');
  const test = query.filter ? parseFilter(query.filter) : () => true;
  const wanted = sources.filter((source) => test(source.cell)).sort(ordering(query.orderBy));
  const skip = count(query.skip, 0);
  const top = count(query.top, pageSize);
  const rows = wanted.slice(skip, skip + top).map(({ primaryKey, entityName, cell }) => {
    const cells = columns.map((column) => {
      const value = cell(column);
      if (value === undefined) throw badQuery(`Unknown column: ${column}`);
      return [column, isTime(value) ? dateTime(value, caller.view) : value] as const;
    });
    return { PrimaryKey: String(primaryKey), EntityName: entityName, ...Object.fromEntries(cells) };
  });
  return { rows, nextSkip: skip + top < wanted.length ? skip + top : null };
}

/** Nobody is shown a member that she may not see. */
function membersOf(tenant: Tenant, selectionId: number, associateId: number): readonly Source[] {
  const members = tenant.selections.get(selectionId)?.members ?? [];
  return members.flatMap(({ type, id }, index) => {
    const row = tenant.all(type, associateId).find((row) => row.id === id);
    if (!row) return [];
    const company = type === 'person' ? (row as Person).companyId : id;
    const cells = type === 'project' ? { projectId: id } : { contactId: company, personId: type === 'person' ? id : 0 };
    return [source(index + 1, type, cells)];
  });
}

function rowsOf(
  tenant: Tenant,
  provider: string,
  query: ArchiveQuery,
  { associateId, view }: { readonly associateId: number; readonly view: View },
): readonly Source[] {
  const [, selectionId] = /^selection\/(\d+)$/.exec(provider) ?? [];
  if (selectionId !== undefined) return membersOf(tenant, Number(selectionId), associateId);
  switch (provider.toLowerCase()) {
    case 'simplecontact':
    case 'findcontact':
    case 'findcontactwithoutphoneaddressemail':
    case 'contact':
      return tenant
        .all('contact', associateId)
        .map((row) => source(row.id, 'contact', companyColumns(tenant, row, view)));
    case 'person': {
      const withRetired = split(query.entities).includes('retiredPerson');
      return tenant
        .all('person', associateId)
        .filter((row) => withRetired || !row.retired)
        .map((row) => source(row.id, row.retired ? 'retiredPerson' : 'person', personColumns(tenant, row, view)));
    }
    case 'findproject':
    case 'project':
      return tenant
        .all('project', associateId)
        .map((row) => source(row.id, 'project', projectColumns(tenant, row, view)));
    case 'recyclecontact':
      return [...tenant.records.contact.values()]
        .filter((row) => isInBin(row, query, associateId))
        .map((row) => source(row.id, 'contact', companyColumns(tenant, row, view)));
    case 'recycleperson':
      return [...tenant.records.person.values()]
        .filter((row) => isInBin(row, query, associateId))
        .map((row) => source(row.id, 'person', personColumns(tenant, row, view)));
    case 'internalusers':
    case 'allusers':
      return tenant.users.map((user) => {
        const { FullName = '', Name = '' } = associate(tenant, user.associateId);
        return source(user.associateId, 'superoffice', {
          associateDbId: user.associateId,
          associateId: user.associateId,
          personId: user.personId,
          name: Name,
          fullName: FullName,
          email: user.email,
          usergroupId: user.groupId,
          usergroup: localized(
            tenant.seed.groups.find((group) => group.id === user.groupId)?.name ?? '',
            view.language,
          ),
          role: user.role,
          canLogin: true,
          isActive: true,
        });
      });
    case 'modulelicense':
      return [
        source(1, 'siteLicense', {
          moduleName: 'erp-sync',
          moduleDesc: 'ERP Sync',
          licenseType: 'SiteLicense',
          ownerName: 'ERPSYNC',
        }),
        source(2, 'userLicense', {
          moduleName: 'erp-sync-user',
          moduleDesc: 'ERP Sync user',
          licenseType: 'UserLicense',
          ownerName: 'ERPSYNC',
        }),
      ];
    case 'foreignkeys':
      return [];
    case 'dynamic':
      return dynamicRows(tenant, query, associateId);
    default:
      throw badQuery(`Unknown archive provider: ${provider}`);
  }
}

/** One's own bin, unless everybody's is asked for. */
function isInBin(row: Company | Person, query: ArchiveQuery, associateId: number): boolean {
  const everybodys = split(query.entities).includes('forAllUsers');
  return row.deleted !== null && (everybodys || row.updatedBy === associateId);
}

/** The dynamic archive reads tables by their database names: `contact.contact_id`, `mergemovelog.registered`. */
function dynamicRows(tenant: Tenant, query: ArchiveQuery, associateId: number): readonly Source[] {
  const table = split(query.select)[0]?.split('.')[0]?.replace(/:fk$/, '');
  const named = (id: number, columns: Readonly<Record<string, Cell>>): Source => {
    const cell: Row = (column) => columns[column.replace(/^[^.]+\./, '')];
    return { primaryKey: id, entityName: table ?? '', cell };
  };
  switch (table) {
    case 'contact':
      return tenant.all('contact', associateId).map((row) => named(row.id, contactTable(row)));
    case 'person':
      return tenant.all('person', associateId).map((row) => named(row.id, personTable(row)));
    case 'project':
      return tenant.all('project', associateId).map((row) => named(row.id, projectTable(row)));
    case 'company':
      // Whose installation this is.
      return [named(1, { company_id: 1, contact_id: tenant.seed.ownerCompanyId, serialnr: tenant.seed.serial })];
    case 'mergemovelog':
      return tenant.merges.map((merge) =>
        named(merge.id, {
          mergemovelog_id: merge.id,
          sourceRecord: merge.source,
          destinationRecord: merge.destination,
          tablenumber: tableNumbers[merge.table],
          operation: 1,
          registered: merge.registered,
        }),
      );
    // The companies that own the installation.
    case 'company':
      return [named(1, { company_id: 1, contact_id: tenant.seed.ownerCompanyId })];
    case 'webhook_usage':
      return [...tenant.webhooks.values()].map((hook) =>
        named(hook.id, {
          webhook_usage_id: hook.id,
          total_calls: hook.totalCalls,
          total_errors: hook.totalErrors,
          consecutive_errors: hook.consecutiveErrors,
          last_error: hook.lastError,
        }),
      );
    default:
      throw badQuery(`Unknown table in dynamic archive: ${table ?? '(none)'}`);
  }
}

function contactTable(row: Company): Record<string, Cell> {
  return {
    contact_id: row.id,
    name: row.name,
    department: row.department,
    orgNr: row.orgNr,
    number1: row.number1,
    number2: row.number2,
    country_id: row.countryId,
    category_idx: row.categoryId,
    business_idx: row.businessId,
    associate_id: row.associateId,
    nomailing: row.noMailing,
    xstop: row.stop,
    ...rowTimes(row),
  };
}

function personTable(row: Person): Record<string, Cell> {
  return {
    person_id: row.id,
    contact_id: row.companyId,
    firstname: row.firstname,
    middleName: row.middleName,
    lastname: row.lastname,
    mrmrs: row.mrmrs,
    title: row.title,
    salutation: row.salutation,
    person_number: row.personNumber,
    position_idx: row.positionId,
    country_id: row.countryId,
    category_idx: row.categoryId,
    business_idx: row.businessId,
    associate_id: row.associateId,
    retired: row.retired,
    nomailing: row.noMailing,
    ...rowTimes(row),
  };
}

function projectTable(row: Project): Record<string, Cell> {
  return {
    project_id: row.id,
    name: row.name,
    project_number: row.number,
    type_idx: row.typeId,
    status_idx: row.statusId,
    associate_id: row.associateId,
    done: row.completed,
    endDate: row.endDate,
    ...rowTimes(row),
  };
}

function rowTimes(row: Company | Person | Project): Record<string, Cell> {
  return {
    registered: row.registered,
    registered_associate_id: row.registeredBy,
    updated: row.updated,
    updated_associate_id: row.updatedBy,
    updatedCount: row.updatedCount,
  };
}

function companyColumns(tenant: Tenant, row: Company, view: View): Record<string, Cell> {
  return {
    contactId: row.id,
    name: row.name,
    department: row.department,
    nameDepartment: row.department ? `${row.name} (${row.department})` : row.name,
    number: row.number1,
    code: row.number2,
    orgnr: row.orgNr,
    category: text('category', row.categoryId, view),
    business: text('business', row.businessId, view),
    country: countryName(row.countryId, view),
    // Shown by the login name.
    associateId: associate(tenant, row.associateId).Name ?? '',
    'contactAssociate/fullName': associate(tenant, row.associateId).FullName ?? '',
    stop: row.stop,
    contactNoMail: row.noMailing,
    contactDeleted: row.deleted !== null,
    ...updates(tenant, row),
    'contactPhone/formattedNumber': row.phones[0]?.value ?? '',
    'contactFax/formattedNumber': row.faxes[0]?.value ?? '',
    'email/emailAddress': row.emails[0]?.value ?? '',
    'url/URLAddress': row.urls[0]?.value ?? '',
    ...addressColumns('streetAddress', row.street),
    ...addressColumns('postAddress', row.postal),
    ...userDefinedColumns('contact', 'contactUdef', row.userDefined, view),
  };
}

function personColumns(tenant: Tenant, row: Person, view: View): Record<string, Cell> {
  const company = tenant.records.contact.get(row.companyId);
  const companyCells = company ? Object.entries(companyColumns(tenant, company, view)) : [];
  return {
    ...Object.fromEntries(companyCells.map(([column, cell]) => [`personContact/${column}`, cell])),
    personId: row.id,
    contactId: row.companyId,
    firstName: row.firstname,
    middleName: row.middleName,
    lastName: row.lastname,
    fullName: fullName(row),
    mrMrs: row.mrmrs,
    title: row.title,
    position: text('perspos', row.positionId, view),
    personNumber: row.personNumber,
    birthYear: row.birthDate ? Number(row.birthDate.slice(0, 4)) : 0,
    birthMonth: row.birthDate ? Number(row.birthDate.slice(5, 7)) : 0,
    birthDay: row.birthDate ? Number(row.birthDate.slice(8, 10)) : 0,
    personCountry: countryName(row.countryId, view),
    personCategory: text('category', row.categoryId, view),
    personBusiness: text('business', row.businessId, view),
    personAssociateId: associate(tenant, row.associateId).Name ?? '',
    retired: row.retired,
    personNoMail: row.noMailing,
    personRegisteredDate: row.registered.slice(0, 10),
    personUpdatedDate: row.updated.slice(0, 10),
    personUpdatedBy: associate(tenant, row.updatedBy).Name ?? '',
    personDeletedDate: row.deleted,
    'personDirectPhone/formattedNumber': row.officePhones[0]?.value ?? '',
    'personMobilePhone/formattedNumber': row.mobilePhones[0]?.value ?? '',
    'personPrivate/formattedNumber': row.privatePhones[0]?.value ?? '',
    'personPager/formattedNumber': row.otherPhones[0]?.value ?? '',
    'personDirectFax/formattedNumber': row.faxes[0]?.value ?? '',
    'email/emailAddress': row.emails[0]?.value ?? '',
    'personUrl/URLAddress': row.urls[0]?.value ?? '',
    ...addressColumns('personAddress', row.usePersonAddress || !company ? row.address : company.postal),
    ...userDefinedColumns('person', 'personUdef', row.userDefined, view),
  };
}

function projectColumns(tenant: Tenant, row: Project, view: View): Record<string, Cell> {
  return {
    projectId: row.id,
    name: row.name,
    number: row.number,
    text: row.description,
    description: row.description,
    type: text('projecttype', row.typeId, view),
    status: text('projectstatus', row.statusId, view),
    // Shown by the login name.
    associateId: associate(tenant, row.associateId).Name ?? '',
    'projectAssociate/fullName': associate(tenant, row.associateId).FullName ?? '',
    endDate: row.endDate,
    completed: row.completed,
    ...updates(tenant, row),
    'projectUrl/URLAddress': row.urls[0]?.value ?? '',
    ...userDefinedColumns('project', 'projectUdef', row.userDefined, view),
  };
}

/** Dates, not times: a filter on them works by whole days. */
function updates(tenant: Tenant, row: Company | Project): Record<string, Cell> {
  return {
    registeredDate: row.registered.slice(0, 10),
    updatedDate: row.updated.slice(0, 10),
    updatedBy: associate(tenant, row.updatedBy).Name ?? '',
    deletedDate: row.deleted,
  };
}

function addressColumns(prefix: string, address: PostalAddress): Record<string, Cell> {
  return {
    [`${prefix}/line1`]: address.address1,
    [`${prefix}/line2`]: address.address2,
    [`${prefix}/line3`]: address.address3,
    [`${prefix}/zip`]: address.zipcode,
    [`${prefix}/city`]: address.city,
    [`${prefix}/county`]: address.county,
    [`${prefix}/state`]: address.state,
    [`${prefix}/formattedAddress`]: formattedAddress(address),
  };
}

function userDefinedColumns(
  type: EntityType,
  prefix: string,
  values: Readonly<Record<string, string>>,
  view: View,
): Record<string, Cell> {
  return Object.fromEntries(
    userDefinedFields[type].map((field) => {
      const value = bare(values[field.progId] ?? unsetValue(type, field.progId));
      return [
        `${prefix}/${field.progId}`,
        field.type === 'List' ? text(`udlist${field.udListId}`, Number(value), view) : value,
      ];
    }),
  );
}

function text(list: string, id: number, view: View): string {
  const found = listItems(list)?.find((item) => item.id === id);
  return found ? localized(found.name, view.language) : '';
}

function countryName(id: number, view: View): string {
  const found = countries.find((country) => country.id === id);
  return found ? localized(found.name, view.language) : '';
}

function source(primaryKey: number, entityName: string, columns: Readonly<Record<string, Cell>>): Source {
  return { primaryKey, entityName, cell: (column) => columns[column] };
}

function ordering(orderBy: string | undefined): (a: Source, b: Source) => number {
  const keys = split(orderBy).map((part) => {
    const [column = '', direction = 'asc'] = part.trim().split(/\s+/);
    return { column, sign: direction.toLowerCase() === 'desc' ? -1 : 1 };
  });
  return (a, b) => {
    for (const { column, sign } of keys) {
      const [left, right] = [a.cell(column), b.cell(column)];
      if (left === undefined) throw badQuery(`Unknown column: ${column}`);
      const difference = typeof left === 'number' ? left - Number(right) : String(left).localeCompare(String(right));
      if (difference !== 0) return difference * sign;
    }
    return 0;
  };
}

function split(list: string | undefined): readonly string[] {
  return (list ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
}

function count(value: string | undefined, otherwise: number): number {
  const number = Number(value);
  return value !== undefined && Number.isInteger(number) && number >= 0 ? number : otherwise;
}

function isTime(value: Cell): value is string {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value);
}
