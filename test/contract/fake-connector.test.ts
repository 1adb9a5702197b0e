import { FakeErp } from '../support/fake-connector.ts';
import { TestClock } from '../support/test-clock.ts';
import { customers, erpConnectorSuite, groups, persons } from './erp-connector-suite.ts';

erpConnectorSuite('the ERP in memory', async () => {
  const clock = new TestClock();
  const erp = new FakeErp(clock);
  for (const { ID, ...values } of customers) {
    erp.actors.set(`Customer/${ID}`, {
      ...values,
      CreditLimit: values.CreditLimit === '#N/A' ? null : values.CreditLimit,
    });
  }
  erp.unreadable.set('Customer/3', { CreditLimit: '#N/A' });
  for (const { ID, parent, ...values } of persons) {
    erp.actors.set(`Person/${ID}`, values);
    erp.parents.set(`Person/${ID}`, { type: 'Customer', erpKey: parent });
  }
  erp.lists.set('CustomerGroup', groups);
  return {
    kind: erp,
    config: { Filename: 'ErpClient.xlsx' },
    clock,
    edit: async (erpKey, field, value) => {
      erp.edit({ type: 'Customer', erpKey }, { [field]: value });
    },
    close: async () => undefined,
  };
});
