const DAY = 86_400_000;
/** Day 0 of the two calendars a workbook may use. */
const EPOCH_1900 = Date.UTC(1899, 11, 30);
const EPOCH_1904 = Date.UTC(1904, 0, 1);
const LAST_SERIAL = 2_958_466;
/** Excel believes in 29 February 1900, its day 60: the days before count from one earlier. */
const LEAP_DAY_THAT_NEVER_WAS = 60;

/** `41275.5` as the wall clock reading `2013-01-01T12:00:00`; null when that is no day there ever was. */
export function momentOf(serial: number, date1904: boolean): string | null {
  if (!(serial >= 1 || (date1904 && serial >= 0)) || serial >= LAST_SERIAL) return null;
  if (!date1904 && Math.floor(serial) === LEAP_DAY_THAT_NEVER_WAS) return null;

  const days = !date1904 && serial < LEAP_DAY_THAT_NEVER_WAS ? serial + 1 : serial;
  const instant = new Date((date1904 ? EPOCH_1904 : EPOCH_1900) + Math.round(days * DAY)).toISOString();
  return instant.endsWith('.000Z') ? instant.slice(0, -5) : instant.replace(/\.?0*Z$/, '');
}

/** The serial of `2013-01-01` or `2013-01-01T12:00:00`; null before Excel's first day. */
export function serialOf(moment: string, date1904: boolean): number | null {
  const instant = Date.parse(`${moment.length === 10 ? `${moment}T00:00:00` : moment}Z`);
  const days = (instant - (date1904 ? EPOCH_1904 : EPOCH_1900)) / DAY;
  const serial = !date1904 && days <= LEAP_DAY_THAT_NEVER_WAS ? days - 1 : days;
  return serial >= (date1904 ? 0 : 1) && serial < LAST_SERIAL ? Number(serial.toPrecision(15)) : null;
}
