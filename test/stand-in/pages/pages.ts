import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Hono } from 'hono';
import { createMiddleware } from 'hono/factory';
import type { Context } from 'hono';
import { html } from 'hono/html';
import { defaultRow } from '../entities.ts';
import { panelsFor } from '../panels.ts';
import type { SeedUser } from '../seed.ts';
import type { World } from '../start.ts';
import type { EntityType, Rows, Tenant } from '../tenant.ts';
import type { Markup } from './document.ts';
import { cardFields } from './fields.ts';
import { screen } from './layout.ts';
import { operationNames } from '../operations.ts';
import { operationsPage } from './operations-page.ts';
import { listPage, sortedRows } from './list-page.ts';
import { languages, panelUrl } from './panel-url.ts';
import { panelFrame, recordName, recordPage } from './record-page.ts';
import { signInPage } from './sign-in-pages.ts';
import { soprotocolPath } from './soprotocol.ts';

interface Env {
  readonly Variables: { readonly tenant: Tenant; readonly user: SeedUser };
}

type Page = Context<Env>;

const require = createRequire(import.meta.url);
const asset = (path: string): Buffer<ArrayBuffer> => Buffer.from(readFileSync(path));
const own = (name: string): string => new URL(`assets/${name}`, import.meta.url).pathname;
const lato = (weight: number): string => require.resolve(`@fontsource/lato/files/lato-latin-${weight}-normal.woff2`);

const assets: Readonly<Record<string, { readonly path: string; readonly type: string }>> = {
  'crm.css': { path: own('crm.css'), type: 'text/css; charset=utf-8' },
  'crm.js': { path: own('crm.js'), type: 'text/javascript; charset=utf-8' },
  'icon.svg': { path: own('icon.svg'), type: 'image/svg+xml' },
  'lato-400.woff2': { path: lato(400), type: 'font/woff2' },
  'lato-700.woff2': { path: lato(700), type: 'font/woff2' },
};

/** The CRM client: lists, cards that can be edited, and the web panels an app has added. */
export function pages(world: World): Hono<Env> {
  const routes = new Hono<Env>();

  routes.get('/assets/:name', (c) => {
    const found = assets[c.req.param('name')];
    return found ? c.body(asset(found.path), 200, { 'Content-Type': found.type }) : c.notFound();
  });

  routes.get('/', (c) => {
    const session = world.sessions.of(c);
    return session ? c.redirect(`/${session.context}/contact`) : c.html(signInPage([...world.tenants.values()], '/'));
  });

  const enter = createMiddleware<Env>(async (c, next) => {
    const tenant = world.tenants.get(c.req.param('context') ?? '');
    if (!tenant) return c.notFound();
    const session = world.sessions.of(c);
    const user = session?.context === tenant.context ? tenant.user(session.associateId) : undefined;
    const here = new URL(c.req.url);
    if (!user) return c.html(signInPage([tenant], here.pathname + here.search));
    c.set('tenant', tenant);
    c.set('user', user);
    c.header('Cache-Control', 'no-store');
    await next();
    return undefined;
  });
  routes.use('/:context/*', enter);

  routes.get('/:context/', (c) => c.redirect(`/${c.var.tenant.context}/contact`));
  routes.get('/:context/default.aspx', (c) => {
    const path = soprotocolPath(decodeURIComponent(new URL(c.req.url).search.slice(1)));
    return c.redirect(`/${c.var.tenant.context}/${path ?? 'contact'}`);
  });

  routes.post('/:context/language', async (c) => {
    const asked = (await c.req.formData()).get('language');
    const language = languages.find(([tag]) => tag === asked)?.[0];
    if (language !== undefined) {
      c.var.tenant.languages.set(c.var.user.associateId, language);
      world.save();
    }
    return c.redirect(localReferer(c) ?? `/${c.var.tenant.context}/`, 303);
  });

  routes.get('/:context/panel/:name', (c) => {
    const { tenant, user } = c.var;
    const name = c.req.param('name');
    const panel = panelsFor(tenant, user.groupId).find(
      (one) => one.WindowName === name || String(one.WebPanelId) === name,
    );
    if (!panel) return missing(c);
    const url = panelUrl(tenant, panel, user.associateId, { contactId: 0, personId: 0, projectId: 0 });
    const navigator = `/${tenant.context}/panel/${encodeURIComponent(name)}`;
    const body = html`<h1 class="visually-hidden">${panel.Name}</h1>
      <div class="whole-panel">${panelFrame(panel, url)}</div>`;
    return c.html(screen({ tenant, user, title: panel.Name, name: `panel-${name}`, navigator, body }));
  });

  routes.get('/:context/operations', (c) => {
    const { tenant, user } = c.var;
    const body = operationsPage(tenant, c.req.query('done') ?? null);
    return c.html(screen({ tenant, user, title: 'Operate this tenant', name: 'operations', navigator: '', body }));
  });
  routes.post('/:context/operations', async (c) => {
    const asked = (await c.req.formData()).get('do');
    const operation = operationNames.find((name) => name === asked);
    if (!operation) return missing(c);
    const done = await world.operations.run(c.var.tenant, operation);
    return c.redirect(`/${c.var.tenant.context}/operations?${new URLSearchParams({ done })}`, 303);
  });

  for (const type of ['contact', 'person', 'project'] as const) recordRoutes(routes, type, world);
  return routes;
}

