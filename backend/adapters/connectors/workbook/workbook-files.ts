import { createHash, randomUUID } from 'node:crypto';
import { constants, type BigIntStats } from 'node:fs';
import { access, lstat, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from '../../../errors.ts';
import type { Clock } from '../../../ports/clock.ts';
import { withFileLock } from './file-lock.ts';
import type { Layout } from './layout.ts';
import { runJob } from './run-job.ts';
import type { SheetEdit } from './sheet-patch.ts';
import type { Job } from './workbook-job.ts';
import { packageLimits, tooLarge, unreadable } from './zip-package.ts';

export interface WorkbookFiles {
  /** The workbook as it is now. One that has not changed since costs a `stat`. */
  read(name: string): Promise<Layout>;
  /** Lets `plan` look at the workbook and say what to write, and answers the workbook as it then is. */
  edit(name: string, plan: (workbook: Layout) => readonly SheetEdit[]): Promise<Layout>;
}

interface Loaded {
  readonly layout: Layout;
  /** Tells whether the file is still this one; null when it already is another. */
  readonly identity: string | null;
  readonly hash: string;
}

/** Workbooks kept in memory, most recently used last, up to this much together. The last one used always stays. */
const MEMORY = 64 * 1024 * 1024;
const TRIES = 3;
const PAUSE_MS = 100;
/** Never through a link, and never waiting for a pipe to be filled. Windows knows neither. */
const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants as Partial<typeof constants>;
const TO_READ = constants.O_RDONLY | O_NOFOLLOW | O_NONBLOCK;
/** Our marks and locks: one folder, so that people see one thing they need not care about. */
const OWN_FOLDER = '.erp-sync';

/** The workbooks of one folder. No name leads out of it. */
export function workbookFiles(folder: string, clock: Clock): WorkbookFiles {
  const memory = new Map<string, Loaded>();
  const queues = new Map<string, Promise<unknown>>();

  return {
    async read(name) {
      const path = pathOf(folder, name);
      const known = remembered(name);
      try {
        if (known?.identity && identityOf(await statOf(path).catch(() => null)) === known.identity) return known.layout;
        return await locked(name, async () => (await load(name, path)).layout);
      } catch (error) {
        throw translated(error, name);
      }
    },

    async edit(name, plan) {
      const path = pathOf(folder, name);
      try {
        return await locked(name, (held) => change(name, path, plan, held));
      } catch (error) {
        throw translated(error, name);
      }
    },
  };

  /** Tries for a while: a file in the middle of being saved is there and whole again soon. */
  async function load(name: string, path: string): Promise<Loaded> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await loadOnce(name, path);
      } catch (error) {
        const { code } = translated(error, name);
        const passes = code === 'workbook.unreadable' || code === 'workbook.missing' || code === 'workbook.locked';
        if (!passes || attempt === TRIES) throw error;
        await pause(PAUSE_MS * attempt);
      }
    }
  }

  async function loadOnce(name: string, path: string): Promise<Loaded> {
    const known = remembered(name);
    if (known && identityOf(await statOf(path)) === known.identity) return known;

    const { file, stats } = await readWhole(path);
    const { layout, marks } = await runJob({ file, edits: [], ...(await setting(name)) });
    await keepMarks(name, marks);
    return remember(name, { layout, identity: identityOf(stats), hash: hashOf(file) });
  }

  async function change(
    name: string,
    path: string,
    plan: (workbook: Layout) => readonly SheetEdit[],
    held: () => Promise<boolean>,
  ): Promise<Layout> {
    const before = await load(name, path);
    const edits = plan(before.layout);
    if (edits.length === 0) return before.layout;

    const unchanged = async () => {
      await refuseIfOpen(folder, name);
      const current = await readWhole(path);
      if (hashOf(current.file) !== before.hash) throw new AppError('workbook.locked', { file: name });
      return current;
    };
    const { file, stats } = await unchanged();
    const { layout, marks, edited } = await runJob({ file, edits, ...(await setting(name)) });
    if (!edited) throw unreadable('nothing came of the change');
    await replaceFile(path, edited, stats, async () => {
      if (!(await held())) throw new AppError('workbook.locked', { file: name });
      await unchanged();
    });
    await keepMarks(name, marks);

    // Someone may have saved since: then what we know is one version old, and the next look must find that out.
    const now = await readWhole(path);
    const identity = hashOf(now.file) === hashOf(edited) ? identityOf(now.stats) : null;
    return remember(name, { layout, identity, hash: hashOf(edited) }).layout;
  }

  async function setting(name: string): Promise<Pick<Job, 'macros' | 'marks' | 'now'>> {
    const marks = await readFile(marksPath(name), 'utf8').catch(() => null);
    return { macros: name.toLowerCase().endsWith('.xlsm'), marks, now: clock.now().getTime() };
  }

  async function keepMarks(name: string, marks: string | null): Promise<void> {
    if (marks === null) return;
    const temporary = `${marksPath(name)}.${randomUUID()}`;
    try {
      const file = await open(temporary, 'wx');
      await file
        .writeFile(marks)
        .then(() => file.sync())
        .finally(() => file.close());
      await rename(temporary, marksPath(name));
    } finally {
      await rm(temporary, { force: true });
    }
  }

  function marksPath(name: string): string {
    return join(folder, OWN_FOLDER, `${name}.json`);
  }

  function remember(name: string, loaded: Loaded): Loaded {
    memory.delete(name);
    memory.set(name, loaded);
    let weight = [...memory.values()].reduce((sum, { layout }) => sum + layout.weight, 0);
    for (const [oldest, { layout }] of memory) {
      if (weight <= MEMORY || oldest === name) break;
      memory.delete(oldest);
      weight -= layout.weight;
    }
    return loaded;
  }

  function remembered(name: string): Loaded | undefined {
    const known = memory.get(name);
    if (known) {
      memory.delete(name);
      memory.set(name, known);
    }
    return known;
  }

  /** In turn within this process, then alone among all of them. */
  function locked<T>(name: string, work: (held: () => Promise<boolean>) => Promise<T>): Promise<T> {
    const before = queues.get(name) ?? Promise.resolve();
    const turn = before
      .catch(() => undefined)
      .then(async () => {
        await mkdir(join(folder, OWN_FOLDER)).catch(unlessItExists);
        return withFileLock(join(folder, OWN_FOLDER, `${name}.lock`), work);
      });
    queues.set(name, turn);
    const done = () => queues.get(name) === turn && queues.delete(name);
    turn.then(done, done);
    return turn;
  }
}

