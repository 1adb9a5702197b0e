import type { Clock } from '../../backend/ports/clock.ts';

/** Stands still until a test moves it. */
export class TestClock implements Clock {
  #now: Date;

  constructor(start = '2026-11-22T12:00:00.000Z') {
    this.#now = new Date(start);
  }

  now(): Date {
    return new Date(this.#now);
  }

  set(time: Date | string): void {
    this.#now = new Date(time);
  }

  advance(milliseconds: number): void {
    this.#now = new Date(this.#now.getTime() + milliseconds);
  }
}
