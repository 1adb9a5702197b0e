import type { Session } from '../../../shared/api/session.ts';
import { rightsIn } from '../../domain/scope.ts';
import { endOf } from '../../domain/session.ts';
import type { SignedIn } from './open-session.ts';

const ASKED = 3;
const seatMissing = { taken: 'userLicence', notGiven: 'seat', full: 'freeSeat' } as const;

/** Who is signed in, and what she lacks. */
export async function showSession({ ctx, session }: SignedIn): Promise<Session> {
  const { standing, userId } = session;
  const missing: Session['missing'] = [];
  if (!standing.tenantLicensed) missing.push('tenantLicence');
  if (!standing.userLicensed) missing.push(seatMissing[standing.seat ?? 'taken']);
  if (!standing.administrator) missing.push('administratorRight');
  if (!(await hasConnection({ ctx, session }))) missing.push('connection');

  return {
    tenant: ctx.tenant,
    user: { id: userId, name: standing.name },
    administrator: standing.administrator,
    licensed: standing.tenantLicensed && standing.userLicensed,
    missing,
    administrators: missing.length > 0 ? [...(await ctx.store.seats.administrators(ASKED))] : [],
    crmOrigin: session.crmOrigin,
    expiresAt: endOf(session).toISOString(),
  };
}

async function hasConnection({ ctx, session }: SignedIn): Promise<boolean> {
  const user = { id: session.userId, groupIds: session.standing.groupIds };
  const connections = await ctx.store.connections.list();
  return connections.some(({ active, scope }) => active && rightsIn(scope, user).inScope);
}
