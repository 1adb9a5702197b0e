import type { FieldHistory } from '../../../shared/api/erp-tab.ts';
import type { Context } from '../../context.ts';
import { rightsIn } from '../../domain/scope.ts';
import { AppError } from '../../errors.ts';
import { requireConnection, requireLicensed, requireVisible } from '../access.ts';
import { forgottenBefore } from '../sync/forget-old.ts';

const LONGEST = 50;

/** Why a field of the linked actor holds what it holds: all that was written to it, latest first. */
export async function showFieldHistory(ctx: Context, linkId: string, fieldKey: string): Promise<FieldHistory> {
  const user = requireLicensed(ctx);
  const link = await ctx.store.links.get(linkId);
  const connection = await requireConnection(ctx, link.connectionId);
  await requireVisible(ctx, link.entity);
  const field = (await ctx.store.mappings.get(connection.id, link.actor.type))?.fields.find(
    ({ key }) => key === fieldKey,
  );
  if (!field) throw new AppError('mapping.field_unknown', { field: fieldKey });

  const { entity, connectionId, agreed } = link;
  const [rows, { before, days }] = await Promise.all([
    ctx.store.ledger.page({ entity, connectionId, fieldKey }, LONGEST),
    forgottenBefore(ctx),
  ]);
  const mayUndo = rightsIn(connection.scope, user).canConnect;
  const latest = new Map(rows.toReversed().map(({ id, target }) => [target, id]));
  return {
    name: field.name,
    kind: field.kind,
    direction: field.direction,
    agreed: agreed[fieldKey] ?? null,
    retentionDays: days,
    changes: rows.map((row) => ({
      id: String(row.id),
      at: row.at.toISOString(),
      target: row.target,
      before: row.before,
      after: row.after,
      reason: row.reason,
      cause: row.cause,
      userName: row.userName,
      // Only what was written last can still stand there.
      mayUndo:
        mayUndo &&
        row.reason !== 'created' &&
        row.at >= before &&
        row.linkId === linkId &&
        row.reason !== 'overruled' &&
        latest.get(row.target) === row.id,
    })),
  };
}
