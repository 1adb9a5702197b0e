import { entityTypeOf, type CrmEntity } from '../../../shared/vocabulary.ts';
import type { Context } from '../../context.ts';
import type { Connection } from '../../domain/connection.ts';
import type { FieldPair } from '../../domain/convert.ts';
import {
  judgeActor,
  newRecordValues,
  traitsInCrm,
  type ActorPlan,
  type Import,
  type ImportTask,
} from '../../domain/import.ts';
import { isDoubtful, isTwin } from '../../domain/twins.ts';
import { AppError } from '../../errors.ts';
import type { Actor, ErpConnector } from '../../ports/erp-connector.ts';
import { fieldPairs } from '../sync/field-pairs.ts';
import { wantedFields } from '../sync/read-sides.ts';

/** What every actor of an import is looked at with. */
export interface Ground {
  readonly connection: Connection;
  readonly connector: ErpConnector;
  readonly pairs: readonly FieldPair[];
}

export async function openGround(ctx: Context, { connectionId, actorType }: Import): Promise<Ground> {
  const connection = await ctx.store.connections.get(connectionId);
  if (!connection.active || connection.deleted) throw new AppError('connection.inactive', { name: connection.name });
  const connector = await ctx.connector(connection);
  return { connection, connector, pairs: await fieldPairs(ctx, connector, connection, actorType) };
}

export interface LookedAt {
  readonly plan: ActorPlan;
  /** Null when the ERP no longer has it. */
  readonly actor: Actor | null;
  /** All that look like it, or, if none does, those that partly do. */
  readonly twins: readonly CrmEntity[];
}

/** Looks at an actor and at what SuperOffice has that may be it. Nothing is written. */
export async function planActor(
  ctx: Context,
  entered: Import,
  ground: Ground,
  { erpKey, chosen }: Pick<ImportTask, 'erpKey' | 'chosen'>,
): Promise<LookedAt> {
  const { connectionId, actorType } = entered;
  const type = entityTypeOf[actorType];
  const { connector, pairs } = ground;
  const nothing = { values: {}, company: null };
  const blocked = (code: AppError['code'], detail: AppError['detail'] = {}): LookedAt => ({
    plan: { ...nothing, verdict: 'blocked', entity: null, reason: { code, detail } },
    actor: null,
    twins: [],
  });

  const { actors, warning } = await connector.getActors(actorType, [erpKey], wantedFields(pairs));
  const actor = actors.find((found) => found.type === actorType && found.erpKey === erpKey);
  if (!actor && warning !== null) throw new AppError('connector.unreachable', { explanation: warning });
  if (!actor) return blocked('actor.not_found');

  const [own] = await ctx.store.links.ofActors(connectionId, [actor]);
  if (own) {
    return { plan: { ...nothing, verdict: 'linked', entity: own.entity, reason: null }, actor, twins: [] };
  }
  const company = type === 'person' ? await companyOf(ctx, connectionId, actor) : null;
  // The companies first: a contact is made below its own.
  if (type === 'person' && !company) return blocked('link.parent_missing');

  const { values, refused } = newRecordValues(type, pairs, actor.values);
  if (refused) return blocked(refused.code, refused.detail);
  const { twins, doubtful } = await twinsInCrm(ctx, actor, pairs, company);
  const linked = (
    await ctx.store.links.ofEntities(
      type,
      [...twins, ...doubtful].map(({ id }) => id),
    )
  ).filter((link) => link.connectionId === connectionId);
  const isLinked = ({ id }: CrmEntity) => linked.some(({ entity }) => entity.id === id);
  const judged = judgeActor(twins, doubtful, isLinked, chosen);
  return {
    plan: { ...judged, values: judged.verdict === 'create' ? values : {}, company },
    actor,
    twins: twins.length > 0 ? twins : doubtful,
  };
}

async function companyOf(ctx: Context, connectionId: string, { parent }: Actor): Promise<CrmEntity | null> {
  if (!parent) return null;
  const links = await ctx.store.links.ofActors(connectionId, [parent]);
  return links.find(({ confirmedAt }) => confirmedAt !== null)?.entity ?? null;
}

/** The records that may be this actor: by our reference, by number, by name, as an actor is looked for to connect a record. */
async function twinsInCrm(
  ctx: Context,
  actor: Actor,
  pairs: readonly FieldPair[],
  company: CrmEntity | null,
): Promise<{ readonly twins: readonly CrmEntity[]; readonly doubtful: readonly CrmEntity[] }> {
  const type = entityTypeOf[actor.type];
  const traits = traitsInCrm(actor.type, pairs, actor.values);
  const found = await Promise.all(
    traits.map(async ({ crmKey, value, of }) =>
      of === 'reference' ? [{ type, id: Number(value) }] : ctx.crm.find(type, crmKey, value, company ?? undefined),
    ),
  );
  const candidates = new Map(found.flat().map((entity) => [entity.id, entity]));
  if (candidates.size === 0) return { twins: [], doubtful: [] };
  const records = await ctx.crm.read(
    [...candidates.values()],
    traits.map(({ crmKey }) => crmKey),
  );
  const alike = (is: typeof isTwin) =>
    records
      .filter((record) => company === null || record.company?.id === company.id)
      .filter(({ values }) =>
        is(traits, {
          ...actor,
          values: Object.fromEntries(traits.map(({ field, crmKey }) => [field.key, values[crmKey] ?? null])),
        }),
      )
      .map(({ entity }) => entity);
  return { twins: alike(isTwin), doubtful: alike(isDoubtful) };
}
