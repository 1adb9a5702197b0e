import { bare, dateOnly, dateTime, encodeUserDefined, localized, readDate } from './encoding.ts';
import type { View } from './encoding.ts';
import { consentSources, countries } from './seed.ts';
import { dataError } from './so-error.ts';
import { customFields, listItems, noAddress, systemAssociateId, unsetValue } from './tenant.ts';
import type {
  Bookkeeping,
  Company,
  Consent,
  Element,
  EntityType,
  Person,
  PostalAddress,
  Project,
  Rows,
  Tenant,
} from './tenant.ts';
import type {
  Address,
  Associate,
  ConsentInfo,
  ContactCarrier,
  ContactEntity,
  Country,
  EntityElement,
  PersonCarrier,
  PersonEntity,
  ProjectEntity,
  StructuredAddress,
} from './wire.ts';

export interface Entities {
  readonly contact: ContactEntity;
  readonly person: PersonEntity;
  readonly project: ProjectEntity;
}

type Draft<T extends EntityType> = Omit<Rows[T], keyof Bookkeeping>;

/** Nobody asked for the rights on single fields. */
const allowed = { TableRight: null, FieldProperties: {} } as const;

export function toEntity<T extends EntityType>(tenant: Tenant, type: T, row: Rows[T], view: View): Entities[T];
export function toEntity(tenant: Tenant, type: EntityType, row: Rows[EntityType], view: View): Entities[EntityType] {
  if (type === 'contact') return contactEntity(tenant, row as Company, view);
  if (type === 'person') return personEntity(tenant, row as Person, view);
  return projectEntity(tenant, row as Project, view);
}

/** A whole entity as a client sends it. What it leaves out is reset. */
export function fromEntity<T extends EntityType>(type: T, entity: Entities[T], before: Rows[T] | null): Draft<T>;
export function fromEntity(type: EntityType, entity: Entities[EntityType], before: Rows[EntityType] | null): unknown {
  if (type === 'contact') return contactDraft(entity, before as Company | null);
  if (type === 'person') return personDraft(entity, before as Person | null);
  return projectDraft(entity, before as Project | null);
}

/** A new entity with the defaults that creations start from. */
export function defaultRow<T extends EntityType>(tenant: Tenant, type: T, associateId: number): Rows[T];
export function defaultRow(tenant: Tenant, type: EntityType, associateId: number): Rows[EntityType] {
  const kept: Bookkeeping = {
    id: 0,
    registered: tenant.timestamp(),
    registeredBy: associateId,
    updated: tenant.timestamp(),
    updatedBy: associateId,
    updatedCount: 0,
    deleted: null,
  };
  const contact = contactDraft(
    { Associate: { AssociateId: associateId }, Country: { CountryId: 578 }, Category: { Id: 2 } },
    null,
  );
  if (type === 'contact') return { ...kept, ...contact };
  if (type === 'person') {
    const consents = [{ purposeKey: 'STORE', legalBaseKey: '61F', sourceKey: 'USER' }];
    return { ...kept, ...personDraft({ Associate: { AssociateId: associateId } }, null), consents };
  }
  const project = projectDraft(
    { Associate: { AssociateId: associateId }, ProjectType: { Id: 1 }, ProjectStatus: { Id: 1 } },
    null,
  );
  return { ...kept, ...project };
}

