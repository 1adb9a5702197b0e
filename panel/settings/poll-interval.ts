import { msg, str } from '@lit/localize';

/** What the connection dialog offers, in seconds. */
export const pollIntervals: readonly number[] = [10, 30, 60, 300, 900, 3600, 86_400];

export const defaultPollInterval = 60;

export function pollIntervalName(seconds: number): string {
  if (seconds === 60) return msg('Every minute');
  if (seconds === 3600) return msg('Every hour');
  if (seconds === 86_400) return msg('Every day');
  if (seconds % 3600 === 0) return msg(str`Every ${seconds / 3600} hours`);
  if (seconds % 60 === 0) return msg(str`Every ${seconds / 60} minutes`);
  return msg(str`Every ${seconds} seconds`);
}
