import type { CrmEntityType } from '../../shared/vocabulary.ts';

/** What a record is called by: a sync never leaves it without. */
const names: Readonly<Record<CrmEntityType, readonly string[]>> = {
  contact: ['NAME'],
  person: ['LASTNAME'],
  project: ['NAME'],
};

/**
 * A renamed owner company fails SuperOffice's licence check and locks every user out; a person who is a user is known by
 * her name everywhere.
 */
const protectedFields = {
  ownerCompany: ['NAME'],
  user: ['FIRSTNAME', 'MIDDLENAME', 'LASTNAME'],
} as const;

export function isName(type: CrmEntityType, fieldKey: string): boolean {
  return names[type].includes(fieldKey);
}

export function fieldsProtectedBy(protection: keyof typeof protectedFields | null): readonly string[] {
  return protection === null ? [] : protectedFields[protection];
}