function contactEntity(tenant: Tenant, row: Company, view: View): ContactEntity {
  const persons = tenant.all('person', systemAssociateId).filter((person) => person.companyId === row.id);
  return {
    ContactId: row.id,
    Name: row.name,
    Department: row.department,
    OrgNr: row.orgNr,
    Number1: row.number1,
    Number2: row.number2,
    UpdatedDate: dateTime(row.updated, view),
    CreatedDate: dateTime(row.registered, view),
    Emails: row.emails.map(element),
    Interests: [],
    Urls: row.urls.map(element),
    Phones: row.phones.map(element),
    Faxes: row.faxes.map(element),
    Description: row.description,
    UpdatedBy: associate(tenant, row.updatedBy),
    CreatedBy: associate(tenant, row.registeredBy),
    Associate: associate(tenant, row.associateId),
    Business: item('business', row.businessId, view),
    Category: {
      ...item('category', row.categoryId, view),
      CategoryGroup: 'Unknown',
      EnableLeadStatus: false,
      Rank: 0,
      Deleted: false,
    },
    Country: countryCarrier(row.countryId, view),
    Persons: persons.map((person) => personCarrier(tenant, person, view)),
    NoMailing: row.noMailing,
    Kananame: '',
    Xstop: row.stop,
    ActiveInterests: 0,
    GroupId: 0,
    ActiveStatusMonitorId: 0,
    SupportAssociate: null,
    TicketPriority: null,
    CustomerLanguage: null,
    Deleted: row.deleted === null ? 0 : 1,
    DbiAgentId: 0,
    DbiLastSyncronized: dateTime(null, view),
    DbiKey: '',
    DbiLastModified: dateTime(null, view),
    SupportPerson: null,
    Address: addressCarrier(row.street, row.postal),
    Source: 0,
    ActiveErpLinks: 0,
    BounceEmails: [],
    Domains: [],
    ...userDefined('contact', row.userDefined, view),
    ...allowed,
  };
}

function personEntity(tenant: Tenant, row: Person, view: View): PersonEntity {
  const company = tenant.records.contact.get(row.companyId);
  const user = tenant.users.find((candidate) => candidate.personId === row.id);
  return {
    PersonId: row.id,
    Firstname: row.firstname,
    MiddleName: row.middleName,
    Lastname: row.lastname,
    Mrmrs: row.mrmrs,
    Title: row.title,
    UpdatedDate: dateTime(row.updated, view),
    CreatedDate: dateTime(row.registered, view),
    BirthDate: dateOnly(row.birthDate, view),
    CreatedBy: associate(tenant, row.registeredBy),
    Emails: row.emails.map(element),
    Description: row.description,
    IsAssociate: user !== undefined,
    PrivatePhones: row.privatePhones.map(element),
    Faxes: row.faxes.map(element),
    MobilePhones: row.mobilePhones.map(element),
    OfficePhones: row.officePhones.map(element),
    OtherPhones: row.otherPhones.map(element),
    Position: item('perspos', row.positionId, view),
    UpdatedBy: associate(tenant, row.updatedBy),
    Contact: company ? contactCarrier(tenant, company, view) : null,
    Country: countryCarrier(row.countryId, view),
    Interests: [],
    PersonNumber: row.personNumber,
    FullName: fullName(row),
    NoMailing: row.noMailing,
    UsePersonAddress: row.usePersonAddress,
    Retired: row.retired,
    Urls: row.urls.map(element),
    FormalName: fullName(row),
    Address:
      row.usePersonAddress || !company
        ? addressCarrier(row.address, noAddress, 'PersonPrivateAddress')
        : addressCarrier(company.street, company.postal),
    Post3: '',
    Post2: '',
    Post1: '',
    Kanalname: '',
    Kanafname: '',
    CorrespondingAssociate: user ? associate(tenant, user.associateId) : null,
    Category: item('category', row.categoryId, view),
    Business: item('business', row.businessId, view),
    Associate: associate(tenant, row.associateId),
    Salutation: row.salutation,
    ActiveInterests: 0,
    SupportAssociate: null,
    TicketPriority: null,
    CustomerLanguage: null,
    DbiAgentId: 0,
    DbiKey: '',
    DbiLastModified: dateTime(null, view),
    DbiLastSyncronized: dateTime(null, view),
    SentInfo: 0,
    ShowContactTickets: 0,
    UserInfo: null,
    ChatEmails: [],
    InternetPhones: [],
    Source: 0,
    ActiveErpLinks: 0,
    ShipmentTypes: [],
    Consents: row.consents.map((consent) => consentCarrier(consent, view)),
    BounceEmails: [],
    ActiveStatusMonitorId: 0,
    ...userDefined('person', row.userDefined, view),
    ...allowed,
  };
}

