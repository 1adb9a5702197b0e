import { randomUUID } from 'node:crypto';
import type { StartImport } from '../../../shared/api/imports.ts';
import type { Context } from '../../context.ts';
import { AppError } from '../../errors.ts';
import { requireAdministrator } from '../access.ts';
import { requireNoRestore } from '../sync/hold-record.ts';

/** Finds out what an import would do. It writes nothing until somebody has said yes to that. */
export async function startImport(ctx: Context, { connectionId, actorType, source }: StartImport): Promise<string> {
  const user = requireAdministrator(ctx);
  await requireNoRestore(ctx);
  const { active, deleted, name } = await ctx.store.connections.get(connectionId);
  if (!active || deleted) throw new AppError('connection.inactive', { name });
  const mapping = await ctx.store.mappings.get(connectionId, actorType);
  if (!mapping?.active) throw new AppError('input.invalid', { field: 'actorType', value: actorType });

  const id = randomUUID();
  await ctx.store.imports.start({
    id,
    connectionId,
    actorType,
    source,
    state: 'planning',
    listed: false,
    warning: null,
    failure: null,
    startedBy: { id: user.id, name: user.name },
    startedAt: ctx.clock.now(),
    plannedAt: null,
    endedAt: null,
  });
  return id;
}
