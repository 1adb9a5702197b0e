import type { App, Context } from '../../context.ts';
import { endOf, isSeenAnew, type UserSession } from '../../domain/session.ts';
import { AppError } from '../../errors.ts';
import { checkLicence } from './check-licence.ts';
import { contextOf, systemCrm } from './open-context.ts';
import { readSessionToken } from './session-token.ts';
import { watchTenant } from './watch-tenant.ts';

export interface SignedIn {
  readonly ctx: Context;
  readonly session: UserSession;
}

/** The context of whoever holds this token. Throws `session.missing` without one, `session.expired` when it has ended. */
export async function openSession(app: App, token: string | undefined): Promise<SignedIn> {
  if (token === undefined) throw new AppError('session.missing');
  const held = readSessionToken(token);
  if (!held) throw new AppError('session.expired');
  const { tenant, key } = held;
  const store = app.storeOf(tenant);
  const now = app.clock.now();

  // Before anything else: an approval that was withdrawn, or a tenant that is gone, ends her session with all others.
  const installation = await watchTenant(app, tenant);
  const found = await store.sessions.find(key);
  if (!found) throw new AppError('session.expired');
  if (endOf(found) <= now) {
    await store.sessions.end(key);
    throw new AppError('session.expired');
  }
  if (isSeenAnew(found, now)) await store.sessions.see(key, now);

  const userCrm = app.superOffice.asUser(tenant, found.tokens, (tokens) => store.sessions.saveTokens(key, tokens));
  const session = await checkLicence(app, { tenant, key, session: { ...found, seenAt: now }, userCrm });
  if (!session) throw new AppError('session.expired');

  const { name, groupIds, administrator, tenantLicensed, userLicensed } = session.standing;
  const user = { id: session.userId, name, groupIds, administrator, licensed: tenantLicensed && userLicensed };
  const crm = systemCrm(app, tenant, installation?.systemToken ?? null);
  return { ctx: contextOf(app, tenant, { user, crm, userCrm }), session };
}