function projectEntity(tenant: Tenant, row: Project, view: View): ProjectEntity {
  return {
    ProjectId: row.id,
    Name: row.name,
    ProjectNumber: row.number,
    ProjectMembers: row.memberIds.flatMap((personId) => {
      const person = tenant.records.person.get(personId);
      return person
        ? [
            {
              ProjectmemberId: row.id * 1000 + personId,
              ProjectId: row.id,
              PersonId: personId,
              ContactId: person.companyId,
            },
          ]
        : [];
    }),
    Urls: row.urls.map(element),
    CreatedDate: dateTime(row.registered, view),
    UpdatedDate: dateTime(row.updated, view),
    Description: row.description,
    Postit: '',
    CreatedBy: associate(tenant, row.registeredBy),
    UpdatedBy: associate(tenant, row.updatedBy),
    Associate: associate(tenant, row.associateId),
    ProjectStatus: item('projectstatus', row.statusId, view),
    ProjectType: item('projecttype', row.typeId, view),
    HasImage: false,
    ImageDescription: '',
    ActiveStatusMonitorId: 0,
    Links: [],
    ActiveLinks: 0,
    Completed: row.completed,
    NextMilestoneDate: dateTime(null, view),
    NmdAppointmentId: 0,
    EndDate: dateOnly(row.endDate, view),
    ActiveErpLinks: 0,
    EventId: 0,
    StartDate: dateTime(null, view),
    ...userDefined('project', row.userDefined, view),
    ...allowed,
  };
}

/** The light carrier of a company. */
export function contactCarrier(tenant: Tenant, row: Company, view: View): ContactCarrier {
  const formatted = formattedAddress(row.postal);
  return {
    ContactId: row.id,
    Name: row.name,
    OrgNr: row.orgNr,
    Department: row.department,
    URL: row.urls[0]?.value ?? '',
    City: row.postal.city,
    DirectPhone: row.phones[0]?.value ?? '',
    AssociateId: row.associateId,
    CountryId: row.countryId,
    EmailAddress: row.emails[0]?.value ?? '',
    Kananame: '',
    EmailAddressName: '',
    URLName: '',
    AssociateFullName: associate(tenant, row.associateId).FullName ?? '',
    BusinessName: item('business', row.businessId, view).Value,
    CategoryName: item('category', row.categoryId, view).Value,
    CountryName: countryCarrier(row.countryId, view).Name ?? '',
    Address: addressCarrier(row.street, row.postal),
    FormattedAddress: formatted,
    FullName: row.department ? `${row.name}, ${row.department}` : row.name,
    IsOwnerContact: row.id === tenant.seed.ownerCompanyId,
    ActiveErpLinks: 0,
    Number1: row.number1,
    Number2: row.number2,
    ...allowed,
  };
}

/** The light carrier of a person. */
export function personCarrier(tenant: Tenant, row: Person, view: View): PersonCarrier {
  const company = tenant.records.contact.get(row.companyId);
  return {
    Position: item('perspos', row.positionId, view).Value,
    PersonId: row.id,
    Mrmrs: row.mrmrs,
    Firstname: row.firstname,
    Lastname: row.lastname,
    MiddleName: row.middleName,
    Title: row.title,
    Description: row.description,
    Email: row.emails[0]?.value ?? '',
    FullName: fullName(row),
    DirectPhone: row.officePhones[0]?.value ?? '',
    FormalName: fullName(row),
    CountryId: row.countryId,
    ContactId: row.companyId,
    ContactName: company?.name ?? '',
    Retired: row.retired ? 1 : 0,
    Rank: 0,
    ActiveInterests: 0,
    ContactDepartment: company?.department ?? '',
    ContactCountryId: company?.countryId ?? 0,
    ContactOrgNr: company?.orgNr ?? '',
    FaxPhone: row.faxes[0]?.value ?? '',
    MobilePhone: row.mobilePhones[0]?.value ?? '',
    ContactPhone: company?.phones[0]?.value ?? '',
    AssociateName: associate(tenant, row.associateId).Name ?? '',
    AssociateId: row.associateId,
    UsePersonAddress: row.usePersonAddress,
    PersonNumber: row.personNumber,
    ...allowed,
  };
}

