import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSuperOffice } from '../../backend/adapters/superoffice/super-office.ts';
import { createHttp } from '../../backend/http/app.ts';
import { startServer, type RunningServer } from '../../backend/http/server.ts';
import { manifest } from '../../manifest/manifest.ts';
import { appRegistration } from '../stand-in/registration.ts';
import { startStandIn, type StandIn } from '../stand-in/start.ts';
import { hiddenFields, Visitor } from '../stand-in/visitor.ts';
import { createHttpWorld, type HttpWorld } from '../support/http.ts';
import { missingDocuments, readOpenApi } from '../support/openapi.ts';

const TENANT = 'Cust10001';

let world: HttpWorld;
let standIn: StandIn;
let server: RunningServer;
let url: string;
let visitor: Visitor;

beforeAll(async () => {
  world = await createHttpWorld();
  await world.registry.remove(TENANT);
  // Bound before it is known what to answer: the app is registered under the address it runs at.
  let answer: (request: Request) => Response | Promise<Response> = () => new Response(null, { status: 503 });
  server = await startServer((request) => answer(request), { host: '127.0.0.1', port: 0 });
  url = `http://127.0.0.1:${server.port}`;
  const app = appRegistration(url);
  standIn = await startStandIn({ app, approved: true, timeScale: 0, now: () => world.clock.now() });
  const superOffice = createSuperOffice({
    authUrl: standIn.url,
    clientId: app.clientId,
    clientSecret: app.clientSecret,
    redirectUri: app.redirectUrls[0]!,
    systemUserPrivateKey: app.privateKey,
    clock: world.clock,
    limits: { atOnce: 4, perSecond: 1_000 },
  });
  const panelFolder = fileURLToPath(new URL('../support/panels', import.meta.url));
  answer = createHttp({ app: { ...world.app, superOffice, origin: url }, framedBy: [], panelFolder }).fetch;

  visitor = new Visitor();
  await visitor.open(`${standIn.url}/login/session`, { user: `${TENANT}:5`, returnTo: '/' });
});
afterAll(async () => {
  await standIn.close();
  await server.stop();
});

async function press(purpose: 'install' | 'uninstall'): Promise<string> {
  const { html } = await visitor.open(`${url}/${purpose}`);
  return (await visitor.open(`${url}/${purpose}`, hiddenFields(html))).html;
}

test('an administrator installs, again, and uninstalls, and the tenant holds what the manifest says', async () => {
  const progIds = () => [...standIn.tenant(TENANT).panels.values()].map(({ ProgId }) => ProgId);
  await press('install');
  expect(progIds()).toEqual(manifest.panels.map(({ progId }) => progId));
  await press('install');
  expect(progIds()).toEqual(manifest.panels.map(({ progId }) => progId));
  await press('uninstall');
  expect(progIds()).toEqual([]);
  expect(standIn.tenant(TENANT).webhooks.size).toBe(0);
});

test('every user group was told to see every new panel, once, and the clients to look again', () => {
  const groups = standIn.tenant(TENANT).seed.groups.map(({ id }) => id);
  const told = (call: string) => standIn.traffic.exchanges.filter(({ path }) => path.endsWith(call));
  const shown = told('SetVisibleForUserGroup').map(({ requestBody }) => requestBody);
  expect(shown).toHaveLength(manifest.panels.length);
  for (const one of shown) expect(one).toMatchObject({ udListDefinitionId: 28, userGroupId: groups, enable: true });
  expect(told('FlushCachesByName').length).toBeGreaterThan(0);
});

test("all that was said meanwhile is as SuperOffice's OpenAPI documents have it", ({ skip }) => {
  if (missingDocuments !== null) skip(missingDocuments);
  const check = readOpenApi();
  const said = standIn.traffic.exchanges.map((exchange) => ({ ...exchange, ...check(exchange) }));
  expect(said.length).toBeGreaterThan(20);
  expect(
    said.flatMap(({ operation, path, problems }) => problems.map((one) => `${operation ?? path}: ${one}`)),
  ).toEqual([]);
});
