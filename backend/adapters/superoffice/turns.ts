import { AppError } from '../../errors.ts';
import { errand } from '../../lane.ts';
import type { Clock } from '../../ports/clock.ts';
import { createBreaker } from '../calls/breaker.ts';
import { createGate } from '../calls/gate.ts';
import { observed, type Observer } from '../calls/observer.ts';

export interface Limits {
  readonly atOnce: number;
  readonly perSecond: number;
}

export type Turn = <T>(request: () => Promise<T>) => Promise<T>;

const OUTAGES = 5;
/** It restarts every night and is upgraded every third week: minutes, not hours. */
const RESTS = { firstMs: 15_000, longestMs: 5 * 60_000 };

/** One tenant's calls, one after another: people first, and none at all while SuperOffice asks for a pause or does not answer. */
export function createTurns(clock: Clock, { atOnce, perSecond }: Limits, observer?: Observer): Turn {
  // The engine leaves some of it to the people.
  const gate = createGate({
    atOnce: { all: atOnce, background: atOnce - 1 },
    perSecond: { all: perSecond, background: perSecond * 0.8 },
  });
  const breaker = createBreaker({
    clock,
    isOutage: (error) => error instanceof AppError && error.code === 'crm.unreachable',
    outages: OUTAGES,
    ...RESTS,
    resting: (until, cause) => resting(until, cause, clock.now()),
    changed: (open) => observer?.breaker('crm', open),
  });

  return async (request) => {
    const { lane, insists } = errand();
    breaker.check(insists);
    return gate({ lane }, () => breaker.pass(insists, () => observed(observer, 'crm', 'request', request)));
  };
}

/** What SuperOffice said last, and until when we leave it alone. */
function resting(until: Date, cause: unknown, now: Date): AppError {
  const code = cause instanceof AppError && cause.code === 'crm.throttled' ? cause.code : 'crm.unreachable';
  const retryAfterSeconds = Math.max(1, Math.ceil((until.getTime() - now.getTime()) / 1000));
  return new AppError(code, { until: until.toISOString(), retryAfterSeconds }, { cause });
}
