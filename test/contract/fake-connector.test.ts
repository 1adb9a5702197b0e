import { TestClock } from '../support/test-clock.ts';
import { erpConnectorSuite, sampleErp } from './erp-connector-suite.ts';

erpConnectorSuite('the ERP in memory', async () => {
  const clock = new TestClock();
  const erp = sampleErp(clock);
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
