import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../backend/ports/clock.ts';
import { holdsFor, type Value } from './odata-filter.ts';

/** A set of records, and what its type says of each property: the attributes of the element, and what stands inside. */
export interface ODataSet {
  readonly key: readonly string[];
  readonly properties: Readonly<Record<string, readonly [attributes: string, inside?: string]>>;
  /** Navigation properties and whatever else belongs into the type. */
  readonly more?: string;
  /** The property that is stamped with the time of each change. */
  readonly stamp?: string;
  /** The key of a new record. */
  readonly newKey?: (rows: readonly ODataRow[]) => Readonly<Record<string, Value>>;
}

export type ODataRow = Record<string, Value>;

export interface ODataRequest {
  readonly method: string;
  /** Below the service, decoded, without the query. */
  readonly path: string;
  readonly query: ReadonlyMap<string, string>;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface ODataAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface ODataErp {
  /** Where the service begins. */
  readonly url: string;
  readonly tokenUrl: string;
  readonly sets: ReadonlyMap<string, ODataRow[]>;
  readonly requests: ODataRequest[];
  /** How often a token was asked for, and which one is good. */
  readonly tokens: { asked: number; good: string | null };
  /** Answers instead of the service, where it answers at all. */
  intercept: ((request: ODataRequest) => ODataAnswer | undefined | Promise<ODataAnswer | undefined>) | null;
  /** What somebody does in the ERP itself. */
  edit(set: string, key: Readonly<Record<string, Value>>, values: Readonly<Record<string, Value>>): void;
  count(method: string, path?: string | RegExp): number;
  close(): Promise<void>;
}

/** What this service cannot do, or does in its own way. */
export interface Manners {
  readonly path?: string;
  readonly namespace?: string;
  /** Records on a page. */
  readonly pageSize?: number;
  readonly batch?: boolean;
  readonly search?: boolean;
  /** Functions of `$filter` it does not know. */
  readonly lacks?: readonly string[];
  /** As Business Central: one field per `or`, no `not`, no null, 409 for a record somebody else changed. */
  readonly businessCentral?: boolean;
  /** Only with this header. */
  readonly authorization?: string;
  /** Answers 204 to what was written. */
  readonly silent?: boolean;
}

const JSON_TYPE = 'application/json;odata.metadata=minimal';

/** An ERP with an OData v4 service, as the standard and Microsoft describe them. */
export async function startODataErp(
  model: Readonly<Record<string, ODataSet>>,
  rows: Readonly<Record<string, readonly ODataRow[]>>,
  clock: Clock,
  manners: Manners = {},
): Promise<ODataErp> {
  const sets = new Map(Object.keys(model).map((name) => [name, structuredClone(rows[name] ?? []) as ODataRow[]]));
  const versions = new WeakMap<ODataRow, number>();
  const prefix = manners.path ?? '/odata/v4/erp/';
  const etagOf = (row: ODataRow) => `W/"${versions.get(row) ?? 1}"`;

  const change = (set: ODataSet, row: ODataRow, values: Readonly<Record<string, Value>>) => {
    Object.assign(row, values, set.stamp ? { [set.stamp]: clock.now().toISOString() } : {});
    versions.set(row, (versions.get(row) ?? 1) + 1);
  };

  const server = createServer((incoming, outgoing) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
      const answer = await answerTo({
        method: incoming.method ?? 'GET',
        url: incoming.url ?? '/',
        headers: incoming.headers,
        body: Buffer.concat(chunks).toString(),
      });
      outgoing.writeHead(answer.status ?? 200, { 'content-type': JSON_TYPE, ...answer.headers }).end(answer.body ?? '');
    })();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;

  interface Raw {
    readonly method: string;
    readonly url: string;
    readonly headers: IncomingHttpHeaders;
    readonly body: string;
  }

