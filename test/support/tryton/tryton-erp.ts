import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { customers, groups, persons } from '../../contract/erp-connector-suite.ts';
import { seed } from './seed.ts';

/** Debian's own Tryton, with the modules that the tests are about. */
const modules = ['party', 'party_relationship', 'account_invoice', 'stock', 'project'];
const home = '/usr/lib/python3/dist-packages/trytond/modules';
const sample = fileURLToPath(new URL('erp_sync_sample', import.meta.url));
const cache = fileURLToPath(new URL('../../../.cache/tryton', import.meta.url));

/** Why there is no Tryton to try on; null when there is. */
export const missingTryton =
  existsSync('/usr/bin/trytond-admin') && modules.every((name) => existsSync(join(home, name)))
    ? null
    : `no Tryton here: tryton-server and tryton-modules-{${modules.join(',').replaceAll('_', '-')}} of Debian 12`;

/** A call as Tryton's own clients make it. */
export type Rpc = (method: string, ...params: readonly unknown[]) => Promise<unknown>;

export interface TrytonErp {
  readonly url: string;
  readonly database: string;
  /** Signs in as another user, beside the connector. */
  signIn(user: string, password: string): Promise<Rpc>;
  /** What nobody can do from outside: ending sessions, numbers that are none. */
  sql(statement: string): void;
  /** All as it was at the start. */
  reset(): void;
  close(): Promise<void>;
}

export const DATABASE = 'erp';
const ADMIN = 'Havn ved fjord 12';
/** What tests change; a session is not among them. */
const CHANGED = /^(?:party_(?!configuration)|party\b|project_work|ir_sequence|CustomerGroup|account_invoice_payment)/;

