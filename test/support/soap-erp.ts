import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { XMLParser } from 'fast-xml-parser';
import type { ErpField } from '../../backend/domain/field.ts';
import { decodeWire, encodeWire } from '../../backend/domain/wire.ts';
import { AppError } from '../../backend/errors.ts';
import type { Actor, ActorDraft, SearchRestriction, WantedField } from '../../backend/ports/erp-connector.ts';
import type { ActorRef, ActorType, FieldValues } from '../../shared/vocabulary.ts';
import type { FakeErp } from './fake-connector.ts';

/** A request as it came in, and what the connector understood of it. */
export interface SoapRequest {
  readonly operation: string;
  readonly soapAction: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly request: Contract;
}

export interface SoapAnswer {
  readonly status?: number;
  readonly contentType?: string;
  readonly body: string | Buffer;
}

export interface SoapErp {
  readonly url: string;
  readonly requests: SoapRequest[];
  /** What was asked for with GET: descriptions. */
  readonly gets: string[];
  /** Answers instead of the connector, where it answers at all. */
  intercept: ((request: SoapRequest) => SoapAnswer | undefined) | null;
  /** How the connector describes itself: in one document, in several, or not at all. */
  wsdl: 'single' | 'imported' | 'none' | 'down';
  /** Whom it lets in, for its description too. */
  admits: (headers: IncomingHttpHeaders) => boolean;
  count(operation: string): number;
  close(): Promise<void>;
}

/** A request as WCF hands it to a connector: a member that is absent, nil or out of order is null. */
type Contract = { readonly [member: string]: Read };
type Read = string | null | readonly Read[] | Contract;

const SERVICE = 'http://www.superoffice.net/EIS/Connector/1.0';
const DATA = 'http://schemas.datacontract.org/2004/07/SuperOffice.ErpSync.ConnectorWS';
const ARRAYS = 'http://schemas.microsoft.com/2003/10/Serialization/Arrays';
const INSTANCE = 'http://www.w3.org/2001/XMLSchema-instance';
const namespaceOf = { tns: SERVICE, d: DATA, a: ARRAYS } as const;
type Prefix = keyof typeof namespaceOf;

/** Data contracts: the members of the base class first, each class in the order of the alphabet. */
interface DataType {
  readonly base?: string;
  readonly members: readonly (readonly [name: string, type: string])[];
  /** An array: its one member is repeated. */
  readonly many?: true;
}

const text = 'xs:string';
const list = 'a:ArrayOfstring';
const pairs = 'a:ArrayOfKeyValueOfstringstring';
const request = (...members: (readonly [string, string])[]): DataType => ({ base: 'd:RequestBaseWS', members });
const response = (...members: (readonly [string, string])[]): DataType => ({
  base: 'd:ConnectorResultBaseWS',
  members,
});

