/**
 * The whole demonstration on one machine: a SuperOffice tenant, the backend with its own Postgres, and a workbook as the ERP.
 * A second start continues where the first stopped.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { appRegistration, stateChangeUrl, type AppRegistration } from './registration.ts';
import { writeSampleWorkbook } from './sample-erp.ts';
import { startStandIn, type StandIn } from './start.ts';
import { hiddenFields, Visitor } from './visitor.ts';

const port = Number(process.env['PORT'] || 3000);
const dataDir = resolve(process.env['DATA_DIR'] || 'data');
const backendUrl = `http://127.0.0.1:${port}`;
const tenant = 'Cust10001';
const administrator = 5;

const workbooks = join(dataDir, 'workbooks', tenant);
mkdirSync(workbooks, { recursive: true });
const workbook = join(workbooks, 'ErpClient.xlsx');
if (!existsSync(workbook)) await writeSampleWorkbook(workbook);

const app = keptRegistration();
const standIn = await startStandIn({ port: port + 1, app, dataFolder: join(dataDir, 'stand-in') });
const backend = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'backend/main.ts'], {
  stdio: ['ignore', 'inherit', 'inherit'],
  env: {
    ...process.env,
    PORT: String(port),
    DATA_DIR: dataDir,
    TZ: 'UTC',
    LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'warn',
    // There is no other to take over.
    DRAIN_SECONDS: '0',
    SUPEROFFICE_LOGIN_URL: standIn.url,
    SUPEROFFICE_CLIENT_ID: app.clientId,
    SUPEROFFICE_CLIENT_SECRET: app.clientSecret,
    SUPEROFFICE_PRIVATE_KEY: app.privateKey,
  },
});

let ending = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end());
backend.once('exit', (code) => void end(code ?? 1));

await answering(`${backendUrl}/healthz`);
if (!(await isInstalled(standIn))) await install(standIn);
console.log(`Open ${standIn.url}`);

/** What the Developer Portal would hand out once, kept so that the next start is the same app. */
function keptRegistration(): AppRegistration {
  const file = join(dataDir, 'app-registration.json');
  if (existsSync(file)) {
    const kept = JSON.parse(readFileSync(file, 'utf8')) as AppRegistration;
    if (kept.redirectUrls.some((url) => url.startsWith(backendUrl))) {
      return { ...kept, stateChangeUrl: stateChangeUrl(backendUrl) };
    }
  }
  const made = appRegistration(backendUrl);
  writeFileSync(file, JSON.stringify(made), { mode: 0o600 });
  return made;
}

async function answering(url: string): Promise<void> {
  while (!ending) {
    const ok = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (ok) return;
    await sleep(100);
  }
}

async function isInstalled({ tenant: find }: StandIn): Promise<boolean> {
  return [...find(tenant).panels.values()].some(({ Url }) => Url.startsWith(backendUrl));
}

/** As an administrator of the tenant would, screen by screen: sign in, approve, press Install. */
async function install({ url, tenant: find }: StandIn): Promise<void> {
  find(tenant).approve(app.appName);
  const visitor = new Visitor();
  await visitor.open(`${url}/login/session`, { user: `${tenant}:${administrator}`, returnTo: '/' });
  const { html } = await visitor.open(`${backendUrl}/install`);
  await visitor.open(`${backendUrl}/install`, hiddenFields(html));
}

async function end(code = 0): Promise<void> {
  if (ending) return;
  ending = true;
  if (backend.exitCode === null && backend.signalCode === null) {
    const ended = once(backend, 'exit');
    backend.kill('SIGTERM');
    await ended;
  }
  await standIn.close();
  process.exit(code);
}
