import { AppError } from '../../errors.ts';
import type { Clock } from '../../ports/clock.ts';

export interface BreakerOptions {
  readonly clock: Clock;
  /** Whether a failure means that the system itself does not answer, rather than that it refuses something. */
  readonly isOutage: (error: unknown) => boolean;
  /** So many outages one after another, and it is left alone: at first this long, then twice as long each time. */
  readonly outages: number;
  readonly firstMs: number;
  readonly longestMs: number;
  /** What callers are told meanwhile. */
  readonly resting: (until: Date, cause: unknown) => AppError;
  readonly changed?: (open: boolean) => void;
}

export interface Breaker {
  /** Throws at once while the system is left alone, except for somebody who insists. */
  pass<T>(insists: boolean, work: () => Promise<T>): Promise<T>;
  /** Throws if `pass` would: worth asking before queueing. */
  check(insists: boolean): void;
  readonly state: 'closed' | 'open' | 'probing';
}

/** A probe that is under way may take a while; the others are asked to come back soon after. */
const PROBE_MS = 5_000;

/**
 * Leaves a system alone that does not answer, or that has asked for it, and then lets a single call find out whether it does
 * again. Kept in memory, per process: each finds out for itself, and a restart begins anew.
 */
export function createBreaker(options: BreakerOptions): Breaker {
  const { clock, isOutage, outages, firstMs, longestMs, resting, changed } = options;
  let until: number | null = null;
  let cause: unknown = null;
  let count = 0;
  let restMs = firstMs;
  let probing = false;
  // What began before the state changed says nothing about the time after.
  let era = 0;

  const now = () => clock.now().getTime();
  /** A clock that was put back must not make it a day. */
  const isOver = (end: number) => end <= now() || end - now() > longestMs;

  function check(insists: boolean): void {
    if (until === null || insists) return;
    if (!isOver(until)) throw resting(new Date(until), cause);
    if (probing) throw resting(new Date(now() + PROBE_MS), cause);
  }

  function open(forMs: number, why: unknown): void {
    if (until === null) changed?.(true);
    until = now() + Math.min(forMs, longestMs);
    cause = why;
    count = 0;
    probing = false;
    era += 1;
  }

  function failed(error: unknown, probed: boolean): void {
    const asked = askedForMs(error);
    if (asked !== null) {
      open(asked, error);
      return;
    }
    if (!isOutage(error)) {
      answered();
      return;
    }
    count += 1;
    if (!probed && count < outages) return;
    if (probed) restMs = Math.min(restMs * 2, longestMs);
    open(restMs, error);
  }

  /** Whatever the system said, it is there. */
  function answered(): void {
    count = 0;
    restMs = firstMs;
    if (until === null) return;
    changed?.(false);
    until = null;
    cause = null;
    probing = false;
    era += 1;
  }

  return {
    check,
    async pass(insists, work) {
      check(insists);
      const probe = until !== null;
      if (probe) probing = true;
      const begun = era;
      try {
        const result = await work();
        if (begun === era) answered();
        return result;
      } catch (error) {
        if (begun === era) failed(error, probe);
        throw error;
      }
    },
    get state() {
      if (until === null) return 'closed';
      return probing ? 'probing' : 'open';
    },
  };
}

/** `Retry-After`, as the adapters tell it. */
function askedForMs(error: unknown): number | null {
  const seconds = error instanceof AppError ? error.detail['retryAfterSeconds'] : undefined;
  return typeof seconds === 'number' ? seconds * 1000 : null;
}
