import { spawn, type ChildProcess } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

let folder: string;
let running: ChildProcess[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'erp-sync-main-'));
  await chmod(folder, 0o755);
  running = [];
  return () => rm(folder, { recursive: true, force: true });
});
afterEach(async () => {
  for (const child of running) if (child.exitCode === null && child.signalCode === null) await ended(child, 'SIGTERM');
});

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

test('it starts on an empty folder, ends cleanly, and starts again', async () => {
  const first = await start();
  expect(await (await fetch(`${first.url}/healthz`)).json()).toEqual({ status: 'ok' });
  const begun = performance.now();
  expect(await ended(first.child, 'SIGTERM')).toEqual({ code: 0, signal: null });
  expect(performance.now() - begun).toBeLessThan(5_000);
  await expect(readFile(join(folder, 'postgres', 'postmaster.pid'))).rejects.toMatchObject({ code: 'ENOENT' });

  const second = await start();
  expect((await fetch(`${second.url}/healthz`)).status).toBe(200);
}, 60_000);

test('after a kill it starts again on what the killed one left', async () => {
  const first = await start();
  await ended(first.child, 'SIGKILL');
  const second = await start();
  expect((await fetch(`${second.url}/healthz`)).status).toBe(200);
  await ended(second.child, 'SIGKILL');

  // The machine stopped as well: the server is gone, and another process has its number.
  const pid = Number((await readFile(join(folder, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0]);
  process.kill(pid, 'SIGQUIT');
  await gone(pid);
  const stranger = spawn('sleep', ['60']);
  running.push(stranger);
  await writeFile(
    join(folder, 'postgres', 'postmaster.pid'),
    `${stranger.pid}\n${folder}\n0\n1\n\n127.0.0.1\n\nready\n`,
  );
  const third = await start();
  expect((await fetch(`${third.url}/healthz`)).status).toBe(200);
}, 60_000);

test('a second one on the same folder leaves the first alone', async () => {
  const first = await start();
  const second = launch(await freePort());
  const [[code], told] = await Promise.all([once(second, 'exit') as Promise<[number]>, output(second)]);
  expect(code).toBe(1);
  expect(told).toContain('Another backend is using the data folder');
  expect((await fetch(`${first.url}/healthz`)).status).toBe(200);
}, 60_000);

test('without its settings it says which, and ends', async () => {
  const child = launch(0, { SUPEROFFICE_CLIENT_ID: '', PUBLIC_URL: 'nowhere' });
  const [[code], told] = await Promise.all([once(child, 'exit') as Promise<[number]>, output(child)]);
  expect(code).toBe(1);
  expect(told).toMatch(/PUBLIC_URL: [\s\S]*SUPEROFFICE_CLIENT_ID: /);
}, 30_000);

async function start(): Promise<{ child: ChildProcess; url: string }> {
  const port = await freePort();
  const child = launch(port);
  const told = output(child);
  const url = `http://127.0.0.1:${port}`;
  while (
    !(await fetch(`${url}/healthz`).then(
      (answer) => answer.ok,
      () => false,
    ))
  ) {
    if (child.exitCode !== null) throw new Error(await told);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { child, url };
}

function launch(port: number, more: Record<string, string> = {}): ChildProcess {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'backend/main.ts'], {
    env: {
      PATH: process.env['PATH'],
      PORT: String(port),
      DATA_DIR: folder,
      LOG_LEVEL: 'error',
      SUPEROFFICE_LOGIN_URL: 'http://127.0.0.1:1',
      SUPEROFFICE_CLIENT_ID: 'client',
      SUPEROFFICE_CLIENT_SECRET: 'secret',
      SUPEROFFICE_PRIVATE_KEY: privateKey,
      ...more,
    },
  });
  running.push(child);
  return child;
}

async function output(child: ChildProcess): Promise<string> {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await once(child, 'close');
  return text;
}

async function ended(
  child: ChildProcess,
  signal: NodeJS.Signals,
): Promise<{ code: number | null; signal: string | null }> {
  const exit = once(child, 'exit') as Promise<[number | null, string | null]>;
  child.kill(signal);
  const [code, by] = await exit;
  return { code, signal: by };
}

async function gone(pid: number): Promise<void> {
  try {
    for (;;) {
      process.kill(pid, 0);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  } catch {
    return;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
