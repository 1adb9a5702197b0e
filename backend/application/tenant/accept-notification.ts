import { TenantNotification } from '../../../shared/api/tenant-change.ts';
import type { App } from '../../context.ts';
import { AppError } from '../../errors.ts';
import { log } from '../../log.ts';

/**
 * SuperOffice notifies us of something that happened to a tenant. Nothing of it is believed beyond that it came from
 * SuperOffice and is about this tenant: it makes us look at once. Only a restored backup leaves no trace to look for, so
 * automatic sync stops on the word of it, which is the safe side.
 */
export async function acceptNotification(app: App, body: unknown): Promise<void> {
  const read = TenantNotification.safeParse(body);
  if (!read.success) throw new AppError('input.invalid');
  const { ContextIdentifier: tenant, ChangeType: change, Token: token } = read.data;
  await app.superOffice.verifyNotification(token, tenant);

  const { installations, syncSettings } = app.storeOf(tenant);
  if (!(await installations.notify(change))) return;
  log.info('tenant.notified', { tenant, event: change });
  if (change !== 'BackupRestored') return;
  await syncSettings.setAutomatic(false);
  await installations.setRestored(app.clock.now());
}
