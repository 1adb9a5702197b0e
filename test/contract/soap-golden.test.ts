import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { OutboundRequest } from '../../backend/adapters/connectors/safe-fetch.ts';
import { soapKind } from '../../backend/adapters/connectors/soap/soap-kind.ts';
import { systemClock } from '../../backend/adapters/system-clock.ts';
import type { ConnectorKind, ErpConnector, WantedField } from '../../backend/ports/erp-connector.ts';

/** The messages of the documented carriers, written from the documentation and kept as they must stand on the wire. */
const folder = new URL('soap-golden/', import.meta.url);
const url = 'https://erp.example.com/Services/ERPConnectorWS.svc';
const connectionId = '3f1b2c4d-0000-4000-8000-000000000001';

const fields: readonly WantedField[] = [
  { key: 'NAME', kind: 'text' },
  { key: 'CreditLimit', kind: 'decimal' },
  { key: 'Active', kind: 'checkbox' },
];
const [name, limit] = fields as [WantedField, WantedField];
const seven = {
  type: 'Customer',
  erpKey: '7',
  lastModified: '000123 ',
  values: { NAME: 'Orkdal & Sønn', CreditLimit: '12.5', Active: 'true' },
  unreadable: {},
  parent: null,
};
const odd = {
  type: 'Customer',
  erpKey: ' 007',
  lastModified: '2026-11-22T12:00:00.0000000',
  values: { NAME: ' Å & <b>\r\n ', Active: 'false' },
  unreadable: {},
  parent: null,
};

interface Golden {
  readonly ask: (erp: ErpConnector, kind: ConnectorKind) => Promise<unknown>;
  /** What the golden answer means. */
  readonly means?: unknown;
}

const operations: Readonly<Record<string, Golden>> = {
  WSGetConfigData: {
    ask: (_, kind) => kind.configFields({ url }),
    means: [
      {
        key: 'Filename',
        name: 'US:"File name"NO:"Filnavn"',
        description: 'US:"The workbook"NO:"Arbeidsboken"',
        kind: 'text',
        listName: null,
        defaultValue: 'ErpClient.xlsx',
        maxLength: 120,
        access: 'mandatory',
        rank: 1,
      },
      {
        key: 'Password',
        name: 'Password',
        description: '',
        kind: 'password',
        listName: null,
        defaultValue: null,
        maxLength: 0,
        access: 'normal',
        rank: 2,
      },
    ],
  },
  WSTestConfigData: { ask: (erp) => erp.testConfig() },
  WSSaveConnection: { ask: (erp) => erp.saveConnection() },
  WSTestConnection: { ask: (erp) => erp.testConnection() },
  WSDeleteConnection: { ask: (erp) => erp.deleteConnection() },
  WSGetSupportedActorTypes: { ask: (erp) => erp.actorTypes(), means: ['Customer', 'Person'] },
  WSGetSupportedActorTypeFields: {
    ask: async (erp) =>
      (await erp.fields('Customer')).map((field) => [
        field.key,
        field.kind,
        field.access,
        field.listName,
        field.defaultValue,
        field.maxLength,
      ]),
    means: [
      ['NAME', 'text', 'mandatory', null, null, 100],
      ['CreditLimit', 'decimal', 'normal', null, '1000', 0],
      ['Active', 'checkbox', 'normal', null, 'false', 0],
      ['CustNo', 'integer', 'readOnly', null, null, 0],
      ['Group', 'list', 'normal', 'CustomerGroup', null, 0],
      ['Since', 'datetime', 'normal', null, null, 0],
    ],
  },
  WSGetSearchableFields: { ask: (erp) => erp.searchableFields('Customer'), means: ['NAME', 'CreditLimit'] },
  WSGetActors: {
    ask: (erp) => erp.getActors('Customer', ['7', ' 007'], fields),
    means: { actors: [seven, odd], warning: null },
  },
  WSSearchActors: {
    ask: (erp) => erp.searchActors('Customer', 'Orkdal & Sønn', fields),
    means: { actors: [seven], warning: null },
  },
  WSSearchActorByParent: {
    ask: (erp) => erp.searchActors('Person', '', fields, { parent: { type: 'Customer', erpKey: '7' } }),
    means: {
      actors: [
        {
          type: 'Person',
          erpKey: '71',
          lastModified: '5',
          values: { NAME: 'Kari' },
          unreadable: {},
          parent: { type: 'Customer', erpKey: '7' },
        },
      ],
      warning: null,
    },
  },
  WSSearchActorsAdvanced: {
    ask: (erp) =>
      erp.searchAdvanced(
        'Customer',
        [
          { field: name, operator: 'begins', values: ['Ork'] },
          { field: limit, operator: 'between', values: ['1.5', '200'] },
        ],
        fields,
      ),
    // A warning without actors is not the same as none found.
    means: { actors: [], warning: '' },
  },
  WSCreateActor: {
    ask: (erp) =>
      erp.createActor(
        { type: 'Customer', values: { NAME: 'Ny "kunde"', CreditLimit: '12.5', Active: 'true' }, parent: null },
        fields,
      ),
    means: {
      type: 'Customer',
      erpKey: '8',
      lastModified: '000124 ',
      values: { NAME: 'NY "KUNDE"', CreditLimit: '12.5', Active: 'true' },
      unreadable: {},
      parent: null,
    },
  },
  WSSaveActors: {
    ask: (erp) =>
      erp.saveActors(
        [
          { type: 'Customer', erpKey: ' 007', values: { NAME: ' Å & <b>\r\n ' } },
          { type: 'Customer', erpKey: '7', values: { Active: 'false' } },
        ],
        fields,
      ),
    means: [
      { kind: 'saved', actor: odd },
      { kind: 'saved', actor: seven },
    ],
  },
  WSGetList: {
    ask: (erp) => erp.getList('CustomerGroup'),
    means: [
      { key: '01', text: 'US:"Gold"NO:"Gull"' },
      { key: '2', text: 'Silver' },
    ],
  },
  WSGetListItems: {
    ask: (erp) => erp.getListItems('CustomerGroup', ['01', '2']),
    means: [{ key: '2', text: 'Silver' }],
  },
  WSGetActorsByTimestamp: {
    ask: (erp) => erp.changedActors('Customer', '000123 ', fields),
    means: { actors: [seven], warning: null },
  },
};