const types: Readonly<Record<string, DataType>> = {
  'd:RequestBaseWS': { members: [['ConnectionGuid', text]] },
  'd:TestConfigDataRequestWS': { members: [['ConnectionInfo', pairs]] },
  'd:SaveConnectionRequestWS': request(['ConnectionInfo', pairs]),
  'd:GetSupportedActorTypeFieldsRequestWS': request(['ActorType', text]),
  'd:GetSearchableFieldsRequestWS': request(['ActorType', text]),
  'd:GetActorsRequestWS': request(['ActorType', text], ['ErpKeys', list], ['FieldKeys', list]),
  'd:SearchActorsRequestWS': request(['ActorType', text], ['FieldKeys', list], ['SearchText', text]),
  'd:SearchActorByParentRequestWS': request(
    ['ActorType', text],
    ['FieldKeys', list],
    ['ParentActorErpKey', text],
    ['ParentActorType', text],
    ['SearchText', text],
  ),
  'd:SearchActorsAdvancedRequestWS': request(
    ['ActorType', text],
    ['FieldKeys', list],
    ['Restrictions', 'd:ArrayOfSearchRestrictionInfoWS'],
  ),
  'd:CreateActorRequestWS': request(['Actor', 'd:ErpActorWS']),
  'd:SaveActorsRequestWS': request(['Actors', 'd:ArrayOfErpActorWS']),
  'd:GetListRequestWS': request(['ListName', text]),
  'd:GetListItemsRequestWS': request(['ListItemKeys', list], ['ListName', text]),
  'd:GetActorsByTimestampRequestWS': request(['ActorType', text], ['FieldKeys', list], ['UpdatedOnOrAfter', text]),
  'd:ConnectorResultBaseWS': {
    members: [
      ['ErrorCode', text],
      ['IsOk', 'xs:boolean'],
      ['State', text],
      ['TechExplanation', text],
      ['UserExplanation', text],
    ],
  },
  'd:StringArrayPluginResponseWS': response(['Items', list]),
  'd:FieldMetadataInfoArrayPluginResponseWS': response(['FieldMetaDataObjects', 'd:ArrayOfFieldMetadataInfoWS']),
  'd:ActorPluginResponseWS': response(['Actor', 'd:ErpActorWS']),
  'd:ActorArrayPluginResponseWS': response(['Actors', 'd:ArrayOfErpActorWS']),
  'd:ListItemArrayPluginResponseWS': response(['ListItems', pairs]),
  'd:FieldMetadataInfoWS': {
    members: [
      ['Access', text],
      ['DefaultValue', text],
      ['DisplayDescription', text],
      ['DisplayName', text],
      ['FieldKey', text],
      ['FieldType', text],
      ['ListName', text],
      ['MaxLength', 'xs:int'],
      ['Rank', 'xs:int'],
    ],
  },
  'd:ErpActorWS': {
    members: [
      ['ActorType', text],
      ['ErpKey', text],
      ['FieldValues', pairs],
      ['LastModified', text],
      ['ParentActorType', text],
      ['ParentErpKey', text],
    ],
  },
  'd:SearchRestrictionInfoWS': {
    members: [
      ['FieldKey', text],
      ['Operator', text],
      ['ScalarValue', text],
      ['Values', list],
    ],
  },
  'd:ArrayOfErpActorWS': { members: [['ErpActorWS', 'd:ErpActorWS']], many: true },
  'd:ArrayOfFieldMetadataInfoWS': { members: [['FieldMetadataInfoWS', 'd:FieldMetadataInfoWS']], many: true },
  'd:ArrayOfSearchRestrictionInfoWS': {
    members: [['SearchRestrictionInfoWS', 'd:SearchRestrictionInfoWS']],
    many: true,
  },
  'a:ArrayOfstring': { members: [['string', text]], many: true },
  'a:ArrayOfKeyValueOfstringstring': {
    members: [['KeyValueOfstringstring', 'a:KeyValueOfstringstring']],
    many: true,
  },
  'a:KeyValueOfstringstring': {
    members: [
      ['Key', text],
      ['Value', text],
    ],
  },
};

const result = 'd:ConnectorResultBaseWS';
const actorArray = 'd:ActorArrayPluginResponseWS';
const operations: Readonly<Record<string, readonly [request: string | null, response: string]>> = {
  WSGetConfigData: [null, 'd:FieldMetadataInfoArrayPluginResponseWS'],
  WSTestConfigData: ['d:TestConfigDataRequestWS', result],
  WSSaveConnection: ['d:SaveConnectionRequestWS', result],
  WSTestConnection: ['d:RequestBaseWS', result],
  WSDeleteConnection: ['d:RequestBaseWS', result],
  WSGetSupportedActorTypes: ['d:RequestBaseWS', 'd:StringArrayPluginResponseWS'],
  WSGetSupportedActorTypeFields: ['d:GetSupportedActorTypeFieldsRequestWS', 'd:FieldMetadataInfoArrayPluginResponseWS'],
  WSGetSearchableFields: ['d:GetSearchableFieldsRequestWS', 'd:StringArrayPluginResponseWS'],
  WSGetActors: ['d:GetActorsRequestWS', actorArray],
  WSSearchActors: ['d:SearchActorsRequestWS', actorArray],
  WSSearchActorByParent: ['d:SearchActorByParentRequestWS', actorArray],
  WSSearchActorsAdvanced: ['d:SearchActorsAdvancedRequestWS', actorArray],
  WSCreateActor: ['d:CreateActorRequestWS', 'd:ActorPluginResponseWS'],
  WSSaveActors: ['d:SaveActorsRequestWS', actorArray],
  WSGetList: ['d:GetListRequestWS', 'd:ListItemArrayPluginResponseWS'],
  WSGetListItems: ['d:GetListItemsRequestWS', 'd:ListItemArrayPluginResponseWS'],
  WSGetActorsByTimestamp: ['d:GetActorsByTimestampRequestWS', actorArray],
};

