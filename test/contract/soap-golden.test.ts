import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
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

test('are kept for every operation of the contract', () => {
  expect(Object.keys(operations)).toHaveLength(17);
  expect(readdirSync(folder).toSorted()).toEqual(
    Object.keys(operations)
      .flatMap((operation) => [`${operation}.answer.xml`, `${operation}.request.xml`])
      .toSorted(),
  );
});

test.each(Object.entries(operations))(
  '%s is sent byte for byte, and its answer understood',
  async (operation, golden) => {
    const sent = new Map<string, OutboundRequest>();
    const fetch = async (request: OutboundRequest) => {
      if (request.method !== 'POST') return { status: 404, headers: {}, body: Buffer.alloc(0) };
      const asked = /\/(\w+)"$/.exec(request.headers?.['soapaction'] ?? '')?.[1] ?? '';
      sent.set(asked, request);
      const headers = { 'content-type': 'text/xml; charset=utf-8' };
      return { status: 200, headers, body: readFileSync(new URL(`${asked}.answer.xml`, folder)) };
    };
    const kind = soapKind({ fetch, clock: systemClock });
    const config = { Filename: 'ErpClient.xlsx', Password: ' Å & <b>\r\n ' };
    const erp = kind.open({ connectionId, url, config });

    expect(await golden.ask(erp, kind)).toEqual(golden.means);

    const request = sent.get(operation);
    expect(request?.body).toBe(readFileSync(new URL(`${operation}.request.xml`, folder), 'utf8'));
    expect(request?.headers).toMatchObject({
      'content-type': 'text/xml; charset=utf-8',
      soapaction: `"http://www.superoffice.net/EIS/Connector/1.0/IErpConnectorWS/${operation}"`,
    });
  },
);