  async function answerTo({ method, url, headers, body }: Raw): Promise<ODataAnswer> {
    if (url === '/token') return token(body);
    const [path = '', search = ''] = url.split('?');
    if (!path.startsWith(prefix)) return refused(404, 'BadRequest_ResourceNotFound', 'No such segment');
    // As some services are: a plus sign is a plus sign.
    if (search.includes('+')) return refused(400, 'BadRequest', 'A space is written %20');
    const query = new Map(
      search
        .split('&')
        .filter(Boolean)
        .map((part) => part.split('=').map(decodeURIComponent) as [string, string]),
    );
    const request: ODataRequest = { method, path: decodeURIComponent(path.slice(prefix.length)), query, headers, body };
    erp.requests.push(request);
    const instead = await erp.intercept?.(request);
    if (instead) return instead;
    const good = erp.tokens.good === null ? manners.authorization : `Bearer ${erp.tokens.good}`;
    if (good !== undefined && headers.authorization !== good) return refused(401, 'Unauthorized', 'Sign in first');
    if (request.path === '$metadata') {
      return { headers: { 'content-type': 'application/xml' }, body: describe(model, manners.namespace ?? 'Erp') };
    }
    if (request.path === '$batch') return batch(request);
    return serve(request);
  }

  function token(body: string): ODataAnswer {
    erp.tokens.asked++;
    const form = new URLSearchParams(body);
    if (form.get('grant_type') !== 'client_credentials' || form.get('client_secret') !== 's3cret & more') {
      return {
        status: 401,
        body: JSON.stringify({
          error: 'invalid_client',
          error_description: 'AADSTS7000215: Invalid client secret provided.',
        }),
      };
    }
    erp.tokens.good = `token-${erp.tokens.asked}`;
    return { body: JSON.stringify({ token_type: 'Bearer', expires_in: 3600, access_token: erp.tokens.good }) };
  }

  async function batch({ headers, body }: ODataRequest): Promise<ODataAnswer> {
    if (!manners.batch) return refused(501, 'BadRequest_MethodNotImplemented', 'No batches');
    const { requests } = JSON.parse(body) as {
      requests: { id: string; method: string; url: string; headers: Record<string, string> }[];
    };
    const responses = [];
    for (const [index, { id, method, url, headers: own }] of requests.entries()) {
      const low = Object.fromEntries(Object.entries(own).map(([name, value]) => [name.toLowerCase(), value]));
      // The body as it was sent: parsed and written again, digits would be lost.
      const inside = bodyAt(body, index);
      const answer = await answerTo({
        method,
        url: prefix + url,
        headers: { ...(headers.authorization ? { authorization: headers.authorization } : {}), ...low },
        body: inside,
      });
      responses.push(
        `{"id":${JSON.stringify(id)},"status":${answer.status ?? 200},"headers":{"content-type":"${JSON_TYPE}"}` +
          `${answer.body ? `,"body":${answer.body}` : ''}}`,
      );
      if ((answer.status ?? 200) >= 400 && !/continue-on-error/.test(String(headers.prefer))) break;
    }
    return { body: `{"responses":[${responses.join(',')}]}` };
  }

  function serve({ method, path, query, headers, body }: ODataRequest): ODataAnswer {
    const within = path.replace(/^companies\([^)]*\)\//, '');
    const [, name = '', key = null] = /^(\w+)(?:\((.*)\))?$/s.exec(within) ?? [];
    const set = model[name];
    const all = sets.get(name);
    if (!set || !all) return refused(404, 'BadRequest_NotFound', `No set ${name}`);
    const types = typesOf(set);
    if (key === null) {
      if (method === 'POST') {
        const row: ODataRow = Object.fromEntries(Object.keys(set.properties).map((property) => [property, null]));
        change(set, row, { ...parseBody(body), ...set.newKey?.(all) });
        all.push(row);
        return written(201, row, types);
      }
      return list(name, set, all, query, headers);
    }
    const row = all.find((each) => keyText(set, types, each) === key);
    if (!row) return refused(404, 'Internal_RecordNotFound', 'The record does not exist.');
    if (method === 'GET') return { body: write(row, types, { '@odata.etag': etagOf(row) }) };
    if (method !== 'PATCH') return refused(405, 'BadRequest_MethodNotAllowed', method);
    const match = headers['if-match'];
    if (match === undefined) return refused(428, 'BadRequest_InvalidToken', 'If-Match is needed');
    if (match !== '*' && match !== etagOf(row)) {
      return manners.businessCentral
        ? refused(409, 'Request_EntityChanged', 'Another user has already changed the record.')
        : refused(412, 'PreconditionFailed', 'The record was changed');
    }
    change(set, row, parseBody(body));
    return written(200, row, types);
  }

