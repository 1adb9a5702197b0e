import type { SyncedNow } from '../../../shared/api/erp-tab.ts';
import type { CrmEntity } from '../../../shared/vocabulary.ts';
import type { Context } from '../../context.ts';
import { requireVisible } from '../access.ts';
import { usableConnections } from '../erp-tab/usable-connections.ts';
import { holdRecord, whileHeld } from './hold-record.ts';
import { reconcile, type Reconciled } from './reconcile.ts';
import { told } from './told.ts';

/** Reconciles every link of a record while the person waits, whether automatic sync is on or off. */
export async function syncNow(ctx: Context, entity: CrmEntity): Promise<SyncedNow> {
  const usable = await usableConnections(ctx, entity.type);
  await requireVisible(ctx, entity);
  const mine = new Set(usable.map(({ connection }) => connection.id));
  const links = (await ctx.store.links.ofEntity(entity)).filter(
    ({ connectionId, confirmedAt }) => mine.has(connectionId) && confirmedAt !== null,
  );
  if (links.length === 0) return { links: [] };

  const claim = await holdRecord(ctx, entity, 'user');
  const done = await whileHeld(ctx, claim, () => reconcile(ctx, claim));
  return { links: shown(done, new Set(links.map(({ id }) => id))) };
}

function shown({ links }: Reconciled, mine: ReadonlySet<string>): SyncedNow['links'] {
  return links
    .filter(({ linkId }) => mine.has(linkId))
    .map(({ linkId, written, conflicts, obstacle }) => ({ linkId, written, conflicts, parked: told(obstacle) }));
}
