import { threadId } from 'node:worker_threads';
import { serveJobs } from '../../backend/adapters/connectors/threads.ts';
import { AppError } from '../../backend/errors.ts';

export type GreedyJob = 'count' | 'memory' | 'time' | 'refuse' | 'fail';

/** A thread that does what it is told, the wrong things too. */
serveJobs(function* (job: GreedyJob): Iterable<string> {
  if (job === 'refuse') throw new AppError('connector.rejected', { call: 'x' }, { cause: 'why' });
  if (job === 'fail') throw new Error('a bug');
  const kept: string[][] = [];
  while (job === 'memory') kept.push(Array.from({ length: 1000 }, (_, index) => `${kept.length} ${index}`));
  for (let n = 0; job === 'time'; n++) Math.sqrt(n);
  for (const part of ['a', 'b', 'c']) yield `${part}${threadId}`;
});
