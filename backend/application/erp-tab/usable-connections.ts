import { entityTypeOf, type ActorType, type CrmEntityType } from '../../../shared/vocabulary.ts';
import type { Context } from '../../context.ts';
import type { ActorTypeMapping, Connection } from '../../domain/connection.ts';
import { rightsIn, type ConnectionRights } from '../../domain/scope.ts';
import { AppError } from '../../errors.ts';
import { requireLicensed } from '../access.ts';

export interface UsableConnection {
  readonly connection: Connection;
  readonly rights: ConnectionRights;
  /** What an entity of this type may be connected to. */
  readonly mappings: readonly ActorTypeMapping[];
}

/**
 * The active connections that fit an entity type and that the user may use, by priority; empty when there is none for
 * anybody. Throws `access.denied` when there are some, and none for her.
 */
export async function usableConnections(ctx: Context, type: CrmEntityType): Promise<readonly UsableConnection[]> {
  const user = requireLicensed(ctx);
  const active = (await ctx.store.connections.list()).filter((connection) => connection.active && !connection.deleted);
  const fitting = await Promise.all(
    active.map(async (connection) => ({
      connection,
      rights: rightsIn(connection.scope, user),
      mappings: (await ctx.store.mappings.list(connection.id)).filter(
        (mapping) => mapping.active && entityTypeOf[mapping.actorType] === type,
      ),
    })),
  );
  const offered = fitting.filter(({ mappings }) => mappings.length > 0);
  const usable = offered.filter(({ rights }) => rights.inScope);
  if (offered.length > 0 && usable.length === 0) throw new AppError('access.denied', { right: 'scope' });
  return usable;
}

/** The mapping of an actor type the connection syncs with this type of entity. */
export async function requireMapping(
  ctx: Context,
  connection: Connection,
  actorType: ActorType,
  entityType: CrmEntityType,
): Promise<ActorTypeMapping> {
  const mapping = await ctx.store.mappings.get(connection.id, actorType);
  if (!mapping?.active || entityTypeOf[actorType] !== entityType) {
    throw new AppError('input.invalid', { field: 'actorType', value: actorType });
  }
  return mapping;
}
