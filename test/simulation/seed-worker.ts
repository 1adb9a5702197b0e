import { registerHooks } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import type { Summary } from './run-seeds.ts';

/** A bug: a piece of a module of the engine, and what stands there instead. */
export interface Patch {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

export interface Task {
  readonly seeds: readonly number[];
  readonly stopAtFirst: boolean;
}

export type Told = Summary;

const patch = workerData as Patch | null;
if (patch) plant(patch);

const { configureLog } = await import('../../backend/log.ts');
const { runHistory } = await import('./history.ts');
configureLog({ level: 'silent' });
parentPort?.on('message', (task: Task) => void work(task).then((told) => parentPort?.postMessage(told)));

async function work({ seeds, stopAtFirst }: Task): Promise<Told> {
  const faults: Record<string, number> = {};
  const told = { histories: 0, steps: 0, writes: 0, edits: 0, unseen: 0 };
  const hashes: number[] = [];
  const broken: { seed: number; broken: readonly string[] }[] = [];
  for (const seed of seeds) {
    const outcome = await runHistory(seed);
    told.histories += 1;
    hashes.push(outcome.hash);
    told.steps += outcome.steps;
    told.writes += outcome.writes;
    told.edits += outcome.edits;
    told.unseen += outcome.unseen;
    for (const [kind, times] of Object.entries(outcome.faults)) faults[kind] = (faults[kind] ?? 0) + times;
    if (outcome.broken.length > 0) broken.push({ seed, broken: outcome.broken.slice(0, 5) });
    if (stopAtFirst && broken.length > 0) break;
  }
  return { ...told, faults, hashes, broken };
}

/** Only this thread sees it: the file stays as it is. */
function plant({ file, find, replace }: Patch): void {
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      if (!url.endsWith(`/${file}`)) return loaded;
      const source = Buffer.from(loaded.source as Uint8Array).toString();
      if (source.split(find).length !== 2) throw new Error(`${file} has not exactly one place to plant the bug in`);
      return { ...loaded, source: source.replace(find, () => replace) };
    },
  });
}