/** A sync connector such as vendors run them under WCF, in front of an ERP in memory. It forgets its connections when it closes. */
export async function startSoapErp(erp: FakeErp): Promise<SoapErp> {
  const known = new Map<string, FieldValues>();
  const path = '/Services/ERPConnectorWS.svc';

  const server = createServer((incoming, outgoing) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
      const send = ({ status = 200, contentType = 'text/xml; charset=utf-8', body }: SoapAnswer) =>
        outgoing.writeHead(status, { 'content-type': contentType }).end(body);

      if (!soap.admits(incoming.headers)) {
        send({ status: 401, contentType: 'text/html', body: '<html>Sign in</html>' });
        return;
      }
      if (incoming.method === 'GET') {
        soap.gets.push(incoming.url ?? '');
        send(describe(new URL(incoming.url ?? '', 'http://localhost').searchParams, soap.wsdl));
        return;
      }
      const soapAction = String(incoming.headers.soapaction ?? '');
      const received = understood(Buffer.concat(chunks).toString(), soapAction, incoming.headers);
      if (!received) {
        send({ status: 500, body: fault('a:ActionNotSupported', 'The message cannot be processed.') });
        return;
      }
      soap.requests.push(received);
      send(soap.intercept?.(received) ?? { body: await answer(erp, known, received) });
    })();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));

  const soap: SoapErp = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
    requests: [],
    gets: [],
    intercept: null,
    wsdl: 'single',
    admits: () => true,
    count: (operation) => soap.requests.filter((received) => received.operation === operation).length,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
  return soap;
}

/** An answer of `operation` with this inside its result, as WCF writes it. */
export function soapResult(operation: string, inside: string): string {
  return envelope(
    `<${operation}Response xmlns="${SERVICE}"><${operation}Result xmlns:d="${DATA}" xmlns:a="${ARRAYS}" xmlns:i="${INSTANCE}">` +
      `${inside}</${operation}Result></${operation}Response>`,
  );
}

export function envelope(body: string): string {
  return `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>${body}</s:Body></s:Envelope>`;
}

export function fault(code: string, explanation: string): string {
  return envelope(
    `<s:Fault><faultcode xmlns:a="http://schemas.microsoft.com/ws/2005/05/addressing/none">${code}</faultcode>` +
      `<faultstring xml:lang="en-US">${explanation}</faultstring></s:Fault>`,
  );
}

// What it understands

interface Node {
  readonly namespace: string;
  readonly name: string;
  readonly nil: boolean;
  readonly text: string;
  readonly children: readonly Node[];
}

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  parseTagValue: false,
  trimValues: false,
  htmlEntities: true,
  ignoreDeclaration: true,
});

function nodesIn(parsed: unknown, outer: Readonly<Record<string, string>>): Node[] {
  return (parsed as Record<string, unknown>[]).flatMap((entry) => {
    const tag = Object.keys(entry).find((key) => key !== ':@' && key !== '#text');
    if (tag === undefined) return [];
    const attributes = Object.entries((entry[':@'] ?? {}) as Record<string, string>);
    const scope = { ...outer };
    for (const [key, uri] of attributes) {
      const [, prefix = ''] = /^@_xmlns:?(.*)$/.exec(key) ?? [];
      if (key.startsWith('@_xmlns')) scope[prefix] = uri;
    }
    const [name = '', prefix = ''] = tag.split(':').reverse();
    const inside = entry[tag] as Record<string, unknown>[];
    return [
      {
        namespace: scope[prefix] ?? '',
        name,
        nil: attributes.some(([key, value]) => key.endsWith(':nil') && value === 'true'),
        text: inside.map((part) => ('#text' in part ? String(part['#text']) : '')).join(''),
        children: nodesIn(inside, scope),
      },
    ];
  });
}

function understood(body: string, soapAction: string, headers: IncomingHttpHeaders): SoapRequest | null {
  const [root] = nodesIn(parser.parse(body), {});
  const called = root?.children.find(({ name }) => name === 'Body')?.children[0];
  const operation = operations[called?.name ?? ''];
  if (!called || !operation || called.namespace !== SERVICE) return null;
  if (soapAction !== `"${SERVICE}/IErpConnectorWS/${called.name}"`) return null;
  const [type] = operation;
  const sent = called.children.find(({ namespace, name }) => namespace === SERVICE && name === 'request');
  return {
    operation: called.name,
    soapAction,
    headers,
    text: body,
    request: type && sent ? (readType(sent, type) as Contract) : {},
  };
}

