import { afterEach, describe, expect, test } from 'vitest';
import { httpKind, SECRET } from '../../backend/adapters/connectors/http/http-kind.ts';
import { odataKind } from '../../backend/adapters/connectors/odata/odata-kind.ts';
import { createSafeFetch, type OutboundRequest } from '../../backend/adapters/connectors/safe-fetch.ts';
import { soapKind } from '../../backend/adapters/connectors/soap/soap-kind.ts';
import { systemClock } from '../../backend/adapters/system-clock.ts';
import type { ErpConnector } from '../../backend/ports/erp-connector.ts';
import { startHttpErp } from '../support/http-erp.ts';
import { startODataErp } from '../support/odata-erp.ts';
import { startSoapErp } from '../support/soap-erp.ts';
import { TestClock } from '../support/test-clock.ts';
import { sampleErp } from './erp-connector-suite.ts';

const CONNECTION = '3f1b2c4d-0000-4000-8000-000000000001';
const safe = createSafeFetch({ allowPrivate: true });
let erp: { close(): Promise<unknown> };
afterEach(() => erp.close());

/** The requests of a connector that may go out a second time when nobody knows whether the first one arrived. */
function watched() {
  const requests: OutboundRequest[] = [];
  const fetch = (request: OutboundRequest) => {
    requests.push(request);
    return safe(request);
  };
  return { fetch, repeated: () => requests.filter(({ repeatable }) => repeatable === true) };
}

async function change(connector: ErpConnector, erpKey: string, key = 'NAME'): Promise<void> {
  const [outcome] = await connector.saveActors([{ type: 'Customer', erpKey, values: { [key]: 'Changed' } }], []);
  expect(outcome).toMatchObject({ kind: 'saved' });
}

// A backend that was frozen in the middle of a save wakes to a connection that has closed. By then somebody else may have
// written a newer value, over which the old one must not go out again.
describe('a change goes out once', () => {
  test('over SOAP, while questions may be asked again', async () => {
    const soap = await startSoapErp(sampleErp(new TestClock()));
    erp = soap;
    const { fetch, repeated } = watched();
    const kind = soapKind({ fetch, clock: systemClock });
    const connector = kind.open({ connectionId: CONNECTION, url: soap.url, config: { Filename: 'ErpClient.xlsx' } });
    await connector.saveConnection();
    await connector.getActors('Customer', ['1'], []);
    await change(connector, '1');
    expect(repeated().some(({ body }) => String(body).includes('GetActors'))).toBe(true);
    expect(repeated().filter(({ body }) => String(body).includes('SaveActors'))).toEqual([]);
  });

  test('over HTTP, while questions may be asked again', async () => {
    const http = await startHttpErp(sampleErp(new TestClock()));
    erp = http;
    const { fetch, repeated } = watched();
    const config = { Filename: 'ErpClient.xlsx', [SECRET]: 'hush' };
    const connector = httpKind({ fetch, clock: systemClock }).open({ connectionId: CONNECTION, url: http.url, config });
    await connector.saveConnection();
    await connector.getActors('Customer', ['1'], []);
    await change(connector, '1');
    expect(repeated().some(({ url }) => url.includes('/actors/read'))).toBe(true);
    expect(repeated().filter(({ url }) => url.includes('/actors/save'))).toEqual([]);
  });

  test.each([
    ['with versions it may come again, since a late one is refused', true],
    ['without versions it may not', false],
  ])('over OData: %s', async (_, versions) => {
    const odata = await startODataErp(
      {
        Customers: {
          key: ['ID'],
          properties: { ID: ['Type="Edm.String" Nullable="false"'], Name: ['Type="Edm.String"'] },
          newKey: () => ({ ID: 'new' }),
        },
      },
      { Customers: [{ ID: 'A', Name: 'A' }] },
      new TestClock(),
    );
    erp = odata;
    if (!versions) {
      odata.intercept = ({ method, path }) =>
        method === 'GET' && path.startsWith('Customers') ? { body: '{"value":[{"ID":"A","Name":"A"}]}' } : undefined;
    }
    const { fetch, repeated } = watched();
    const connector = odataKind({ fetch, clock: systemClock }).open({
      connectionId: CONNECTION,
      url: odata.url,
      config: { System: 'generic', SignIn: 'none', CustomerSet: 'Customers' },
    });
    await change(connector, 'A', 'Name');
    const writes = repeated().filter(({ method, url }) => method === 'PATCH' || url.includes('$batch'));
    expect(writes.length > 0).toBe(versions);
  });
});