const names = Object.keys(operations);

test('are kept for every operation of the contract', () => {
  expect(names).toHaveLength(17);
  expect(filesIn(folder)).toEqual(
    names.flatMap((operation) => [`${operation}.answer.xml`, `${operation}.request.xml`]).toSorted(),
  );
  for (const { described, documents } of shapes) {
    expect(filesIn(described)).toEqual(
      [...documents, ...names.map((operation) => `${operation}.request.xml`)].toSorted(),
    );
  }
});

test.each(Object.entries(operations))(
  '%s is sent byte for byte, and its answer understood',
  async (operation, golden) => {
    const { sent, understood } = await ask(golden, () => null);

    expect(understood).toEqual(golden.means);

    expectGolden(sent.get(operation), folder, operation);
    expect(sent.get(operation)?.headers?.['soapaction']).toBe(
      `"http://www.superoffice.net/EIS/Connector/1.0/IErpConnectorWS/${operation}"`,
    );
  },
);

/** Connectors that describe themselves, and want their messages otherwise than documented. */
const shapes = [
  {
    shape: 'WCF with imported schemas, where requests inherit and data has a namespace of its own',
    described: new URL('wcf/', folder),
    documents: ['service.wsdl', 'tns.xsd', 'd.xsd', 'a.xsd'],
    read: (query: URLSearchParams) =>
      query.has('wsdl') ? 'service.wsdl' : query.has('xsd') ? `${query.get('xsd')}.xsd` : null,
    action: (operation: string) => `"http://www.superoffice.net/EIS/Connector/1.0/IErpConnectorWS/${operation}"`,
  },
  {
    shape: 'another toolkit, with members in another order and without a namespace',
    described: new URL('other-order/', folder),
    documents: ['service.wsdl'],
    read: (query: URLSearchParams) => (query.has('singleWsdl') ? 'service.wsdl' : null),
    action: (operation: string) => `"urn:nordlys:erp#${operation}"`,
  },
];

describe.each(shapes)('of $shape', ({ described, read, action }) => {
  test.each(Object.entries(operations))('%s is sent byte for byte', async (operation, golden) => {
    const { sent } = await ask(golden, (query) => {
      const name = read(query);
      return name === null ? null : readFileSync(new URL(name, described));
    });

    expectGolden(sent.get(operation), described, operation);
    expect(sent.get(operation)?.headers?.['soapaction']).toBe(action(operation));
  });
});

/** Asks a connector with this description, which answers as documented. */
async function ask(golden: Golden, describedAt: (query: URLSearchParams) => Buffer | null) {
  const sent = new Map<string, OutboundRequest>();
  const fetch = async (request: OutboundRequest) => {
    const headers = { 'content-type': 'text/xml; charset=utf-8' };
    if (request.method !== 'POST') {
      const document = describedAt(new URL(request.url).searchParams);
      return { status: document ? 200 : 404, headers, body: document ?? Buffer.alloc(0) };
    }
    const asked = /\b(WS\w+)"$/.exec(request.headers?.['soapaction'] ?? '')?.[1] ?? '';
    sent.set(asked, request);
    return { status: 200, headers, body: readFileSync(new URL(`${asked}.answer.xml`, folder)) };
  };
  const kind = soapKind({ fetch, clock: systemClock });
  const config = { Filename: 'ErpClient.xlsx', Password: ' Å & <b>\r\n ' };
  const understood = await golden.ask(kind.open({ connectionId, url, config }), kind);
  return { sent, understood };
}

function expectGolden(request: OutboundRequest | undefined, kept: URL, operation: string): void {
  expect(request?.body).toBe(readFileSync(new URL(`${operation}.request.xml`, kept), 'utf8'));
  expect(request?.headers?.['content-type']).toBe('text/xml; charset=utf-8');
}

function filesIn(where: URL): readonly string[] {
  return readdirSync(where, { withFileTypes: true })
    .flatMap((entry) => (entry.isFile() ? [entry.name] : []))
    .toSorted();
}
