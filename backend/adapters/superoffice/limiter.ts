import { setTimeout as sleep } from 'node:timers/promises';

export interface Limits {
  readonly atOnce: number;
  readonly perSecond: number;
}

const SECOND = 1_000;

/** Runs so many at a time, and begins no more than so many in any second; the others wait their turn. */
export function createLimiter({ atOnce, perSecond }: Limits): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  /** When the last ones began, oldest first. */
  const begun: number[] = [];

  async function begin(): Promise<void> {
    for (;;) {
      const now = performance.now();
      const first = begun.length < perSecond ? -Infinity : (begun[0] ?? -Infinity);
      if (now - first >= SECOND) {
        begun.push(now);
        if (begun.length > perSecond) begun.shift();
        return;
      }
      await sleep(Math.ceil(first + SECOND - now));
    }
  }

  return async (work) => {
    if (running < atOnce) running += 1;
    else await new Promise<void>((turn) => waiting.push(turn));
    try {
      await begin();
      return await work();
    } finally {
      // The place goes straight to the next, so that nobody slips in between.
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
