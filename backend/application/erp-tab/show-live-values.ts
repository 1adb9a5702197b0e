import type { LiveValues } from '../../../shared/api/erp-tab.ts';
import type { CrmEntity } from '../../../shared/vocabulary.ts';
import type { Context } from '../../context.ts';
import { AppError } from '../../errors.ts';
import { requireConnection, requireVisible } from '../access.ts';
import { listTexts } from './list-texts.ts';
import { requireMapping } from './usable-connections.ts';

/** The linked actor's fields marked *Show in ERP tab*, read from the ERP now. */
export async function showLiveValues(ctx: Context, entity: CrmEntity, connectionId: string): Promise<LiveValues> {
  const connection = await requireConnection(ctx, connectionId);
  await requireVisible(ctx, entity);
  const link = (await ctx.store.links.ofEntity(entity)).find((link) => link.connectionId === connectionId);
  if (!link) throw new AppError('link.not_found');

  const { fields } = await requireMapping(ctx, connection, link.actor.type, entity.type);
  const shown = fields.filter(({ showInTab, missingInErp, kind }) => showInTab && !missingInErp && kind !== 'password');
  const connector = await ctx.connector(connection);
  const [{ actors, warning }, textOf] = await Promise.all([
    connector.getActors(link.actor.type, [link.actor.erpKey], shown),
    listTexts(connector, shown),
  ]);
  const actor = actors.find(({ erpKey }) => erpKey === link.actor.erpKey);
  if (!actor)
    throw warning ? new AppError('connector.rejected', { explanation: warning }) : new AppError('actor.not_found');

  return {
    fields: shown.map((field) => {
      const value = actor.values[field.key] ?? null;
      const { key, name, description, kind } = field;
      return { key, name, description, kind, value, text: textOf(field, value) ?? actor.unreadable[key] ?? null };
    }),
    readAt: ctx.clock.now().toISOString(),
  };
}
