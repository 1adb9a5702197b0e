import { beforeEach, describe, expect, test, vi } from 'vitest';
import { access } from '../../backend/http/access.ts';
import { log } from '../../backend/log.ts';
import {
  CRM,
  createHttpWorld,
  ORIGIN,
  person,
  signIn,
  startInPanel,
  type Browser,
  type HttpWorld,
} from '../support/http.ts';

let world: HttpWorld;

beforeEach(async () => {
  world = await createHttpWorld();
});

interface Route {
  readonly method: string;
  readonly path: string;
}

/** Every route there is, with something in the place of its parameters. */
function everyRoute(): readonly Route[] {
  const routes = world.http.routes
    .filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => ({
      method,
      path: path
        .replace(/:page\{[^}]*\}+/, 'erp-tab.html')
        .replaceAll(/:type\b/g, 'contact')
        .replaceAll(/:\w+/g, '1b4e28ba-2fa1-4d3b-8d57-6d0b2c1f9a11')
        .replace('*', 'erp-tab-abc123.js'),
    }));
  return [...new Map(routes.map((route) => [`${route.method} ${route.path}`, route])).values()];
}

const unsafe = ({ method }: Route) => method !== 'GET';
const call = ({ method, path }: Route, browser: Browser = world.browser()) =>
  method === 'GET' ? browser.get(path) : browser.send(method, path);

function expectHeaders(response: Response, path: string) {
  const header = (name: string) => response.headers.get(name) ?? '';
  const policy = header('content-security-policy').split('; ');
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain(`frame-ancestors ${path.startsWith('/panels/') ? CRM : "'none'"}`);
  expect(policy.join(' ')).not.toMatch(/unsafe|\*/);
  expect(header('referrer-policy')).toBe('no-referrer');
  expect(header('x-content-type-options')).toBe('nosniff');
  expect(header('strict-transport-security')).toBe('max-age=63072000');
  expect(header('cache-control')).not.toBe('');
  expect(header('x-trace-id')).toMatch(/^[0-9a-f]{32}$/);
  for (const name of ['x-frame-options', 'access-control-allow-origin', 'server', 'x-powered-by'])
    expect(header(name)).toBe('');
  if (path.startsWith('/api')) expect(header('cache-control')).toBe('no-store');
}

describe('every route', () => {
  test('carries the security headers, whatever it answers', async () => {
    const routes = everyRoute();
    expect(routes.length).toBeGreaterThan(20);
    for (const route of routes) expectHeaders(await call(route), route.path);
  });

  test('below /api stands in the table of who may call it, and nothing else stands there', () => {
    const subjects = everyRoute()
      .filter(({ path }) => path.startsWith('/api/'))
      .map(({ path }) => path.split('/')[2] ?? '');

    expect([...new Set(subjects)].filter((subject) => !(subject in access))).toEqual([]);
    expect(Object.keys(access).filter((subject) => !subjects.includes(subject))).toEqual([]);
  });

  test('has its address to itself', () => {
    const shape = (path: string) => path.replaceAll(/:[^/]+/g, ':');
    const all = world.http.routes
      .filter(({ method }) => method !== 'ALL')
      .map(({ method, path }) => `${method} ${shape(path)}`);
    // A route and what checks its input stand in the list one after the other.
    const begun = all.filter((route, index) => route !== all[index - 1]);
    expect(begun.filter((route, index) => begun.indexOf(route) !== index)).toEqual([]);
  });

  test('below /api that the table forgot is not to be reached', async () => {
    world.http.get('/api/forgotten', (c) => c.text('open'));
    world.http.get('/api/connectorsx', (c) => c.text('open'));

    for (const path of ['/api/forgotten', '/api/connectorsx'])
      expect((await world.browser().get(path)).status).toBe(404);
  });

  test('outside /api is one that needs no session, by name', () => {
    const others = everyRoute().filter(({ path }) => !path.startsWith('/api/'));

    expect(others.map(({ method, path }) => `${method} ${path}`).sort()).toEqual([
      'GET /auth/callback',
      'GET /auth/hand-over.js',
      'GET /auth/page.css',
      'GET /auth/start',
      'GET /connector-contract.json',
      'GET /healthz',
      'GET /install',
      'GET /panels/assets/erp-tab-abc123.js',
      'GET /panels/erp-tab.html',
      'GET /readyz',
      'GET /signed-out',
      'GET /uninstall',
      'POST /hooks/so/1b4e28ba-2fa1-4d3b-8d57-6d0b2c1f9a11/1b4e28ba-2fa1-4d3b-8d57-6d0b2c1f9a11',
      'POST /hooks/so/state',
      'POST /install',
      'POST /uninstall',
    ]);
  });

  test('that changes something is called by POST, PUT or DELETE', () => {
    expect(everyRoute().filter(({ method }) => !['GET', 'POST', 'PUT', 'DELETE'].includes(method))).toEqual([]);
  });
});

