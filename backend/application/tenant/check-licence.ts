import { manifest } from '../../../manifest/manifest.ts';
import { passing } from '../../../shared/errors.ts';
import type { App } from '../../context.ts';
import { isCheckDue, type Standing, type UserSession } from '../../domain/session.ts';
import { AppError } from '../../errors.ts';
import type { Crm, Principal } from '../../ports/crm.ts';

/** One of SuperOffice's function rights makes an administrator of the app. */
export function isAdministrator({ functionRights }: Principal): boolean {
  return functionRights.some((right) => manifest.administratorRights.includes(right));
}

/** SuperOffice's licence for the company, or seats of our own that have not run out. */
export async function isTenantLicensed(app: App, tenant: string, { licences }: Principal): Promise<boolean> {
  if (licences.includes(manifest.licences.tenant)) return true;
  const { licensed, until } = await app.storeOf(tenant).seats.get();
  return licensed !== null && (until === null || app.clock.now() < until);
}

/**
 * What a person may do: from SuperOffice's own answer to her own token, and from the app's seats. What neither grants is
 * denied.
 */
export async function standingOf(app: App, tenant: string, principal: Principal): Promise<Standing> {
  const { userId: id, name, groupIds, licences } = principal;
  const now = app.clock.now();
  const administrator = isAdministrator(principal);
  return app.storeOf(tenant).transaction(async ({ seats }) => {
    if (administrator) await seats.noteAdministrator({ id, name }, now);
    else await seats.forgetAdministrator(id);
    const seat = await seats.take({ id, name, groupIds }, now);
    return {
      name,
      groupIds,
      administrator,
      tenantLicensed: licences.includes(manifest.licences.tenant) || seat !== null,
      userLicensed: licences.includes(manifest.licences.user) || seat === 'taken',
      seat,
    };
  });
}

/**
 * Asks SuperOffice again when its last answer is old. While it does not answer, the last one holds, at the longest until
 * the session ends by itself. Null when it no longer knows the person: then the session is over.
 */
export async function checkLicence(
  app: App,
  { tenant, key, session, userCrm }: { tenant: string; key: string; session: UserSession; userCrm: Crm },
): Promise<UserSession | null> {
  const now = app.clock.now();
  const { sessions } = app.storeOf(tenant);
  // One request asks; those beside it go on with what was known.
  if (!isCheckDue(session, now) || !(await sessions.claimCheck(key, session, now))) return session;

  try {
    const standing = await standingOf(app, tenant, await userCrm.principal());
    const crmOrigin = await crmOriginOf(app, tenant);
    await sessions.saveStanding(key, standing, crmOrigin, now);
    return { ...session, standing, crmOrigin, checkedAt: now };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (passing.has(error.code)) return session;
    await sessions.end(key);
    return null;
  }
}

/** Where the pages that frame us come from. It moves as routine. */
export async function crmOriginOf(app: App, tenant: string): Promise<string> {
  return new URL((await app.superOffice.tenantState(tenant)).apiUrl).origin;
}
