import { AppError } from '../../../errors.ts';
import { createThreads } from '../threads.ts';
import { readMetadata, type Metadata } from './metadata.ts';

export interface MetadataJob {
  readonly xml: string;
  readonly wanted: readonly string[];
}

/** Up to this a description is read before anyone notices. */
const SMALL = 128 * 1024;
const MEMORY_MB = 256;

const apart = createThreads<MetadataJob, Metadata>(new URL('./metadata-thread.ts', import.meta.url), {
  memoryMb: MEMORY_MB,
  timeMs: 20_000,
  atOnce: 2,
  idleMs: 10_000,
  exceeded: (what) => new AppError('connector.answer_invalid', { problem: 'size', what }),
});

/** Reads what `$metadata` says of these sets; a large description beside the event loop. */
export async function readApart(xml: string, wanted: Iterable<string>): Promise<Metadata> {
  if (xml.length <= SMALL) return readMetadata(xml, wanted);
  let metadata: Metadata | null = null;
  for await (const read of apart({ xml, wanted: [...wanted] })) metadata = read;
  if (!metadata) throw new Error('A thread read a description without a result');
  return metadata;
}
