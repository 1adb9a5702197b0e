import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { createClientAsync, listen } from 'soap';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createSafeFetch } from '../../backend/adapters/connectors/safe-fetch.ts';
import { soapKind } from '../../backend/adapters/connectors/soap/soap-kind.ts';
import { systemClock } from '../../backend/adapters/system-clock.ts';
import type { WantedField } from '../../backend/ports/erp-connector.ts';
import { FakeErp } from '../support/fake-connector.ts';
import { startSoapErp, wsdl } from '../support/soap-erp.ts';

/** What both libraries call a server: handlers by service, port and operation, and the description they serve. */
type Listen = (server: Server, path: string, services: object, description: string) => unknown;

const strong = createRequire(import.meta.url)('strong-soap') as { readonly soap: { readonly listen: Listen } };
const ID = '3f1b2c4d-0000-4000-8000-000000000001';
const fields: WantedField[] = [
  { key: 'NAME', kind: 'text' },
  { key: 'CreditLimit', kind: 'decimal' },
];

test('a client that is not ours understands the connector that the other tests speak to', async () => {
  const erp = new FakeErp();
  erp.edit({ type: 'Customer', erpKey: '007' }, { NAME: 'Rør & <Søn>', CreditLimit: '12.5' });
  const soap = await startSoapErp(erp);
  try {
    const client = await createClientAsync(`${soap.url}?singleWsdl`, {}, soap.url);
    const call = async (operation: string, request: object) => {
      const ask = client[`${operation}Async`] as (body: object) => Promise<[Record<string, Record<string, unknown>>]>;
      const [answer] = await ask.call(client, { request });
      return answer[`${operation}Result`];
    };
    const pairs = { KeyValueOfstringstring: [{ Key: 'Filename', Value: 'ErpClient.xlsx' }] };
    expect(await call('WSSaveConnection', { ConnectionGuid: ID, ConnectionInfo: pairs })).toMatchObject({ IsOk: true });
    const asked = {
      ConnectionGuid: ID,
      ActorType: 'Customer',
      ErpKeys: { string: ['007'] },
      FieldKeys: { string: ['NAME', 'CreditLimit'] },
    };
    expect(await call('WSGetActors', asked)).toMatchObject({
      IsOk: true,
      Actors: {
        ErpActorWS: [
          {
            ErpKey: '007',
            FieldValues: {
              KeyValueOfstringstring: [
                { Key: 'NAME', Value: 'Rør & <Søn>' },
                { Key: 'CreditLimit', Value: '[F:12.5]' },
              ],
            },
          },
        ],
      },
    });
  } finally {
    await soap.close();
  }
});

describe.each<[string, Listen]>([
  ['soap', listen as unknown as Listen],
  ['strong-soap', (...args) => strong.soap.listen(...args)],
])('a server built with %s', (_, serve) => {
  let server: Server;
  let url: string;
  let heard: Record<string, unknown>[];

  beforeEach(async () => {
    heard = [];
    server = createServer((_request, response) => response.writeHead(404).end());
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/connector`;
    const actor = (key: string, name: string) => ({
      ActorType: 'Customer',
      ErpKey: key,
      FieldValues: {
        KeyValueOfstringstring: [
          { Key: 'NAME', Value: name },
          { Key: 'CreditLimit', Value: '[F:12.5]' },
        ],
      },
      LastModified: '000123',
    });
    const answers = {
      WSGetActors: { IsOk: true, State: 'Ok', Actors: { ErpActorWS: [actor('007', 'Rør & <Søn>')] } },
      WSSaveActors: { IsOk: true, State: 'Ok', Actors: { ErpActorWS: [actor('007', 'Ny & <by>')] } },
      WSSearchActors: { IsOk: false, State: 'Error', UserExplanation: 'Låst' },
      WSGetSupportedActorTypes: { IsOk: true, State: 'Ok', Items: { string: ['Customer'] } },
      WSGetSupportedActorTypeFields: {
        IsOk: true,
        State: 'Ok',
        FieldMetaDataObjects: {
          FieldMetadataInfoWS: [
            { Access: 'Mandatory', DisplayName: 'Name', FieldKey: 'NAME', FieldType: 'Text', MaxLength: 50, Rank: 1 },
            { Access: 'Normal', DisplayName: 'Credit', FieldKey: 'CreditLimit', FieldType: 'Double', Rank: 2 },
          ],
        },
      },
      WSGetList: { IsOk: true, State: 'Ok', ListItems: { KeyValueOfstringstring: [{ Key: '01', Value: 'One' }] } },
    };
    const port = Object.fromEntries(
      Object.entries(answers).map(([operation, answer]) => [
        operation,
        (sent: { readonly request: Record<string, unknown> }) => {
          heard.push(sent.request);
          return { [`${operation}Result`]: answer };
        },
      ]),
    );
    serve(server, '/connector', { ERPConnectorWS: { BasicHttpBinding_IErpConnectorWS: port } }, wsdl(true, url));
  });
  afterEach(
    () =>
      new Promise((closed) => {
        server.close(closed);
        server.closeAllConnections();
      }),
  );

  const open = () =>
    soapKind({ fetch: createSafeFetch({ allowPrivate: true }), clock: systemClock }).open({
      connectionId: ID,
      url,
      config: {},
    });

  test('is asked for actors, and its answer read', async () => {
    expect(await open().getActors('Customer', ['007', ' 1'], fields)).toEqual({
      warning: null,
      actors: [
        {
          type: 'Customer',
          erpKey: '007',
          lastModified: '000123',
          values: { NAME: 'Rør & <Søn>', CreditLimit: '12.5' },
          unreadable: {},
          parent: null,
        },
      ],
    });
    expect(heard).toMatchObject([
      { ConnectionGuid: ID, ActorType: 'Customer', FieldKeys: { string: ['NAME', 'CreditLimit'] } },
    ]);
  });

  test('is sent actors, and says what it saved', async () => {
    const values = { NAME: 'Ny & <by>', CreditLimit: '12.5' };
    const outcomes = await open().saveActors([{ type: 'Customer', erpKey: '007', values }], fields);
    expect(outcomes).toMatchObject([{ kind: 'saved', actor: { erpKey: '007', values } }]);
    expect(JSON.stringify(heard.at(-1))).toContain(
      '{"Key":"NAME","Value":"Ny & <by>"},{"Key":"CreditLimit","Value":"[F:12.5]"}',
    );
  });

  test('tells types, fields, lists and failures', async () => {
    expect(await open().actorTypes()).toEqual(['Customer']);
    expect(await open().fields('Customer')).toMatchObject([
      { key: 'NAME', kind: 'text', access: 'mandatory', maxLength: 50 },
      { key: 'CreditLimit', kind: 'decimal', access: 'normal' },
    ]);
    expect(await open().getList('Groups')).toEqual([{ key: '01', text: 'One' }]);
    await expect(open().searchActors('Customer', 'x', [])).rejects.toMatchObject({
      code: 'connector.rejected',
      detail: { explanation: 'Låst' },
    });
  });
});
