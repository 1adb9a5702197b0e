import { readFileSync } from 'node:fs';
import { httpKind, SECRET } from '../../backend/adapters/connectors/http/http-kind.ts';
import { createSafeFetch } from '../../backend/adapters/connectors/safe-fetch.ts';
import { systemClock } from '../../backend/adapters/system-clock.ts';
import { startHttpErp } from '../support/http-erp.ts';
import { startReferenceConnector } from '../support/reference-connector.ts';
import { TestClock } from '../support/test-clock.ts';
import { customers, erpConnectorSuite, groups, persons, sampleErp } from './erp-connector-suite.ts';

const { types } = JSON.parse(readFileSync(new URL('../connector/erp.json', import.meta.url), 'utf8')) as {
  types: unknown;
};

erpConnectorSuite('the reference connector over HTTP', async () => {
  const connector = await startReferenceConnector({
    secret: 'hush',
    erp: {
      settings: [{ key: 'client', name: 'ERP client', kind: 'text', access: 'mandatory' }],
      lists: { CustomerGroup: groups },
      types,
      actors: [
        ...customers.map(({ ID, ...values }) => ({ type: 'Customer', key: ID, values })),
        ...persons.map(({ ID, parent, ...values }) => ({
          type: 'Person',
          key: ID,
          parent: { type: 'Customer', key: parent },
          values,
        })),
      ],
      deleted: [],
    },
  });
  const kind = httpKind({ fetch: createSafeFetch({ allowPrivate: true }), clock: systemClock });
  const config = { client: 'Nordic', [SECRET]: 'hush' };
  return {
    kind: {
      ...kind,
      configFields: (_url, options) => kind.configFields({ url: connector.url }, options),
      open: (settings) => kind.open({ ...settings, url: connector.url }),
    },
    config,
    clock: new TestClock(),
    edit: async (erpKey, field, value) => {
      const hands = kind.open({ connectionId: '3f1b2c4d-0000-4000-8000-000000000002', url: connector.url, config });
      await hands.saveActors([{ type: 'Customer', erpKey, values: { [field]: value } }], []);
    },
    close: async () => connector.stop(),
  };
});

erpConnectorSuite('the least a connector over HTTP can be', async () => {
  const clock = new TestClock();
  const erp = sampleErp(clock);
  const connector = await startHttpErp(erp);
  const kind = httpKind({ fetch: createSafeFetch({ allowPrivate: true }), clock: systemClock });
  return {
    kind: {
      ...kind,
      configFields: (_url, options) => kind.configFields({ url: connector.url }, options),
      open: (settings) => kind.open({ ...settings, url: connector.url }),
    },
    config: { Filename: 'ErpClient.xlsx' },
    clock,
    edit: async (erpKey, field, value) => {
      erp.edit({ type: 'Customer', erpKey }, { [field]: value });
    },
    close: () => connector.close(),
  };
});
