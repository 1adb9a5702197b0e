import { lanes, type Lane } from '../../domain/mark.ts';
import type { AppError } from '../../errors.ts';

/** How much there is for all, and how much of it the work in the background may take at most. */
export interface Share {
  readonly all: number;
  readonly background: number;
}

export interface GateOptions {
  readonly atOnce: Share;
  /** How many may begin within any one second. */
  readonly perSecond?: Share;
  /** Nobody waits longer than this for a place. */
  readonly patienceMs?: number;
  readonly tooBusy?: () => AppError;
}

export interface Visitor {
  readonly lane: Lane;
  /** Of those who wait in one lane, whoever has the fewest inside is let in first. */
  readonly who?: string;
}

export type Gate = <T>(visitor: Visitor, work: () => Promise<T>) => Promise<T>;

interface Waiting extends Visitor {
  readonly enter: () => void;
}

const SECOND = 1_000;
const NO_LIMIT: Share = { all: Infinity, background: Infinity };

/** Lets so many in at once and so many a second: people before what has just changed, and that before what nobody waits for. */
export function createGate({ atOnce, perSecond = NO_LIMIT, patienceMs, tooBusy }: GateOptions): Gate {
  const inside = new Map<string, number>();
  const waiting: Waiting[] = [];
  let running = 0;
  let begun = 0;

  const mayEnter = ({ lane }: Visitor): boolean => {
    const part = lane === 'interactive' ? 'all' : 'background';
    return running < atOnce[part] && begun < perSecond[part];
  };
  const insideOf = ({ who = '' }: Visitor): number => inside.get(who) ?? 0;

  function enter({ who = '' }: Visitor): void {
    running += 1;
    inside.set(who, (inside.get(who) ?? 0) + 1);
    if (perSecond.all === Infinity) return;
    begun += 1;
    setTimeout(() => {
      begun -= 1;
      admit();
    }, SECOND);
  }

  function leave({ who = '' }: Visitor): void {
    running -= 1;
    const left = (inside.get(who) ?? 1) - 1;
    if (left > 0) inside.set(who, left);
    else inside.delete(who);
    admit();
  }

  function admit(): void {
    for (;;) {
      const next = waiting
        .filter(mayEnter)
        .reduce<Waiting | null>((first, candidate) => (first && !isBefore(candidate, first) ? first : candidate), null);
      if (!next) return;
      waiting.splice(waiting.indexOf(next), 1);
      enter(next);
      next.enter();
    }
  }

  /** Those who came first stay first where nothing else decides. */
  function isBefore(a: Waiting, b: Waiting): boolean {
    const byLane = lanes.indexOf(a.lane) - lanes.indexOf(b.lane);
    return byLane < 0 || (byLane === 0 && insideOf(a) < insideOf(b));
  }

  function turn(visitor: Visitor): Promise<void> {
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        waiting.splice(waiting.indexOf(place), 1);
        reject(tooBusy?.() ?? new Error('Nobody came out'));
      };
      const timer = patienceMs === undefined ? undefined : setTimeout(giveUp, patienceMs);
      const place: Waiting = {
        ...visitor,
        enter: () => {
          clearTimeout(timer);
          resolve();
        },
      };
      waiting.push(place);
    });
  }

  return async (visitor, work) => {
    if (mayEnter(visitor)) enter(visitor);
    else await turn(visitor);
    try {
      return await work();
    } finally {
      leave(visitor);
    }
  };
}