/** A real Tryton on a copy of the prepared database, on a port of its own. */
export async function startTryton(): Promise<TrytonErp> {
  if (missingTryton !== null) throw new Error(missingTryton);
  const prepared = await prepare();
  const folder = await mkdtemp(join(tmpdir(), 'erp-sync-tryton-'));
  const file = join(folder, `${DATABASE}.sqlite`);
  await cp(join(prepared, `${DATABASE}.sqlite`), file);
  const server = await serve(folder, prepared);
  return {
    url: server.url,
    database: DATABASE,
    signIn: (user, password) => signIn(server.url, user, password),
    sql: (statement) => withDatabase(file, (database) => database.exec(statement)),
    reset: () => withDatabase(file, (database) => restore(database, join(prepared, `${DATABASE}.sqlite`))),
    async close() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function withDatabase(file: string, work: (database: DatabaseSync) => void): void {
  const database = new DatabaseSync(file, { enableForeignKeyConstraints: false, timeout: 10_000 });
  try {
    work(database);
  } finally {
    database.close();
  }
}

function restore(database: DatabaseSync, template: string): void {
  database.exec(`attach database '${template}' as template`);
  const tables = database.prepare("select name from sqlite_master where type = 'table'").all() as { name: string }[];
  database.exec('begin immediate');
  for (const { name } of tables.filter((table) => CHANGED.test(table.name))) {
    database.exec(`delete from main."${name}"; insert into main."${name}" select * from template."${name}"`);
  }
  database.exec('commit');
}

/** The folder of the prepared database, which takes half a minute to make and is made once. */
async function prepare(): Promise<string> {
  const version = spawnSync('/usr/bin/trytond', ['--version'], { encoding: 'utf8' }).stdout;
  const names = (await readdir(sample)).filter((name) => /\.(?:py|cfg)$/.test(name));
  const sources = await Promise.all(
    [...names.map((name) => join(sample, name)), fileURLToPath(new URL('seed.ts', import.meta.url))].map((file) =>
      readFile(file, 'utf8'),
    ),
  );
  const told = createHash('sha256')
    .update(JSON.stringify([version, modules, sources, customers, persons, groups]))
    .digest('hex')
    .slice(0, 12);
  const prepared = join(cache, told);
  await mkdir(cache, { recursive: true });
  while (!existsSync(prepared)) {
    const lock = join(cache, `${told}.lock`);
    if (await locked(lock)) {
      await pause(500);
      continue;
    }
    try {
      if (!existsSync(prepared)) await make(prepared);
    } finally {
      await rm(lock, { recursive: true, force: true });
    }
  }
  return prepared;
}

/** Whether somebody else is at it; a lock older than anyone takes was left behind. */
async function locked(lock: string): Promise<boolean> {
  try {
    await mkdir(lock);
    return false;
  } catch {
    const since = await stat(lock).catch(() => null);
    if (since && Date.now() - since.mtimeMs > 10 * 60_000) await rm(lock, { recursive: true, force: true });
    return true;
  }
}

async function make(prepared: string): Promise<void> {
  const folder = await mkdtemp(join(cache, 'making-'));
  try {
    await makeIn(folder);
    await rename(folder, prepared);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function makeIn(folder: string): Promise<void> {
  const site = join(folder, 'site');
  await mkdir(join(site, 'trytond/modules'), { recursive: true });
  await cp(sample, join(site, 'trytond/modules/erp_sync_sample'), { recursive: true });
  const info = join(site, 'erp_sync_sample-6.0.0.dist-info');
  await mkdir(info);
  await writeFile(join(info, 'METADATA'), 'Metadata-Version: 2.1\nName: erp-sync-sample\nVersion: 6.0.0\n');
  await writeFile(
    join(info, 'entry_points.txt'),
    '[trytond.modules]\nerp_sync_sample = trytond.modules.erp_sync_sample\n',
  );
  await writeFile(join(folder, `${DATABASE}.sqlite`), '');
  await writeFile(join(folder, 'password'), ADMIN);
  await configure(folder, 0);
  const admin = spawnSync(
    '/usr/bin/trytond-admin',
    [
      ...['-c', join(folder, 'trytond.conf'), '-d', DATABASE, '--all', '--activate-dependencies'],
      ...['--email', 'admin@example.com', '-l', 'en', '-l', 'de', '-u', ...modules, 'erp_sync_sample'],
    ],
    { encoding: 'utf8', env: { ...environment(site), TRYTONPASSFILE: join(folder, 'password') } },
  );
  if (admin.status !== 0) throw new Error(`Tryton's database could not be made: ${admin.stderr}`);
  const server = await serve(folder, folder);
  try {
    await seed(await signIn(server.url, 'admin', ADMIN));
  } finally {
    await server.stop();
  }
}

function environment(site: string): NodeJS.ProcessEnv {
  const { PYTHONPATH, ...rest } = process.env;
  return { ...rest, PYTHONPATH: [site, PYTHONPATH].filter(Boolean).join(delimiter) };
}

async function configure(folder: string, port: number): Promise<void> {
  await writeFile(
    join(folder, 'trytond.conf'),
    `[database]\nuri = sqlite://\npath = ${folder}\n[web]\nlisten = 127.0.0.1:${port}\n`,
  );
}

async function serve(folder: string, prepared: string): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const port = await freePort();
  await configure(folder, port);
  const process = spawn('/usr/bin/trytond', ['-c', join(folder, 'trytond.conf')], {
    env: environment(join(prepared, 'site')),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const told: Buffer[] = [];
  process.stderr.on('data', (text: Buffer) => told.push(text));
  const url = `http://127.0.0.1:${port}`;
  for (let time = 0; !(await answers(url)); time++) {
    if (process.exitCode !== null || time === 300) {
      process.kill();
      throw new Error(`Tryton did not start: ${Buffer.concat(told).toString()}`);
    }
    await pause(100);
  }
  return { url, stop: () => stopped(process) };
}

function stopped(process: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    process.once('exit', () => resolve());
    if (process.exitCode !== null || process.signalCode !== null) resolve();
    else process.kill('SIGKILL');
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}

async function answers(url: string): Promise<boolean> {
  try {
    return typeof (await ask(`${url}/`, 'common.server.version', [])) === 'string';
  } catch {
    return false;
  }
}

async function signIn(url: string, user: string, password: string): Promise<Rpc> {
  const [id, token] = (await ask(`${url}/${DATABASE}/`, 'common.db.login', [user, { password }])) as [number, string];
  const authorization = `Session ${Buffer.from(`${user}:${id}:${token}`).toString('base64')}`;
  const call = (method: string, ...params: readonly unknown[]) =>
    ask(`${url}/${DATABASE}/`, `model.${method}`, params, authorization);
  const context = await call('res.user.get_preferences', true, {});
  return (method, ...params) => call(method, ...params, context);
}

async function ask(
  url: string,
  method: string,
  params: readonly unknown[],
  authorization: string | null = null,
): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(authorization ? { authorization } : {}) },
    body: JSON.stringify({ id: 0, method, params }),
  });
  if (!response.ok) throw new Error(`${method}: HTTP ${response.status}`);
  const answer = (await response.json()) as { readonly result?: unknown; readonly error?: unknown };
  if (answer.error !== undefined) throw new Error(`${method}: ${JSON.stringify(answer.error)}`);
  return answer.result;
}
