import { createSafeFetch } from '../../backend/adapters/connectors/safe-fetch.ts';
import { soapKind } from '../../backend/adapters/connectors/soap/soap-kind.ts';
import { FakeErp } from '../support/fake-connector.ts';
import { startSoapErp, type SoapErp } from '../support/soap-erp.ts';
import { TestClock } from '../support/test-clock.ts';
import { customers, erpConnectorSuite, groups, persons } from './erp-connector-suite.ts';

for (const wsdl of ['single', 'imported'] satisfies SoapErp['wsdl'][]) {
  erpConnectorSuite(`a web service with its WSDL ${wsdl === 'single' ? 'in one document' : 'in several'}`, async () => {
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

    const soap = await startSoapErp(erp);
    soap.wsdl = wsdl;
    const kind = soapKind({ fetch: createSafeFetch({ allowPrivate: true }) });
    return {
      kind: {
        ...kind,
        configFields: (_url, options) => kind.configFields(soap.url, options),
        open: (settings) => kind.open({ ...settings, url: soap.url }),
      },
      config: { Filename: 'ErpClient.xlsx' },
      clock,
      edit: async (erpKey, field, value) => {
        erp.edit({ type: 'Customer', erpKey }, { [field]: value });
      },
      close: () => soap.close(),
    };
  });
}
