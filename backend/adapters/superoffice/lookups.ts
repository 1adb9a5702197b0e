import type { CrmEntity, CrmEntityType } from '../../../shared/vocabulary.ts';
import { askArchive, cellNumber, keyColumns, quoted } from './archive.ts';
import type { Call } from './caller.ts';

/** Two that look alike are one too many already. */
const FOUND = 50;

/** Where SuperOffice's database keeps what tells records apart. A first name does not. */
const columns: Readonly<Record<CrmEntityType, Readonly<Record<string, string>>>> = {
  contact: { NAME: 'contact.name', NUMBER1: 'contact.number1', NUMBER2: 'contact.number2', VATNO: 'contact.orgNr' },
  person: { LASTNAME: 'person.lastname', NUMBER: 'person.person_number' },
  project: { NAME: 'project.name', NUMBER: 'project.project_number' },
};

/** Finds records by what they are called or numbered. */
export function createLookups(call: Call) {
  return {
    async find(
      type: CrmEntityType,
      fieldKey: string,
      text: string,
      company?: CrmEntity,
    ): Promise<readonly CrmEntity[]> {
      const column = columns[type][fieldKey];
      if (column === undefined) return [];
      const key = keyColumns[type];
      const below = company && type === 'person' ? ` and person.contact_id eq ${company.id}` : '';
      const { rows } = await askArchive(call, 'v1/Archive/dynamic', {
        select: [key],
        filter: `${column} is ${quoted(text.trim())}${below}`,
        orderBy: key,
        top: FOUND,
      });
      return [...new Set(rows.map((row) => cellNumber(row, key)))].map((id) => ({ type, id }));
    },
  };
}
