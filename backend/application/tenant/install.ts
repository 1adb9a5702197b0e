import { manifest } from '../../../manifest/manifest.ts';
import type { App } from '../../context.ts';
import { placePanels } from './place-panels.ts';
import { aloneInTenant, inSteps, requireAdministratorOf, type Step } from './provisioning.ts';
import type { KeptIdentity } from './sign-in-attempt.ts';
import { subscribe } from './subscribe.ts';

/** What an administrator is told before. */
export const announced = {
  app: manifest.name,
  panels: manifest.panels.map(({ name, tooltip }) => ({ name, tooltip })),
};

/** Adds to the tenant what the manifest says. Run again, it repairs and brings up to date, and changes nothing else. */
export function install(app: App, identity: KeptIdentity): Promise<readonly Step[]> {
  return inSteps(async (step) => {
    await step('rights', () => requireAdministratorOf(app, identity));
    await aloneInTenant(app, identity, step, async (ctx) => {
      await step('panels', () => placePanels(ctx, app.origin));
      await step('webhook', () => subscribe(ctx, app.origin));
      await ctx.store.installations.setInstalled(identity.userId, app.clock.now());
    });
  });
}