  function written(status: number, row: ODataRow, types: Types): ODataAnswer {
    if (!manners.silent) return { status, body: write(row, types, { '@odata.etag': etagOf(row) }) };
    const [name = '', set] = Object.entries(model).find(([each]) => sets.get(each)?.includes(row)) ?? [];
    const location = set
      ? `http://127.0.0.1:${port}${prefix}${name}(${encodeURIComponent(keyText(set, types, row))})`
      : '';
    return { status: 204, headers: { 'odata-entityid': location } };
  }

  function list(
    name: string,
    set: ODataSet,
    all: readonly ODataRow[],
    query: ReadonlyMap<string, string>,
    headers: IncomingHttpHeaders,
  ): ODataAnswer {
    const types = typesOf(set);
    let found: readonly ODataRow[];
    try {
      const filter = query.get('$filter');
      const nested = query.get('$schemaversion') === '2.1';
      found =
        filter === undefined
          ? all
          : all.filter(
              holdsFor(filter, types, { lacks: manners.lacks ?? [], modest: manners.businessCentral ?? false, nested }),
            );
    } catch (error) {
      return refused(400, 'BadRequest', (error as Error).message);
    }
    const sought = query.get('$search');
    if (sought !== undefined) {
      if (!manners.search) return refused(501, 'NotImplemented', 'No $search');
      const text = sought.replaceAll(/^"|"$/g, '').toLowerCase();
      found = found.filter((row) => Object.values(row).some((value) => String(value).toLowerCase().includes(text)));
    }
    const order = query.get('$orderby');
    if (order)
      found = found.toSorted((a, b) =>
        String(a[order]) < String(b[order]) ? -1 : Number(String(a[order]) > String(b[order])),
      );
    const top = query.get('$top');
    if (top !== undefined) found = found.slice(0, Number(top));

    const skip = Number(query.get('$skiptoken') ?? 0);
    const asked = Number(/maxpagesize=(\d+)/.exec(String(headers.prefer))?.[1] ?? Infinity);
    const size = Math.min(manners.pageSize ?? Infinity, asked);
    const page = found.slice(skip, skip + size);
    const select = query.get('$select')?.split(',');
    const unknown = select?.find((property) => !(property in set.properties));
    if (unknown !== undefined) return refused(400, 'BadRequest', `Could not find a property named '${unknown}'`);
    const rest = new URLSearchParams([...query].filter(([each]) => each !== '$skiptoken'))
      .toString()
      .replaceAll('+', '%20');
    const next =
      skip + size < found.length
        ? `,"@odata.nextLink":${JSON.stringify(`${name}?${rest}&$skiptoken=${skip + size}`)}`
        : '';
    return {
      body:
        `{"@odata.context":"$metadata#${name}","value":[` +
        page.map((row) => write(row, types, { '@odata.etag': etagOf(row) }, select)).join(',') +
        `]${next}}`,
    };
  }

