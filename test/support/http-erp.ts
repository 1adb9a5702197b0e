import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ErpField } from '../../backend/domain/field.ts';
import { AppError } from '../../backend/errors.ts';
import type { Actor, WantedField } from '../../backend/ports/erp-connector.ts';
import type { ActorRef, ActorType, FieldValues } from '../../shared/vocabulary.ts';
import type { FakeErp } from './fake-connector.ts';

/** A call as it came in: `read`, `save`, `connection` ... */
export interface HttpErpCall {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface HttpErpAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON unless it is a text or bytes. */
  readonly body?: unknown;
}

export interface HttpErp {
  readonly url: string;
  readonly calls: HttpErpCall[];
  /** What the connector says it can do. */
  capabilities: Readonly<Record<string, unknown>>;
  /** Answers instead of the connector, where it answers at all. */
  intercept: ((call: HttpErpCall) => HttpErpAnswer | undefined) | null;
  /** The settings it was given, by connection. */
  readonly known: Map<string, FieldValues>;
  /** The calls whose path ends so. */
  called(end: string): readonly HttpErpCall[];
  close(): Promise<void>;
}

type Body = {
  readonly type: ActorType;
  readonly fields?: readonly string[];
  readonly keys: readonly string[];
  readonly text: string;
  readonly since: string;
  readonly parent: { readonly type: ActorType; readonly key: string } | null;
  readonly values: FieldValues;
  readonly changes: readonly { readonly key: string; readonly values: FieldValues }[];
};

/** The least a connector over HTTP can be, in front of an ERP in memory: no capability at all, until one is set. */
export async function startHttpErp(erp: FakeErp): Promise<HttpErp> {
  const server = createServer((incoming, outgoing) => void answer(incoming, outgoing));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const http: HttpErp = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/erp?tenant=7`,
    calls: [],
    capabilities: {},
    intercept: null,
    known: new Map(),
    called: (end) => http.calls.filter(({ path }) => path.endsWith(end)),
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
  return http;

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const call: HttpErpCall = {
      method: incoming.method ?? '',
      path: new URL(incoming.url ?? '', 'http://localhost').pathname,
      headers: incoming.headers,
      body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
    };
    http.calls.push(call);
    const { status = 200, headers = {}, body } = http.intercept?.(call) ?? (await worked(call));
    const raw = typeof body === 'string' || Buffer.isBuffer(body);
    outgoing.writeHead(body === undefined && status === 200 ? 204 : status, {
      'content-type': 'application/json',
      ...headers,
    });
    outgoing.end(body === undefined || raw ? body : JSON.stringify(body));
  }

  async function worked({ method, path, body: sent }: HttpErpCall): Promise<HttpErpAnswer> {
    try {
      return { body: await done(method, path.replace(/^\/erp\/?/, '').split('/'), sent as Body) };
    } catch (error) {
      const code = error instanceof AppError ? error.code : 'internal';
      return { status: code === 'connector.unknown_connection' ? 404 : 422, body: problemOf(error) };
    }
  }

  async function done(method: string, [area = '', id = '', ...rest]: readonly string[], body: Body): Promise<unknown> {
    const settings = (body as unknown as { settings?: FieldValues }).settings ?? {};
    const opened = (config: FieldValues) => erp.open({ connectionId: id, url: '', config });
    if (area === '') {
      const config = erp.config.filter(({ kind }) => kind !== 'password');
      return { contract: 1, name: 'ERP in memory', settings: config.map(described), capabilities: http.capabilities };
    }
    if (area === 'settings') return opened(settings).testConfig();
    if (rest.length === 0) {
      if (method === 'DELETE') return void http.known.delete(id);
      await opened(settings).saveConnection();
      return void http.known.set(id, settings);
    }
    const config = http.known.get(id);
    if (!config) throw new AppError('connector.unknown_connection');
    const connection = opened(config);
    const { type, parent } = body;
    const above: ActorRef | null = parent && { type: parent.type, erpKey: parent.key };
    const wanted = (body.fields ?? []).map((key): WantedField => ({
      key,
      kind: erp.fieldsOf.get(type)?.find((field) => field.key === key)?.kind ?? 'text',
    }));
    const page = ({ actors, warning }: { readonly actors: readonly Actor[]; readonly warning: string | null }) => ({
      actors: actors.map(told),
      ...(warning === null ? {} : { complete: false, message: warning }),
    });

    switch (rest.join('/')) {
      case 'check':
        return connection.testConnection();
      case 'actor-types':
        return {
          actorTypes: [...erp.fieldsOf].map(([of, fields]) => ({ type: of, fields: fields.map(described) })),
        };
      case 'actors/read':
        return page(await connection.getActors(type, body.keys, wanted));
      case 'actors/search':
        return page(await connection.searchActors(type, body.text, wanted, above ? { parent: above } : {}));
      case 'actors/changes':
        return page(await connection.changedActors(type, body.since, wanted));
      case 'actors/create':
        return { actor: told(await connection.createActor({ type, values: body.values, parent: above }, wanted)) };
      case 'actors/save': {
        const changes = body.changes.map(({ key, values }) => ({ type, erpKey: key, values }));
        const outcomes = await connection.saveActors(changes, wanted);
        return {
          results: outcomes.map((outcome, index) => ({
            key: changes[index]!.erpKey,
            ...(outcome.kind === 'saved'
              ? { actor: told(outcome.actor) }
              : { problem: problemOf(new AppError(outcome.code, { explanation: outcome.explanation })) }),
          })),
        };
      }
      default:
        return { items: await connection.getList(decodeURIComponent(rest[1] ?? '')) };
    }
  }
}

function described({ listName, defaultValue, rank: _, ...field }: ErpField) {
  return { ...field, list: listName, default: defaultValue };
}

function told({ erpKey, lastModified, values, unreadable, parent }: Actor) {
  return {
    key: erpKey,
    modified: lastModified,
    values: { ...values, ...unreadable },
    parent: parent && { type: parent.type, key: parent.erpKey },
  };
}

const codes: Readonly<Record<string, string>> = {
  'connector.unknown_connection': 'connection_unknown',
  'config.field_missing': 'setting_missing',
  'actor.not_found': 'actor_unknown',
  'mapping.field_unknown': 'field_unknown',
  'mapping.direction_refused': 'field_read_only',
  'value.mandatory': 'value_missing',
  'value.too_long': 'value_too_long',
  'value.invalid': 'value_invalid',
};

function problemOf(error: unknown) {
  const { code, detail } = error instanceof AppError ? error : new AppError('internal');
  return {
    code: codes[code] ?? 'refused',
    message: typeof detail['explanation'] === 'string' ? detail['explanation'] : String(error),
  };
}
