import type { DoubtfulCreation } from '../../../shared/api/creations.ts';
import { inLanguage } from '../../../shared/multi-language.ts';
import type { Context } from '../../context.ts';
import type { ActorTypeMapping, Connection } from '../../domain/connection.ts';
import type { Creation } from '../../domain/creation.ts';
import { candidatesOf } from '../../domain/twins.ts';
import { AppError } from '../../errors.ts';
import { requireConnection, requireLicensed, requireVisible } from '../access.ts';
import { listTexts } from './list-texts.ts';
import { lookUp } from './resolve-creation.ts';
import { searchColumns, shownActors } from './search-actors.ts';
import { requireMapping } from './usable-connections.ts';

/** A creation in doubt, with the actors of the ERP that may have come of it. */
export async function showCreation(ctx: Context, id: string, language: string): Promise<DoubtfulCreation> {
  const { creation, connection, mapping } = await findDoubtful(ctx, id);
  const connector = await ctx.connector(connection);
  const { twins, linked } = await lookUp(ctx, creation, connector, mapping);
  const columns = searchColumns(mapping.fields);
  const sent = mapping.fields.filter(({ key }) => key in creation.sent);
  const textOf = await listTexts(connector, [...columns, ...sent]);
  const actors = candidatesOf(twins?.actors ?? [], creation.known, linked);
  return {
    id,
    actorType: creation.actorType,
    sent: sent.map((field) => {
      const { key, name, description, kind } = field;
      const value = creation.sent[key] ?? null;
      return { key, name: inLanguage(name, language), description, kind, value, text: textOf(field, value) };
    }),
    candidates: await shownActors(ctx, connection.id, columns, { actors, warning: null }, textOf),
  };
}

/** A creation that waits for a person who may see its record and create in its connection. */
export async function findDoubtful(
  ctx: Context,
  id: string,
): Promise<{ readonly creation: Creation; readonly connection: Connection; readonly mapping: ActorTypeMapping }> {
  requireLicensed(ctx);
  const creation = await ctx.store.creations.get(id);
  await requireVisible(ctx, creation.entity);
  const connection = await requireConnection(ctx, creation.connectionId, 'canCreate');
  if (creation.state !== 'inDoubt') throw new AppError('creation.not_found', { id });
  return {
    creation,
    connection,
    mapping: await requireMapping(ctx, connection, creation.actorType, creation.entity.type),
  };
}
