import type { SchemaChanges } from '../../../shared/api/mappings.ts';
import { inLanguage } from '../../../shared/multi-language.ts';
import { entityTypeOf, type ActorType } from '../../../shared/vocabulary.ts';
import { inTransaction, type Context } from '../../context.ts';
import type { Connection } from '../../domain/connection.ts';
import { refreshMapping, type Announced } from '../../domain/refresh-mapping.ts';
import { crmChanges, schemaChanges, type SchemaChange } from '../../domain/schema-change.ts';
import { AppError } from '../../errors.ts';
import type { ErpConnector } from '../../ports/erp-connector.ts';
import { requireAdministrator } from '../access.ts';
import { keepWsdl } from './keep-wsdl.ts';

/** Asks the ERP again which actor types and fields it has, and SuperOffice for its own, and answers what has changed. */
export async function refreshFields(ctx: Context, id: string, language: string): Promise<SchemaChanges> {
  requireAdministrator(ctx);
  const connection = await ctx.store.connections.get(id);
  if (connection.deleted) throw new AppError('connection.not_found', { id });
  const changes = await readFields(ctx, connection, await ctx.connector(connection));
  await keepWsdl(ctx, connection.connectorId);
  return {
    changes: changes.map(({ actorType, fieldName, kind }) => ({
      actorType,
      fieldName: fieldName === null ? null : inLanguage(fieldName, language),
      kind,
    })),
  };
}

/** Brings the mapping up to date with what the connector and SuperOffice have; what rests on a change becomes a task. */
export async function readFields(
  ctx: Context,
  { id }: Connection,
  connector: ErpConnector,
): Promise<readonly SchemaChange[]> {
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

  return inTransaction(ctx, async (ctx) => {
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
    const mappings = await ctx.store.mappings.list(id);
    const tasks = (await ctx.store.schemaTasks.list()).filter(({ connectionId }) => connectionId === id);
    const inCrm = (actorType: ActorType) =>
      crmFields[announced.findIndex((news) => news.actorType === actorType)] ?? [];
    const changes = [
      ...schemaChanges(known, mappings),
      ...mappings.flatMap((mapping) => crmChanges(mapping, inCrm(mapping.actorType), tasks)),
    ];
    await ctx.store.schemaTasks.note(id, changes, ctx.clock.now());
    return changes;
  });
}