describe('a request that another site made', () => {
  const sites = ['same-origin', 'same-site', 'cross-site', 'none', undefined];
  const origins = [ORIGIN, 'https://evil.test', 'null', undefined];
  const types = ['application/json', 'text/plain', 'application/x-www-form-urlencoded', undefined];
  const isGood = (site?: string, origin?: string, type?: string) =>
    type === 'application/json' &&
    (site === 'same-origin' ? origin === ORIGIN || origin === undefined : site === undefined && origin === ORIGIN);

  test('changes nothing, on any route, however it is dressed up', async () => {
    const panel = world.browser();
    await signIn(world, panel, person(world, 5));
    const routes = everyRoute().filter((route) => unsafe(route) && route.path.startsWith('/api/'));
    const wrong: unknown[] = [];

    for (const { method, path } of routes) {
      for (const site of sites) {
        for (const origin of origins) {
          for (const type of types) {
            if (isGood(site, origin, type)) continue;
            const headers = Object.entries({ 'sec-fetch-site': site, origin, 'content-type': type });
            const response = await panel.fetch(path, {
              method,
              headers: headers.filter((pair): pair is [string, string] => pair[1] !== undefined),
              body: '{}',
            });
            const { code } = (await response.json()) as { code: string };
            const stopped = code === 'access.denied' || (code === 'input.invalid' && type !== 'application/json');
            if (!stopped) wrong.push([method, path, site, origin, type, code]);
          }
        }
      }
    }

    expect(wrong).toEqual([]);
    expect((await panel.get('/api/session')).status).toBe(200);
  });

  test.each([
    ['same-origin', ORIGIN],
    ['same-origin', undefined],
    [undefined, ORIGIN],
  ])('is let through when it is ours: %s %s', async (site, origin) => {
    const headers = Object.entries({ 'sec-fetch-site': site, origin, 'content-type': 'application/json' });
    const response = await world.browser().fetch('/api/sign-ins', {
      method: 'POST',
      headers: headers.filter((pair): pair is [string, string] => pair[1] !== undefined),
      body: JSON.stringify({ challenge: 'A'.repeat(43) }),
    });

    expect(response.status).toBe(201);
  });

  test('may read nothing, because no answer names another origin', async () => {
    const response = await world.browser().fetch('/api/session', {
      method: 'OPTIONS',
      headers: { origin: 'https://evil.test', 'access-control-request-method': 'DELETE' },
    });

    expect(response.ok).toBe(false);
    expectHeaders(response, '/api/session');
  });
});

describe('a panel', () => {
  test('is asked for each time, what has a hash in its name once', async () => {
    const page = await world.browser().get('/panels/erp-tab.html?uctx=Cust10001&usid=5');
    const asset = await world.browser().get('/panels/assets/erp-tab-abc123.js');

    expect([page.status, page.headers.get('cache-control')]).toEqual([200, 'no-cache']);
    expect([asset.status, asset.headers.get('cache-control')]).toEqual([200, 'public, max-age=31536000, immutable']);
  });

  test.each([
    '/panels/',
    '/panels/../http.ts',
    '/panels/..%2fhttp.ts',
    '/panels/assets/..%2f..%2fhttp.ts',
    '/panels/assets/%2e%2e/%2e%2e/http.ts',
    '/panels/.vite/manifest.json',
    '/panels/assets/gone-abc123.js',
    '/panels/erp-tab.html/x',
  ])('is not to be found at %s', async (path) => {
    const response = await world.browser().get(path);

    expect(response.status).toBe(404);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expectHeaders(response, new URL(path, ORIGIN).pathname);
    expect(await response.text()).not.toContain('createHttpWorld');
  });
});

