import { createContext, type App, type Context, type User } from '../../context.ts';
import { AppError } from '../../errors.ts';
import type { Crm } from '../../ports/crm.ts';

/** The tenant as the engine sees it: nobody is signed in. */
export async function openContext(app: App, tenant: string): Promise<Context> {
  const store = app.storeOf(tenant);
  const crm = systemCrm(app, tenant, (await store.installations.get())?.systemToken ?? null);
  return contextOf(app, tenant, { user: null, crm, userCrm: crm });
}

export function contextOf(
  app: App,
  tenant: string,
  seen: { readonly user: User | null; readonly crm: Crm; readonly userCrm: Crm },
): Context {
  const { clock } = app;
  return createContext({
    tenant,
    store: app.storeOf(tenant),
    clock,
    connectorKinds: app.connectorKindsOf(tenant),
    ...seen,
  });
}

/** Where the app is not installed there is no system user, and whoever needs one is told so. */
export function systemCrm(app: App, tenant: string, systemToken: string | null): Crm {
  if (systemToken !== null) return app.superOffice.asSystemUser(tenant, systemToken);
  const refuse = () => Promise.reject(new AppError('tenant.not_installed'));
  return new Proxy({} as Crm, { get: (_, call) => (call === 'then' ? undefined : refuse) });
}
