import { considerateErps } from '../../backend/adapters/calls/considerate-erp.ts';
import { TestClock } from '../support/test-clock.ts';
import { erpConnectorSuite, sampleErp } from './erp-connector-suite.ts';

erpConnectorSuite('an ERP that is called with consideration', async () => {
  const clock = new TestClock();
  const erp = sampleErp(clock);
  return {
    kind: considerateErps({ clock })('Cust1', erp),
    config: { Filename: 'ErpClient.xlsx' },
    clock,
    edit: async (erpKey, field, value) => {
      erp.edit({ type: 'Customer', erpKey }, { [field]: value });
    },
    close: async () => undefined,
  };
});
