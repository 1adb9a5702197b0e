import { customers, groups, persons } from '../../contract/erp-connector-suite.ts';
import type { Rpc } from './tryton-erp.ts';

export const users = { sync: 'Wolke 7 am Berg', astrid: 'Regn i mars 1987' } as const;

/** Customers have the keys 1 to 3, their persons 4 to 6; the company that uses this Tryton is no customer. */
export async function seed(rpc: Rpc): Promise<void> {
  const create = async (model: string, ...records: readonly object[]) =>
    (await rpc(`${model}.create`, records)) as number[];
  const [customer = 0, supplier = 0, person = 0] = await create(
    'party.category',
    ...['Customers', 'Suppliers', 'Persons', 'Retail', 'Industry'].map((name) => ({ name })),
  );
  await create('CustomerGroup', ...groups.map(({ text }) => ({ name: text })));
  const [employee = 0] = await create('party.relation.type', { name: 'Employee of' });

  await create(
    'party.party',
    ...customers.map(({ CustNo, NAME, POSTALAD1, POSTALZIP, POSTALCITY, CustGr, CreditLimit }) => ({
      name: NAME,
      CustNo: Number(CustNo),
      CustGr: CustGr === null ? null : Number(CustGr),
      CreditLimit: CreditLimit === '#N/A' ? null : { __class__: 'Decimal', decimal: CreditLimit },
      categories: [['add', [customer]]],
      addresses: [['create', [{ street: POSTALAD1, postal_code: POSTALZIP, city: POSTALCITY }]]],
    })),
  );
  await create(
    'party.party',
    ...persons.map(({ parent, FIRSTNAME, LASTNAME, PHONE_DIRECT }) => ({
      name: `${FIRSTNAME} ${LASTNAME}`,
      categories: [['add', [person]]],
      relations: [['create', [{ to: Number(parent), type: employee }]]],
      contact_mechanisms: PHONE_DIRECT === null ? [] : [['create', [{ type: 'phone', value: PHONE_DIRECT }]]],
    })),
  );
  await rpc('party.party.write', [2], { categories: [['add', [supplier]]] });

  const [currency = 0] = await create('currency.currency', { name: 'Krone', symbol: 'kr', code: 'NOK' });
  const [own = 0] = await create('party.party', { name: 'Us' });
  const [company = 0] = await create('company.company', { party: own, currency });
  await create('account.invoice.payment_term', { name: '14 days', lines: [['create', [{ type: 'remainder' }]]] });
  const all = (await rpc('res.group.search', [], 0, null, null)) as number[];
  const companies = { companies: [['add', [company]]], company };
  await create(
    'res.user',
    ...Object.entries(users).map(([login, password]) => ({
      ...{ name: login, login, password, groups: [['add', all]] },
      ...companies,
    })),
  );
}