describe('a request', () => {
  test('is in the log with who asked it and from where, and without what was asked', async () => {
    const lines = vi.spyOn(log, 'info');
    const browser = world.browser();
    await signIn(world, browser, person(world, 5));
    await browser.fetch('/api/connections?name=Orkdal', { headers: { 'x-forwarded-for': '10.0.0.1, 192.0.2.7' } });
    const told = lines.mock.calls.filter(([event]) => event === 'http.answered').at(-1);
    lines.mockRestore();

    expect(told?.[1]).toMatchObject({
      ...{ tenant: world.tenant, userId: 5, address: '192.0.2.7', route: '/api/connections', status: 200 },
    });
    expect(JSON.stringify(told)).not.toContain('Orkdal');
  });
});

describe('what goes wrong', () => {
  beforeEach(() => {
    world.superOffice.startSignIn = () =>
      Promise.reject(new Error('secret-host.internal: relation "x" at /srv/app/db.ts'));
  });

  test('by our own fault is told as a number on a page', async () => {
    const { url } = await startInPanel(world.browser());
    const page = await world.browser().get(url);
    const text = await page.text();

    expect(page.status).toBe(500);
    expectHeaders(page, '/auth/start');
    expect(text).toContain(page.headers.get('x-trace-id'));
    expect(text).not.toMatch(/secret-host|relation|\/srv|at /);
  });

  test('by our own fault is told as a number to a panel', async () => {
    world.app.signInAttempts.open = () => Promise.reject(new Error('secret-host.internal'));
    const response = await world.browser().send('POST', '/api/sign-ins', { challenge: 'A'.repeat(43) });

    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({ code: 'internal', detail: {}, id: response.headers.get('x-trace-id') });
  });

  test.each([
    ['no JSON', '{"challenge": ', 400, 'input.invalid'],
    ['the wrong shape', '{"challenge": 5}', 400, 'input.invalid'],
    ['too much', JSON.stringify({ challenge: 'A'.repeat(1024 * 1024) }), 413, 'input.too_large'],
  ])('with a body of %s has a code', async (_, body, status, code) => {
    const response = await world.browser().fetch('/api/sign-ins', {
      method: 'POST',
      headers: { 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' },
      body,
    });

    expect([response.status, await response.json()]).toMatchObject([status, { code }]);
    expectHeaders(response, '/api/sign-ins');
  });

  test('with an address is told as a page to people and as a code to programs', async () => {
    const page = await world.browser().get('/nowhere');
    expect([page.status, page.headers.get('content-type')]).toEqual([404, 'text/html; charset=UTF-8']);
    const answer = await world.browser().get('/api/nowhere');
    expect([answer.status, await answer.json()]).toEqual([404, { code: 'route.not_found', detail: {} }]);
    for (const path of ['/api/__proto__', '/api/constructor', '/api'])
      expect((await world.browser().get(path)).status).toBe(404);
  });

  test('for the contract of connectors is answered to anyone', async () => {
    const response = await world.browser().fetch('/connector-contract.json');
    expect([response.status, await response.json()]).toMatchObject([200, { openapi: '3.1.0' }]);
  });

  test('keeps the trace of whoever called', async () => {
    const traceparent = `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`;
    const response = await world.browser().fetch('/healthz', { headers: { traceparent } });

    expect(response.headers.get('x-trace-id')).toBe('ab'.repeat(16));
    expect(await response.json()).toEqual({ status: 'ok' });
  });
});
