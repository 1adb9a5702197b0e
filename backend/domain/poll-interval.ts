/** So many times in a row nothing had changed, and a connection is asked less often. */
const IDLE = 10;
const LONGEST_MS = 5 * 60_000;

/** How long until an ERP is asked again: its own interval, and while it is idle up to five minutes if that is longer. */
export function pollDelayMs(pollSeconds: number, idle: number): number {
  const own = pollSeconds * 1000;
  return Math.min(own * 2 ** Math.min(20, Math.max(0, idle - IDLE)), Math.max(own, LONGEST_MS));
}
