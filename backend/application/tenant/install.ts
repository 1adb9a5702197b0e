import { randomUUID } from 'node:crypto';
import { manifest } from '../../../manifest/manifest.ts';
import type { App, Context } from '../../context.ts';
import { AppError } from '../../errors.ts';
import type { CrmPanel } from '../../ports/crm.ts';
import { newSecret } from './session-token.ts';
import type { KeptIdentity } from './sign-in-attempt.ts';
import { aloneInTenant, inSteps, requireAdministratorOf, type Step } from './provisioning.ts';

/** What an administrator is told before. */
export const announced = {
  app: manifest.name,
  panels: manifest.panels.map(({ name, tooltip }) => ({ name, tooltip })),
};

/** Adds to the tenant what the manifest says. Run again, it repairs what is missing and changes nothing else. */
export function install(app: App, identity: KeptIdentity): Promise<readonly Step[]> {
  return inSteps(async (step) => {
    await step('rights', () => requireAdministratorOf(app, identity));
    await aloneInTenant(app, identity, step, async (ctx) => {
      await step('panels', () => addPanels(ctx, app.origin));
      await step('webhook', () => subscribe(ctx, app.origin));
      await ctx.store.installations.setInstalled(identity.userId, app.clock.now());
    });
  });
}

async function addPanels(ctx: Context, origin: string): Promise<void> {
  const wanted = manifest.panels.map(({ progId, name, windowName, tooltip, url, visibleIn }) => ({
    ...{ progId, name, windowName, tooltip, visibleIn },
    url: origin + url,
  }));
  const before = await ctx.crm.panels();
  for (const panel of wanted) if (!before.some((there) => isSame(there, panel))) await ctx.crm.savePanel(panel);

  const after = await ctx.crm.panels();
  const missing = wanted.filter((panel) => !after.some((there) => isSame(there, panel)));
  if (missing.length > 0) throw new AppError('crm.answer_invalid', { panels: missing.map(({ progId }) => progId) });
}

/** An administrator may have given it another name, which stays. */
function isSame(one: CrmPanel, other: CrmPanel): boolean {
  return one.progId === other.progId && one.url === other.url && one.visibleIn === other.visibleIn;
}

async function subscribe(ctx: Context, origin: string): Promise<void> {
  const { webhooks } = ctx.store;
  const { name, path, events } = manifest.webhook;
  const known = await webhooks.current();
  const id = known?.id ?? randomUUID();
  const ours = `${origin}${path}/${ctx.tenant}/`;
  const targetUrl = ours + id;

  const found = await ctx.crm.webhooks();
  const there = found.find((hook) => hook.id === known?.crmId) ?? found.find((hook) => hook.targetUrl === targetUrl);
  const whole =
    there !== undefined &&
    there.id === known?.crmId &&
    there.targetUrl === targetUrl &&
    there.state === 'active' &&
    events.every((event) => there.events.includes(event));

  if (!whole) {
    const secret = await webhooks.prepare(id, newSecret());
    const saved = await ctx.crm.saveWebhook({ ...(there && { id: there.id }), name, targetUrl, events, secret });
    await webhooks.confirm(id, saved.id);
  }
  // What an installation that broke off has left behind would mark every change a second time.
  const spare = found.filter((hook) => hook !== there && hook.targetUrl.startsWith(ours));
  for (const hook of spare) await ctx.crm.deleteWebhook(hook.id);

  const after = await ctx.crm.webhooks();
  if (!after.some((hook) => hook.targetUrl === targetUrl && hook.state === 'active')) {
    throw new AppError('crm.answer_invalid', { webhook: name });
  }
}
