import { manifest } from '../../../manifest/manifest.ts';
import { passing } from '../../../shared/errors.ts';
import type { App } from '../../context.ts';
import { isCheckDue, type Standing, type UserSession } from '../../domain/session.ts';
import { AppError } from '../../errors.ts';
import type { Crm, Principal } from '../../ports/crm.ts';

/** What a person may do, from SuperOffice's own answer to her own token. What is not granted there is denied. */
export function standingOf({ name, groupIds, functionRights, licences }: Principal): Standing {
  return {
    name,
    groupIds,
    administrator: functionRights.some((right) => manifest.administratorRights.includes(right)),
    tenantLicensed: licences.includes(manifest.licences.tenant),
    userLicensed: licences.includes(manifest.licences.user),
  };
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
    const standing = standingOf(await userCrm.principal());
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
