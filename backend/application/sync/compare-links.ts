import { passing } from '../../../shared/errors.ts';
import { crmEntityTypes, type CrmEntity, type FieldValues } from '../../../shared/vocabulary.ts';
import { inTransaction, type Context } from '../../context.ts';
import type { ComparisonClaim, Finding } from '../../domain/comparison.ts';
import type { Connection } from '../../domain/connection.ts';
import type { FieldPair } from '../../domain/convert.ts';
import type { LinkMemory, WaitingField } from '../../domain/link.ts';
import { nextNight } from '../../domain/nightly.ts';
import { unequal, type UnequalReason } from '../../domain/news.ts';
import { retryDelayMs } from '../../domain/retry.ts';
import { AppError } from '../../errors.ts';
import { log } from '../../log.ts';
import type { CrmRecord } from '../../ports/crm.ts';
import type { Actor, ErpConnector } from '../../ports/erp-connector.ts';
import { readFields } from '../setup/refresh-fields.ts';
import { fieldPairs } from './field-pairs.ts';
import { areMany } from './missing-actors.ts';
import { crmKeys, isAstray, wantedFields } from './read-sides.ts';

/** As many keys as an ERP is asked for at once. */
const BATCH = 200;
const READ_AT_ONCE = 100;
/** After this long the worker looks whether anyone waits for something more urgent. */
const SLICE_MS = 5_000;
/** How often a batch is tried before the whole comparison waits for the next night. */
const PATIENCE = 6;

/** The next one that is due, begun or gone on with. */
export async function claimComparison(ctx: Context, leaseUntil: Date): Promise<ComparisonClaim | null> {
  const now = ctx.clock.now();
  return ctx.store.comparisons.claimDue(now, leaseUntil, nextNight(now, await ctx.store.syncSettings.nightly()));
}

/**
 * Reads both ends of a connection's links, batch by batch, and proves them equal or says why not. Only what differs is
 * marked; what is missing is concluded at the end, when it is known how much that is.
 */
export async function compareLinks(ctx: Context, claim: ComparisonClaim): Promise<void> {
  const { comparisons } = ctx.store;
  const connection = await ctx.store.connections.get(claim.connectionId);
  try {
    const connector = await ctx.connector(connection);
    // At night nobody waits for it, and what is compared is then mapped as both sides are now.
    if (claim.after === null) await readFields(ctx, connection, connector);
    const compare = comparerOf(ctx, connection, connector);
    const until = ctx.clock.now().getTime() + SLICE_MS;
    let { after } = claim;
    do {
      const links = await ctx.store.links.inOrder(connection.id, after, BATCH);
      const last = links.at(-1);
      if (!last) {
        await conclude(ctx, claim);
        return;
      }
      await record(ctx, claim, links, await compare(links));
      after = last.entity;
    } while (ctx.clock.now().getTime() < until);
    await comparisons.release(claim);
  } catch (error) {
    const failure = error instanceof AppError ? error : new AppError('internal', {}, { cause: error });
    if (failure.code === 'link.busy') return;
    if (failure.code === 'internal') {
      log.error('compare.failed', error, { tenant: ctx.tenant, connectionId: connection.id });
    }
    const mayPass = passing.has(failure.code) || failure.code === 'internal';
    if (!mayPass || claim.attempts >= PATIENCE) {
      await comparisons.fail(claim, failure, await tomorrow(ctx));
      return;
    }
    const asked = Number(failure.detail['retryAfterSeconds'] ?? 0) * 1000;
    const delay = retryDelayMs(claim.attempts, `${ctx.tenant} ${connection.id}`, asked);
    await comparisons.postpone(claim, new Date(ctx.clock.now().getTime() + delay));
  }
}

type Compare = (links: readonly LinkMemory[]) => Promise<readonly Finding[]>;

function comparerOf(ctx: Context, connection: Connection, connector: ErpConnector): Compare {
  const known = new Map<string, Promise<readonly FieldPair[]>>();
  const pairsOf = ({ actor: { type } }: LinkMemory) => {
    const pairs = known.get(type) ?? fieldPairs(ctx, connector, connection, type);
    known.set(type, pairs);
    return pairs;
  };
  return async (links) => {
    const pairs = new Map(await Promise.all(links.map(async (link) => [link.id, await pairsOf(link)] as const)));
    const [records, actors, waiting] = await Promise.all([
      readRecords(ctx, links, pairs),
      readActors(connector, links, pairs),
      ctx.store.links.openFields(links.map(({ id }) => id)),
    ]);
    const waitingOf = Map.groupBy(waiting, ({ linkId }) => linkId);
    const parentOf = await parentsOf(ctx, connection.id, [...records.values()]);
    return links.flatMap((link) => {
      const record = records.get(nameOf(link.entity.type, link.entity.id));
      const actor = actors.found.get(nameOf(link.actor.type, link.actor.erpKey));
      const open = waitingOf.get(link.id) ?? [];
      const isNewParent =
        link.actor.type === 'Person' && actor && record?.company && isAstray(parentOf(record.company), actor);
      const reason =
        isNewParent && open.length === 0
          ? 'changed'
          : reasonOf(link, pairs.get(link.id) ?? [], open, record, actor, actors);
      const known = reason === 'gone' && link.parked !== null && missing.has(link.parked.code);
      const isDeleted = !record && link.parked?.code === 'entity.deleted';
      return reason === null ? [] : [{ linkId: link.id, entity: link.entity, reason, fresh: !known, isDeleted }];
    });
  };
}

