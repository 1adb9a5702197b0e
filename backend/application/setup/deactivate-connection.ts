import type { Context } from '../../context.ts';
import { requireAdministrator } from '../access.ts';

/** Switches a connection off. Links, marks and cursors stay, so that it goes on where it stopped. */
export async function deactivateConnection(ctx: Context, id: string): Promise<void> {
  requireAdministrator(ctx);
  await ctx.store.connections.get(id);
  await ctx.store.connections.setActive(id, false);
}
