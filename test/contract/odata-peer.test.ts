import { afterAll, beforeAll, expect, test } from 'vitest';
import { odataKind } from '../../backend/adapters/connectors/odata/odata-kind.ts';
import { createSafeFetch } from '../../backend/adapters/connectors/safe-fetch.ts';
import { startCapErp, type CapErp } from '../support/cap-erp/cap-erp.ts';
import { TestClock } from '../support/test-clock.ts';
import { customers, erpConnectorSuite, groups, persons } from './erp-connector-suite.ts';

let cap: CapErp;
beforeAll(async () => {
  cap = await startCapErp();
}, 60_000);
afterAll(() => cap.close());

const clock = new TestClock();
const config = {
  System: 'generic',
  SignIn: 'none',
  CustomerSet: 'Customers',
  PersonSet: 'Persons',
  ParentField: 'CustomerID',
  ParentType: 'Customer',
  SearchFields: 'NAME, LASTNAME, POSTALZIP',
};

async function open() {
  await cap.reset({
    Customers: customers.map(({ ID, CustNo, CreditLimit, ...each }) => ({
      ...each,
      ID: Number(ID),
      CustNo: Number(CustNo),
      CreditLimit: CreditLimit === '#N/A' ? null : CreditLimit,
    })),
    Persons: persons.map(({ ID, parent, ...each }) => ({ ...each, ID: Number(ID), CustomerID: Number(parent) })),
    CustomerGroup: groups.map(({ key, text }) => ({ ID: key, Text: text })),
  });
  const kind = odataKind({ fetch: createSafeFetch({ allowPrivate: true }), clock });
  return {
    kind: { ...kind, open: (settings: Parameters<typeof kind.open>[0]) => kind.open({ ...settings, url: cap.url }) },
    config,
    clock,
    edit: (ID: string, field: string, value: string) => cap.edit(Number(ID), { [field]: value }),
    close: () => Promise.resolve(),
  };
}

erpConnectorSuite("a service of SAP's making", open);

test("a service of SAP's making takes several changes in one batch, and knows a stale ETag", async () => {
  const { kind } = await open();
  const connector = kind.open({ connectionId: '', url: cap.url, config });
  const change = (erpKey: string, POSTALCITY: string) =>
    ({ type: 'Customer', erpKey, values: { POSTALCITY } }) as const;
  const wanted = [{ key: 'POSTALCITY', kind: 'text' as const }];
  expect(await connector.saveActors([change('1', 'Odense'), change('2', 'Aarhus')], wanted)).toMatchObject([
    { kind: 'saved', actor: { values: { POSTALCITY: 'Odense' } } },
    { kind: 'saved', actor: { values: { POSTALCITY: 'Aarhus' } } },
  ]);
  const stale = await createSafeFetch({ allowPrivate: true })({
    url: `${cap.url}/Customers(1)`,
    method: 'PATCH',
    headers: { 'content-type': 'application/json', 'if-match': 'W/"2000-01-01T00:00:00.000Z"' },
    body: '{"POSTALCITY":"x"}',
  });
  expect(stale.status).toBe(412);
});
