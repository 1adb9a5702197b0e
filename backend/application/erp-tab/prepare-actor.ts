import type { PreparedActor, PrepareActor } from '../../../shared/api/creations.ts';
import type { ActorRef } from '../../../shared/vocabulary.ts';
import { inLanguage } from '../../../shared/multi-language.ts';
import type { Context } from '../../context.ts';
import type { ActorTypeMapping, Connection } from '../../domain/connection.ts';
import type { FieldPair } from '../../domain/convert.ts';
import { digest } from '../../domain/digest.ts';
import { planNewActor, type AskedField, type NewActor } from '../../domain/new-actor.ts';
import { traitsOf, type Trait } from '../../domain/twins.ts';
import { AppError } from '../../errors.ts';
import type { CrmRecord } from '../../ports/crm.ts';
import type { ErpConnector } from '../../ports/erp-connector.ts';
import { requireConnection, requireVisible } from '../access.ts';
import { fieldPairs } from '../sync/field-pairs.ts';
import { told } from '../sync/told.ts';
import { askedFields } from './asked-fields.ts';
import { findTwins, type Twins } from './find-twins.ts';
import { listTexts } from './list-texts.ts';
import { parentOf, searchColumns, shownActors } from './search-actors.ts';
import { requireMapping } from './usable-connections.ts';

/** Shows what an actor made from the record would be, what is still to be filled in, and who may be the same already. */
export async function prepareActor(ctx: Context, input: PrepareActor, language: string): Promise<PreparedActor> {
  const ground = await openGround(ctx, input);
  const { connector, mapping, pairs } = ground;
  const record = await requireVisible(
    ctx,
    input.entity,
    pairs.map(({ crm }) => crm.key),
  );
  const { plan, twins, parent } = await lookAhead(ctx, ground, record);

  const columns = searchColumns(mapping.fields);
  const sent = mapping.fields.filter(({ key }) => key in plan.values && !isAsked(plan, key));
  const textOf = await listTexts(connector, [...sent, ...columns]);
  return {
    fields: sent.map((field) => {
      const { key, name, description, kind } = field;
      const value = plan.values[key] ?? null;
      return { key, name: inLanguage(name, language), description, kind, value, text: textOf(field, value) };
    }),
    asked: await askedFields(connector, plan.asked, language),
    refused: plan.refused.flatMap(({ key, ...reason }) => {
      const shown = told(reason);
      return shown ? [{ key, ...shown }] : [];
    }),
    twins:
      twins && (twins.complete || twins.actors.length > 0)
        ? await shownActors(ctx, input.connectionId, columns, { actors: twins.actors, warning: null }, textOf)
        : null,
    seen: seenOf(plan, parent, twins),
  };
}

function isAsked({ asked }: NewActor, key: string): boolean {
  return asked.some(({ field }) => field.key === key);
}

/** Where an actor is to be created. */
export interface Ground {
  readonly connection: Connection;
  readonly connector: ErpConnector;
  readonly mapping: ActorTypeMapping;
  readonly pairs: readonly FieldPair[];
}

export async function openGround(ctx: Context, { connectionId, entity, actorType }: PrepareActor): Promise<Ground> {
  const connection = await requireConnection(ctx, connectionId, 'canCreate');
  await requireVisible(ctx, entity);
  const mapping = await requireMapping(ctx, connection, actorType, entity.type);
  const linked = await ctx.store.links.ofEntity(entity);
  if (linked.some((link) => link.connectionId === connectionId)) throw new AppError('link.exists', { connectionId });
  const connector = await ctx.connector(connection);
  return { connection, connector, mapping, pairs: await fieldPairs(ctx, connector, connection, actorType) };
}

export interface LookAhead {
  readonly plan: NewActor;
  readonly parent: ActorRef | null;
  /** Null when the ERP cannot be searched. */
  readonly twins: Twins | null;
}

/** What would be sent, and which actors look like it now. */
export async function lookAhead(ctx: Context, ground: Ground, record: CrmRecord): Promise<LookAhead> {
  const { connection, mapping, pairs } = ground;
  const { actorType, fields } = mapping;
  const parent = actorType === 'Person' ? await parentOf(ctx, connection.id, record.company) : null;
  const plan = planNewActor({ fields, pairs, crm: record.values, answers: null });
  const traits = traitsOf(record.entity.type, fields, plan.values);
  return { plan, parent, twins: await searchTwins(ground, traits, parent) };
}

/** Null when the ERP refuses to be searched, which may still take an actor; one that is out of reach takes none. */
export async function searchTwins(
  { connector, mapping: { actorType, fields } }: Pick<Ground, 'connector' | 'mapping'>,
  traits: readonly Trait[],
  parent: ActorRef | null,
): Promise<Twins | null> {
  try {
    return await findTwins(connector, { type: actorType, parent, traits, columns: searchColumns(fields) });
  } catch (error) {
    if (error instanceof AppError && error.code === 'connector.rejected') return null;
    throw error;
  }
}

/** Stands for all that the user saw before she agreed. */
export function seenOf({ values, asked, refused }: NewActor, parent: ActorRef | null, twins: Twins | null): string {
  const sent = Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));
  const questions = asked.map(({ field, value, mandatory }: AskedField) => [field.key, value, mandatory]);
  const found = twins?.actors.map(({ erpKey }) => erpKey).toSorted() ?? null;
  return digest(JSON.stringify([sent, questions, refused, parent, found]));
}