/** WCF looks for the next member it expects, and leaves out what it did not expect there. */
function readType(node: Node, type: string): Read {
  if (node.nil) return null;
  const known = types[type];
  if (!known) return node.text;

  const members = membersOf(type);
  if (known.many) {
    const [name, of] = members[0] as readonly [string, string];
    return node.children.filter((inner) => inner.name === name && isOf(inner, type)).map((item) => readType(item, of));
  }
  const read: Record<string, Read> = Object.fromEntries(members.map(([name]) => [name, null]));
  let expected = 0;
  for (const inner of node.children) {
    const at = members.findIndex(([name], index) => index >= expected && inner.name === name && isOf(inner, type));
    const [name, of] = members[at] ?? [];
    if (name === undefined || of === undefined) continue;
    read[name] = readType(inner, of);
    expected = at + 1;
  }
  return read;
}

function isOf({ namespace }: Node, type: string): boolean {
  return namespace === namespaceOf[type.split(':')[0] as Prefix];
}

function membersOf(type: string): readonly (readonly [string, string])[] {
  const { base, members } = types[type] as DataType;
  return [...(base ? membersOf(base) : []), ...members];
}

// What it answers

async function answer(
  erp: FakeErp,
  known: Map<string, FieldValues>,
  { operation, request }: SoapRequest,
): Promise<string> {
  const [, type] = operations[operation] as readonly [string | null, string];
  try {
    return write(operation, type, { IsOk: 'true', State: 'Ok', ...(await worked(erp, known, operation, request)) });
  } catch (error) {
    const code = error instanceof AppError ? error.code : 'internal';
    return write(operation, type, {
      ErrorCode: errorCodes[code] ?? '',
      IsOk: 'false',
      State: 'Error',
      TechExplanation: String(error),
      UserExplanation: `US:"Not done: ${code}"NO:"Ikke gjort: ${code}"`,
    });
  }
}

/** As the contract spells them. */
const errorCodes: Readonly<Record<string, string>> = {
  'connector.unknown_connection': 'UNKNOWN_CONNECTION_ID',
  'mapping.field_unknown': 'UNKOWN_FIELDKEY',
  'value.invalid': 'UNKOWN_LISTITEM_ID',
};

