import { serveJobs } from '../threads.ts';
import { readMetadata } from './metadata.ts';
import type { MetadataJob } from './read-apart.ts';

serveJobs(({ xml, wanted }: MetadataJob) => [readMetadata(xml, wanted)]);
