/** How many of a connection's links may change without anyone being asked: a share of them, and never more than so many. */
export interface BrakeLimit {
  readonly percent: number;
  readonly links: number;
}

export const defaultBrake: BrakeLimit = { percent: 5, links: 200 };

/** So few links are no mass change, whatever share of all they are. */
const A_FEW = 20;

/** What ordinary syncing changes within this time counts as one run. */
const SHORT_TIME_MS = 10 * 60_000;

/** How far ordinary syncing of one connection has come, and whether it waits for someone. */
export interface Brake {
  readonly connectionId: string;
  readonly countedFrom: Date;
  readonly allowed: number;
  readonly changed: number;
  /** Since when nothing is written but what someone has asked for; null while all is well. */
  readonly heldSince: Date | null;
  /** The run in which someone decides. */
  readonly runId: string | null;
}

/** How many of so many links may change. */
export function brakeLimit(
  links: number,
  { percent, links: most }: BrakeLimit = defaultBrake,
  atLeast: number = A_FEW,
): number {
  return Math.min(most, Math.max(atLeast, Math.floor((links * percent) / 100)));
}

/** Whether the count is old, so that counting begins anew. */
export function isOver({ countedFrom }: Brake, now: Date): boolean {
  return now.getTime() - countedFrom.getTime() >= SHORT_TIME_MS;
}