async function worked(
  erp: FakeErp,
  known: Map<string, FieldValues>,
  operation: string,
  request: Contract,
): Promise<Contract> {
  const id = plain(request['ConnectionGuid']);
  const type = plain(request['ActorType']) as ActorType;
  const fields = (actorType = type) => erp.fieldsOf.get(actorType) ?? [];
  const kindOf = (key: string, actorType = type): WantedField => ({
    key,
    kind: fields(actorType).find((field) => field.key === key)?.kind ?? 'text',
  });
  const wanted = strings(request['FieldKeys']).map((key) => kindOf(key));
  const parent = {
    type: plain(request['ParentActorType']) as ActorType,
    erpKey: plain(request['ParentActorErpKey']),
  };
  const opened = (config: FieldValues) => erp.open({ connectionId: id, url: '', config });
  const connection = () => {
    const config = known.get(id);
    if (!config && !(operation === 'WSGetList' && /^[0-]+$/.test(id))) {
      throw new AppError('connector.unknown_connection', {});
    }
    return opened(config ?? {});
  };
  const decoded = (sent: Read | undefined, actorType: ActorType): FieldValues =>
    Object.fromEntries(
      dictionary(sent).map(([key, value]) => {
        const read = decodeWire(kindOf(key, actorType).kind, value);
        if (read.kind === 'unreadable') throw new AppError('connector.rejected', { field: key });
        return [key, read.value];
      }),
    );
  const told = (actors: readonly Actor[]) => actors.map((actor) => actorOf(actor, fields(actor.type)));

  switch (operation) {
    case 'WSGetConfigData':
      return { FieldMetaDataObjects: erp.config.map(metadata) };
    case 'WSTestConfigData':
      await opened(Object.fromEntries(dictionary(request['ConnectionInfo']))).testConfig();
      return {};
    case 'WSSaveConnection': {
      if (id === '') throw new AppError('connector.rejected', { problem: 'no connection id' });
      const config = Object.fromEntries(dictionary(request['ConnectionInfo']));
      await opened(config).saveConnection();
      known.set(id, config);
      return {};
    }
    case 'WSTestConnection':
      await connection().testConnection();
      return {};
    case 'WSDeleteConnection':
      await connection().deleteConnection();
      known.delete(id);
      return {};
    case 'WSGetSupportedActorTypes':
      return { Items: await connection().actorTypes() };
    case 'WSGetSupportedActorTypeFields':
      return { FieldMetaDataObjects: (await connection().fields(type)).map(metadata) };
    case 'WSGetSearchableFields':
      return { Items: await connection().searchableFields(type) };
    case 'WSGetActors':
      return page(await connection().getActors(type, strings(request['ErpKeys']), wanted));
    case 'WSSearchActors':
      return page(await connection().searchActors(type, plain(request['SearchText']), wanted));
    case 'WSSearchActorByParent':
      return page(await connection().searchActors(type, plain(request['SearchText']), wanted, { parent }));
    case 'WSSearchActorsAdvanced':
      return page(await connection().searchAdvanced(type, restrictions(request['Restrictions']), wanted));
    case 'WSGetActorsByTimestamp':
      return page(await connection().changedActors(type, plain(request['UpdatedOnOrAfter']), wanted));
    case 'WSCreateActor': {
      const { type: actorType, parent: above, sent } = draft(request['Actor'] as Contract);
      const created = await connection().createActor(
        { type: actorType, values: decoded(sent, actorType), parent: above },
        fields(actorType),
      );
      return { Actor: told([created])[0] ?? null };
    }
    case 'WSSaveActors': {
      const before = [new Map(erp.actors), new Map(erp.lastModified)] as const;
      const changes = (request['Actors'] as readonly Contract[]).map((actor) => {
        const { type: actorType, erpKey, sent } = draft(actor);
        return { type: actorType, erpKey, values: decoded(sent, actorType) };
      });
      const all = [...new Set(changes.map((change) => change.type))].flatMap((actorType) => fields(actorType));
      const outcomes = await connection().saveActors(changes, all);
      // One status for the whole batch, so that what was saved of it has to go again. Unknown keys are left out in silence.
      const against = outcomes.find((outcome) => outcome.kind === 'refused' && outcome.code !== 'actor.not_found');
      if (against?.kind === 'refused') {
        before[0].forEach((values, key) => erp.actors.set(key, values));
        before[1].forEach((stamp, key) => erp.lastModified.set(key, stamp));
        throw new AppError(against.code, {});
      }
      return { Actors: told(outcomes.flatMap((outcome) => (outcome.kind === 'saved' ? [outcome.actor] : []))) };
    }
    case 'WSGetList':
      return { ListItems: entries(await connection().getList(plain(request['ListName']))) };
    case 'WSGetListItems':
      return {
        ListItems: entries(
          await connection().getListItems(plain(request['ListName']), strings(request['ListItemKeys'])),
        ),
      };
    default:
      throw new Error(`no such operation: ${operation}`);
  }

  function page({ actors, warning }: { readonly actors: readonly Actor[]; readonly warning: string | null }): Contract {
    const state = warning === null ? {} : { State: 'Warning', UserExplanation: warning };
    return { Actors: told(actors), ...state };
  }

  function restrictions(sent: Read | undefined): SearchRestriction[] {
    return (sent as readonly Contract[]).map((restriction) => {
      const field = kindOf(plain(restriction['FieldKey']));
      const values = strings(restriction['Values']).map((value) => {
        const read = decodeWire(field.kind, value);
        return read.kind === 'value' ? read.value : null;
      });
      return { field, operator: plain(restriction['Operator']), values };
    });
  }
}

function draft(actor: Contract): ActorRef & Pick<ActorDraft, 'parent'> & { readonly sent: Read | undefined } {
  const parentType = plain(actor['ParentActorType']);
  return {
    type: plain(actor['ActorType']) as ActorType,
    erpKey: plain(actor['ErpKey']),
    sent: actor['FieldValues'],
    parent: parentType ? { type: parentType as ActorType, erpKey: plain(actor['ParentErpKey']) } : null,
  };
}

