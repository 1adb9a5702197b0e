import type { Connection as ConnectionView } from '../../../shared/api/connections.ts';
import type { Context } from '../../context.ts';
import type { Connection } from '../../domain/connection.ts';
import { reasonTold } from './reason-told.ts';

/** Connections as the Sync page shows them: with their numbers, and without their secrets. */
export async function viewConnections(
  ctx: Context,
  connections: readonly Connection[],
): Promise<readonly ConnectionView[]> {
  const [connectors, counts, polls] = await Promise.all([
    ctx.store.connectors.list(),
    ctx.store.links.counts(),
    ctx.store.polls.states(),
  ]);
  return connections.map((connection) => {
    const {
      id,
      connectorId,
      name,
      description,
      active,
      deleted,
      scope,
      config,
      secretKeys,
      pollSeconds,
      policy,
      brake,
    } = connection;
    const poll = polls.find((state) => state.connectionId === id);
    const { links, conflicts, parked } = counts.get(id) ?? { links: 0, conflicts: 0, parked: 0 };
    return {
      id,
      connectorId,
      connectorName: connectors.find((connector) => connector.id === connectorId)?.name ?? '',
      name,
      description,
      active,
      deleted,
      scope: { everyone: scope.everyone, members: scope.members.map((member) => ({ ...member })) },
      config,
      secretsSet: [...secretKeys],
      pollSeconds,
      policy,
      brake: { ...brake },
      links,
      conflicts,
      parked,
      lastPolledAt: poll?.polledAt?.toISOString() ?? null,
      trouble: reasonTold(connection.trouble ?? poll?.trouble ?? null),
    };
  });
}
