import type { SyncStatus } from '../../../shared/api/sync.ts';
import type { Context } from '../../context.ts';
import type { Connection } from '../../domain/connection.ts';
import { requireAdministrator } from '../access.ts';

export async function showSyncStatus(ctx: Context): Promise<SyncStatus> {
  requireAdministrator(ctx);
  const { store } = ctx;
  const [automatic, counts, waiting, runs, imports, polls, held, connections, restores] = await Promise.all([
    store.syncSettings.isAutomatic(),
    store.links.counts(),
    store.marks.waiting(),
    store.runs.underWay(),
    store.imports.underWay(),
    store.polls.states(),
    store.brakes.held(),
    store.connections.list(),
    store.restores.open(),
  ]);
  const sum = (of: 'links' | 'conflicts' | 'parked') =>
    [...counts.values()].reduce((total, count) => total + count[of], 0);
  const braked = await Promise.all(
    held.flatMap(({ connectionId, heldSince, runId }) => {
      const connection = connections.find(({ id, active }) => id === connectionId && active);
      if (!connection || !heldSince) return [];
      return [brakedConnection(ctx, connection, heldSince, runId)];
    }),
  );
  const polled = polls.flatMap(({ polledAt }) => (polledAt ? [polledAt.getTime()] : []));
  return {
    automatic,
    links: sum('links'),
    waiting,
    working: runs.length + imports.length > 0,
    conflicts: sum('conflicts'),
    parked: sum('parked'),
    lastRunAt: polled.length > 0 ? new Date(Math.max(...polled)).toISOString() : null,
    braked,
    restores: restores.map(({ id, side, connectionId, at, userName, runId }) => ({
      id,
      side,
      connectionName: (side === 'erp' && connections.find(({ id }) => id === connectionId)?.name) || null,
      at: at.toISOString(),
      userName,
      runId,
    })),
  };
}

async function brakedConnection(
  ctx: Context,
  { id, name }: Connection,
  since: Date,
  runId: string | null,
): Promise<SyncStatus['braked'][number]> {
  const run = runId === null ? null : await ctx.store.runs.get(runId);
  return {
    connectionId: id,
    connectionName: name,
    since: since.toISOString(),
    runId,
    runState: run?.state ?? null,
  };
}
