import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { createMiddleware } from 'hono/factory';
import type { Context } from 'hono';
import { agentMethods, customFieldInfos, mdoList, must, udefInfo } from './agents.ts';
import { queryArchive } from './archives.ts';
import type { ArchiveQuery } from './archives.ts';
import type { Caller } from './credentials.ts';
import { viewOf } from './encoding.ts';
import type { View } from './encoding.ts';
import { contactCarrier, defaultRow, personCarrier } from './entities.ts';
import type { Entities } from './entities.ts';
import {
  answerEntity,
  checkUnmodified,
  createEntity,
  entityNames,
  mustFindRow,
  replaceEntity,
} from './entity-calls.ts';
import type { Fault } from './faults.ts';
import { licencesOf, principalOf } from './licences.ts';
import { applyPatch } from './patch.ts';
import { userDefinedFields } from './seed.ts';
import { notFound, SoError } from './so-error.ts';
import type { World } from './start.ts';
import { readBody, tellingHeaders } from './traffic.ts';
import type { EntityType, Rows, Selection, Tenant } from './tenant.ts';
import { defaultWebhook, deleteWebhook, findWebhooks, saveWebhook, testWebhook, webhookCarrier } from './webhooks.ts';
import { pascalCase } from './wire.ts';
import type { Webhook } from './wire.ts';

interface Env {
  readonly Bindings: HttpBindings;
  readonly Variables: { readonly tenant: Tenant; readonly caller: Caller; readonly view: View };
}

type Api = Context<Env>;

const page = '<!DOCTYPE html><html><head><title>SuperOffice</title></head><body><h1>Please sign in</h1></body></html>';

/** Opened to an app on request only. */
const restrictedAgents = new Set([
  ...['User', 'ErpSync', 'Replication', 'Email', 'Messaging', 'MailLink', 'Webhook', 'CRMScript'],
  ...['Data', 'Ai', 'Pocket', 'Dash', 'DocumentMigration'],
]);

