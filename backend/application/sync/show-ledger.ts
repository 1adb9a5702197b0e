import type { LedgerPage, LedgerQuery } from '../../../shared/api/sync.ts';
import type { Context } from '../../context.ts';
import type { LedgerRow } from '../../domain/ledger.ts';
import { requireAdministrator } from '../access.ts';
import { recordNames } from './record-names.ts';

const PAGE = 50;

/** What was changed, latest first. Values of a record that the person may not see in SuperOffice are not told. */
export async function showLedger(ctx: Context, { text = '', connectionId, after }: LedgerQuery): Promise<LedgerPage> {
  requireAdministrator(ctx);
  const rows = await ctx.store.ledger.page(
    { text, connectionId: connectionId ?? null, before: after === undefined ? null : Number(after) },
    PAGE + 1,
  );
  const shown = rows.slice(0, PAGE);
  const nameOf = await recordNames(
    ctx,
    shown.map(({ entity }) => entity),
  );
  const connections = await ctx.store.connections.list();
  const fieldName = await fieldNames(ctx, shown);

  return {
    entries: shown.map((row) => {
      const entityName = nameOf(row.entity);
      return {
        id: String(row.id),
        at: row.at.toISOString(),
        connectionName: connections.find(({ id }) => id === row.connectionId)?.name ?? '',
        entity: row.entity,
        entityName,
        fieldKey: row.fieldKey,
        fieldName: fieldName(row),
        target: row.target,
        before: entityName === null ? null : row.before,
        after: entityName === null ? null : row.after,
        cause: row.cause,
        userName: row.userName,
      };
    }),
    next: rows.length > PAGE ? String(shown.at(-1)?.id) : null,
  };
}

async function fieldNames(ctx: Context, rows: readonly LedgerRow[]): Promise<(row: LedgerRow) => string> {
  const connectionIds = [...new Set(rows.map(({ connectionId }) => connectionId))];
  const mappings = (await Promise.all(connectionIds.map((id) => ctx.store.mappings.list(id)))).flat();
  return ({ connectionId, actor, fieldKey }) =>
    mappings
      .find((mapping) => mapping.connectionId === connectionId && mapping.actorType === actor.type)
      ?.fields.find(({ key }) => key === fieldKey)?.name ?? fieldKey;
}
