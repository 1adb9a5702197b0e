import { spawn, type ChildProcess } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { answering, ended, launchBackend, type BackendProcess } from '../support/backend-process.ts';
import { freePort } from '../support/demo.ts';

let folder: string;
let running: ChildProcess[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'erp-sync-main-'));
  await chmod(folder, 0o755);
  running = [];
  return () => rm(folder, { recursive: true, force: true });
});
afterEach(async () => {
  for (const child of running) await ended(child, 'SIGTERM');
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
  await once(second.child, 'close');
  expect(second.child.exitCode).toBe(1);
  expect(second.told()).toContain('Another backend is using the data folder');
  expect((await fetch(`${first.url}/healthz`)).status).toBe(200);
}, 60_000);

test('without its settings it says which, and ends', async () => {
  const { child, told } = launch(0, { SUPEROFFICE_CLIENT_ID: '', PUBLIC_URL: 'nowhere' });
  await once(child, 'close');
  expect(child.exitCode).toBe(1);
  expect(told()).toMatch(/PUBLIC_URL: [\s\S]*SUPEROFFICE_CLIENT_ID: /);
}, 30_000);

async function start(): Promise<{ child: ChildProcess; url: string }> {
  const port = await freePort();
  const backend = launch(port);
  const url = `http://127.0.0.1:${port}`;
  await answering(backend, url);
  return { child: backend.child, url };
}

function launch(port: number, more: Record<string, string> = {}): BackendProcess {
  const backend = launchBackend({
    PORT: String(port),
    DATA_DIR: folder,
    SUPEROFFICE_LOGIN_URL: 'http://127.0.0.1:1',
    SUPEROFFICE_CLIENT_ID: 'client',
    SUPEROFFICE_CLIENT_SECRET: 'secret',
    SUPEROFFICE_PRIVATE_KEY: privateKey,
    ...more,
  });
  running.push(backend.child);
  return backend;
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