/** `/{ctx}/api/...`, as NetServer answers it. */
export function webApi(world: World): Hono<Env> {
  const routes = new Hono<Env>();
  const at = '/:context/api';

  // Says only that somebody is there, to anybody.
  routes.get(at, (c) => {
    const tenant = world.tenants.get(c.req.param('context'));
    if (!tenant) return c.json({ Message: 'Unknown customer' }, 404);
    return c.json({
      v1: `${world.endpoint(tenant)}/api/v1/`,
      NetServerVersion: '10.2.9.0',
      NetServerDate: '2026-07-07',
      NetServerLabel: world.version,
      Version: world.version,
    });
  });

  const enter = createMiddleware<Env>(async (c, next) => {
    const context = c.req.param('context') ?? '';
    const tenant = world.tenants.get(context);
    if (!tenant) return c.json({ Message: 'Unknown customer' }, 404);
    const path = new URL(c.req.url);
    const called = `${path.pathname.slice(`/${context}/api`.length)}${decodeURIComponent(path.search)}`;
    const requestBody = readBody(await c.req.text());
    const faults = world.faults.take(context, `${c.req.method} ${called}`, false);

    const refusal = await refuse(c, world, tenant, faults);
    if (refusal) c.res = refusal;
    else await next();
    c.res.headers.set('Date', world.now().toUTCString());
    world.traffic.record({
      tenant: context,
      method: c.req.method,
      path: called,
      query: [...path.searchParams],
      headers: tellingHeaders((name) => c.req.header(name)),
      requestBody,
      status: c.res.status,
      responseBody: readBody(await c.res.clone().text()),
    });
    if (c.req.method !== 'GET') world.save();
    if (faults.some((fault) => fault.kind === 'lostAnswer')) c.env.outgoing.destroy();
    return undefined;
  });
  routes.use(`${at}/*`, enter);

  routes.get(`${at}/v1/User/currentPrincipal`, (c) => c.json(principalOf(c.var.tenant, c.var.caller.associateId)));
  routes.get(`${at}/v1/License/User/:id`, (c) => c.json(licencesOf(c.var.tenant, Number(c.req.param('id')))));

  for (const type of ['contact', 'person', 'project'] as const) entityRoutes(routes, `${at}/v1`, type, world);

  routes.get(`${at}/v1/Contact/:id{\\d+}/Simple`, (c) =>
    c.json(contactCarrier(c.var.tenant, mustFindRow(c.var, 'contact', idOf(c)), c.var.view)),
  );
  routes.get(`${at}/v1/Person/:id{\\d+}/Simple`, (c) =>
    c.json(personCarrier(c.var.tenant, mustFindRow(c.var, 'person', idOf(c)), c.var.view)),
  );
  routes.get(`${at}/v1/Contact/:id{\\d+}/Persons`, (c) =>
    answerArchive(c, world, 'Person', { ...queryOf(c), filter: `contactId eq ${c.req.param('id')}` }),
  );
  routes.post(`${at}/v1/:type{Contact|Person}/:source{\\d+}/MergeTo/:destination{\\d+}`, (c) => {
    const type = c.req.param('type') === 'Contact' ? 'contact' : 'person';
    mustFindRow(c.var, type, Number(c.req.param('destination')));
    mustFindRow(c.var, type, Number(c.req.param('source')));
    c.var.tenant.merge(
      type,
      Number(c.req.param('source')),
      Number(c.req.param('destination')),
      c.var.caller.associateId,
    );
    return c.body(null, 204);
  });

  routes.get(`${at}/v1/Selection/:id{\\d+}`, (c) => {
    const selection = mustFindSelection(c);
    return answer(c, { SelectionId: idOf(c), Name: selection.name, TargetTableName: selection.target });
  });
  routes.get(`${at}/v1/Selection/:id{\\d+}/Members`, (c) => {
    mustFindSelection(c);
    return answerArchive(c, world, `selection/${idOf(c)}`, queryOf(c));
  });

  routes.get(`${at}/v1/Archive/:provider`, (c) => answerArchive(c, world, c.req.param('provider'), queryOf(c)));
  routes.post(`${at}/v1/Archive/:provider`, async (c) => {
    const form = new URLSearchParams(await c.req.text());
    return answerArchive(
      c,
      world,
      c.req.param('provider'),
      readQuery((name) => form.get(name) ?? undefined),
    );
  });

  routes.get(`${at}/v1/MDOList/:name`, (c) => {
    const flat = c.req.query('flat')?.toLowerCase() === 'true';
    return c.json(mdoList(c.var.tenant, c.req.param('name'), c.var.view, flat));
  });

  webhookRoutes(routes, `${at}/v1/Webhook`, world);

  routes.post(`${at}/v1/Agents/:agent/:method`, async (c) => {
    const name = `${c.req.param('agent')}/${c.req.param('method')}`;
    const method = agentMethods[name];
    if (!method) return c.json({ Message: `No HTTP resource was found that matches ${name}`, MessageDetail: '' }, 404);
    const queries = new Map(Object.entries(c.req.query()).map(([key, value]) => [key.toLowerCase(), value]));
    const answer = await method({
      ...c.var,
      query: (key) => queries.get(key.toLowerCase()),
      body: pascalCase(readBody(await c.req.text())),
      sender: world.webhooks,
    });
    return answer === undefined ? c.body(null, 204) : c.json(answer);
  });

  routes.all(`${at}/*`, (c) => c.json({ Message: `No HTTP resource was found that matches ${c.req.path}` }, 404));
  routes.onError((error, c) => {
    const known = error instanceof SoError ? error : new SoError(500, 'SoException', error.message);
    return c.json(known.body(), known.status as 500);
  });
  return routes;
}

