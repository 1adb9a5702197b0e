import { serveJobs } from '../threads.ts';
import { doJob, type Done, type Job } from './workbook-job.ts';

/** Bytes arrive as plain arrays. */
serveJobs((job: Job): readonly Done[] => [doJob({ ...job, file: Buffer.from(job.file) })]);
