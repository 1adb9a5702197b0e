import type { App, Context } from '../../context.ts';
import { openContext } from './open-context.ts';
import { watchTenant } from './watch-tenant.ts';

/** The engine's context for a tenant; null while the app is not installed there, has no licence, or the tenant rests. */
export async function engineContext(app: App, tenant: string): Promise<Context | null> {
  const installation = await watchTenant(app, tenant);
  const works = installation?.installedAt && installation.systemToken !== null && installation.standing === 'running';
  return works ? openContext(app, tenant) : null;
}
