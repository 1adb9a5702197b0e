import { msg, str } from '@lit/localize';
import type { CrmEntityType } from '../../shared/vocabulary.ts';

type Names = Readonly<Record<string, () => string>>;

const postal = (part: string) => msg(str`Postal addr., ${part}`);
const street = (part: string) => msg(str`Street addr., ${part}`);

/** By key, as SuperOffice calls them on its own screens. */
const standardNames: Record<CrmEntityType, Names> = {
  contact: {
    NAME: () => msg('Name'),
    NUMBER1: () => msg('Code'),
    NUMBER2: () => msg('Number'),
    DEPARTMENT: () => msg('Department'),
    PHONE: () => msg('Telephone'),
    FAX: () => msg('Fax'),
    EMAIL: () => msg('E-mail'),
    URL: () => msg('Website'),
    ...addressNames('POSTAL', postal),
    ...addressNames('STREET', street),
    COUNTRY: () => msg('Country'),
    VATNO: () => msg('VAT No'),
    BUSINESS: () => msg('Business'),
    CATEGORY: () => msg('Category'),
    OURCONTACT: () => msg('Our contact'),
    NOMAILING: () => msg('No mailings'),
    // On a button the same word is another one in other languages.
    XSTOP: () => msg('Stop', { id: 'crm-field-stop' }),
    NOTE: () => msg('Note'),
    CONTACTID: () => msg('Company ID'),
  },
  person: {
    FIRSTNAME: () => msg('First name'),
    MIDDLENAME: () => msg('Middle name'),
    LASTNAME: () => msg('Last name'),
    TITLE: () => msg('Title'),
    NUMBER: () => msg('Number'),
    PHONE_DIRECT: () => msg('Direct phone'),
    PHONE_PRIVATE: () => msg('Private', { id: 'crm-field-phone-private' }),
    PHONE_MOBILE: () => msg('Mobile phone'),
    PHONE_OTHER: () => msg('Other', { id: 'crm-field-phone-other' }),
    FAX: () => msg('Direct fax'),
    EMAIL: () => msg('E-mail'),
    URL: () => msg('Website'),
    POSITION: () => msg('Position'),
    BIRTHDATE: () => msg('Birthdate'),
    ...addressNames('POSTAL', postal),
    POSTALCOUNTRY: () => msg('Country'),
    MRMRS: () => msg('Mr/Ms'),
    SALUTATION: () => msg('Academic title'),
    BUSINESS: () => msg('Business'),
    CATEGORY: () => msg('Category'),
    OURCONTACT: () => msg('Our contact'),
    NOMAILING: () => msg('No mailings'),
    NOTE: () => msg('Note'),
    PERSONID: () => msg('Contact ID'),
  },
  project: {
    NAME: () => msg('Project name'),
    TEXT: () => msg('Description'),
    NUMBER: () => msg('Number'),
    URL: () => msg('Website'),
    ENDDATE: () => msg('End date'),
    TYPE: () => msg('Project type'),
    STATUS: () => msg('Status'),
    OURCONTACT: () => msg('Our contact'),
    COMPLETED: () => msg('Completed', { id: 'crm-field-completed' }),
    PROJECTID: () => msg('Project ID'),
  },
};

/** The name of a SuperOffice field in the user's language; of a user-defined one its label, which the tenant has given. */
export function crmFieldName(
  type: CrmEntityType,
  { key, name }: { readonly key: string; readonly name: string },
): string {
  const names = standardNames[type];
  return Object.hasOwn(names, key) ? (names[key]?.() ?? name) : name;
}

function addressNames(prefix: string, address: (part: string) => string): Names {
  const line = (number: number) => () => address(msg(str`address line ${number}`));
  return {
    [`${prefix}AD1`]: line(1),
    [`${prefix}AD2`]: line(2),
    [`${prefix}AD3`]: line(3),
    [`${prefix}ZIP`]: () => address(msg('zip code')),
    [`${prefix}CITY`]: () => address(msg('city')),
    [`${prefix}COUNTY`]: () => address(msg('county')),
    [`${prefix}STATE`]: () => address(msg('state')),
  };
}
