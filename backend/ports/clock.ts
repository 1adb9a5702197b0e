/** The present time, and nothing else: what waits is due work in the store, not a timer. */
export interface Clock {
  now(): Date;
}
