import type { ActorRef, CrmEntity } from '../../../shared/vocabulary.ts';
import type { Context } from '../../context.ts';
import type { Connection } from '../../domain/connection.ts';
import type { FieldPair } from '../../domain/convert.ts';
import type { LinkMemory } from '../../domain/link.ts';
import { AppError } from '../../errors.ts';
import type { CrmRecord } from '../../ports/crm.ts';
import type { Actor, ErpConnector, WantedField } from '../../ports/erp-connector.ts';
import { fieldPairs } from './field-pairs.ts';

/** A link whose connection is open. */
export interface OpenLink {
  readonly link: LinkMemory;
  readonly connection: Connection;
  readonly connector: ErpConnector;
  readonly pairs: readonly FieldPair[];
}

/** Opens the connections of these links, strongest first. Links of connections that are switched off rest. */
export async function openLinks(ctx: Context, links: readonly LinkMemory[]): Promise<readonly OpenLink[]> {
  const connections = links.length > 0 ? await ctx.store.connections.list() : [];
  const active = connections.filter(({ active, deleted }) => active && !deleted);
  const opened = active.map(async (connection) => {
    const link = links.find(({ connectionId }) => connectionId === connection.id);
    if (!link) return [];
    const connector = await ctx.connector(connection);
    const pairs = await fieldPairs(ctx, connector, connection, link.actor.type);
    return [{ link, connection, connector, pairs }];
  });
  return (await Promise.all(opened)).flat();
}

/** The record as the system user sees it now. Throws `entity.deleted` with where it went. */
export async function readRecord(ctx: Context, entity: CrmEntity, fieldKeys: readonly string[]): Promise<CrmRecord> {
  const [record] = await ctx.crm.read([entity], [...new Set(fieldKeys)]);
  if (record) return record;

  const whereabouts = await ctx.crm.whereabouts(entity);
  switch (whereabouts.kind) {
    case 'live':
      // Not found and yet there: an answer that contradicts itself proves nothing.
      throw new AppError('crm.unreachable');
    case 'merged':
      throw new AppError('entity.deleted', { state: 'merged', into: whereabouts.into.id });
    case 'softDeleted':
    case 'gone':
      throw new AppError('entity.deleted', { state: whereabouts.kind });
  }
}

/** The actor as it is now. Throws `actor.not_found` only when the ERP has surely said so. */
export async function readActor(
  {
    connector,
    link,
    pairs,
  }: Pick<OpenLink, 'connector' | 'pairs'> & {
    readonly link: Pick<LinkMemory, 'actor'>;
  },
  more: readonly WantedField[] = [],
): Promise<Actor> {
  const { type, erpKey } = link.actor;
  const page = await connector.getActors(type, [erpKey], [...wantedFields(pairs), ...more]);
  const actor = page.actors.find((found) => found.type === type && found.erpKey === erpKey);
  if (actor) return actor;
  if (page.warning !== null) throw new AppError('connector.unreachable', { explanation: page.warning });
  throw new AppError('actor.not_found');
}

/** A person belongs to a company, and is synced only where that is: answers what its company is connected to. */
export async function requireParent(
  ctx: Context,
  { entity, company }: CrmRecord,
  { connection, link }: Pick<OpenLink, 'connection'> & { readonly link: Pick<LinkMemory, 'actor'> },
): Promise<ActorRef | null> {
  if (entity.type !== 'person' || link.actor.type !== 'Person') return null;
  const links = company ? await ctx.store.links.ofEntity(company) : [];
  const parent = links.find(({ connectionId, confirmedAt }) => connectionId === connection.id && confirmedAt !== null);
  if (!parent) throw new AppError('link.parent_missing', { connection: connection.name });
  return parent.actor;
}

/** Whether the ERP has it under another parent than the one its company is connected to. */
export function isAstray(parent: ActorRef | null, { parent: there }: Actor): boolean {
  return parent !== null && there !== null && (there.type !== parent.type || there.erpKey !== parent.erpKey);
}

export function wantedFields(pairs: readonly FieldPair[]): readonly WantedField[] {
  return pairs.map(({ erp: { key, kind } }) => ({ key, kind }));
}

export function crmKeys(links: readonly Pick<OpenLink, 'pairs'>[]): readonly string[] {
  return links.flatMap(({ pairs }) => pairs.map(({ crm }) => crm.key));
}