/** A plain name of an Excel file, visible and without a way to another folder. */
export function isWorkbookName(name: string): boolean {
  return /^[^./\\~$:*?"<>|\u0000-\u001f][^/\\:*?"<>|\u0000-\u001f]{0,115}\.xls[xm]$/i.test(name);
}

function pathOf(folder: string, name: string): string {
  if (!isWorkbookName(name)) throw new AppError('workbook.missing', { file: name });
  return join(folder, name);
}

interface Whole {
  readonly file: Buffer;
  readonly stats: BigIntStats;
}

async function readWhole(path: string): Promise<Whole> {
  await statOf(path);
  const handle = await open(path, TO_READ);
  try {
    const before = await handle.stat({ bigint: true });
    if (!before.isFile()) throw new AppError('workbook.missing');
    if (before.size > packageLimits.fileBytes) throw tooLarge('fileBytes', packageLimits.fileBytes);
    const file = await handle.readFile();
    const stats = await handle.stat({ bigint: true });
    if (identityOf(stats) !== identityOf(before)) throw unreadable('it changed while it was read');
    return { file, stats };
  } finally {
    await handle.close();
  }
}

/** A symbolic link is not followed: it could lead anywhere. */
async function statOf(path: string): Promise<BigIntStats> {
  const stats = await lstat(path, { bigint: true });
  if (!stats.isFile()) throw new AppError('workbook.missing');
  return stats;
}

function identityOf(stats: BigIntStats | null): string | null {
  return stats && [stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join('-');
}

function unlessItExists(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}

function hashOf(file: Buffer): string {
  return createHash('sha256').update(file).digest('hex');
}

/**
 * Excel and LibreOffice leave an owner file beside a workbook that is open. Reading is harmless then; what we wrote
 * would be lost with the next save.
 */
async function refuseIfOpen(folder: string, name: string): Promise<void> {
  for (const owner of [`~$${name}`, `~$${name.slice(2)}`, `.~lock.${name}#`]) {
    const found = await access(join(folder, owner)).then(
      () => true,
      () => false,
    );
    if (found) throw new AppError('workbook.locked', { file: name });
  }
}

/** All or nothing: whoever opens the file sees it as it was or as it is, also after a power cut. */
async function replaceFile(
  path: string,
  content: Buffer,
  stats: BigIntStats,
  lastCheck: () => Promise<void>,
): Promise<void> {
  const folder = join(path, '..');
  const temporary = join(folder, OWN_FOLDER, `${randomUUID()}.tmp`);
  try {
    const file = await open(temporary, 'wx', Number(stats.mode) & 0o777);
    try {
      await file.writeFile(content);
      await file.chmod(Number(stats.mode) & 0o777);
      await file.chown(Number(stats.uid), Number(stats.gid)).catch(() => undefined);
      await file.sync();
    } finally {
      await file.close();
    }
    await lastCheck();
    await rename(temporary, path);
    await syncFolder(folder);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Some systems cannot; then the rename is as durable as they make it. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

/** What the file system says, in the words a user understands. The path stays here. */
function translated(error: unknown, file: string): AppError {
  if (error instanceof AppError) {
    return error.code === 'workbook.missing' ? new AppError(error.code, { file }, { cause: error }) : error;
  }
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
    case 'ENOTDIR':
    case 'ELOOP':
    case 'EISDIR':
    case 'ENAMETOOLONG':
      return new AppError('workbook.missing', { file }, { cause: error });
    case 'EBUSY':
    case 'EPERM':
    case 'EACCES':
    case 'EROFS':
    case 'EAGAIN':
    case 'ETXTBSY':
      return new AppError('workbook.locked', { file }, { cause: error });
    default:
      throw error;
  }
}
