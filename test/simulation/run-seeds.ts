import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Patch, Task, Told } from './seed-worker.ts';

export interface Summary {
  readonly histories: number;
  readonly steps: number;
  readonly writes: number;
  readonly edits: number;
  readonly unseen: number;
  readonly faults: Readonly<Record<string, number>>;
  /** What happened in each history, in order, as a number; in the order of the seeds. */
  readonly hashes: readonly number[];
  /** The first seeds that broke a promise, and what they broke. */
  readonly broken: readonly { readonly seed: number; readonly broken: readonly string[] }[];
}

export interface SeedOptions {
  /** A bug to plant in the engine first. */
  readonly patch?: Patch;
  /** Stop at the first seed that breaks a promise. */
  readonly stopAtFirst?: boolean;
  readonly threads?: number;
}

const CHUNK = 100;

/** Runs the histories of these seeds on threads of their own, where timers and modules may be meddled with. */
export async function runSeeds(
  seeds: readonly number[],
  { patch, stopAtFirst = false, threads = Math.max(2, Math.min(4, availableParallelism())) }: SeedOptions = {},
): Promise<Summary> {
  const chunks: number[][] = [];
  for (let start = 0; start < seeds.length; start += CHUNK) chunks.push([...seeds.slice(start, start + CHUNK)]);
  const told: Told[] = [];
  let stopped = false;

  await Promise.all(
    Array.from({ length: Math.min(threads, chunks.length) }, async () => {
      const worker = new Worker(new URL('./seed-worker.ts', import.meta.url), {
        workerData: patch ?? null,
        execArgv: ['--disable-warning=ExperimentalWarning'],
      });
      try {
        for (let chunk = chunks.shift(); chunk && !stopped; chunk = chunks.shift()) {
          const answer = await ask(worker, { seeds: chunk, stopAtFirst });
          told.push(answer);
          stopped ||= stopAtFirst && answer.broken.length > 0;
        }
      } finally {
        await worker.terminate();
      }
    }),
  );
  return sum(told);
}

function ask(worker: Worker, task: Task): Promise<Told> {
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', (told: Told) => {
      worker.off('error', reject);
      resolve(told);
    });
    worker.postMessage(task);
  });
}

function sum(told: readonly Told[]): Summary {
  const faults: Record<string, number> = {};
  for (const each of told) {
    for (const [kind, times] of Object.entries(each.faults)) faults[kind] = (faults[kind] ?? 0) + times;
  }
  const total = (count: (told: Told) => number) => told.reduce((sum, each) => sum + count(each), 0);
  return {
    histories: total(({ histories }) => histories),
    steps: total(({ steps }) => steps),
    writes: total(({ writes }) => writes),
    edits: total(({ edits }) => edits),
    unseen: total(({ unseen }) => unseen),
    faults,
    hashes: told.flatMap(({ hashes }) => hashes),
    broken: told.flatMap(({ broken }) => broken).sort((a, b) => a.seed - b.seed),
  };
}
