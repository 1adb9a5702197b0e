import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Credentials } from '../stand-in/credentials.ts';
import { appRegistration } from '../stand-in/registration.ts';
import { startStandIn, type StandIn } from '../stand-in/start.ts';
import { hiddenFields, Visitor } from '../stand-in/visitor.ts';
import { answering, ended, launchBackend, type BackendProcess } from '../support/backend-process.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { freePort } from '../support/demo.ts';
import { dumpOf } from '../support/dump.ts';
import { startReferenceConnector, type ReferenceConnector } from '../support/reference-connector.ts';
import { addressOf, routes } from '../support/route-table.ts';

/**
 * A whole backend with a day's work behind it: nothing that opens something stands in what it answers, logs or keeps. What is
 * secret is noted where it is made: at SuperOffice, in the settings, and by the administrator who types it.
 */

const TENANT = 'Cust10001';
const sampleErp = JSON.parse(readFileSync('test/connector/erp.json', 'utf8')) as object;
const passwordField = { key: 'Password', name: 'Password', kind: 'password', access: 'mandatory' };
const password = 'Erp-password-of-Orkdal-7319';

let standIn: StandIn;
let database: TestDatabase;
let backend: BackendProcess;
let erp: Server;
let connector: ReferenceConnector;
let hostile = false;
let folder: string;
let url: string;
const secrets = new Map<string, string>();
/** Everything the backend has answered but for the cookies, which are where a browser keeps what opens its session. */
const answers: string[] = [];
let cookie = '';
/** What the connector was sent. */
const heardByErp: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'erp-sync-canaries-'));
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const app = appRegistration(url);
  standIn = await startStandIn({ app, approved: true, timeScale: 0 });
  noteWhatIsIssued(standIn.credentials);
  database = await createDatabase();
  connector = await startReferenceConnector({ erp: { ...sampleErp, settings: [passwordField] } });
  // A connector behind something that tells whoever it refuses what it was told.
  erp = createServer((request, response) => void answerAsErp(request, response));
  await once(erp.listen(0, '127.0.0.1'), 'listening');

  const key = randomBytes(32).toString('base64');
  backend = launchBackend({
    PORT: String(port),
    DATA_DIR: folder,
    DATABASE_URL: database.appUrl,
    SUPEROFFICE_LOGIN_URL: standIn.url,
    SUPEROFFICE_CLIENT_ID: app.clientId,
    SUPEROFFICE_CLIENT_SECRET: app.clientSecret,
    SUPEROFFICE_PRIVATE_KEY: app.privateKey,
    SECRETS_KEY: `k1:${key}`,
    PRIVATE_CONNECTORS: 'on',
    LOG_LEVEL: 'debug',
  });
  await answering(backend, url);
  for (const [name, secret] of Object.entries({
    'the secret of the app': app.clientSecret,
    'the private key of the app': app.privateKey.split('\n')[3] ?? '',
    'the master key': key,
    'the password of the database': decodeURIComponent(new URL(database.appUrl).password),
    'the key to the tenant': standIn.tenant(TENANT).systemToken,
    'the password of the ERP': password,
  })) {
    secrets.set(name, secret);
  }
});

