import type { ErrorCode } from '../../shared/errors.ts';
import { digest } from './digest.ts';

const FIRST_MS = 2_000;
const LONGEST_MS = 15 * 60_000;

/** The system asked for a pause, or was not asked at all: that is no try of a record, and is waited for. */
export const pauses: ReadonlySet<ErrorCode> = new Set([
  'connector.resting',
  'connector.throttled',
  'crm.throttled',
  'rate.limited',
  'link.busy',
]);

/**
 * How long to wait after so many failures: doubling, up to a quarter of an hour, and spread by what is waited for, so that
 * all that failed together does not come back together.
 */
export function retryDelayMs(attempts: number, what: string, askedForMs = 0): number {
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempts, 20));
  const spread = parseInt(digest(`${what} ${attempts}`).slice(0, 8), 16) / 0xffffffff;
  return Math.round(Math.max(askedForMs * (1 + spread / 10), ceiling / 2 + (ceiling / 2) * spread));
}
