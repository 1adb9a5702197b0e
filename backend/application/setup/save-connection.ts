import { randomUUID } from 'node:crypto';
import type { Connection as ConnectionView, SaveConnection } from '../../../shared/api/connections.ts';
import { inTransaction, type Context } from '../../context.ts';
import { defaultBrake } from '../../domain/brake.ts';
import type { Connection } from '../../domain/connection.ts';
import { secretOrigin } from '../../domain/secret-origin.ts';
import { AppError } from '../../errors.ts';
import { requireAdministrator } from '../access.ts';
import { introduceConnection } from './introduce-connection.ts';
import { showConnection } from './show-connection.ts';
import { trySettings, type TriedSettings } from './try-settings.ts';

const POLL_SECONDS = 60;

/**
 * Defines a connection, or changes one. The settings must pass the connector's test before anything is kept. What fails
 * at the connector after that leaves the connection inactive, with the reason as its trouble.
 */
export async function saveConnection(ctx: Context, input: SaveConnection, id?: string): Promise<ConnectionView> {
  requireAdministrator(ctx);
  if (!input.scope.everyone && input.scope.members.length === 0) {
    throw new AppError('input.invalid', { field: 'scope' });
  }
  if (id !== undefined) {
    const before = await ctx.store.connections.get(id);
    if (keepsSettings(before, input)) {
      await renameConnection(ctx, id, input);
      return showConnection(ctx, id);
    }
    if (before.active) throw new AppError('connection.active', { name: before.name });
  }

  const tried = await trySettings(ctx, { ...input, connectionId: id });
  const saved = await keep(ctx, input, tried, id ?? randomUUID(), id !== undefined);
  await introduceConnection(ctx, saved);
  return showConnection(ctx, saved.id);
}

/** Name, description, scope and interval say nothing to the connector, and may change while the connection is active. */
function keepsSettings({ connectorId, config, secretKeys, trouble }: Connection, input: SaveConnection): boolean {
  const same = ([key, value]: [string, string | null]) =>
    value === (config[key] ?? null) && !(value === null && secretKeys.includes(key));
  return trouble === null && connectorId === input.connectorId && Object.entries(input.config).every(same);
}

async function renameConnection(ctx: Context, id: string, input: SaveConnection): Promise<void> {
  await inTransaction(ctx, async (ctx) => {
    const before = await ctx.store.connections.lock(id);
    if (before.deleted) throw new AppError('connection.not_found', { id });
    const after = { ...before, ...described(input, before) };
    await ctx.store.connections.save(after);
    // Conflicts that waited may be decided by it.
    if (!before.active || before.policy === after.policy) return;
    await ctx.store.marks.connection(id, 'all', { lane: 'bulk', cause: 'user', user: ctx.user, at: ctx.clock.now() });
  });
}

async function keep(
  ctx: Context,
  input: SaveConnection,
  { connector, config, secrets }: TriedSettings,
  id: string,
  exists: boolean,
): Promise<Connection> {
  return inTransaction(ctx, async (ctx) => {
    // Tested without a lock, so the connector may have been deleted or moved since.
    const now = await ctx.store.connectors.lock(connector.id);
    if (now.deleted) throw new AppError('connector.not_found', { id: connector.id });
    if (secretOrigin(now) !== secretOrigin(connector)) throw new AppError('connection.not_tested');

    const before = exists ? await ctx.store.connections.lock(id) : null;
    if (before?.deleted) throw new AppError('connection.not_found', { id });
    if (before?.active) throw new AppError('connection.active', { name: before.name });
    if (before && before.connectorId !== connector.id) throw new AppError('input.invalid', { field: 'connectorId' });

    await ctx.store.connections.save({
      id,
      connectorId: connector.id,
      ...described(input, before ?? { pollSeconds: POLL_SECONDS, policy: 'ask', brake: defaultBrake }),
      active: false,
      deleted: false,
      config,
      secretKeys: [],
      priority: before?.priority ?? (await ctx.store.connections.nextPriority()),
      trouble: { code: 'connection.not_ready', detail: {} },
    });
    await ctx.store.connections.saveSecrets(id, secretOrigin(connector), secrets);
    return ctx.store.connections.get(id);
  });
}

function described(
  { name, description, scope, pollSeconds, policy, brake }: SaveConnection,
  kept: Pick<Connection, 'pollSeconds' | 'policy' | 'brake'>,
) {
  return {
    name,
    description,
    scope,
    pollSeconds: pollSeconds ?? kept.pollSeconds,
    policy: policy ?? kept.policy,
    brake: brake ?? kept.brake,
  };
}
