import type { Random } from './random.ts';

/** One running backend, or the world around it. What a dead one was waiting for never comes. */
export class Process {
  readonly name: string;
  alive = true;
  /** Frozen until then, as by SIGSTOP: its calls and timers wait. */
  pausedUntil = 0;
  /** How far its clock is off. */
  skewMs = 0;

  constructor(name: string) {
    this.name = name;
  }
}

interface Ticket {
  readonly id: number;
  readonly process: Process;
  readonly at: number;
  readonly fire: () => void;
}

/**
 * Decides which waiting continuation goes on next, and what time it is. One goes on at a time; when none is ready, time
 * jumps to the next one that will be.
 */
export class Scheduler {
  now: number;
  /** Whose code runs at the moment. */
  current: Process;
  /** Stands for the whole order of events: equal hashes, equal histories. */
  hash = 0x811c9dc5;
  steps = 0;
  readonly lines: string[] | null;
  readonly #random: Random;
  #tickets: Ticket[] = [];
  #ids = 0;

  constructor(random: Random, world: Process, start: number, traced: boolean) {
    this.#random = random;
    this.current = world;
    this.now = start;
    this.lines = traced ? [] : null;
  }

  /** Goes on when the scheduler says so, `delayMs` from now at the earliest. */
  ticket(process: Process, delayMs: number): Promise<void> {
    return new Promise((resolve) => this.at(process, delayMs, resolve));
  }

  at(process: Process, delayMs: number, fire: () => void): number {
    this.#ids += 1;
    this.#tickets.push({ id: this.#ids, process, at: this.now + delayMs, fire });
    return this.#ids;
  }

  every(process: Process, ms: number, fire: () => void): () => void {
    let id = 0;
    const again = () => {
      id = this.at(process, ms, () => {
        again();
        fire();
      });
    };
    again();
    return () => this.cancel(id);
  }

  cancel(id: number): void {
    this.#tickets = this.#tickets.filter((ticket) => ticket.id !== id);
  }

  kill(process: Process): void {
    process.alive = false;
    this.#tickets = this.#tickets.filter((ticket) => ticket.process !== process);
  }

  /** Remembers an event; `more` is only worded when somebody reads the trace. */
  trace(event: string, more?: () => string): void {
    for (let i = 0; i < event.length; i++) this.hash = Math.imul(this.hash ^ event.charCodeAt(i), 0x01000193);
    this.hash = Math.imul(this.hash ^ (this.now | 0), 0x01000193);
    this.lines?.push(`${((this.now % 1e8) / 1000).toFixed(3)} ${this.current.name} ${event} ${more?.() ?? ''}`);
  }

  /** Runs whatever is due up to and including that time. */
  async runUntil(time: number): Promise<void> {
    for (;;) {
      const ticket = this.#next(time);
      if (!ticket) break;
      this.steps += 1;
      this.current = ticket.process;
      this.hash = Math.imul(this.hash ^ ticket.id, 0x01000193);
      ticket.fire();
      await settled();
    }
    this.now = Math.max(this.now, time);
  }

  #next(until: number): Ticket | null {
    let ready = 0;
    let chosen = -1;
    let earliest = Infinity;
    let first = -1;
    for (const [index, { at, process }] of this.#tickets.entries()) {
      const due = Math.max(at, process.pausedUntil);
      if (due <= this.now) {
        ready += 1;
        if (this.#random.below(ready) === 0) chosen = index;
      } else if (due < earliest) {
        earliest = due;
        first = index;
      }
    }
    if (chosen < 0 && earliest <= until) {
      this.now = earliest;
      chosen = first;
    }
    if (chosen < 0) return null;
    const [ticket] = this.#tickets.splice(chosen, 1);
    return ticket ?? null;
  }
}

/** Resolves when all that could go on without a ticket has gone on. */
function settled(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}

const real = { setTimeout, clearTimeout, setInterval, clearInterval };

/** Timers of the code under test tick by the scheduler, and die with the process that set them. */
export function useTimersOf(scheduler: Scheduler): void {
  const timers = {
    setTimeout: (fire: () => void, ms: number) => {
      const id = scheduler.at(scheduler.current, ms, fire);
      return () => scheduler.cancel(id);
    },
    setInterval: (fire: () => void, ms: number) => scheduler.every(scheduler.current, ms, fire),
    clearTimeout: (cancel?: () => void) => cancel?.(),
    clearInterval: (cancel?: () => void) => cancel?.(),
  };
  Object.assign(globalThis, timers);
}

export function useRealTimers(): void {
  Object.assign(globalThis, real);
}
