import { manifest } from '../../../manifest/manifest.ts';
import type { App, Context } from '../../context.ts';
import { AppError } from '../../errors.ts';
import { aloneInTenant, inSteps, requireAdministratorOf, type Step } from './provisioning.ts';
import type { KeptIdentity } from './sign-in-attempt.ts';
import { eraseTenant } from './watch-tenant.ts';

/** Takes away all that `install` added, proves it, and erases what we know of the tenant. What was synchronized stays. */
export function uninstall(app: App, identity: KeptIdentity): Promise<readonly Step[]> {
  return inSteps(async (step) => {
    await step('rights', () => requireAdministratorOf(app, identity));
    await aloneInTenant(app, identity, step, async (ctx) => {
      await removeFromTenant(ctx, app.origin, step);
      await step('data', () => eraseTenant(app, ctx.tenant, 'uninstalled'));
    });
  });
}

export async function removeFromTenant(
  ctx: Context,
  origin: string,
  step: <T>(name: 'webhook' | 'panels' | 'nothingLeft', work: () => Promise<T>) => Promise<T>,
): Promise<void> {
  const known = await ctx.store.webhooks.current();
  const isOurs = ({ id, targetUrl }: { readonly id: number; readonly targetUrl: string }): boolean =>
    id === known?.crmId || targetUrl.startsWith(`${origin}${manifest.webhook.path}/${ctx.tenant}/`);

  await step('webhook', async () => {
    for (const hook of (await ctx.crm.webhooks()).filter(isOurs)) await ctx.crm.deleteWebhook(hook.id);
  });
  await step('panels', () => ctx.crm.deletePanels());
  // Read back from the tenant itself: that a call succeeded is no proof.
  await step('nothingLeft', async () => {
    const hooks = (await ctx.crm.webhooks()).filter(isOurs).map(({ targetUrl }) => targetUrl);
    const panels = (await ctx.crm.panels()).map(({ progId }) => progId);
    if (hooks.length + panels.length > 0) throw new AppError('install.left_behind', { names: [...panels, ...hooks] });
  });
}
