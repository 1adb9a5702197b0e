/**
 * Runs `work` on one batch at a time. What comes while it is busy makes up the next batch, so that under load many share
 * what one costs, and an only one waits for nobody. If a batch fails, each of it is tried alone.
 */
export function inBatches<T>(
  largest: number,
  work: (batch: readonly T[]) => Promise<void>,
): (item: T) => Promise<void> {
  let waiting: Waiting<T>[] = [];
  let busy = false;

  const run = async (batch: readonly Waiting<T>[]): Promise<void> => {
    try {
      await work(batch.map(({ item }) => item));
      for (const { resolve } of batch) resolve();
    } catch (error) {
      const [only] = batch;
      if (only && batch.length === 1) only.reject(error);
      else for (const each of batch) await run([each]);
    }
  };

  const drain = async (): Promise<void> => {
    busy = true;
    while (waiting.length > 0) {
      const batch = waiting.slice(0, largest);
      waiting = waiting.slice(largest);
      await run(batch);
    }
    busy = false;
  };

  return (item) =>
    new Promise<void>((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (!busy) void drain();
    });
}

interface Waiting<T> {
  readonly item: T;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}
