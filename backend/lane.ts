import { AsyncLocalStorage } from 'node:async_hooks';
import type { Lane } from './domain/mark.ts';

/** On whose behalf a call to SuperOffice or an ERP is made. It follows the work, so that no use case has to hand it on. */
export interface Errand {
  readonly lane: Lane;
  /** Also asks a system that is left alone because it did not answer: somebody wants to know whether it does again. */
  readonly insists: boolean;
}

const errands = new AsyncLocalStorage<Errand>();

/** Whoever has not said otherwise is a person at the screen. */
const atTheScreen: Errand = { lane: 'interactive', insists: false };

export function errand(): Errand {
  return errands.getStore() ?? atTheScreen;
}

export function inLane<T>(lane: Lane, work: () => T): T {
  return errands.run({ lane, insists: false }, work);
}

export function insisting<T>(work: () => T): T {
  return errands.run({ ...errand(), insists: true }, work);
}
