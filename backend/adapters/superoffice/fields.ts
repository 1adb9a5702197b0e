import type { CrmEntityType, FieldAccess, FieldKind } from '../../../shared/vocabulary.ts';
import type { CrmField } from '../../domain/field.ts';

/** Where a field's value lives in SuperOffice's entity, in the names of the wire. */
export type Place =
  | { readonly in: 'member'; readonly name: string }
  /** The first of an array of phones, e-mails or addresses on the web: the one shown first. */
  | { readonly in: 'elements'; readonly name: string }
  | { readonly in: 'address'; readonly part: 'Postal' | 'Street'; readonly line: AddressLine }
  /** A list item inside the entity: `Country.CountryId`. */
  | { readonly in: 'item'; readonly name: string; readonly id: string }
  | { readonly in: 'custom'; readonly progId: string };

export type AddressLine = 'Address1' | 'Address2' | 'Address3' | 'Zipcode' | 'City' | 'County' | 'State';

export interface PlacedField extends CrmField {
  readonly place: Place;
  /** The column of SuperOffice's list of such records, where it holds the same value: many can be read by it at once. */
  readonly column: string | null;
  /** SuperOffice keeps no record without it. */
  readonly mandatory: boolean;
}

/** The standard fields of an entity type that can be mapped. User-defined fields come from the tenant. */
export const standardFields: Readonly<Record<CrmEntityType, readonly PlacedField[]>> = {
  contact: [
    text('NAME', 'Name', 219, 'Name', 'name', { mandatory: true }),
    text('NUMBER1', 'Code', 49, 'Number1', null),
    text('NUMBER2', 'Number', 49, 'Number2', null),
    text('DEPARTMENT', 'Department', 219, 'Department', 'department'),
    element('PHONE', 'Telephone', 239, 'Phones'),
    element('FAX', 'Fax', 239, 'Faxes'),
    element('EMAIL', 'E-mail', 239, 'Emails'),
    element('URL', 'Website', 1023, 'Urls'),
    ...address('POSTAL', 'Postal addr.', 'Postal', 'postAddress'),
    ...address('STREET', 'Street addr.', 'Street', 'streetAddress'),
    item('COUNTRY', 'Country', 'country', 'Country', 'CountryId', { mandatory: true }),
    text('VATNO', 'VAT No', 49, 'OrgNr', 'orgnr'),
    item('BUSINESS', 'Business', 'business', 'Business', 'Id'),
    item('CATEGORY', 'Category', 'category', 'Category', 'Id'),
    item('OURCONTACT', 'Our contact', 'associate', 'Associate', 'AssociateId'),
    member('NOMAILING', 'No mailings', 'checkbox', 'NoMailing'),
    member('XSTOP', 'Stop', 'checkbox', 'Xstop'),
    text('NOTE', 'Note', 2047, 'Description', null),
    member('CONTACTID', 'Company ID', 'integer', 'ContactId', { column: 'contactId', access: 'readOnly' }),
  ],
  person: [
    text('FIRSTNAME', 'First name', 99, 'Firstname', 'firstName'),
    text('MIDDLENAME', 'Middle name', 99, 'MiddleName', 'middleName'),
    text('LASTNAME', 'Last name', 99, 'Lastname', 'lastName'),
    text('TITLE', 'Title', 239, 'Title', 'title'),
    text('NUMBER', 'Number', 49, 'PersonNumber', 'personNumber'),
    element('PHONE_DIRECT', 'Direct phone', 239, 'OfficePhones'),
    element('PHONE_PRIVATE', 'Private', 239, 'PrivatePhones'),
    element('PHONE_MOBILE', 'Mobile phone', 239, 'MobilePhones'),
    element('PHONE_OTHER', 'Other', 239, 'OtherPhones'),
    element('FAX', 'Direct fax', 239, 'Faxes'),
    element('EMAIL', 'E-mail', 239, 'Emails'),
    element('URL', 'Website', 1023, 'Urls'),
    item('POSITION', 'Position', 'perspos', 'Position', 'Id'),
    member('BIRTHDATE', 'Birthdate', 'date', 'BirthDate'),
    // A person has one address of her own, and SuperOffice keeps it where companies have the street.
    ...address('POSTAL', 'Postal addr.', 'Street', null),
    item('POSTALCOUNTRY', 'Country', 'country', 'Country', 'CountryId'),
    text('MRMRS', 'Mr/Ms', 49, 'Mrmrs', 'mrMrs'),
    text('SALUTATION', 'Academic title', 99, 'Salutation', null),
    item('BUSINESS', 'Business', 'business', 'Business', 'Id'),
    item('CATEGORY', 'Category', 'category', 'Category', 'Id'),
    item('OURCONTACT', 'Our contact', 'associate', 'Associate', 'AssociateId'),
    member('NOMAILING', 'No mailings', 'checkbox', 'NoMailing'),
    text('NOTE', 'Note', 2047, 'Description', null),
    member('PERSONID', 'Contact ID', 'integer', 'PersonId', { column: 'personId', access: 'readOnly' }),
  ],
  project: [
    text('NAME', 'Project name', 219, 'Name', 'name', { mandatory: true }),
    text('TEXT', 'Description', 2047, 'Description', null),
    text('NUMBER', 'Number', 49, 'ProjectNumber', 'number'),
    element('URL', 'Website', 1023, 'Urls'),
    member('ENDDATE', 'End date', 'date', 'EndDate'),
    item('TYPE', 'Project type', 'projecttype', 'ProjectType', 'Id'),
    item('STATUS', 'Status', 'projectstatus', 'ProjectStatus', 'Id'),
    item('OURCONTACT', 'Our contact', 'associate', 'Associate', 'AssociateId'),
    member('COMPLETED', 'Completed', 'checkbox', 'Completed'),
    member('PROJECTID', 'Project ID', 'integer', 'ProjectId', { column: 'projectId', access: 'readOnly' }),
  ],
};

