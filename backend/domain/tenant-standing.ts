/**
 * Whether the app may work in a tenant. `paused`: SuperOffice has it switched off for a while. `unlicensed`: it holds no
 * licence. `revoked`: the approval was withdrawn. `deleted`: SuperOffice deletes it.
 */
export type TenantStanding = 'running' | 'paused' | 'unlicensed' | 'revoked' | 'deleted';

/** What SuperOffice answered when it was asked about a tenant. */
export type TenantAnswer =
  | { readonly kind: 'state'; readonly state: string }
  | { readonly kind: 'revoked' }
  | { readonly kind: 'running'; readonly state: string; readonly licensed: boolean }
  /** It did not answer, which says nothing. */
  | { readonly kind: 'silent' };

export interface Watched {
  readonly standing: TenantStanding;
  readonly since: Date | null;
  /** SuperOffice's word for it. */
  readonly state: string | null;
  /** When the licence was last confirmed. */
  readonly licensedAt: Date | null;
  /** The latest time we have seen, whatever the clock says now. */
  readonly latestAt: Date | null;
}

const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;
/** How long a licence that was confirmed once holds while nobody answers. */
export const LICENCE_GRACE = 72 * HOUR;
/** How long SuperOffice has to say that a tenant is deleted, when no notification said so as well. */
const DELETED_FOR = DAY;
/** An approval may come back; until then the data waits for it. */
const REVOKED_FOR = 30 * DAY;

export function standingAfter(before: Watched, answer: TenantAnswer, clock: Date): Watched {
  const now = latest(before.latestAt, clock);
  const become = (standing: TenantStanding, more: Partial<Watched> = {}): Watched => ({
    ...before,
    ...more,
    standing,
    since: standing === before.standing && before.since ? before.since : now,
    latestAt: now,
  });

  switch (answer.kind) {
    case 'state':
      return become(isDeleted(answer.state) ? 'deleted' : 'paused', { state: answer.state });
    case 'revoked':
      return become('revoked');
    case 'running':
      return become(answer.licensed ? 'running' : 'unlicensed', {
        state: answer.state,
        licensedAt: answer.licensed ? now : before.licensedAt,
      });
    case 'silent': {
      const confirmed = before.licensedAt?.getTime() ?? -Infinity;
      const holds = now.getTime() - confirmed < LICENCE_GRACE;
      return become(before.standing === 'running' && !holds ? 'unlicensed' : before.standing);
    }
  }
}

/** Nobody may stay signed in: the tenant is not the customer's any more, or the app is not wanted. */
export function endsSessions({ standing, state }: Watched): boolean {
  return standing === 'revoked' || standing === 'deleted' || (standing === 'paused' && state === 'Suspended');
}

/** Time to erase what we have. `announced`: SuperOffice has notified us of the deletion, signed, beside answering so. */
export function isToErase({ standing, since, latestAt }: Watched, announced: boolean): boolean {
  const lasted = since && latestAt ? latestAt.getTime() - since.getTime() : 0;
  if (standing === 'deleted') return announced || lasted >= DELETED_FOR;
  return standing === 'revoked' && lasted >= REVOKED_FOR;
}

/** A clock that was turned back buys no time. */
function latest(seen: Date | null, clock: Date): Date {
  return seen && seen > clock ? seen : clock;
}

function isDeleted(state: string): boolean {
  return state === 'Deleted';
}
