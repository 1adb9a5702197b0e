export interface SharedValue<T> {
  get(): Promise<T>;
  /** Another value than the one that was refused; perhaps somebody else has fetched it already. */
  replace(refused: T): Promise<T>;
}

/** A value that is fetched once for all who wait, and kept as long as it is fresh. A failure is told to them, not kept. */
export function createSharedValue<T>(
  fetch: (last: T | null) => Promise<T>,
  isFresh: (value: T) => boolean,
  first: T | null = null,
): SharedValue<T> {
  let value = first;
  let fetching: Promise<T> | null = null;

  const renew = (): Promise<T> => {
    fetching ??= fetch(value)
      .then((fetched) => (value = fetched))
      .finally(() => (fetching = null));
    return fetching;
  };

  return {
    get: async () => (value !== null && isFresh(value) ? value : renew()),
    replace: async (refused) => (value !== null && value !== refused && isFresh(value) ? value : renew()),
  };
}

/** Work that is done once for all who ask while it is under way. */
export function onceForAll<T>(work: () => Promise<T>): () => Promise<T> {
  let underWay: Promise<T> | null = null;
  return () => {
    underWay ??= work().finally(() => (underWay = null));
    return underWay;
  };
}

/** A map that forgets what was used longest ago. */
export function createRecent<T>(limit: number): (key: string, make: () => T) => T {
  const kept = new Map<string, T>();
  return (key, make) => {
    const found = kept.get(key) ?? make();
    kept.delete(key);
    kept.set(key, found);
    const oldest = kept.keys().next();
    if (kept.size > limit && !oldest.done) kept.delete(oldest.value);
    return found;
  };
}
