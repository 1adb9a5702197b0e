import { randomUUID } from 'node:crypto';
import type { Connector, SaveConnector } from '../../../shared/api/connectors.ts';
import { inTransaction, type Context } from '../../context.ts';
import { secretOrigin } from '../../domain/secret-origin.ts';
import { AppError } from '../../errors.ts';
import { log } from '../../log.ts';
import { requireAdministrator } from '../access.ts';
import { findConnector } from './find-connector.ts';
import { testConnector } from './test-connector.ts';

/** Registers a sync connector, or changes one. It must answer at its address before that is kept. */
export async function saveConnector(ctx: Context, input: SaveConnector, id?: string): Promise<Connector> {
  requireAdministrator(ctx);
  const address = id === undefined ? null : (await ctx.store.connectors.get(id)).url;
  if (address !== input.url) await testConnector(ctx, input);

  return inTransaction(ctx, async (ctx) => {
    if (id === undefined) {
      const connector = { id: randomUUID(), deleted: false, ...input };
      await ctx.store.connectors.save(connector);
      return { ...connector, connections: 0 };
    }
    const before = await ctx.store.connectors.lock(id);
    if (before.deleted) throw new AppError('connector.not_found', { id });
    if (before.kind !== input.kind) throw new AppError('input.invalid', { field: 'kind' });

    await ctx.store.connectors.save({ ...before, ...input });
    if (secretOrigin(before) !== secretOrigin(input)) {
      // Whoever can edit an address could otherwise have every stored password sent to it.
      await ctx.store.connections.forgetSecretsOf(id);
      log.warn('connector.moved', { tenant: ctx.tenant, connectorId: id, userId: ctx.user?.id ?? null });
    }
    return findConnector(ctx, id);
  });
}
