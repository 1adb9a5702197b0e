import { TenantNotification } from '../../../shared/api/tenant-change.ts';
import type { App } from '../../context.ts';
import { AppError } from '../../errors.ts';
import { log } from '../../log.ts';
import { pauseAfterRestore } from '../sync/pause-after-restore.ts';

/**
 * SuperOffice notifies us of something that happened to a tenant. Nothing of it is believed beyond that it came from
 * SuperOffice and is about this tenant: it makes us look at once. Only a restored backup leaves no trace to look for, so
 * automatic sync stops on the word of it, which is the safe side.
 */
export async function acceptNotification(app: App, body: unknown): Promise<void> {
  const read = TenantNotification.safeParse(body);
  if (!read.success) throw new AppError('input.invalid');
  const { ContextIdentifier: tenant, ChangeType: change, Token: token } = read.data;
  const shown = await app.superOffice.verifyNotification(token, tenant);

  await app.storeOf(tenant).transaction(async (store) => {
    if (!(await store.installations.get())) return;
    // What happened is not under the signature, so a token that was shown before vouches for nothing more.
    if (!(await store.installations.useToken(shown, app.clock.now()))) return;
    await store.installations.notify(change);
    log.info('tenant.notified', { tenant, event: change });
    if (change !== 'BackupRestored') return;
    await pauseAfterRestore({ store, clock: app.clock }, { side: 'crm', connectionId: null, userName: null });
  });
}