/** Everything that keeps a call from its route: trouble, the wrong host, a tenant that is down, a credential that opens nothing. */
async function refuse(c: Api, world: World, tenant: Tenant, faults: readonly Fault[]): Promise<Response | null> {
  for (const fault of faults) {
    switch (fault.kind) {
      case 'slow':
        await sleep(fault.milliseconds);
        break;
      case 'unauthorized':
        return unauthorized(c);
      case 'misdirected':
        return misdirected(c);
      case 'throttled':
        return c.json({ Message: 'Too many requests' }, 429, { 'Retry-After': String(fault.retryAfterSeconds) });
      case 'broken': {
        const { errorType = 'SoException', message = 'Something went wrong' } = fault;
        return c.json(new SoError(500, errorType, message).body(), 500);
      }
      case 'unavailable':
        return c.html('<html><body><h1>Service Unavailable</h1></body></html>', 503);
      case 'html':
        return c.html(page);
      case 'lostAnswer':
      case 'lostWebhook':
        break;
    }
  }
  if (c.req.header('host') !== tenant.host) return misdirected(c);
  if (!tenant.running) return c.html('<html><body><h1>Service Unavailable</h1></body></html>', 503);
  const caller = world.credentials.caller(tenant, c.req.header('authorization'), c.req.header('so-apptoken'));
  if (!caller) return unauthorized(c);
  const [, agent] = /\/v1\/(?:Agents\/)?(\w+)/.exec(c.req.path) ?? [];
  const isOpen = c.req.path.endsWith('/v1/User/currentPrincipal');
  if (agent && restrictedAgents.has(agent) && !isOpen && !world.app.agents.includes(agent)) {
    return c.json(new SoError(403, 'SoAuthorizationException', `No access to the ${agent} agent`).body(), 403);
  }
  c.set('tenant', tenant);
  c.set('caller', caller);
  c.set(
    'view',
    viewOf((name) => c.req.header(name)),
  );
  return null;
}

function unauthorized(c: Api): Response {
  return c.json({ Message: 'Authorization has been denied for this request.' }, 401, { 'WWW-Authenticate': 'Bearer' });
}

function misdirected(c: Api): Response {
  return c.json({ Message: 'The request was sent to the wrong subdomain for this customer.' }, 421);
}

function entityRoutes(routes: Hono<Env>, at: string, type: EntityType, world: World): void {
  const name = entityNames[type];
  const providers = { contact: 'SimpleContact', person: 'Person', project: 'FindProject' } as const;
  const one = `${at}/${name}/:id{\\d+}`;

  routes.get(`${at}/${name}`, (c) => answerArchive(c, world, providers[type], queryOf(c)));
  routes.get(`${at}/${name}/default`, (c) =>
    answer(c, answerEntity(c.var, type, defaultRow(c.var.tenant, type, c.var.caller.associateId))),
  );
  routes.get(`${at}/${name}/CustomField`, (c) => c.json(customFieldInfos(type, c.var.view)));
  routes.get(`${at}/${name}/UdefLayout/Published`, (c) =>
    c.json(userDefinedFields[type].map((seed, index) => udefInfo(type, seed, index, c.var.view))),
  );
  routes.get(one, (c) => {
    const row = deletedCompany(c, type) ?? mustFindRow(c.var, type, idOf(c));
    const since = Date.parse(c.req.header('if-modified-since') ?? '');
    if (!Number.isNaN(since) && Date.parse(row.updated) <= since) return c.body(null, 304);
    return answer(c, answerEntity(c.var, type, row));
  });
  routes.post(`${at}/${name}`, async (c) =>
    answer(c, answerEntity(c.var, type, createEntity(c.var, type, await bodyOf<Entities[EntityType]>(c)))),
  );
  routes.post(`${at}/${name}/Validate`, (c) => c.json({}));
  routes.put(one, async (c) => {
    const row = mustFindRow(c.var, type, idOf(c));
    checkUnmodified(row, c.req.header('if-unmodified-since'));
    return answer(c, answerEntity(c.var, type, replaceEntity(c.var, type, row, await bodyOf<Entities[EntityType]>(c))));
  });
  routes.patch(one, async (c) => {
    const row = mustFindRow(c.var, type, idOf(c));
    checkUnmodified(row, c.req.header('if-unmodified-since'));
    const patched = applyPatch(answerEntity(c.var, type, row), readBody(await c.req.text()));
    return answer(c, answerEntity(c.var, type, replaceEntity(c.var, type, row, patched as Entities[EntityType])));
  });
  routes.delete(one, (c) => {
    const row = mustFindRow(c.var, type, idOf(c));
    checkUnmodified(row, c.req.header('if-unmodified-since'));
    c.var.tenant.delete(type, row.id, c.var.caller.associateId);
    return c.body(null, 204);
  });
}

/** A company in the recycle bin is still answered, and says so in `Deleted`. */
function deletedCompany(c: Api, type: EntityType): Rows['contact'] | undefined {
  const row = type === 'contact' ? c.var.tenant.records.contact.get(idOf(c)) : undefined;
  return row?.deleted ? row : undefined;
}

