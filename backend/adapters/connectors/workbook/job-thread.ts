import { parentPort, workerData } from 'node:worker_threads';
import { AppError } from '../../../errors.ts';
import { doJob, type Job } from './workbook-job.ts';

/** Runs one job beside the event loop. Bytes arrive as plain arrays, and errors leave as what they carry. */
const job = workerData as Job;

try {
  parentPort?.postMessage({ done: doJob({ ...job, file: Buffer.from(job.file) }) });
} catch (error) {
  if (!(error instanceof AppError)) throw error;
  parentPort?.postMessage({ refused: { code: error.code, detail: error.detail } });
}
