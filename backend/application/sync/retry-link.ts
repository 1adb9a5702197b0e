import type { SyncedNow } from '../../../shared/api/erp-tab.ts';
import type { Context } from '../../context.ts';
import { findLink } from './find-link.ts';
import { insisting } from '../../lane.ts';
import { holdRecord, whileHeld } from './hold-record.ts';
import { reconcile } from './reconcile.ts';
import { told } from './told.ts';

/** Tries again what was parked, though nothing has changed that we know of. */
export async function retryLink(ctx: Context, linkId: string): Promise<SyncedNow> {
  const { entity } = await findLink(ctx, linkId);
  const claim = await holdRecord(ctx, entity, 'retry');
  const { links } = await insisting(() => whileHeld(ctx, claim, () => reconcile(ctx, claim)));
  return {
    links: links
      .filter((link) => link.linkId === linkId)
      .map(({ written, conflicts, obstacle }) => ({ linkId, written, conflicts, parked: told(obstacle) })),
  };
}