function text(
  key: string,
  name: string,
  maxLength: number,
  memberName: string,
  column: string | null,
  options: { readonly mandatory?: boolean } = {},
): PlacedField {
  return member(key, name, 'text', memberName, { maxLength, column, ...options });
}

function member(
  key: string,
  name: string,
  kind: FieldKind,
  memberName: string,
  options: {
    readonly maxLength?: number;
    readonly column?: string | null;
    readonly access?: FieldAccess;
    readonly mandatory?: boolean;
  } = {},
): PlacedField {
  const { maxLength = 0, column = null, access = 'normal', mandatory = false } = options;
  const place = { in: 'member', name: memberName } as const;
  return { key, name, kind, listName: null, maxLength, access, place, column, mandatory };
}

function element(key: string, name: string, maxLength: number, array: string): PlacedField {
  return { ...member(key, name, 'text', array, { maxLength }), place: { in: 'elements', name: array } };
}

function item(
  key: string,
  name: string,
  listName: string,
  at: string,
  id: string,
  options: { readonly mandatory?: boolean } = {},
): PlacedField {
  // SuperOffice's lists of records show an item's text, not its id.
  return { ...member(key, name, 'list', at, options), listName, place: { in: 'item', name: at, id } };
}

/** The structured form, which has every line whatever the country's layout shows of it. */
function address(
  prefix: string,
  name: string,
  part: 'Postal' | 'Street',
  columns: string | null,
): readonly PlacedField[] {
  const line = (key: string, label: string, maxLength: number, at: AddressLine, last: string): PlacedField => ({
    ...member(prefix + key, `${name}, ${label}`, 'text', at, { maxLength, column: columns && `${columns}/${last}` }),
    place: { in: 'address', part, line: at },
  });
  return [
    line('AD1', 'address line 1', 79, 'Address1', 'line1'),
    line('AD2', 'address line 2', 79, 'Address2', 'line2'),
    line('AD3', 'address line 3', 79, 'Address3', 'line3'),
    line('ZIP', 'zip code', 11, 'Zipcode', 'zip'),
    line('CITY', 'city', 79, 'City', 'city'),
    line('COUNTY', 'county', 29, 'County', 'county'),
    line('STATE', 'state', 5, 'State', 'state'),
  ];
}