  const erp: ODataErp = {
    url: `http://127.0.0.1:${port}${prefix.replace(/\/$/, '')}`,
    tokenUrl: `http://127.0.0.1:${port}/token`,
    sets,
    requests: [],
    tokens: { asked: 0, good: null },
    intercept: null,
    edit(name, key, values) {
      const row = sets
        .get(name)
        ?.find((each) => Object.entries(key).every(([property, value]) => each[property] === value));
      if (!row || !model[name]) throw new Error(`no such record in ${name}`);
      change(model[name], row, values);
    },
    count: (method, path) =>
      erp.requests.filter(
        (each) =>
          each.method === method &&
          (path === undefined || (typeof path === 'string' ? each.path === path : path.test(each.path))),
      ).length,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
  return erp;
}

type Types = ReadonlyMap<string, string>;

function typesOf({ properties }: ODataSet): Types {
  return new Map(
    Object.entries(properties).map(([name, [attributes]]) => [name, /Type="([^"]+)"/.exec(attributes)?.[1] ?? '']),
  );
}

function keyText(set: ODataSet, types: Types, row: ODataRow): string {
  const parts = set.key.map((name) => {
    const value = String(row[name]);
    return [name, types.get(name) === 'Edm.String' ? `'${value.replaceAll("'", "''")}'` : value] as const;
  });
  return parts.length === 1 ? (parts[0]?.[1] ?? '') : parts.map(([name, value]) => `${name}=${value}`).join(',');
}

/** Numbers stand there as texts, and are written as the numbers they look like. */
function write(
  row: ODataRow,
  types: Types,
  annotations: Readonly<Record<string, string>>,
  select?: readonly string[],
): string {
  const members = Object.entries(annotations).map(([name, value]) => `"${name}":${JSON.stringify(value)}`);
  for (const [name, value] of Object.entries(row)) {
    if (select && !select.includes(name)) continue;
    const number =
      typeof value === 'string' &&
      /^Edm\.(?:Int|Decimal|Double)/.test(types.get(name) ?? '') &&
      /^-?[\d.]+$/.test(value);
    members.push(`${JSON.stringify(name)}:${number ? value : JSON.stringify(value)}`);
  }
  return `{${members.join(',')}}`;
}

function parseBody(body: string): ODataRow {
  const keep = (_: string, value: unknown, context?: { source?: string }) =>
    typeof value === 'number' ? (context?.source ?? String(value)) : value;
  return JSON.parse(body, keep) as ODataRow;
}

function bodyAt(batch: string, index: number): string {
  const starts = [...batch.matchAll(/"body":/g)];
  const from = (starts[index]?.index ?? 0) + '"body":'.length;
  let depth = 0;
  let quoted = false;
  for (let at = from; at < batch.length; at++) {
    const sign = batch[at];
    if (quoted) {
      if (sign === '\\') at++;
      else if (sign === '"') quoted = false;
    } else if (sign === '"') quoted = true;
    else if (sign === '{') depth++;
    else if (sign === '}' && --depth === 0) return batch.slice(from, at + 1);
  }
  return '{}';
}

function refused(status: number, code: string, message: string): ODataAnswer {
  return { status, body: JSON.stringify({ error: { code, message } }) };
}

function describe(model: Readonly<Record<string, ODataSet>>, namespace: string): string {
  const types = Object.entries(model).map(([name, { key, properties, more = '' }]) => {
    const inside = Object.entries(properties).map(
      ([property, [attributes, notes = '']]) => `<Property Name="${property}" ${attributes}>${notes}</Property>`,
    );
    const keys = key.map((each) => `<PropertyRef Name="${each}"/>`).join('');
    return `<EntityType Name="${name}Type"><Key>${keys}</Key>${inside.join('')}${more}</EntityType>`;
  });
  const sets = Object.keys(model).map((name) => `<EntitySet Name="${name}" EntityType="${namespace}.${name}Type"/>`);
  return (
    `<?xml version="1.0" encoding="utf-8"?><edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx">` +
    `<edmx:DataServices><Schema Namespace="${namespace}" xmlns="http://docs.oasis-open.org/odata/ns/edm">` +
    `<EnumType Name="Standing"><Member Name="_x0020_" Value="0"/><Member Name="Blocked" Value="1"/></EnumType>` +
    `${types.join('')}<EntityContainer Name="Container">${sets.join('')}</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>`
  );
}
