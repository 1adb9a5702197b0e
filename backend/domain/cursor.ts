import { latestTimestamp } from './timestamp.ts';

/** How long a row may take to become visible in an ERP after it was stamped. */
const OVERLAP_MS = 5 * 60_000;

/** How far an ERP has been asked for changes. Its timestamps are kept and sent back byte for byte. */
export interface Cursor {
  /** What the next question starts from: on or after. */
  readonly askedFrom: string;
  /** What comes after that, once it has been known for long enough. */
  readonly next: string;
  readonly knownSince: Date;
}

/**
 * Where the next question starts, once all that was answered is safe. A timestamp becomes the start only when it has been
 * known for a while: an ERP may stamp a row when its transaction begins and show it when that ends.
 */
export function advance(cursor: Cursor | null, seen: string, now: Date): Cursor {
  if (!cursor) return { askedFrom: '', next: seen, knownSince: now };
  if (now.getTime() - cursor.knownSince.getTime() < OVERLAP_MS) return cursor;
  return { askedFrom: cursor.next, next: latestTimestamp([cursor.next, seen]), knownSince: now };
}
