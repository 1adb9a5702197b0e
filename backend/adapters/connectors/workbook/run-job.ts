import { Worker } from 'node:worker_threads';
import type { ErrorCode, ErrorDetail } from '../../../../shared/errors.ts';
import { AppError } from '../../../errors.ts';
import { doJob, type Done, type Job } from './workbook-job.ts';
import { openPackage, tooLarge, unreadable } from './zip-package.ts';

/** Up to this a job is over before anyone notices; a thread alone takes longer to start. */
const SMALL = 512 * 1024;
const MEMORY_MB = 256;
const TIME_MS = 20_000;

type Answer =
  { readonly done: Done } | { readonly refused: { readonly code: ErrorCode; readonly detail: ErrorDetail } };

/** Does the job so that no workbook, however made, holds up the backend or takes its memory. */
export async function runJob(job: Job): Promise<Done> {
  if (openPackage(job.file).inflatedSize <= SMALL) return doJob(job);

  const thread = new Worker(new URL('./job-thread.ts', import.meta.url), {
    workerData: job,
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB, maxYoungGenerationSizeMb: MEMORY_MB / 8 },
  });
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<Done>((resolve, reject) => {
      timer = setTimeout(() => reject(tooLarge('seconds', TIME_MS / 1000)), TIME_MS);
      thread.once('message', (answer: Answer) => {
        if ('done' in answer)
          resolve({ ...answer.done, edited: answer.done.edited && Buffer.from(answer.done.edited) });
        else reject(new AppError(answer.refused.code, answer.refused.detail));
      });
      thread.once('error', (error: NodeJS.ErrnoException) => {
        reject(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? tooLarge('memory', MEMORY_MB) : error);
      });
      thread.once('exit', () => reject(unreadable('the thread ended without an answer')));
    });
  } finally {
    clearTimeout(timer);
    await thread.terminate();
  }
}
