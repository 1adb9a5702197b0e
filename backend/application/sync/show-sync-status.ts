import type { SyncStatus } from '../../../shared/api/sync.ts';
import type { Context } from '../../context.ts';
import { requireAdministrator } from '../access.ts';

export async function showSyncStatus(ctx: Context): Promise<SyncStatus> {
  requireAdministrator(ctx);
  const { store } = ctx;
  const [automatic, counts, waiting, polls] = await Promise.all([
    store.syncSettings.isAutomatic(),
    store.links.counts(),
    store.marks.waiting(),
    store.polls.states(),
  ]);
  const sum = (of: 'links' | 'conflicts' | 'parked') =>
    [...counts.values()].reduce((total, count) => total + count[of], 0);
  const polled = polls.flatMap(({ polledAt }) => (polledAt ? [polledAt.getTime()] : []));
  return {
    automatic,
    links: sum('links'),
    waiting,
    conflicts: sum('conflicts'),
    parked: sum('parked'),
    lastRunAt: polled.length > 0 ? new Date(Math.max(...polled)).toISOString() : null,
  };
}
