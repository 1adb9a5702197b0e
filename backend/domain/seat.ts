/** `full`: she may have one, but all are taken. `notGiven`: the seats are for others. */
export type SeatState = 'taken' | 'full' | 'notGiven';

export interface SeatMember {
  readonly kind: 'user' | 'group';
  readonly id: number;
}

export interface Seats {
  /** How many the company has; null where SuperOffice's licences alone decide. */
  readonly licensed: number | null;
  readonly until: Date | null;
  readonly everyone: boolean;
  readonly members: readonly SeatMember[];
  /** Who has one, the longest first. Those beyond the licensed number have none. */
  readonly holders: readonly { readonly userId: number; readonly name: string; readonly takenAt: Date }[];
}

export interface SeatUser {
  readonly id: number;
  readonly name: string;
  readonly groupIds: readonly number[];
}

export function isMeant(members: readonly SeatMember[], user: Pick<SeatUser, 'id' | 'groupIds'>): boolean {
  return members.some(({ kind, id }) => (kind === 'user' ? id === user.id : user.groupIds.includes(id)));
}
