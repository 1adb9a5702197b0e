import { serveJobs } from '../threads.ts';
import { doJob, partsOf, type Job } from './workbook-job.ts';

/** Bytes arrive as plain arrays. */
serveJobs((job: Job) => partsOf(doJob({ ...job, file: Buffer.from(job.file) })));
