import type { ActorType } from '../../../../shared/vocabulary.ts';

/** Where the actors of a type stand. */
export interface ActorSource {
  readonly set: string;
  /** The property that is the ERP key; null for the key of the set. */
  readonly key: string | null;
  /** Which records of the set are meant, as `$filter` says it; what it says with `eq` is given to those we create. */
  readonly filter: string | null;
}

/** What is known of an ERP beforehand, so that nobody has to type it. */
export interface Preset {
  readonly sources: Partial<Readonly<Record<ActorType, ActorSource>>>;
  /** Our key of a property, where SuperOffice maps one of that name by itself. */
  readonly fieldKeys: Partial<Readonly<Record<ActorType, Readonly<Record<string, string>>>>>;
  /** The first of these that a set has tells when a record was changed. */
  readonly changedFields: readonly string[];
  /** Those of these that a set has are searched by free text, the first of them the name. */
  readonly searchFields: readonly string[];
  readonly readOnly: readonly string[];
  readonly mandatory: readonly string[];
  /** Sent with every request. */
  readonly query: Readonly<Record<string, string>>;
  /** It has no null: a blank is the empty text, 0, or the first of January in the year 1. */
  readonly hasNull: boolean;
  /** Whether `$filter` may join different fields with `or`, and turn a condition round with `not`. */
  readonly filtersFreely: boolean;
  /** Whether members of enumerations stand in `$filter` behind the name of the enumeration. */
  readonly qualifiesEnums: boolean;
}

export const generic: Preset = {
  sources: {},
  fieldKeys: {},
  changedFields: [
    'lastModifiedDateTime',
    'modifiedAt',
    'lastModified',
    'lastModifiedAt',
    'systemModifiedAt',
    'modifiedOn',
    'modifiedDateTime',
    'lastChangeDateTime',
    'lastChangedAt',
    'changedAt',
    'updatedAt',
    'updatedOn',
    'updateDate',
  ],
  searchFields: ['name', 'displayName', 'fullName', 'lastName', 'title', 'number', 'no', 'code', 'email'],
  readOnly: [],
  mandatory: [],
  query: {},
  hasNull: true,
  filtersFreely: true,
  qualifiesEnums: true,
};

const address = {
  addressLine1: 'POSTALAD1',
  addressLine2: 'POSTALAD2',
  postalCode: 'POSTALZIP',
  city: 'POSTALCITY',
  state: 'POSTALSTATE',
  email: 'EMAIL',
  website: 'URL',
};
const company = {
  ...address,
  displayName: 'NAME',
  phoneNumber: 'PHONE',
  taxRegistrationNumber: 'VATNO',
  number: 'NUMBER1',
};

/** Dynamics 365 Business Central, `api/v2.0`, as Microsoft documents it. */
export const businessCentral: Preset = {
  sources: {
    Customer: { set: 'customers', key: null, filter: null },
    Supplier: { set: 'vendors', key: null, filter: null },
    Person: { set: 'contacts', key: null, filter: "type eq 'Person'" },
    Project: { set: 'projects', key: null, filter: null },
  },
  fieldKeys: {
    Customer: company,
    Supplier: company,
    Person: {
      ...address,
      displayName: 'LASTNAME',
      number: 'NUMBER',
      phoneNumber: 'PHONE_DIRECT',
      mobilePhoneNumber: 'PHONE_MOBILE',
    },
    Project: { displayName: 'NAME', number: 'NUMBER' },
  },
  changedFields: ['lastModifiedDateTime'],
  searchFields: ['displayName', 'number', 'email'],
  readOnly: [
    'id',
    'lastModifiedDateTime',
    'balance',
    'balanceDue',
    'taxAreaDisplayName',
    'companyName',
    'companyNumber',
    'contactBusinessRelation',
    'lastInteractionDate',
  ],
  mandatory: ['displayName'],
  // Functions inside functions, as in contains(tolower(..)), are understood from this version of its rules on.
  query: { $schemaversion: '2.1' },
  hasNull: false,
  filtersFreely: false,
  qualifiesEnums: false,
};
