import type { Readiness } from './http/routes/health.ts';
import { log } from './log.ts';

/** Whoever asks may ask often, and anyone may. */
const KNOWN_FOR_MS = 1_000;
const PATIENCE_MS = 2_000;

/** Says `stopping` once `isStopping` does, else what the database answers. One look at a time, and not more than one a second. */
export function createReadiness(
  isStopping: () => boolean,
  pending: () => Promise<readonly string[]>,
): () => Promise<Readiness> {
  let known: { readonly at: number; readonly found: Promise<Readiness> } | null = null;

  async function look(): Promise<Readiness> {
    try {
      return (await inTime(pending())).length > 0 ? 'not_migrated' : 'ready';
    } catch (error) {
      log.error('backend.not_ready', error);
      return 'database_away';
    }
  }

  return async () => {
    if (isStopping()) return 'stopping';
    if (!known || performance.now() - known.at > KNOWN_FOR_MS) known = { at: performance.now(), found: look() };
    const found = await known.found;
    return isStopping() ? 'stopping' : found;
  };
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('The database does not answer in time')), PATIENCE_MS);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
