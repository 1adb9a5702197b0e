import { serveJobs } from '../threads.ts';
import { decodeAnswer, type Answer, type Decoded, type Reads } from './decode.ts';

/** So many at a time are handed over: the event loop has other things to do in between. */
const AT_ONCE = 500;

serveJobs(function* (answer: Answer<Reads>): Iterable<Decoded<Reads>> {
  const { items, warning } = decodeAnswer({ ...answer, body: Buffer.from(answer.body) });
  for (let start = 0; start === 0 || start < items.length; start += AT_ONCE) {
    yield { items: items.slice(start, start + AT_ONCE), warning };
  }
});
