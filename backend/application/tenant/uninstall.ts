import { manifest } from '../../../manifest/manifest.ts';
import type { App, Context } from '../../context.ts';
import { AppError } from '../../errors.ts';
import { aloneInTenant, inSteps, requireAdministratorOf, type Step } from './provisioning.ts';
import type { KeptIdentity } from './sign-in-attempt.ts';

/** Takes away what `install` added, and the key to the tenant. What has been synchronized stays where it is. */
export function uninstall(app: App, identity: KeptIdentity): Promise<readonly Step[]> {
  return inSteps(async (step) => {
    await step('rights', () => requireAdministratorOf(app, identity));
    await aloneInTenant(app, identity, step, async (ctx) => {
      await step('webhook', () => unsubscribe(ctx, app.origin));
      await step('panels', () => removePanels(ctx));
      await step('access', async () => {
        await ctx.store.sessions.endAll();
        await ctx.store.installations.setRemoved();
      });
    });
  });
}

async function unsubscribe(ctx: Context, origin: string): Promise<void> {
  const known = await ctx.store.webhooks.current();
  const isOurs = ({ id, targetUrl }: { id: number; targetUrl: string }) =>
    id === known?.crmId || targetUrl.startsWith(`${origin}${manifest.webhook.path}/${ctx.tenant}/`);

  for (const hook of (await ctx.crm.webhooks()).filter(isOurs)) await ctx.crm.deleteWebhook(hook.id);
  if ((await ctx.crm.webhooks()).some(isOurs)) throw new AppError('crm.answer_invalid', { webhook: 'left' });
  await ctx.store.webhooks.remove();
}

async function removePanels(ctx: Context): Promise<void> {
  await ctx.crm.deletePanels();
  const ours = new Set(manifest.panels.map(({ progId }) => progId));
  const left = (await ctx.crm.panels()).filter(({ progId }) => ours.has(progId));
  if (left.length > 0) throw new AppError('crm.answer_invalid', { panels: left.map(({ progId }) => progId) });
}