function actorOf({ type, erpKey, lastModified, values, unreadable, parent }: Actor, fields: readonly ErpField[]) {
  const kindOf = (key: string) => fields.find((field) => field.key === key)?.kind ?? 'text';
  const sent = [
    ...Object.entries(values).map(
      ([key, value]) => [key, value === null ? '' : encodeWire(kindOf(key), value)] as const,
    ),
    ...Object.entries(unreadable),
  ];
  return {
    ActorType: type,
    ErpKey: erpKey,
    FieldValues: sent.map(([Key, Value]) => ({ Key, Value })),
    LastModified: lastModified,
    ParentActorType: parent?.type ?? '',
    ParentErpKey: parent?.erpKey ?? '',
  };
}

const typeNames = { checkbox: 'Checkbox', text: 'Text', password: 'Password', integer: 'Integer', decimal: 'Double', list: 'List', date: 'Datetime', datetime: 'Datetime', label: 'Label' } as const; // prettier-ignore
const accessNames = { normal: 'Normal', mandatory: 'Mandatory', readOnly: 'ReadOnly' } as const;

function metadata(field: ErpField): Contract {
  return {
    Access: accessNames[field.access],
    DefaultValue: field.defaultValue,
    DisplayDescription: field.description,
    DisplayName: field.name,
    FieldKey: field.key,
    FieldType: typeNames[field.kind],
    ListName: field.listName,
    MaxLength: String(field.maxLength),
    Rank: String(field.rank),
  };
}

function entries(items: readonly { readonly key: string; readonly text: string }[]): readonly Contract[] {
  return items.map(({ key, text: Value }) => ({ Key: key, Value }));
}

function plain(read: Read | undefined): string {
  return typeof read === 'string' ? read : '';
}

function strings(read: Read | undefined): string[] {
  return Array.isArray(read) ? (read as readonly Read[]).map(plain) : [];
}

function dictionary(read: Read | undefined): [string, string][] {
  return Array.isArray(read)
    ? (read as readonly Contract[]).map((pair) => [plain(pair['Key']), plain(pair['Value'])])
    : [];
}

function write(operation: string, type: string, value: Contract): string {
  return soapResult(
    operation,
    membersOf(type)
      .map((member) => writeMember(type, member, value))
      .join(''),
  );
}

function writeMember(owner: string, [name, type]: readonly [string, string], holder: Contract): string {
  const tag = `${owner.split(':')[0]}:${name}`;
  const value = holder[name] ?? null;
  if (value === null) return `<${tag} i:nil="true"/>`;
  if (typeof value === 'string') return `<${tag}>${escape(value)}</${tag}>`;
  if (Array.isArray(value)) {
    const [member] = membersOf(type) as [readonly [string, string]];
    const items = (value as readonly Read[]).map((item) => writeMember(type, member, { [member[0]]: item }));
    return `<${tag}>${items.join('')}</${tag}>`;
  }
  return `<${tag}>${membersOf(type)
    .map((member) => writeMember(type, member, value as Contract))
    .join('')}</${tag}>`;
}

function escape(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('\r', '&#xD;');
}

// How it describes itself

/** WCF writes the name of the machine it runs on, which nobody outside can look up. */
const INSIDE = 'http://erp-server.example.internal/Services/ERPConnectorWS.svc';

function describe(query: URLSearchParams, how: SoapErp['wsdl']): SoapAnswer {
  const part = query.get('xsd');
  if (how === 'down') return { status: 503, contentType: 'text/html', body: '<html>Service Unavailable</html>' };
  if (how === 'single' && query.has('singleWsdl')) return { body: wsdl(true) };
  if (how === 'imported' && query.has('wsdl')) return { body: wsdl(false) };
  if (how === 'imported' && part !== null) return { body: schema(part as Prefix, true) };
  return { contentType: 'text/html', body: '<html><body>You have created a service.</body></html>' };
}

