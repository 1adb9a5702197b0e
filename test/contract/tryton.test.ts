import { afterAll, beforeAll, describe } from 'vitest';
import { createSafeFetch } from '../../backend/adapters/connectors/safe-fetch.ts';
import { trytonKind } from '../../backend/adapters/connectors/tryton/tryton-kind.ts';
import { TestClock } from '../support/test-clock.ts';
import { DATABASE, missingTryton, startTryton, type Rpc, type TrytonErp } from '../support/tryton/tryton-erp.ts';
import { users } from '../support/tryton/seed.ts';
import { erpConnectorSuite } from './erp-connector-suite.ts';

const columns = { NAME: ['party.party', 'name'], POSTALCITY: ['party.address', 'city'] } as const;

describe.skipIf(missingTryton !== null)(`Tryton ${missingTryton === null ? '' : `(skipped: ${missingTryton})`}`, () => {
  let tryton: TrytonErp;
  let astrid: Rpc;
  beforeAll(async () => {
    tryton = await startTryton();
    astrid = await tryton.signIn('astrid', users.astrid);
  }, 300_000);
  afterAll(() => tryton.close());

  const clock = new TestClock();
  const kind = trytonKind({ fetch: createSafeFetch({ allowPrivate: true }), clock });

  erpConnectorSuite('as a connector', () => {
    tryton.reset();
    tryton.sql(`update party_party set "CreditLimit" = 'NaN' where id = 3`);
    return Promise.resolve({
      kind: { ...kind, open: (settings) => kind.open({ ...settings, url: tryton.url }) },
      config: {
        Database: DATABASE,
        UserName: 'sync',
        Password: users.sync,
        CustomerCategory: 'Customers',
        SupplierCategory: 'Suppliers',
        PersonCategory: 'Persons',
        PersonRelation: 'Employee of',
        Projects: 'true',
      },
      clock,
      personKeys: ['4', '5', '6'],
      garbled: 'NaN',
      async edit(customer, field, value) {
        const [table, column] = columns[field];
        const ids = await astrid(
          `${table}.search`,
          [[table === 'party.party' ? 'id' : 'party', '=', Number(customer)]],
          0,
          1,
          null,
        );
        await astrid(`${table}.write`, ids, { [column]: value });
      },
      close: () => Promise.resolve(),
    });
  });
});
