import type { DecideCreation } from '../../../shared/api/creations.ts';
import { inTransaction, type Context } from '../../context.ts';
import { AppError } from '../../errors.ts';
import { fieldPairs } from '../sync/field-pairs.ts';
import { adoptActor, readNew, syncAdopted } from './adopt-actor.ts';
import { findDoubtful } from './show-creation.ts';

/** A person says what became of a creation in doubt: this actor, or none. */
export async function decideCreation(ctx: Context, id: string, { erpKey }: DecideCreation): Promise<void> {
  const { creation, connection, mapping } = await findDoubtful(ctx, id);
  const { entity } = creation;
  if (erpKey === null) {
    await inTransaction(ctx, async (ctx) => {
      await ctx.store.creations.end(creation, { state: 'givenUp' }, ctx.clock.now());
      await ctx.store.marks.removeUnlinked(entity);
    });
    return;
  }
  const [taken] = await ctx.store.links.ofActors(connection.id, [{ type: creation.actorType, erpKey }]);
  if (taken) throw new AppError('link.actor_taken', { connectionId: connection.id });
  const connector = await ctx.connector(connection);
  const pairs = await fieldPairs(ctx, connector, connection, creation.actorType);
  const actor = await readNew(connector, mapping, creation, pairs, erpKey);
  await adoptActor(ctx, creation, actor, pairs, null);
  await syncAdopted(ctx, entity);
}
