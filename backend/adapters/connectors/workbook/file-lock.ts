import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from '../../../errors.ts';

const ATTEMPTS = 300;
const PAUSE_MS = 50;
/** Longer than any holder works. Then it is dead, however far away it was. */
const STALE_MS = 90_000;

/** Runs `work` while nobody else, in this process or another, on this machine or another, holds the lock. */
export async function withFileLock<T>(path: string, work: (held: () => Promise<boolean>) => Promise<T>): Promise<T> {
  const token = JSON.stringify({ host: hostname(), pid: process.pid, id: randomUUID() });
  for (let attempt = 0; !(await taken(path, token)); attempt++) {
    if (attempt >= ATTEMPTS) throw new AppError('workbook.locked');
    if (attempt % 20 === 0) await breakIfStale(path);
    await pause(PAUSE_MS);
  }
  const held = async () => (await contentOf(path)) === token;
  try {
    return await work(held);
  } finally {
    if (await held()) await rm(path, { force: true });
  }
}

async function taken(path: string, token: string): Promise<boolean> {
  try {
    await writeFile(path, token, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Of two who find the same dead lock only one moves it away; whoever moved a living one by mistake puts it back. */
async function breakIfStale(path: string): Promise<void> {
  const content = await contentOf(path);
  if (content === null || !(await isStale(path, content))) return;
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch {
    return;
  }
  const moved = await contentOf(aside);
  if (moved !== content && moved !== null) await writeFile(path, moved, { flag: 'wx' }).catch(() => undefined);
  await rm(aside, { force: true });
}

async function isStale(path: string, content: string): Promise<boolean> {
  const { host, pid } = holderOf(content);
  if (host === hostname() && pid !== null && !isAlive(pid)) return true;

  // Both times by the clock of the file system: those of two machines need not agree.
  const probe = `${path}.${randomUUID()}`;
  try {
    await writeFile(probe, '');
    return (await stat(probe)).mtimeMs - (await stat(path)).mtimeMs > STALE_MS;
  } catch {
    return false;
  } finally {
    await rm(probe, { force: true });
  }
}

function holderOf(content: string): { host: string | null; pid: number | null } {
  try {
    const { host, pid } = JSON.parse(content) as { host?: unknown; pid?: unknown };
    return { host: typeof host === 'string' ? host : null, pid: typeof pid === 'number' ? pid : null };
  } catch {
    return { host: null, pid: null };
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function contentOf(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch(() => null);
}
