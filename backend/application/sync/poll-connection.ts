import type { ErrorCode } from '../../../shared/errors.ts';
import { entityTypeOf, type ActorRef, type ActorType } from '../../../shared/vocabulary.ts';
import { inTransaction, type Context } from '../../context.ts';
import type { ActorTypeMapping, Connection } from '../../domain/connection.ts';
import { advance } from '../../domain/cursor.ts';
import type { LinkMemory, WaitingField } from '../../domain/link.ts';
import { flowsTo } from '../../domain/merge.ts';
import { isNews } from '../../domain/news.ts';
import { pollDelayMs } from '../../domain/poll-interval.ts';
import { retryDelayMs } from '../../domain/retry.ts';
import { latestTimestamp } from '../../domain/timestamp.ts';
import type { PollClaim } from '../../domain/watch.ts';
import { AppError } from '../../errors.ts';
import { log } from '../../log.ts';
import type { Actor, ActorPage, ErpConnector } from '../../ports/erp-connector.ts';
import { isTooMuch, pullBrake } from './brake.ts';

/** How many actors are compared at a time: an answer has no pages, and may hold all there are. */
const BATCH = 2000;

/**
 * Asks a connection which actors have changed, and marks the records whose values are news. The same actors come again and
 * again, because the question is "on or after": it is their values that tell whether there is anything to do.
 */
export async function pollConnection(ctx: Context, claim: PollClaim): Promise<void> {
  const connection = await ctx.store.connections.get(claim.connectionId);
  try {
    const connector = await ctx.connector(connection);
    const mappings = (await ctx.store.mappings.list(connection.id)).filter(({ active }) => active);
    const warnings: string[] = [];
    let news = 0;
    for (const mapping of peopleLast(mappings)) {
      const answer = await pollActorType(ctx, claim, connection, connector, mapping);
      news += answer.news;
      if (answer.warning !== null) warnings.push(answer.warning);
    }
    const [explanation] = warnings;
    if (explanation !== undefined) throw new AppError('connector.rejected', { explanation });
    const idle = news > 0 ? 0 : claim.idle + 1;
    await inTransaction(ctx, async (ctx) => {
      await ctx.store.polls.finish(claim, ctx.clock.now(), later(ctx, pollDelayMs(connection.pollSeconds, idle)), idle);
      if (claim.attempts > 0) await ctx.store.marks.wake(connection.id);
    });
  } catch (error) {
    await failed(ctx, claim, connection, error);
  }
}

/** A warning means: perhaps not all was there, and the next question is the same. */
async function pollActorType(
  ctx: Context,
  claim: PollClaim,
  connection: Connection,
  connector: ErpConnector,
  { actorType, fields }: ActorTypeMapping,
): Promise<{ readonly news: number; readonly warning: string | null }> {
  const { connectionId } = claim;
  const watched = fields.filter(({ direction, missingInErp }) => flowsTo('crm', direction) && !missingInErp);
  const cursor = await ctx.store.polls.cursor(connectionId, actorType);
  const page = await connector.changedActors(
    actorType,
    cursor?.askedFrom ?? '',
    watched.map(({ key, kind }) => ({ key, kind })),
  );

  const ours = page.actors.filter(({ type }) => type === actorType);
  const news: ActorRef[] = [];
  let changed = 0;
  for (let start = 0; start < ours.length; start += BATCH) {
    const actors = ours.slice(start, start + BATCH);
    const keys = watched.map(({ key }) => key);
    for (const { actor, isNew } of await newsIn(ctx, connectionId, actors, keys)) {
      news.push({ type: actor.type, erpKey: actor.erpKey });
      if (!isNew) changed += 1;
    }
  }
  const gone = await toldAsGone(ctx, connectionId, actorType, page);
  // So many at once are planned first, and not one of them is written before someone has said yes.
  if (changed > 0 && (await isTooMuch(ctx, connection, changed))) await pullBrake(ctx, connectionId);
  const toLookAt = [...news, ...gone];
  for (let start = 0; start < toLookAt.length; start += BATCH) {
    const actors = toLookAt.slice(start, start + BATCH);
    await inTransaction(ctx, async (ctx) => {
      await ctx.store.polls.hold(claim);
      const mark = { lane: 'event', cause: 'poll', user: null, at: ctx.clock.now() } as const;
      await ctx.store.marks.actors(connectionId, actors, mark);
    });
  }
  if (page.warning !== null) return { news: toLookAt.length, warning: page.warning };

  const seen = latestTimestamp(ours.map(({ lastModified }) => lastModified));
  await inTransaction(ctx, async (ctx) => {
    // All that was answered is marked by now, so nothing is lost by asking further on.
    await ctx.store.polls.hold(claim);
    await ctx.store.polls.setCursor(connectionId, actorType, advance(cursor, seen, ctx.clock.now()));
  });
  return { news: toLookAt.length, warning: null };
}

