import { expect, test } from 'vitest';
import { standardFields } from '../../../backend/adapters/superoffice/fields.ts';
import { crmEntityTypes, type CrmEntityType } from '../../../shared/vocabulary.ts';

const line = ['line1', 'line2', 'line3', 'zip', 'city', 'county', 'state'];

/**
 * Columns that the documentation of the lists behind `v1/Contact`, `v1/Person` and `v1/Project` (api/archive-providers:
 * SimpleContact, Person, FindProject) describes as holding the very value. Our contact is shown by login name, list items
 * by text, and phones as they are formatted: those are read one record at a time.
 */
const documented: Readonly<Record<CrmEntityType, readonly string[]>> = {
  contact: [
    'contactId',
    'name',
    'department',
    'orgnr',
    ...line.flatMap((part) => [`postAddress/${part}`, `streetAddress/${part}`]),
  ],
  person: ['personId', 'firstName', 'middleName', 'lastName', 'title', 'personNumber', 'mrMrs'],
  project: ['projectId', 'name', 'number'],
};

test.each(crmEntityTypes)('many of a %s are read only by columns that hold the value itself', (type) => {
  const columns = standardFields[type].flatMap(({ column }) => column ?? []);
  expect(columns.filter((column) => !documented[type].includes(column))).toEqual([]);
});

/** Fields that an ERP field of the same key is paired with (ERP Sync's own list). */
const pairedByKey: Readonly<Record<CrmEntityType, string>> = {
  contact:
    'NAME NUMBER1 NUMBER2 DEPARTMENT PHONE FAX EMAIL URL POSTALAD1 POSTALAD2 POSTALAD3 POSTALZIP POSTALCITY POSTALCOUNTY ' +
    'POSTALSTATE STREETAD1 STREETAD2 STREETAD3 STREETZIP STREETCITY STREETCOUNTY STREETSTATE COUNTRY VATNO',
  person:
    'FIRSTNAME MIDDLENAME LASTNAME TITLE NUMBER PHONE_DIRECT PHONE_PRIVATE PHONE_MOBILE PHONE_OTHER EMAIL URL POSITION ' +
    'BIRTHDATE POSTALAD1 POSTALAD2 POSTALAD3 POSTALZIP POSTALCITY POSTALSTATE POSTALCOUNTY POSTALCOUNTRY',
  project: 'NAME TEXT NUMBER URL ENDDATE',
};

test.each(crmEntityTypes)('a %s has every field that ERP Sync pairs by its key', (type) => {
  const keys = standardFields[type].map(({ key }) => key);
  expect(pairedByKey[type].split(' ').filter((key) => !keys.includes(key))).toEqual([]);
});
