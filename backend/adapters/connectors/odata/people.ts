import type { ActorRef } from '../../../../shared/vocabulary.ts';
import { AppError } from '../../../errors.ts';
import { rowText, type ActorModel } from './actor-model.ts';
import { literal } from './edm.ts';
import type { ODataClient, ODataOptions, Row } from './odata-client.ts';
import { texts } from './texts.ts';

/** Persons whose company is told by a set of its own. */
export interface People {
  parentsOf(keys: readonly string[], options?: ODataOptions): Promise<ReadonlyMap<string, ActorRef>>;
  keysOf(parent: ActorRef, options?: ODataOptions): Promise<readonly string[]>;
  /** What the body of a new person says about her company. */
  memberFor(parent: ActorRef, options?: ODataOptions): Promise<Readonly<Record<string, string>>>;
}

const RELATIONS = 'contactsInformation';
const PERSONS = 40;
const ALL = 100_000;
const types: Readonly<Record<string, 'Customer' | 'Supplier'>> = { Customer: 'Customer', Vendor: 'Supplier' };

/** In Business Central a contact belongs to a company contact, which is the customer's or the vendor's; `contactsInformation` says so. */
export function peopleOfBusinessCentral(client: ODataClient, base: string, { keys }: ActorModel): People {
  const relations = (filter: string, options?: ODataOptions) =>
    client
      .read(
        base + RELATIONS,
        { filter, select: ['contactId', 'contactNumber', 'contactType', 'relatedId', 'relatedType'] },
        ALL,
        options,
      )
      .then(({ rows }) => rows);
  const ofCompany = (parent: ActorRef, options?: ODataOptions) => {
    const id = literal('Edm.Guid', parent.erpKey);
    if (id === null || keys[0]?.type !== 'Edm.Guid') throw new AppError('actor.not_found', { key: parent.erpKey });
    return relations(`relatedId eq ${id}`, options);
  };

  return {
    async parentsOf(persons, options) {
      const rows: Row[] = [];
      if (persons.length > 10 * PERSONS) {
        rows.push(...(await relations("contactType eq 'Person'", options)));
      } else {
        for (let start = 0; start < persons.length; start += PERSONS) {
          const conditions = persons.slice(start, start + PERSONS).map((key) => `contactId eq ${key}`);
          rows.push(...(await relations(conditions.join(' or '), options)));
        }
      }
      const parents = new Map<string, ActorRef>();
      for (const row of rows) {
        const type = types[rowText(row, 'relatedType')];
        const person = rowText(row, 'contactId');
        // Of a company that is both, we say it is the customer.
        if (type && (type === 'Customer' || !parents.has(person))) {
          parents.set(person, { type, erpKey: rowText(row, 'relatedId') });
        }
      }
      return parents;
    },
    keysOf: async (parent, options) =>
      (await ofCompany(parent, options))
        .filter((row) => rowText(row, 'contactType') === 'Person')
        .map((row) => rowText(row, 'contactId')),
    async memberFor(parent, options) {
      const company = (await ofCompany(parent, options)).find((row) => rowText(row, 'contactType') === 'Company');
      const number = rowText(company, 'contactNumber');
      if (number === '') throw new AppError('connector.rejected', { explanation: texts.noCompanyContact });
      return { companyNumber: JSON.stringify(number) };
    },
  };
}
