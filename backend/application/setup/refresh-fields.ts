import { entityTypeOf } from '../../../shared/vocabulary.ts';
import { inTransaction, type Context } from '../../context.ts';
import type { Connection } from '../../domain/connection.ts';
import { refreshMapping, type Announced } from '../../domain/refresh-mapping.ts';
import { AppError } from '../../errors.ts';
import type { ErpConnector } from '../../ports/erp-connector.ts';
import { requireAdministrator } from '../access.ts';

/** Asks the ERP again which actor types and fields it has. */
export async function refreshFields(ctx: Context, id: string): Promise<void> {
  requireAdministrator(ctx);
  const connection = await ctx.store.connections.get(id);
  if (connection.deleted) throw new AppError('connection.not_found', { id });
  await readFields(ctx, connection, await ctx.connector(connection));
}

/** Brings the mapping up to date with what the connector announces. */
export async function readFields(ctx: Context, { id }: Connection, connector: ErpConnector): Promise<void> {
  const announced = await Promise.all(
    (await connector.actorTypes()).map(async (actorType): Promise<Announced> => {
      const [fields, searchable] = await Promise.all([
        connector.fields(actorType),
        connector.searchableFields(actorType),
      ]);
      return { connectionId: id, actorType, fields, searchable };
    }),
  );
  // An ERP that suddenly offers nothing at all is more likely broken than empty.
  if (announced.length === 0) throw new AppError('connector.answer_invalid', { call: 'actorTypes' });
  const crmFields = await Promise.all(announced.map(({ actorType }) => ctx.crm.fields(entityTypeOf[actorType])));

  await inTransaction(ctx, async (ctx) => {
    await ctx.store.connections.lock(id);
    const known = await ctx.store.mappings.list(id);
    for (const [index, news] of announced.entries()) {
      const before = known.find(({ actorType }) => actorType === news.actorType) ?? null;
      await ctx.store.mappings.save(refreshMapping(before, news, crmFields[index] ?? []));
    }
    for (const mapping of known) {
      if (announced.some(({ actorType }) => actorType === mapping.actorType)) continue;
      await ctx.store.mappings.save({ ...mapping, active: false, missingInErp: true });
    }
  });
}
