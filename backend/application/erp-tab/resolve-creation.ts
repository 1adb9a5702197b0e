import { passing } from '../../../shared/errors.ts';
import type { ActorRef } from '../../../shared/vocabulary.ts';
import { inTransaction, type Context } from '../../context.ts';
import type { ActorTypeMapping, Connection } from '../../domain/connection.ts';
import type { Creation } from '../../domain/creation.ts';
import { retryDelayMs } from '../../domain/retry.ts';
import { isTwin, judge, traitsOf, type Trait } from '../../domain/twins.ts';
import { AppError } from '../../errors.ts';
import { log } from '../../log.ts';
import type { Actor, ErpConnector } from '../../ports/erp-connector.ts';
import { leaseUntil } from '../sync/hold-record.ts';
import { fieldPairs } from '../sync/field-pairs.ts';
import { adoptActor, readNew, syncAdopted } from './adopt-actor.ts';
import { searchTwins } from './prepare-actor.ts';
import type { Twins } from './find-twins.ts';

/** How long a connection that is switched off is left alone. */
const RESTING_MS = 60_000;
/** How often an ERP that answers half a search is asked again before a person has to decide. */
const PATIENCE_WITH_WARNINGS = 5;

export function claimCreations(ctx: Context, limit: number): Promise<readonly Creation[]> {
  return ctx.store.creations.claimDue(limit, ctx.clock.now(), leaseUntil(ctx));
}

/** Finds out what became of a creation whose call was not answered, now that it is surely over. */
export async function resolveCreation(ctx: Context, creation: Creation): Promise<void> {
  try {
    const connection = await ctx.store.connections.get(creation.connectionId);
    if (!connection.active || connection.deleted) {
      await ctx.store.creations.postpone(creation, new Date(ctx.clock.now().getTime() + RESTING_MS));
      return;
    }
    const mapping = await ctx.store.mappings.get(connection.id, creation.actorType);
    if (!mapping) throw new AppError('mapping.field_unknown', { field: creation.actorType });
    const connector = await ctx.connector(connection);
    await resolve(ctx, creation, connection, connector, mapping);
  } catch (error) {
    if (!(error instanceof AppError) || error.code === 'link.busy') throw error;
    if (passing.has(error.code)) {
      const delay = retryDelayMs(creation.attempts, `${ctx.tenant} ${creation.id}`);
      await ctx.store.creations.postpone(creation, new Date(ctx.clock.now().getTime() + delay));
      return;
    }
    await ctx.store.creations.doubt(creation, error.code, error.detail);
  }
}

async function resolve(
  ctx: Context,
  creation: Creation,
  connection: Connection,
  connector: ErpConnector,
  mapping: ActorTypeMapping,
): Promise<void> {
  const { connectionId, actorType, entity } = creation;
  const pairs = await fieldPairs(ctx, connector, connection, actorType);
  const adopt = async (erpKey: string) => {
    await adoptActor(ctx, creation, await readNew(connector, mapping, creation, pairs, erpKey), pairs, null);
    await syncAdopted(ctx, entity);
  };
  // It did answer; only what it stored was not read.
  if (creation.erpKey !== null) return adopt(creation.erpKey);

  const { twins, linked, traits } = await lookUp(ctx, creation, connector, mapping);
  if (!twins || (!twins.complete && (traits.length === 0 || creation.attempts >= PATIENCE_WITH_WARNINGS))) {
    await ctx.store.creations.doubt(creation, 'creation.unknown', { found: twins?.actors.length ?? 0 });
    return;
  }
  if (!twins.complete) throw new AppError('connector.unreachable');

  const pending = await ctx.store.creations.pending(connectionId);
  const rivals = pending.filter(
    (other) => other.id !== creation.id && other.actorType === actorType && looksLike(other, actorType, traits),
  ).length;
  const verdict = judge({ twins: twins.actors, complete: true, known: creation.known, linked, rivals });
  if (verdict.kind === 'found') return adopt(verdict.actor.erpKey);
  if (verdict.kind === 'doubt') {
    await ctx.store.creations.doubt(creation, 'creation.unknown', { found: twins.actors.length });
    return;
  }
  await inTransaction(ctx, async (ctx) => {
    await ctx.store.creations.end(
      creation,
      { state: 'notCreated', code: 'connector.timeout', detail: {} },
      ctx.clock.now(),
    );
    await ctx.store.marks.removeUnlinked(entity);
  });
  log.info('creation.not_created', { tenant: ctx.tenant, connectionId, creationId: creation.id });
}

export interface LookedUp {
  readonly traits: readonly Trait[];
  /** Null when the ERP refuses to be searched. */
  readonly twins: Twins | null;
  /** Those of them that are taken. */
  readonly linked: readonly ActorRef[];
}

/** The actors that look like what was sent, as the ERP has them now. */
export async function lookUp(
  ctx: Context,
  { entity, sent, parent, connectionId }: Creation,
  connector: ErpConnector,
  mapping: ActorTypeMapping,
): Promise<LookedUp> {
  const traits = traitsOf(entity.type, mapping.fields, sent);
  const twins = await searchTwins({ connector, mapping }, traits, parent);
  const links = await ctx.store.links.ofActors(connectionId, twins?.actors ?? []);
  return { traits, twins, linked: links.map(({ actor }) => actor) };
}

function looksLike({ sent }: Creation, type: Actor['type'], traits: readonly Trait[]): boolean {
  return isTwin(traits, { type, erpKey: '', values: sent });
}