export function associate(tenant: Tenant, associateId: number): Associate {
  if (associateId === systemAssociateId) {
    return {
      AssociateId: associateId,
      Name: 'ERPSYNC',
      PersonId: 0,
      Type: 'SystemAssociate',
      FullName: 'ERP Sync',
      Deleted: false,
    };
  }
  const user = tenant.user(associateId);
  if (!user) return { AssociateId: 0, Name: '', PersonId: 0, Type: 'Unknown', FullName: '', Deleted: false };
  const name = `${user.firstname} ${user.lastname}`;
  return {
    AssociateId: user.associateId,
    Name: user.name,
    PersonId: user.personId,
    Rank: user.associateId,
    Tooltip: '',
    Type: 'InternalAssociate',
    GroupIdx: user.groupId,
    FullName: name,
    FormalName: name,
    Deleted: false,
    EjUserId: 0,
    UserName: user.email,
  };
}

export function countryCarrier(id: number, view: View): Country {
  const country = countries.find((candidate) => candidate.id === id);
  if (!country) return { CountryId: 0, Name: '', ...allowed };
  return {
    CountryId: id,
    Name: localized(country.name, view.language),
    CurrencyId: 0,
    EnglishName: country.englishName,
    TwoLetterISOCountry: country.iso2,
    ThreeLetterISOCountry: country.iso3,
    ImageDescription: '',
    OrgNrText: '',
    InterAreaPrefix: '',
    DialInPrefix: country.dialInPrefix,
    ZipPrefix: country.iso2,
    DomainName: country.iso2.toLowerCase(),
    AddressLayoutId: id,
    DomesticAddressLayoutId: id,
    ForeignAddressLayoutId: id,
    Rank: 0,
    Tooltip: '',
    Deleted: false,
    ...allowed,
  };
}

export function fullName(person: Pick<Person, 'firstname' | 'middleName' | 'lastname'>): string {
  return [person.firstname, person.middleName, person.lastname].filter(Boolean).join(' ');
}

function item(list: string, id: number, view: View): { Id: number; Value: string; Tooltip: string } {
  const found = listItems(list)?.find((candidate) => candidate.id === id);
  return { Id: found ? id : 0, Value: found ? localized(found.name, view.language) : '', Tooltip: '' };
}

function element({ value, description }: Element): EntityElement {
  return { Value: value, StrippedValue: value.replace(/[^\p{L}\p{N}@.]/gu, ''), Description: description, ...allowed };
}

function consentCarrier({ purposeKey, legalBaseKey, sourceKey }: Consent, view: View): ConsentInfo {
  const source = consentSources.find(({ key }) => key === sourceKey);
  return {
    ConsentPersonId: 0,
    Comment: '',
    LegalBaseId: 1,
    LegalBaseKey: legalBaseKey,
    LegalBaseName: legalBaseKey,
    ConsentPurposeId: 1,
    ConsentPurposeKey: purposeKey,
    ConsentPurposeName: purposeKey,
    ConsentSourceId: source?.id ?? 0,
    ConsentSourceKey: sourceKey,
    ConsentSourceName: source ? localized(source.name, view.language) : '',
    ...allowed,
  };
}

/** Sources are told apart by id; a key beside it is only shown. */
function consentsFrom(wire: readonly ConsentInfo[] | null | undefined): readonly Consent[] {
  return (wire ?? []).map(({ ConsentPurposeKey, LegalBaseKey, ConsentSourceId }) => ({
    purposeKey: ConsentPurposeKey ?? '',
    legalBaseKey: LegalBaseKey ?? '',
    sourceKey: consentSources.find(({ id }) => id === ConsentSourceId)?.key ?? '',
  }));
}

function addressCarrier(
  street: PostalAddress,
  postal: PostalAddress,
  kind: 'ContactStreetAddress' | 'PersonPrivateAddress' = 'ContactStreetAddress',
): Address {
  return {
    Wgs84Latitude: 0,
    Wgs84Longitude: 0,
    LocalizedAddress: [...localizedRows('StreetAddress', street), ...localizedRows('PostalAddress', postal)],
    Street: structured(street, kind),
    Postal: structured(postal, 'ContactPostalAddress'),
    Formatted: formattedAddress(postal),
    ...allowed,
  };
}