afterAll(async () => {
  await ended(backend.child, 'SIGTERM');
  await standIn.close();
  erp.close();
  connector.stop();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

async function answerAsErp(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const body = Buffer.concat(parts).toString();
  heardByErp.push(body);
  if (hostile && request.method !== 'GET') {
    const message = `Refused: ${request.headers.authorization} ${body}`;
    response.writeHead(422, { 'content-type': 'application/json' }).end(JSON.stringify({ code: 'refused', message }));
    return;
  }
  const { method = 'GET', url: path = '' } = request;
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(new URL(path, connector.url), { method, headers, ...(body === '' ? {} : { body }) });
  response.writeHead(answer.status, headers).end(await answer.text());
}

/** The stand-in hands these out while it runs. */
function noteWhatIsIssued(credentials: Credentials): void {
  for (const kind of ['accessToken', 'refreshToken', 'ticket'] as const) {
    const issue = credentials[kind].bind(credentials) as (...args: unknown[]) => string;
    Object.assign(credentials, {
      [kind]: (...args: unknown[]) => {
        const secret = issue(...args);
        secrets.set(`${kind} ${secrets.size}`, secret);
        return secret;
      },
    });
  }
}

async function ask(method: string, path: string, body?: unknown): Promise<Response> {
  const response = await fetch(url + path, {
    method,
    redirect: 'manual',
    headers: {
      cookie,
      'sec-fetch-site': 'same-origin',
      ...(method === 'GET' ? {} : { 'content-type': 'application/json' }),
    },
    ...(method === 'GET' ? {} : { body: JSON.stringify(body ?? {}) }),
  });
  const headers = [...response.headers].filter(([name]) => name !== 'set-cookie');
  answers.push(`${method} ${path} ${JSON.stringify(headers)} ${await response.clone().text()}`);
  return response;
}

test('the backend is installed, signed in to, set up, asked for everything, and fails at much of it', async () => {
  const visitor = new Visitor();
  await visitor.open(`${standIn.url}/login/session`, { user: `${TENANT}:5`, returnTo: '/' });
  const { html } = await visitor.open(`${url}/install`);
  answers.push(html, (await visitor.open(`${url}/install`, hiddenFields(html))).html);
  const { secret } = [...standIn.tenant(TENANT).webhooks.values()][0]!;
  secrets.set('the secret of the webhook', secret);

  const verifier = randomBytes(32).toString('base64url');
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  const begun = (await (await ask('POST', '/api/sign-ins', { challenge })).json()) as {
    attemptId: string;
    url: string;
  };
  const page = (await visitor.open(url + begun.url)).html;
  answers.push(page);
  const code = /data-code="([^"]+)"/.exec(page)?.[1];
  const redeemed = await ask('POST', '/api/sign-ins/redeem', { attemptId: begun.attemptId, verifier, code });
  expect(redeemed.status).toBe(201);
  cookie = redeemed.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  secrets.set('the key of the session', cookie.split('.').at(-1) ?? '');
  secrets.set('the verifier of the panel', verifier);

  const made = async (path: string, body: object) => {
    const response = await ask('POST', path, body);
    const { id } = (await response.json()) as { id: string };
    expect([path, response.status]).toEqual([path, 201]);
    return id;
  };
  const { port } = erp.address() as AddressInfo;
  const connectors = await made('/api/connectors', { kind: 'http', name: 'Echo', url: `http://127.0.0.1:${port}/` });
  const config = { Password: password };
  const scope = { everyone: true, members: [] };
  const settings = { connectorId: connectors, name: 'Norway', description: '', scope, config };
  const connections = await made('/api/connections', settings);
  expect(heardByErp.join('')).toContain(password);
  hostile = true;
  await ask('POST', '/api/connection-tests', { connectorId: connectors, connectionId: connections, config: {} });
  await ask('PUT', `/api/connections/${connections}`, { ...settings, config: {} });
  for (const [route, { body }] of Object.entries(routes)) {
    if (/^(DELETE|PUT)|sign-ins|restores|runs/.test(route)) continue;
    const ids = { connectors, connections, links: connections, creations: connections, runs: connections };
    await ask(route.split(' ')[0]!, addressOf(route, ids), body?.({ ...ids, restores: connections }));
  }
  await ask('GET', `/panels/erp-tab.html?usec=${secrets.get('the verifier of the panel')!}`);
  await ask('GET', `/nowhere?ticket=${secrets.get('the verifier of the panel')!}`);
  answers.splice(-2);
  expect(answers.length).toBeGreaterThan(30);
});

test('of ten kinds and more of secrets, no answer holds one', () => {
  expect(secrets.size).toBeGreaterThanOrEqual(10);
  expect(answers.filter((answer) => found(answer).length > 0)).toEqual([]);
});

test('no log line holds one', () => {
  expect(backend.told()).toContain('backend.started');
  expect(found(backend.told())).toEqual([]);
});

test('a dump of the database holds none that it would open with', async () => {
  const rows = JSON.stringify([
    await dumpOf(database.db, TENANT),
    await database.db.selectFrom('sign_in_attempt').selectAll().execute(),
  ]);
  expect(rows).toContain('Echo');
  expect(found(rows)).toEqual([]);
});

/** The names of the secrets that stand in a text. */
function found(text: string): string[] {
  return [...secrets].filter(([, secret]) => text.includes(secret)).map(([name]) => name);
}
