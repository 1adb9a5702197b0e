import type { ActorType } from '../../../shared/vocabulary.ts';
import type { Context } from '../../context.ts';
import { requireAdministrator } from '../access.ts';

/** An administrator has seen what changed in an actor type. */
export async function finishSchemaTask(ctx: Context, connectionId: string, actorType: ActorType): Promise<void> {
  requireAdministrator(ctx);
  await ctx.store.connections.get(connectionId);
  await ctx.store.schemaTasks.done(connectionId, actorType);
}
