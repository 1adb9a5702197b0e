import type { LedgerEntry, LedgerPage, LedgerQuery } from '../../../shared/api/sync.ts';
import type { Context } from '../../context.ts';
import { csvLine } from '../../domain/csv.ts';
import type { LedgerRow } from '../../domain/ledger.ts';
import { requireAdministrator } from '../access.ts';
import { recordNames } from './record-names.ts';

const PAGE = 50;
/** What a spreadsheet can take, and one answer should hold. */
const LONGEST_EXPORT = 100_000;
const EXPORT_AT_ONCE = 1_000;

/** What was changed, latest first. Values of a record that the person may not see in SuperOffice are not told. */
export async function showLedger(ctx: Context, query: LedgerQuery): Promise<LedgerPage> {
  requireAdministrator(ctx);
  const [rows, users, retentionDays] = await Promise.all([
    ctx.store.ledger.page(filterOf(query), PAGE + 1),
    ctx.store.ledger.users(),
    ctx.store.syncSettings.retentionDays(),
  ]);
  const entries = await shown(ctx, rows.slice(0, PAGE));
  return { entries, next: rows.length > PAGE ? (entries.at(-1)?.id ?? null) : null, users: [...users], retentionDays };
}

/** The same lines as a file, and all of them. */
export async function exportLedger(ctx: Context, query: LedgerQuery): Promise<string> {
  requireAdministrator(ctx);
  const lines = [
    csvLine([
      'Time',
      'ERP connection',
      'Record type',
      'Record id',
      'Record',
      'ERP key',
      'Field',
      'Direction',
      'Old value',
      'New value',
      'Rule',
      'Cause',
      'User',
    ]),
  ];
  let before: number | undefined;
  while (lines.length <= LONGEST_EXPORT) {
    const rows = await ctx.store.ledger.page({ ...filterOf(query), before }, EXPORT_AT_ONCE);
    for (const [index, entry] of (await shown(ctx, rows)).entries()) {
      lines.push(
        csvLine([
          entry.at,
          entry.connectionName,
          entry.entity.type,
          String(entry.entity.id),
          entry.entityName,
          rows[index]?.actor.erpKey ?? null,
          entry.event === null ? entry.fieldName : null,
          entry.event === null ? (entry.target === 'crm' ? '>' : '<') : null,
          entry.before,
          entry.after,
          entry.event ?? entry.reason,
          entry.cause,
          entry.userName,
        ]),
      );
    }
    before = rows.at(-1)?.id;
    if (rows.length < EXPORT_AT_ONCE) break;
  }
  // The mark tells a spreadsheet that this is UTF-8.
  return `\uFEFF${lines.join('')}`;
}

type LedgerFilter = Parameters<Context['store']['ledger']['page']>[0];

function filterOf({ entityType, entityId, from, to, after, ...query }: LedgerQuery): LedgerFilter {
  return {
    ...query,
    entity: entityType && entityId !== undefined ? { type: entityType, id: entityId } : undefined,
    from: from === undefined ? undefined : new Date(from),
    to: to === undefined ? undefined : new Date(to),
    before: after === undefined ? undefined : Number(after),
  };
}

async function shown(ctx: Context, rows: readonly LedgerRow[]): Promise<LedgerEntry[]> {
  const nameOf = await recordNames(
    ctx,
    rows.map(({ entity }) => entity),
  );
  const connections = await ctx.store.connections.list();
  const fieldName = await fieldNames(ctx, rows);
  return rows.map((row) => {
    const entityName = nameOf(row.entity);
    return {
      id: String(row.id),
      at: row.at.toISOString(),
      runId: row.runId,
      event: row.event,
      connectionName: connections.find(({ id }) => id === row.connectionId)?.name ?? '',
      entity: row.entity,
      entityName,
      fieldKey: row.fieldKey,
      fieldName: fieldName(row),
      target: row.target,
      before: entityName === null ? null : row.before,
      after: entityName === null ? null : row.after,
      reason: row.reason,
      cause: row.cause,
      userName: row.userName,
    };
  });
}

async function fieldNames(ctx: Context, rows: readonly LedgerRow[]): Promise<(row: LedgerRow) => string> {
  const connectionIds = [...new Set(rows.map(({ connectionId }) => connectionId))];
  const mappings = (await Promise.all(connectionIds.map((id) => ctx.store.mappings.list(id)))).flat();
  return ({ connectionId, actor, fieldKey, crmField }) =>
    mappings
      .find((mapping) => mapping.connectionId === connectionId && mapping.actorType === actor.type)
      // A record that an import made has its values by their SuperOffice fields.
      ?.fields.find((field) => (fieldKey === '' ? field.crmField === crmField : field.key === fieldKey))?.name ??
    (fieldKey || crmField);
}