function recordRoutes(routes: Hono<Env>, type: EntityType, world: World): void {
  const at = `/:context/${type}`;

  routes.get(at, (c) => {
    const { tenant, user } = c.var;
    const search = c.req.query('q') ?? '';
    const body = listPage({ tenant, user, type, search, page: Math.max(0, Number(c.req.query('page') ?? 0) || 0) });
    return show(c, type, 'list', headings[type], body, search);
  });

  routes.get(`${at}/new`, (c) =>
    answerCard(c, type, defaultRow(c.var.tenant, type, c.var.user.associateId), { editing: true, problem: null }),
  );

  routes.get(`${at}/:id{\\d+}`, (c) => {
    const row = c.var.tenant.get(type, Number(c.req.param('id')), c.var.user.associateId);
    return row ? answerCard(c, type, row, { editing: c.req.query('edit') !== undefined, problem: null }) : missing(c);
  });

  routes.post(`${at}/:id{new|\\d+}`, async (c) => {
    const { tenant, user } = c.var;
    const isNew = c.req.param('id') === 'new';
    const before = isNew
      ? defaultRow(tenant, type, user.associateId)
      : tenant.get(type, Number(c.req.param('id')), user.associateId);
    if (!before) return missing(c);
    const { changed, problem } = readForm(tenant, type, before, await c.req.formData());
    if (problem !== null) return answerCard(c, type, { ...before, ...changed }, { editing: true, problem });
    const { id } = isNew
      ? tenant.create(type, { ...before, ...changed }, user.associateId)
      : tenant.update(type, before.id, changed, user.associateId);
    world.save();
    return c.redirect(`/${tenant.context}/${type}/${id}`, 303);
  });
}

/** Each field works on what the ones before it have changed, because an address comes in several boxes. */
function readForm<T extends EntityType>(
  tenant: Tenant,
  type: T,
  before: Rows[T],
  form: FormData,
): { readonly changed: Partial<Rows[T]>; readonly problem: string | null } {
  let changed: Partial<Rows[T]> = {};
  for (const field of cardFields(tenant, type)) {
    if (field.shown === 'reading') continue;
    const typed = form.get(field.key);
    const value = typeof typed === 'string' ? typed.trim() : '';
    if (field.required && value === '') return { changed, problem: `${field.label} is required.` };
    const change = field.change({ ...before, ...changed }, value);
    if (!change) return { changed, problem: `${field.label} cannot be read.` };
    changed = { ...changed, ...change };
  }
  return { changed, problem: null };
}

function answerCard<T extends EntityType>(
  c: Page,
  type: T,
  row: Rows[T],
  { editing, problem }: { readonly editing: boolean; readonly problem: string | null },
): Response | Promise<Response> {
  const { tenant, user } = c.var;
  const ids = sortedRows(tenant, user.associateId, type).map((one) => one.id);
  const place = ids.indexOf(row.id);
  const body = recordPage({
    tenant,
    user,
    type,
    row,
    editing,
    problem,
    previous: place > 0 ? ids[place - 1]! : null,
    next: place === -1 ? null : (ids[place + 1] ?? null),
  });
  const title = row.id === 0 ? 'New' : recordName(type, row);
  return show(c, type, row.id === 0 ? 'new' : 'record', title, body, '');
}

const headings = { contact: 'Companies', person: 'Contacts', project: 'Projects' } as const;

function show(
  c: Page,
  type: EntityType,
  kind: string,
  title: string,
  body: Markup,
  search: string,
): Response | Promise<Response> {
  const { tenant, user } = c.var;
  const navigator = `/${tenant.context}/${type}`;
  return c.html(
    screen({ tenant, user, title, name: `${type}-${kind}`, navigator, body, search: type === 'contact' ? search : '' }),
  );
}

/** Gone, hidden, or never there: the same answer for all. */
function missing(c: Page): Response | Promise<Response> {
  const { tenant, user } = c.var;
  const body = html`<section class="card empty">
    <h1>Nothing to see here</h1>
    <p>It does not exist, or you do not have access to it.</p>
  </section>`;
  return c.html(screen({ tenant, user, title: 'Not found', name: 'missing', navigator: '', body }), 404);
}

function localReferer(c: Page): string | null {
  const referer = URL.parse(c.req.header('referer') ?? '');
  return referer?.host === new URL(c.req.url).host ? referer.pathname + referer.search : null;
}