/** The address as the country's layout shows it. In a whole entity it wins over `Street` and `Postal`. */
function localizedRows(kind: string, a: PostalAddress): { Name: string; Value: string; AddressType: string }[][] {
  const field = (Name: string, Value: string): { Name: string; Value: string; AddressType: string } => ({
    Name,
    Value,
    AddressType: kind,
  });
  return [
    [field('Address1', a.address1)],
    [field('Address2', a.address2)],
    [field('Address3', a.address3)],
    [field('Zipcode', a.zipcode), field('City', a.city)],
    [field('County', a.county), field('State', a.state)],
  ];
}

function structured(a: PostalAddress, AtypeIdx: NonNullable<StructuredAddress['AtypeIdx']>): StructuredAddress {
  return {
    AtypeIdx,
    Address1: a.address1,
    Address2: a.address2,
    Address3: a.address3,
    City: a.city,
    County: a.county,
    State: a.state,
    Zipcode: a.zipcode,
    Formatted: formattedAddress(a),
  };
}

export function formattedAddress(a: PostalAddress): string {
  return [a.address1, a.address2, a.address3, `${a.zipcode} ${a.city}`.trim()].filter(Boolean).join('\r\n');
}

function userDefined(
  type: EntityType,
  values: Readonly<Record<string, string>>,
  view: View,
): {
  UserDefinedFields: Record<string, string>;
  ExtraFields: Record<string, string>;
  CustomFields: Record<string, string>;
} {
  const fields: Record<string, string> = {};
  const extra: Record<string, string> = {};
  const variants: Record<string, string> = {};
  for (const field of customFields(type)) {
    const encoded = values[field.progId] ?? unsetValue(type, field.progId);
    if (!('udListId' in field)) {
      extra[field.progId] = encoded;
      continue;
    }
    fields[field.progId] = encoded;
    variants[`${field.progId}:org`] = encoded;
    if (field.type === 'List') {
      variants[`${field.progId}:DisplayText`] = item(`udlist${field.udListId}`, Number(bare(encoded)), view).Value;
    }
  }
  return { UserDefinedFields: fields, ExtraFields: extra, CustomFields: { ...fields, ...variants, ...extra } };
}

function contactDraft(entity: ContactEntity, before: Company | null): Draft<'contact'> {
  return {
    name: text(entity.Name, 219),
    department: text(entity.Department, 219),
    orgNr: text(entity.OrgNr, 49),
    number1: text(entity.Number1, 49),
    number2: text(entity.Number2, 49),
    countryId: listId('country', entity.Country?.CountryId),
    categoryId: listId('category', entity.Category?.Id),
    businessId: listId('business', entity.Business?.Id),
    associateId: entity.Associate?.AssociateId ?? 0,
    noMailing: entity.NoMailing ?? false,
    stop: entity.Xstop ?? false,
    description: text(entity.Description, 2047),
    phones: elementsFrom(entity.Phones),
    faxes: elementsFrom(entity.Faxes),
    emails: elementsFrom(entity.Emails),
    urls: elementsFrom(entity.Urls),
    ...addressesFrom(entity.Address),
    userDefined: userDefinedFrom('contact', entity, before?.userDefined ?? {}),
    onlyGroupId: before?.onlyGroupId ?? null,
  };
}

function personDraft(entity: PersonEntity, before: Person | null): Draft<'person'> {
  const usePersonAddress = entity.UsePersonAddress ?? false;
  // Until a person has an address of her own, the entity shows the company's; it is not hers to change.
  const address = usePersonAddress ? addressesFrom(entity.Address).street : (before?.address ?? noAddress);
  return {
    companyId: entity.Contact?.ContactId ?? 0,
    firstname: text(entity.Firstname, 99),
    middleName: text(entity.MiddleName, 99),
    lastname: text(entity.Lastname, 99),
    mrmrs: text(entity.Mrmrs, 49),
    title: text(entity.Title, 239),
    salutation: text(entity.Salutation, 239),
    personNumber: text(entity.PersonNumber, 49),
    positionId: listId('perspos', entity.Position?.Id),
    countryId: listId('country', entity.Country?.CountryId),
    categoryId: listId('category', entity.Category?.Id),
    businessId: listId('business', entity.Business?.Id),
    associateId: entity.Associate?.AssociateId ?? 0,
    birthDate: readDate(entity.BirthDate),
    noMailing: entity.NoMailing ?? false,
    retired: entity.Retired ?? false,
    usePersonAddress,
    description: text(entity.Description, 2047),
    officePhones: elementsFrom(entity.OfficePhones),
    mobilePhones: elementsFrom(entity.MobilePhones),
    privatePhones: elementsFrom(entity.PrivatePhones),
    otherPhones: elementsFrom(entity.OtherPhones),
    faxes: elementsFrom(entity.Faxes),
    emails: elementsFrom(entity.Emails),
    urls: elementsFrom(entity.Urls),
    address,
    // Missing consents are not deleted.
    consents: entity.Consents?.length ? consentsFrom(entity.Consents) : (before?.consents ?? []),
    userDefined: userDefinedFrom('person', entity, before?.userDefined ?? {}),
  };
}

