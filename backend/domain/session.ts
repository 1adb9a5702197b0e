import type { SeatState } from './seat.ts';

const MINUTE = 60_000;

/** An open tab that nobody uses, and one that somebody uses all day. */
const IDLE = 30 * MINUTE;
export const LONGEST_SESSION = 12 * 60 * MINUTE;
/** How old what SuperOffice said about rights and licences may be. */
const STANDING_LASTS = 10 * MINUTE;
/** When it did not answer, it is asked again after this; until then its last answer holds. */
const ASK_AGAIN = MINUTE;
/** Coarse, so that reading a tab is not a write each time. */
const SEEN_STEP = MINUTE;

/** What SuperOffice says about a person: her name, and what she may do with the app. */
export interface Standing {
  readonly name: string;
  readonly groupIds: readonly number[];
  readonly administrator: boolean;
  readonly tenantLicensed: boolean;
  readonly userLicensed: boolean;
  /** Whether she has one of the app's own seats; null where there are none. */
  readonly seat: SeatState | null;
}

/** A person who has signed in, in one browser. */
export interface UserSession {
  readonly userId: number;
  readonly standing: Standing;
  /** Where the pages of SuperOffice that frame us come from. */
  readonly crmOrigin: string;
  readonly tokens: { readonly accessToken: string; readonly refreshToken: string; readonly expiresAt: Date };
  readonly seenAt: Date;
  readonly endsAt: Date;
  /** When SuperOffice last told the standing, and when it was last asked. */
  readonly checkedAt: Date;
  readonly askedAt: Date;
}

export function endOf({ seenAt, endsAt }: UserSession): Date {
  return new Date(Math.min(seenAt.getTime() + IDLE, endsAt.getTime()));
}

export function isSeenAnew({ seenAt }: UserSession, now: Date): boolean {
  return now.getTime() - seenAt.getTime() >= SEEN_STEP;
}

/** A clock that was turned back makes it due as well: an answer from the future says nothing. */
export function isCheckDue({ checkedAt, askedAt }: UserSession, now: Date): boolean {
  const age = now.getTime() - checkedAt.getTime();
  const waited = now.getTime() - askedAt.getTime();
  return (age >= STANDING_LASTS || age < 0) && (waited >= ASK_AGAIN || waited < 0);
}
