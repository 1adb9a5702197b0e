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

/** What finds one record, and no other, in a system that was told of it. */
const references: Readonly<Record<CrmEntityType, string>> = {
  contact: 'CONTACTID',
  person: 'PERSONID',
  project: 'PROJECTID',
};

const numbers: Readonly<Record<CrmEntityType, readonly string[]>> = {
  contact: ['VATNO', 'NUMBER1', 'NUMBER2'],
  person: ['NUMBER', 'EMAIL'],
  project: ['NUMBER'],
};

const fullNames: Readonly<Record<CrmEntityType, readonly string[]>> = {
  contact: ['NAME'],
  person: ['LASTNAME', 'FIRSTNAME'],
  project: ['NAME'],
};

/** How well a field tells one record from the others. */
export function identifies(type: CrmEntityType, fieldKey: string): 'reference' | 'number' | 'name' | null {
  if (references[type] === fieldKey) return 'reference';
  if (numbers[type].includes(fieldKey)) return 'number';
  return fullNames[type].includes(fieldKey) ? 'name' : null;
}

export function isName(type: CrmEntityType, fieldKey: string): boolean {
  return names[type].includes(fieldKey);
}

export function fieldsProtectedBy(protection: keyof typeof protectedFields | null): readonly string[] {
  return protection === null ? [] : protectedFields[protection];
}

/** SuperOffice's key of the consent source that its screens call "Other integration". */
export const otherIntegration = 'API';