/** The description in one document, or with its schemas in documents of their own. */
export function wsdl(single: boolean, address = INSIDE): string {
  const names = Object.keys(operations);
  const prefixes = Object.keys(namespaceOf) as Prefix[];
  const schemas = single
    ? prefixes.map((prefix) => schema(prefix, false)).join('')
    : `<xs:schema>${prefixes.map((prefix) => `<xs:import schemaLocation="${INSIDE}?xsd=${prefix}" namespace="${namespaceOf[prefix]}"/>`).join('')}</xs:schema>`;
  return (
    `<?xml version="1.0" encoding="utf-8"?><wsdl:definitions name="ERPConnectorWS" targetNamespace="${SERVICE}" xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" ` +
    `xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:tns="${SERVICE}"><wsdl:types>${schemas}</wsdl:types>` +
    names
      .map(
        (name) =>
          `<wsdl:message name="IErpConnectorWS_${name}_InputMessage"><wsdl:part name="parameters" element="tns:${name}"/></wsdl:message><wsdl:message name="IErpConnectorWS_${name}_OutputMessage"><wsdl:part name="parameters" element="tns:${name}Response"/></wsdl:message>`,
      )
      .join('') + // prettier-ignore
    `<wsdl:portType name="IErpConnectorWS">` +
    names
      .map(
        (name) =>
          `<wsdl:operation name="${name}"><wsdl:input message="tns:IErpConnectorWS_${name}_InputMessage"/><wsdl:output message="tns:IErpConnectorWS_${name}_OutputMessage"/></wsdl:operation>`,
      )
      .join('') + // prettier-ignore
    `</wsdl:portType><wsdl:binding name="BasicHttpBinding_IErpConnectorWS" type="tns:IErpConnectorWS"><soap:binding transport="http://schemas.xmlsoap.org/soap/http"/>` +
    names
      .map(
        (name) =>
          `<wsdl:operation name="${name}"><soap:operation soapAction="${SERVICE}/IErpConnectorWS/${name}" style="document"/><wsdl:input><soap:body use="literal"/></wsdl:input><wsdl:output><soap:body use="literal"/></wsdl:output></wsdl:operation>`,
      )
      .join('') + // prettier-ignore
    `</wsdl:binding><wsdl:service name="ERPConnectorWS"><wsdl:port name="BasicHttpBinding_IErpConnectorWS" binding="tns:BasicHttpBinding_IErpConnectorWS"><soap:address location="${address}"/></wsdl:port></wsdl:service></wsdl:definitions>`
  );
}

function schema(prefix: Prefix, located: boolean): string {
  const others = (Object.keys(namespaceOf) as Prefix[]).filter((other) => other !== prefix && other !== 'tns');
  const imports = others.map((other) => `<xs:import ${located ? `schemaLocation="?xsd=${other}" ` : ''}namespace="${namespaceOf[other]}"/>`); // prettier-ignore
  const element = (name: string, type: string, many = false) =>
    `<xs:element minOccurs="0" ${many ? 'maxOccurs="unbounded" ' : ''}name="${name}" ${type === text || !type.startsWith('xs:') ? 'nillable="true" ' : ''}type="${type}"/>`;
  const sequence = ({ members, many }: DataType) =>
    `<xs:sequence>${members.map(([name, type]) => element(name, type, many)).join('')}</xs:sequence>`;
  const own = Object.entries(types).filter(([name]) => name.startsWith(`${prefix}:`));
  const contracts = own.map(([name, type]) => {
    const inside = type.base
      ? `<xs:complexContent mixed="false"><xs:extension base="${type.base}">${sequence(type)}</xs:extension></xs:complexContent>`
      : sequence(type);
    return `<xs:complexType name="${name.slice(2)}">${inside}</xs:complexType>`;
  });
  const wrappers = Object.entries(operations).flatMap(([name, [asked, answered]]) => [
    `<xs:element name="${name}"><xs:complexType><xs:sequence>${asked ? element('request', asked) : ''}</xs:sequence></xs:complexType></xs:element>`,
    `<xs:element name="${name}Response"><xs:complexType><xs:sequence>${element(`${name}Result`, answered)}</xs:sequence></xs:complexType></xs:element>`,
  ]);
  const declared = Object.entries(namespaceOf).map(([name, uri]) => `xmlns:${name}="${uri}"`);
  return `<xs:schema elementFormDefault="qualified" targetNamespace="${namespaceOf[prefix]}" xmlns:xs="http://www.w3.org/2001/XMLSchema" ${declared.join(' ')}>${imports.join('')}${contracts.join('')}${prefix === 'tns' ? wrappers.join('') : ''}</xs:schema>`;
}
