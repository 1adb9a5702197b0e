import { createHash, randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { App } from '../../backend/context.ts';
import { createHttp } from '../../backend/http/app.ts';
import { configureLog } from '../../backend/log.ts';
import { signInAttemptStore } from '../../backend/store/sign-in-attempts.ts';
import { createStore } from '../../backend/store/store.ts';
import type { Identity } from '../../backend/ports/super-office.ts';
import type { Principal } from '../../backend/ports/crm.ts';
import { FakeSuperOffice } from './fake-crm.ts';
import { createWorld, type World } from './world.ts';

export const ORIGIN = 'https://erp-sync.test';
export const CRM = 'https://tenant.test';

export interface HttpWorld extends World {
  readonly app: App;
  readonly superOffice: FakeSuperOffice;
  readonly http: ReturnType<typeof createHttp>;
  /** A browser of its own: it keeps cookies, and says what browsers say about a request from our own page. */
  browser(): Browser;
}

export interface Browser {
  readonly cookies: Map<string, string>;
  fetch(path: string, init?: RequestInit): Promise<Response>;
  get(path: string): Promise<Response>;
  send(method: string, path: string, body?: unknown): Promise<Response>;
}

/** The whole backend behind HTTP, with a SuperOffice in memory. `Cust10001` is installed. */
export async function createHttpWorld(): Promise<HttpWorld> {
  configureLog({ level: 'silent' });
  const world = await createWorld();
  await world.db.deleteFrom('sign_in_attempt').execute();
  const superOffice = new FakeSuperOffice(world.clock);
  superOffice.tenants.set(world.tenant, world.crm);
  const app: App = {
    superOffice,
    registry: world.registry,
    signInAttempts: signInAttemptStore(world.db, world.seal),
    clock: world.clock,
    origin: ORIGIN,
    storeOf: (tenant) => createStore(world.db, tenant, world.seal),
    connectorKindsOf: () => [world.erp],
  };
  await app.storeOf(world.tenant).installations.saveSystemToken('1234567890', 'ERP Sync-token');
  const panelFolder = fileURLToPath(new URL('./panels', import.meta.url));
  const http = createHttp({ app, framedBy: [CRM], panelFolder });

  return {
    ...world,
    app,
    superOffice,
    http,
    browser() {
      const cookies = new Map<string, string>();
      const browser: Browser = {
        cookies,
        async fetch(path, init = {}) {
          const headers = new Headers(init.headers);
          if (cookies.size > 0) headers.set('cookie', [...cookies].map((pair) => pair.join('=')).join('; '));
          const response = await http.request(ORIGIN + path, { ...init, headers });
          for (const line of response.headers.getSetCookie()) {
            const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
            if (/Max-Age=0/i.test(line)) cookies.delete(name);
            else cookies.set(name, value);
          }
          return response;
        },
        get: (path) => browser.fetch(path, { headers: { 'sec-fetch-site': 'same-origin' } }),
        send: (method, path, body = {}) =>
          browser.fetch(path, {
            method,
            headers: { 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' },
            body: JSON.stringify(body),
          }),
      };
      return browser;
    },
  };
}

export const everyRight: Omit<Principal, 'userId'> = {
  name: 'Astrid Berg',
  groupIds: [1],
  functionRights: ['admin-all'],
  licences: ['superoffice.user', 'erpsync.erp-sync', 'erpsync.erp-sync-user'],
};

/** Makes a person known in the tenant; the code of SuperOffice's callback that means her is the answer. */
export function person(
  { superOffice, tenant: home }: HttpWorld,
  userId: number,
  { tenant = home, systemToken = null, ...rights }: Partial<Principal & Identity> & { tenant?: string } = {},
): string {
  superOffice.tenant(tenant).principals.set(userId, { ...everyRight, ...rights, userId });
  const code = `${tenant}-${userId}`;
  superOffice.identities.set(code, {
    tenant,
    serial: '1234567890',
    userId,
    name: rights.name ?? everyRight.name,
    email: 'someone@example.com',
    administrator: true,
    systemToken,
    tokens: {
      accessToken: `user:${userId}`,
      refreshToken: `refresh:${userId}`,
      expiresAt: new Date('2026-11-22T13:00:00Z'),
    },
  });
  return code;
}

export interface PanelAttempt {
  readonly attemptId: string;
  readonly url: string;
  readonly verifier: string;
}

/** What a panel does first: keeps a verifier, sends its hash. */
export async function startInPanel(panel: Browser, tenantHint = 'Cust10001'): Promise<PanelAttempt> {
  const verifier = randomBytes(32).toString('base64url');
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  const response = await panel.send('POST', '/api/sign-ins', { tenantHint, challenge });
  const { attemptId, url } = (await response.json()) as { attemptId: string; url: string };
  return { attemptId, url, verifier };
}

/** What a window goes through: to SuperOffice, where `code` is chosen, and back. */
export async function goThrough(window: Browser, url: string, code: string): Promise<Response> {
  const away = await window.get(url);
  const state = new URL(away.headers.get('location') ?? '').searchParams.get('state') ?? '';
  return window.get(`/auth/callback?code=${code}&state=${state}`);
}

/** The one-time code on the page at the end. */
export async function codeOn(page: Response): Promise<string> {
  return (
    /data-code="([^"]+)"|name="code" value="([^"]+)"/
      .exec(await page.text())
      ?.slice(1)
      .find(Boolean) ?? ''
  );
}

/** All of it: afterwards `panel` holds a session. */
export async function signIn(world: HttpWorld, panel: Browser, code: string): Promise<Response> {
  const attempt = await startInPanel(panel, code.split('-')[0]);
  const page = await goThrough(world.browser(), attempt.url, code);
  return panel.send('POST', '/api/sign-ins/redeem', { ...attempt, url: undefined, code: await codeOn(page) });
}