function projectDraft(entity: ProjectEntity, before: Project | null): Draft<'project'> {
  return {
    name: text(entity.Name, 219),
    number: text(entity.ProjectNumber, 49),
    typeId: listId('projecttype', entity.ProjectType?.Id),
    statusId: listId('projectstatus', entity.ProjectStatus?.Id),
    associateId: entity.Associate?.AssociateId ?? 0,
    endDate: readDate(entity.EndDate),
    completed: entity.Completed ?? false,
    description: text(entity.Description, 2047),
    urls: elementsFrom(entity.Urls),
    memberIds: before?.memberIds ?? [],
    userDefined: userDefinedFrom('project', entity, before?.userDefined ?? {}),
  };
}

/** Too long a text is cut by the database, without a word. */
function text(value: string | null | undefined, max: number): string {
  return (value ?? '').slice(0, max);
}

function listId(list: string, id: number | null | undefined): number {
  if (!id) return 0;
  if (!listItems(list)?.some((candidate) => candidate.id === id)) throw dataError(`No item ${id} in list ${list}`);
  return id;
}

function elementsFrom(wire: readonly EntityElement[] | null | undefined): readonly Element[] {
  return (wire ?? []).flatMap(({ Value, Description }) =>
    Value ? [{ value: Value, description: Description ?? '' }] : [],
  );
}

function addressesFrom(address: Address | null | undefined): { street: PostalAddress; postal: PostalAddress } {
  const rows = (address?.LocalizedAddress ?? []).flat();
  const localizedPart = (kind: string): PostalAddress => {
    const line = (name: string): string =>
      rows.find((row) => row.AddressType === kind && row.Name === name)?.Value ?? '';
    return {
      address1: line('Address1'),
      address2: line('Address2'),
      address3: line('Address3'),
      zipcode: line('Zipcode'),
      city: line('City'),
      county: line('County'),
      state: line('State'),
    };
  };
  if (rows.length > 0) return { street: localizedPart('StreetAddress'), postal: localizedPart('PostalAddress') };
  return { street: addressFrom(address?.Street), postal: addressFrom(address?.Postal) };
}

function addressFrom(wire: StructuredAddress | null | undefined): PostalAddress {
  return {
    address1: text(wire?.Address1, 79),
    address2: text(wire?.Address2, 79),
    address3: text(wire?.Address3, 79),
    zipcode: text(wire?.Zipcode, 11),
    city: text(wire?.City, 79),
    county: text(wire?.County, 29),
    state: text(wire?.State, 5),
  };
}

/** Either dictionary may carry the values; what differs from before counts, and the variants of a read are ignored. */
function userDefinedFrom(
  type: EntityType,
  entity: {
    readonly UserDefinedFields?: Record<string, string> | null;
    readonly CustomFields?: Record<string, string> | null;
  },
  before: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const after: Record<string, string> = { ...before };
  for (const sent of [entity.UserDefinedFields, entity.CustomFields]) {
    for (const field of customFields(type)) {
      const value = sent?.[field.progId];
      if (value === undefined) continue;
      const encoded = encodeUserDefined(type, field.progId, value);
      if (encoded === undefined) throw dataError(`The value of ${field.progId} cannot be read: ${value}`);
      const old = before[field.progId] ?? unsetValue(type, field.progId);
      if (encoded !== old) after[field.progId] = encoded;
    }
  }
  return after;
}