/** What the companies of these records are connected to. */
async function parentsOf(ctx: Context, connectionId: string, records: readonly CrmRecord[]) {
  const ids = [...new Set(records.flatMap(({ company }) => (company ? [company.id] : [])))];
  const links = (await ctx.store.links.ofEntities('contact', ids)).filter((link) => link.connectionId === connectionId);
  return ({ id }: CrmEntity) => links.find(({ entity }) => entity.id === id)?.actor ?? null;
}

/** Reasons that say a record is not there, and are outdated as soon as it is. */
const missing: ReadonlySet<string> = new Set(['actor.not_found', 'actor.gone', 'entity.deleted']);

function reasonOf(
  link: LinkMemory,
  pairs: readonly FieldPair[],
  waiting: readonly WaitingField[],
  record: CrmRecord | undefined,
  actor: Actor | undefined,
  { warned }: ReadActors,
): UnequalReason | null {
  if (!actor && warned.has(link.actor.type)) return 'unread';
  if (!record || !actor) return 'gone';
  if (link.parked && missing.has(link.parked.code)) return 'changed';
  return unequal({ link, pairs, waiting, crm: record.values, erp: readable(actor) });
}

/** What could not be read is not there; where the link knows that, it says so itself. */
function readable({ values, unreadable }: Actor): FieldValues {
  return Object.fromEntries(Object.entries(values).filter(([key]) => !(key in unreadable)));
}

type PairsOf = ReadonlyMap<string, readonly FieldPair[]>;

async function readRecords(ctx: Context, links: readonly LinkMemory[], pairs: PairsOf) {
  const found = new Map<string, CrmRecord>();
  for (const type of crmEntityTypes) {
    const ofType = links.filter(({ entity }) => entity.type === type);
    const keys = [...new Set(crmKeys(ofType.map(({ id }) => ({ pairs: pairs.get(id) ?? [] }))))];
    for (let start = 0; start < ofType.length; start += READ_AT_ONCE) {
      const asked = ofType.slice(start, start + READ_AT_ONCE).map(({ entity }) => entity);
      for (const record of await ctx.crm.read(asked, keys)) found.set(nameOf(type, record.entity.id), record);
    }
  }
  return found;
}

interface ReadActors {
  readonly found: ReadonlyMap<string, Actor>;
  /** Types of which perhaps not all were told. */
  readonly warned: ReadonlySet<string>;
}

async function readActors(connector: ErpConnector, links: readonly LinkMemory[], pairs: PairsOf): Promise<ReadActors> {
  const found = new Map<string, Actor>();
  const warned = new Set<string>();
  for (const [type, ofType] of Map.groupBy(links, ({ actor }) => actor.type)) {
    const [first] = ofType;
    const fields = wantedFields((first && pairs.get(first.id)) ?? []);
    const page = await connector.getActors(
      type,
      ofType.map(({ actor }) => actor.erpKey),
      fields,
    );
    if (page.warning !== null) warned.add(type);
    for (const actor of page.actors) found.set(nameOf(actor.type, actor.erpKey), actor);
  }
  return { found, warned };
}

function record(
  ctx: Context,
  claim: ComparisonClaim,
  links: readonly LinkMemory[],
  findings: readonly Finding[],
): Promise<void> {
  const now = ctx.clock.now();
  const [last] = links.slice(-1);
  return inTransaction(ctx, async (ctx) => {
    await ctx.store.comparisons.hold(claim);
    if (!last) return;
    await markEach(
      ctx,
      // Where it is by now is asked once a night: it may have come back and been merged into another, with nobody told.
      findings.filter(({ reason, isDeleted }) => reason === 'changed' || isDeleted).map(({ entity }) => entity),
    );
    const compared = { after: last.entity, compared: links.length, equal: links.length - findings.length, findings };
    await ctx.store.comparisons.advance(claim, compared, now);
  });
}

async function conclude(ctx: Context, claim: ComparisonClaim): Promise<void> {
  const next = await tomorrow(ctx);
  await inTransaction(ctx, async (ctx) => {
    await ctx.store.comparisons.hold(claim);
    const gone = await ctx.store.comparisons.freshlyGone(claim);
    const { links = 0 } = (await ctx.store.links.counts()).get(claim.connectionId) ?? {};
    if (areMany({ missing: gone.length, links })) {
      const trouble = { code: 'connection.many_missing', detail: { missing: gone.length, links } } as const;
      await ctx.store.comparisons.fail(claim, trouble, next);
      return;
    }
    await markEach(ctx, gone);
    await ctx.store.comparisons.finish(claim, ctx.clock.now(), next);
  });
}

async function markEach(ctx: Context, entities: readonly CrmEntity[]): Promise<void> {
  const mark = { lane: 'bulk', cause: 'compare', user: null, at: ctx.clock.now() } as const;
  for (const [type, ofType] of Map.groupBy(entities, (entity) => entity.type)) {
    await ctx.store.marks.entities(
      type,
      ofType.map(({ id }) => id),
      mark,
    );
  }
}

async function tomorrow(ctx: Context): Promise<Date> {
  return nextNight(ctx.clock.now(), await ctx.store.syncSettings.nightly());
}

function nameOf(type: string, key: string | number): string {
  return `${type} ${key}`;
}