/**
 * What a connector tells as deleted is a reason to look now, and nothing is concluded from it: it may be a row that left a
 * view, or one that was told by mistake. That an actor is gone is told as ever, when it was not found twice, an hour apart;
 * nothing is written to it meanwhile, so waiting costs nothing.
 */
async function toldAsGone(
  ctx: Context,
  connectionId: string,
  type: ActorType,
  { actors, deleted = [] }: ActorPage,
): Promise<readonly ActorRef[]> {
  const here = new Set(actors.map(({ erpKey }) => erpKey));
  const told = deleted.filter((erpKey) => !here.has(erpKey)).map((erpKey) => ({ type, erpKey }));
  const gone: ActorRef[] = [];
  for (let start = 0; start < told.length; start += BATCH) {
    const links = await ctx.store.links.ofActors(connectionId, told.slice(start, start + BATCH));
    // It is told again with every poll for a while, and those links know it.
    const unaware = links.filter(({ confirmedAt, parked }) => confirmedAt !== null && !missing.has(parked?.code));
    gone.push(...unaware.map(({ actor }) => actor));
  }
  return gone;
}

/** Actors to look at; new are those whose link waits for its first look, as after an import: nothing about them has changed. */
async function newsIn(
  ctx: Context,
  connectionId: string,
  actors: readonly Actor[],
  watched: readonly string[],
): Promise<readonly { readonly actor: Actor; readonly isNew: boolean }[]> {
  const links = (await ctx.store.links.ofActors(connectionId, actors)).filter(
    ({ confirmedAt }) => confirmedAt !== null,
  );
  const linkOf = new Map(links.map((link) => [link.actor.erpKey, link]));
  const waitingOf = Map.groupBy(await ctx.store.links.openFields(links.map(({ id }) => id)), ({ linkId }) => linkId);
  return actors.flatMap((actor) => {
    const link = linkOf.get(actor.erpKey);
    const waiting = waitingOf.get(link?.id ?? '') ?? [];
    if (!link || !asks(actor, link, waiting, watched)) return [];
    return [{ actor, isNew: waiting.length === 0 && Object.keys(link.agreed).length === 0 }];
  });
}

/** What a link says whose actor is not there. */
const missing: ReadonlySet<ErrorCode | undefined> = new Set<ErrorCode>(['actor.not_found', 'actor.gone']);
/** What a link says whose record is not there: whatever the actor holds, there is nowhere to take it. */
const recordGone: ReadonlySet<ErrorCode | undefined> = new Set<ErrorCode>(['entity.deleted', 'link.merged']);

/** An answer comes again and again, and what has parked a link is not over because its actor is told once more. */
function asks(actor: Actor, link: LinkMemory, waiting: readonly WaitingField[], watched: readonly string[]): boolean {
  if (missing.has(link.parked?.code)) return true;
  if (recordGone.has(link.parked?.code)) return false;
  return isNews(
    'erp',
    link,
    waiting,
    watched.map((fieldKey) => ({ fieldKey, value: actor.values[fieldKey] ?? null })),
  );
}

async function failed(ctx: Context, claim: PollClaim, connection: Connection, error: unknown): Promise<void> {
  const failure = error instanceof AppError ? error : new AppError('internal', {}, { cause: error });
  if (failure.code === 'link.busy') return;
  if (failure.code === 'internal') {
    log.error('poll.failed', error, { tenant: ctx.tenant, connectionId: connection.id });
  }
  const asked = Number(failure.detail['retryAfterSeconds'] ?? 0) * 1000;
  const delay = retryDelayMs(claim.attempts, `${ctx.tenant} ${connection.id}`, asked);
  await ctx.store.polls.fail(claim, failure, later(ctx, delay));
}

/** A person is synced only where her company is. */
function peopleLast(mappings: readonly ActorTypeMapping[]): readonly ActorTypeMapping[] {
  const isPerson = ({ actorType }: ActorTypeMapping) => Number(entityTypeOf[actorType] === 'person');
  return mappings.toSorted((a, b) => isPerson(a) - isPerson(b));
}

function later(ctx: Context, milliseconds: number): Date {
  return new Date(ctx.clock.now().getTime() + milliseconds);
}
