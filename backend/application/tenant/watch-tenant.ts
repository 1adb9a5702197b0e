import type { App } from '../../context.ts';
import { endsSessions, isToErase, standingAfter, type TenantAnswer } from '../../domain/tenant-standing.ts';
import { AppError } from '../../errors.ts';
import { log } from '../../log.ts';
import type { Installation } from '../../domain/installation.ts';
import { isTenantLicensed } from './check-licence.ts';
import { systemCrm } from './open-context.ts';

/** How old what we know of a tenant may be: a withdrawn approval signs everybody out within this. */
const KNOWN_FOR_MS = 60_000;

/**
 * Finds out how a tenant stands, unless that was done a moment ago, and draws the consequences: sessions end, data is
 * erased, or what has waited is taken up again. Whoever comes first asks; the others go on with what is known. Null
 * where there is no installation, or no longer.
 */
export async function watchTenant(app: App, tenant: string): Promise<Installation | null> {
  const store = app.storeOf(tenant);
  const known = await store.installations.get();
  if (!known || known.systemToken === null) return known;
  const now = app.clock.now();
  const age = now.getTime() - (known.watchedAt?.getTime() ?? -Infinity);
  if (age >= 0 && age < KNOWN_FOR_MS) return known;
  if (!(await store.installations.claimWatch(now, new Date(now.getTime() - KNOWN_FOR_MS)))) return known;

  const watched = standingAfter(known, await ask(app, tenant, known), now);
  if (isToErase(watched, known.hint === 'Delete')) {
    await eraseTenant(app, tenant, watched.standing);
    return null;
  }
  await store.installations.saveWatched(watched, known.hint);
  if (endsSessions(watched)) await store.sessions.endAll(watched.standing);
  if (watched.standing !== known.standing) {
    log.info('tenant.standing', { tenant, kind: watched.standing, state: watched.state });
    // Nobody listened meanwhile.
    if (watched.standing === 'running') await store.sweeps.makeDue(now);
  }
  return { ...known, ...watched, watchedAt: now };
}

/** Takes every row of the tenant with it, its key first: what is left in a backup does not open. */
export async function eraseTenant(app: App, tenant: string, reason: string): Promise<void> {
  await app.storeOf(tenant).installations.destroyKey();
  await app.registry.remove(tenant);
  log.info('tenant.erased', { tenant, cause: reason });
}

/** A notification is only a reason to ask: SuperOffice's own answer, from its fixed address, is what counts. */
async function ask(app: App, tenant: string, { systemToken, hint }: Installation): Promise<TenantAnswer> {
  try {
    const { state, running } = await app.superOffice.tenantState(tenant, { afresh: hint !== null });
    if (!running) return { kind: 'state', state };
    const principal = await systemCrm(app, tenant, systemToken).principal();
    return { kind: 'running', state, licensed: await isTenantLicensed(app, tenant, principal) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.code === 'tenant.revoked' || error.code === 'approval.missing') return { kind: 'revoked' };
    if (error.code === 'tenant.unavailable') {
      return { kind: 'state', state: String(error.detail['state'] ?? 'Unknown') };
    }
    log.warn('tenant.unknown', { tenant, code: error.code });
    return { kind: 'silent' };
  }
}
