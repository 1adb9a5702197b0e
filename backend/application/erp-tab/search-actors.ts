import type { FoundActors, SearchActors } from '../../../shared/api/erp-tab.ts';
import type { ActorRef, CrmEntity } from '../../../shared/vocabulary.ts';
import type { Context } from '../../context.ts';
import type { FieldMapping } from '../../domain/connection.ts';
import { AppError } from '../../errors.ts';
import type { ActorPage } from '../../ports/erp-connector.ts';
import { requireConnection, requireVisible } from '../access.ts';
import { listTexts, type TextOf } from './list-texts.ts';
import { requireMapping } from './usable-connections.ts';

/** As many as a person reads through; the contract with connectors knows no pages. */
const SHOWN = 200;

/** Searches the ERP for the actor that a record should be connected to. */
export async function searchActors(
  ctx: Context,
  { connectionId, entity, actorType, text }: SearchActors,
): Promise<FoundActors> {
  const connection = await requireConnection(ctx, connectionId, 'canConnect', 'canCreate');
  const record = await requireVisible(ctx, entity);
  const { fields } = await requireMapping(ctx, connection, actorType, entity.type);
  const parent = actorType === 'Person' ? await parentOf(ctx, connectionId, record.company) : undefined;

  const columns = searchColumns(fields);
  const connector = await ctx.connector(connection);
  const [page, textOf] = await Promise.all([
    connector.searchActors(actorType, text, columns, parent ? { parent } : {}),
    listTexts(connector, columns),
  ]);
  return shownActors(ctx, connectionId, columns, page, textOf);
}

/** The fields a person tells actors apart by. */
export function searchColumns(fields: readonly FieldMapping[]): readonly FieldMapping[] {
  const offered = fields.filter(({ missingInErp, kind }) => !missingInErp && kind !== 'password');
  const wanted = offered.filter(({ showInSearch }) => showInSearch);
  return wanted.length > 0 ? wanted : offered.slice(0, 3);
}

export async function shownActors(
  ctx: Context,
  connectionId: string,
  columns: readonly FieldMapping[],
  { actors: found, warning }: ActorPage,
  textOf: TextOf,
): Promise<FoundActors> {
  const actors = found.slice(0, SHOWN);
  const linkedTo = await linkedNames(ctx, connectionId, actors);
  return {
    columns: columns.map(({ key, name, kind }) => ({ key, name, kind })),
    actors: actors.map(({ erpKey, values, unreadable }) => ({
      erpKey,
      cells: columns.map((field) => {
        const value = values[field.key] ?? null;
        return { value, text: textOf(field, value) ?? unreadable[field.key] ?? null };
      }),
      linkedTo: linkedTo.get(erpKey) ?? null,
    })),
    truncated: found.length > SHOWN,
    warning,
  };
}

/** A contact is an actor below its company's, and is searched for and created only there. */
export async function parentOf(ctx: Context, connectionId: string, company: CrmEntity | null): Promise<ActorRef> {
  const links = company ? await ctx.store.links.ofEntity(company) : [];
  const parent = links.find((link) => link.connectionId === connectionId && link.confirmedAt !== null);
  if (!parent) throw new AppError('link.parent_missing');
  return parent.actor;
}

/** By ERP key, for actors that are taken. The name of a record the user may not see stays empty. */
async function linkedNames(
  ctx: Context,
  connectionId: string,
  actors: readonly ActorRef[],
): Promise<ReadonlyMap<string, string>> {
  const links = await ctx.store.links.ofActors(connectionId, actors);
  if (links.length === 0) return new Map();
  const records = await ctx.userCrm.read(
    links.map(({ entity }) => entity),
    [],
  );
  return new Map(
    links.map(({ actor, entity }) => [
      actor.erpKey,
      records.find((record) => record.entity.type === entity.type && record.entity.id === entity.id)?.name ?? '',
    ]),
  );
}
