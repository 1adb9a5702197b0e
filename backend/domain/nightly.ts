/** When the nightly comparison begins, in the tenant's own time. */
export interface NightlyTime {
  readonly hour: number;
  /** As in `Europe/Oslo`. */
  readonly timeZone: string;
}

/** SuperOffice's customers sleep at this hour, and its own maintenance is over. */
export const defaultNightlyTime: NightlyTime = { hour: 2, timeZone: 'Europe/Oslo' };

const HOUR = 3_600_000;

/** The next time the clock there strikes this hour; in the night in which it is skipped, an hour later. */
export function nextNight(now: Date, { hour, timeZone }: NightlyTime): Date {
  const local = new Intl.DateTimeFormat('en', { timeZone, hour: 'numeric', hourCycle: 'h23' });
  const next = new Date(Math.floor(now.getTime() / HOUR + 1) * HOUR);
  // Some zones are off by half an hour: there it begins on the half hour.
  for (let hours = 0; hours < 25; hours++) {
    const at = new Date(next.getTime() + hours * HOUR);
    if (Number(local.format(at)) === hour) return at;
  }
  return new Date(next.getTime() + 24 * HOUR);
}

/** Whether this is a zone whose clocks we know. */
export function isTimeZone(timeZone: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone }));
  } catch {
    return false;
  }
}