function webhookRoutes(routes: Hono<Env>, at: string, world: World): void {
  routes.use(`${at}/*`, async (c, next) => {
    must(c.var.tenant, c.var.caller.system, c.var.caller.associateId, 'admin-webhooks');
    await next();
  });
  const carrier = (c: Api, id: number): Webhook => {
    const hook = c.var.tenant.webhooks.get(id);
    if (!hook) throw notFound(`Webhook with id ${id}`);
    return webhookCarrier(c.var.tenant, hook, c.var.view);
  };
  routes.get(`${at}/default`, (c) => c.json(defaultWebhook()));
  routes.get(at, (c) => {
    const filter = {
      name: c.req.query('nameFilter'),
      event: c.req.query('eventFilter'),
      status: c.req.query('statusFilter'),
    };
    return c.json(findWebhooks(c.var.tenant, filter).map((hook) => carrier(c, hook.id)));
  });
  routes.post(at, async (c) => {
    const saved = await saveWebhook(c.var, { ...(await bodyOf<Webhook>(c)), WebhookId: 0 }, world.webhooks);
    return c.json(carrier(c, saved.id));
  });
  routes.post(`${at}/Test`, async (c) => c.json(await testWebhook(c.var, await bodyOf<Webhook>(c), world.webhooks)));
  routes.get(`${at}/:id{\\d+}`, (c) => c.json(carrier(c, idOf(c))));
  routes.put(`${at}/:id{\\d+}`, async (c) => {
    carrier(c, idOf(c));
    const saved = await saveWebhook(c.var, { ...(await bodyOf<Webhook>(c)), WebhookId: idOf(c) }, world.webhooks);
    return c.json(carrier(c, saved.id));
  });
  routes.delete(`${at}/:id{\\d+}`, (c) => {
    carrier(c, idOf(c));
    deleteWebhook(c.var.tenant, idOf(c));
    return c.body(null, 204);
  });
  routes.get(`${at}/:id{\\d+}/LastError`, (c) => c.json(carrier(c, idOf(c)).LastError ?? ''));
}

function answerArchive(c: Api, world: World, provider: string, query: ArchiveQuery): Response {
  const { rows, nextSkip } = queryArchive(c.var.tenant, provider, query, {
    associateId: c.var.caller.associateId,
    view: c.var.view,
  });
  const here = new URL(c.req.url);
  const next = new URL(
    `${world.endpoint(c.var.tenant)}${here.pathname.slice(c.var.tenant.context.length + 1)}${here.search}`,
  );
  if (nextSkip !== null) next.searchParams.set('$skip', String(nextSkip));
  return c.json({
    'odata.metadata': `${world.endpoint(c.var.tenant)}/api/v1/Archive/$metadata`,
    'odata.nextLink': nextSkip === null ? null : next.href,
    value: rows,
  });
}

function queryOf(c: Api): ArchiveQuery {
  const queries = new Map(Object.entries(c.req.query()).map(([key, value]) => [key.toLowerCase(), value]));
  return readQuery((name) => queries.get(name.toLowerCase()));
}

function readQuery(get: (name: string) => string | undefined): ArchiveQuery {
  return {
    select: get('$select'),
    filter: get('$filter'),
    orderBy: get('$orderBy') ?? get('$orderby'),
    entities: get('$entities'),
    top: get('$top'),
    skip: get('$skip'),
  };
}

function mustFindSelection(c: Api): Selection {
  const selection = c.var.tenant.selections.get(idOf(c));
  if (!selection) throw notFound(`No selection ${idOf(c)}`);
  return selection;
}

/** Only the members named by `$select`, if any are. */
function answer(c: Api, entity: object): Response {
  const wanted = c.req
    .query('$select')
    ?.split(',')
    .map((name) => name.trim().split('/')[0]!.toLowerCase());
  if (!wanted) return c.json(entity);
  return c.json(Object.fromEntries(Object.entries(entity).filter(([name]) => wanted.includes(name.toLowerCase()))));
}

async function bodyOf<T>(c: Api): Promise<T> {
  const body = pascalCase(readBody(await c.req.text()));
  if (typeof body !== 'object' || body === null)
    throw new SoError(400, 'ArgumentException', 'The request has no readable body');
  return body as T;
}

function idOf(c: Api): number {
  return Number(c.req.param('id'));
}
