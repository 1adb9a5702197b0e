import { createSafeFetch } from '../../backend/adapters/connectors/safe-fetch.ts';
import { soapKind } from '../../backend/adapters/connectors/soap/soap-kind.ts';
import { systemClock } from '../../backend/adapters/system-clock.ts';
import { startSoapErp, type SoapErp } from '../support/soap-erp.ts';
import { TestClock } from '../support/test-clock.ts';
import { erpConnectorSuite, sampleErp } from './erp-connector-suite.ts';

for (const wsdl of ['single', 'imported'] satisfies SoapErp['wsdl'][]) {
  erpConnectorSuite(`a web service with its WSDL ${wsdl === 'single' ? 'in one document' : 'in several'}`, async () => {
    const clock = new TestClock();
    const erp = sampleErp(clock);

    const soap = await startSoapErp(erp);
    soap.wsdl = wsdl;
    const kind = soapKind({ fetch: createSafeFetch({ allowPrivate: true }), clock: systemClock });
    return {
      kind: {
        ...kind,
        configFields: (_url, options) => kind.configFields({ url: soap.url }, options),
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
