import { parentPort, Worker, type Transferable } from 'node:worker_threads';
import type { ErrorCode, ErrorDetail } from '../../../shared/errors.ts';
import { AppError } from '../../errors.ts';

export interface ThreadLimits {
  /** Of one thread; what needs more is given up. */
  readonly memoryMb: number;
  /** For one part of an answer. */
  readonly timeMs: number;
  /** Threads at work; further jobs wait for their turn. */
  readonly atOnce: number;
  /** A thread that has nothing to do for so long ends. */
  readonly idleMs: number;
  /** What to say of a job that would not end, or wanted too much memory. */
  readonly exceeded: (what: 'memory' | 'time') => AppError;
}

type Asked<Job> = { readonly job: Job } | 'next';
type Told<Part> =
  | { readonly part: Part }
  | 'done'
  | { readonly code: ErrorCode; readonly detail: ErrorDetail; readonly cause: string | null };

/** The parts of a job's answer. The next is worked out, or at least sent, when this one has been dealt with. */
export type Apart<Job, Part> = (job: Job, transfer?: readonly Transferable[]) => AsyncGenerator<Part, void>;

/** Does jobs beside the event loop, so that none, however made, holds it up or takes its memory. `script` calls `serveJobs`. */
export function createThreads<Job, Part>(script: URL, limits: ThreadLimits): Apart<Job, Part> {
  const resting: Worker[] = [];
  const waiting: (() => void)[] = [];
  let atWork = 0;

  const enter = async () => {
    if (atWork < limits.atOnce) atWork++;
    else await new Promise<void>((turn) => waiting.push(turn));
  };
  const leave = () => {
    const next = waiting.shift();
    if (next) next();
    else atWork--;
  };

  function wake(): Worker {
    const thread =
      resting.pop() ??
      new Worker(script, {
        resourceLimits: { maxOldGenerationSizeMb: limits.memoryMb, maxYoungGenerationSizeMb: limits.memoryMb / 8 },
      });
    thread.ref();
    return thread;
  }

  function rest(thread: Worker): void {
    resting.push(thread);
    thread.unref();
    setTimeout(() => {
      const at = resting.indexOf(thread);
      if (at === -1) return;
      resting.splice(at, 1);
      void thread.terminate();
    }, limits.idleMs).unref();
  }

  return async function* (job, transfer = []) {
    await enter();
    let thread: Worker | null = null;
    let finished = false;
    try {
      thread = wake();
      let told = await ask<Job, Part>(thread, { job }, transfer, limits);
      while (told !== 'done' && 'part' in told) {
        yield told.part;
        told = await ask<Job, Part>(thread, 'next', [], limits);
      }
      finished = true;
      if (told !== 'done') throw new AppError(told.code, told.detail, { cause: told.cause });
    } finally {
      if (finished && thread) rest(thread);
      else await thread?.terminate();
      leave();
    }
  };
}

function ask<Job, Part>(
  thread: Worker,
  asked: Asked<Job>,
  transfer: readonly Transferable[],
  { timeMs, exceeded }: ThreadLimits,
): Promise<Told<Part>> {
  return new Promise((resolve, reject) => {
    const settle = (settled: () => void) => {
      clearTimeout(late);
      thread.off('message', told).off('error', failed).off('exit', ended);
      settled();
    };
    const told = (answer: Told<Part>) => settle(() => resolve(answer));
    const failed = (error: NodeJS.ErrnoException) =>
      settle(() => reject(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? exceeded('memory') : error));
    const ended = () => settle(() => reject(new Error('A thread ended without an answer')));
    const late = setTimeout(() => settle(() => reject(exceeded('time'))), timeMs);
    thread.on('message', told).on('error', failed).on('exit', ended);
    thread.postMessage(asked, transfer);
  });
}

/** The other side: runs jobs one after the other. Errors of ours leave as what they carry. */
export function serveJobs(work: (job: never) => Iterable<unknown>): void {
  let parts: Iterator<unknown, unknown> = [].values();
  const next = (asked: Asked<never>): Told<unknown> => {
    if (asked !== 'next') parts = work(asked.job)[Symbol.iterator]();
    const { done, value } = parts.next();
    return done ? 'done' : { part: value };
  };
  parentPort?.on('message', (asked: Asked<never>) => {
    try {
      parentPort?.postMessage(next(asked));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const { code, detail, cause } = error;
      const told: Told<unknown> = { code, detail, cause: typeof cause === 'string' ? cause : messageOf(cause) };
      parentPort?.postMessage(told);
    }
  });
}

function messageOf(cause: unknown): string | null {
  return cause instanceof Error ? cause.message : null;
}
