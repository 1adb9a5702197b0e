import { createThreads } from '../threads.ts';
import { doJob, doneOf, type Done, type DonePart, type Job } from './workbook-job.ts';
import { openPackage, tooLarge } from './zip-package.ts';

/** Up to this a job is over before anyone notices; a thread alone takes longer to start. */
const SMALL = 512 * 1024;
const MEMORY_MB = 256;
const TIME_MS = 20_000;

const apart = createThreads<Job, DonePart>(new URL('./job-thread.ts', import.meta.url), {
  memoryMb: MEMORY_MB,
  timeMs: TIME_MS,
  atOnce: 4,
  idleMs: 5_000,
  exceeded: (what) => (what === 'memory' ? tooLarge('memory', MEMORY_MB) : tooLarge('seconds', TIME_MS / 1000)),
});

/** Does the job so that no workbook, however made, holds up the backend or takes its memory. */
export async function runJob(job: Job): Promise<Done> {
  if (openPackage(job.file).inflatedSize <= SMALL) return doJob(job);
  return doneOf(apart(job));
}
