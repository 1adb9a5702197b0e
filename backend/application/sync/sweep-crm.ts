import type { ErrorCode } from '../../../shared/errors.ts';
import type { CrmEntityType } from '../../../shared/vocabulary.ts';
import { inTransaction, type Context } from '../../context.ts';
import type { FieldPair } from '../../domain/convert.ts';
import type { LinkMemory, WaitingField } from '../../domain/link.ts';
import { flowsTo } from '../../domain/merge.ts';
import { isNews } from '../../domain/news.ts';
import type { SweepClaim } from '../../domain/watch.ts';
import { AppError } from '../../errors.ts';
import { log } from '../../log.ts';
import type { CrmRecord } from '../../ports/crm.ts';
import { areMany, isOverdue } from './missing-actors.ts';
import { openLinks } from './read-sides.ts';

const EVERY_MS = 30_000;
/**
 * A row is stamped by whichever of SuperOffice's servers saves it, when its transaction begins, and is seen when that ends.
 * The same five minutes as an ERP gets; what was asked twice is no news.
 */
const OVERLAP_MS = 5 * 60_000;
/** Phones, e-mails, addresses and user-defined fields change without a trace; so every record is read again in turn. */
const COMPARE_EVERY_MS = 5 * 60_000;
const COMPARE_AT_ONCE = 200;
const READ_AT_ONCE = 100;

/**
 * Finds what webhooks did not tell: records that changed while nobody listened, and changes that raise no event. Only
 * records whose values are news are marked.
 */
export async function sweepCrm(ctx: Context, claim: SweepClaim): Promise<void> {
  const { type } = claim;
  const now = ctx.clock.now();
  try {
    const changed = claim.since ? await ctx.crm.changedSince(type, claim.since) : null;
    const asOf = changed?.asOf ?? (await ctx.crm.changedSince(type, now)).asOf;
    const inTurn = await ctx.store.marks.takeToCompare(type, COMPARE_AT_ONCE, before(now, COMPARE_EVERY_MS), now);
    const news = await newsIn(ctx, type, [...new Set([...(changed?.ids ?? []), ...inTurn])]);

    await inTransaction(ctx, async (ctx) => {
      await ctx.store.sweeps.hold(claim);
      await ctx.store.marks.entities(type, news, { lane: 'event', cause: 'sweep', user: null, at: now });
      await ctx.store.sweeps.finish(claim, before(asOf, OVERLAP_MS), before(now, -EVERY_MS));
    });
  } catch (error) {
    if (error instanceof AppError && error.code === 'link.busy') return;
    if (!(error instanceof AppError)) log.error('sweep.failed', error, { tenant: ctx.tenant, entityType: type });
    await ctx.store.sweeps.finish(claim, null, before(now, -EVERY_MS));
  }
}

async function newsIn(ctx: Context, type: CrmEntityType, ids: readonly number[]): Promise<readonly number[]> {
  const links = await ctx.store.links.ofEntities(type, ids);
  const linksOf = Map.groupBy(links, ({ entity }) => entity.id);
  const waitingOf = Map.groupBy(await ctx.store.links.openFields(links.map(({ id }) => id)), ({ linkId }) => linkId);
  const pairsOf = await pairsByLinkKind(ctx, links);
  const keys = [...new Set([...pairsOf.values()].flatMap((pairs) => pairs.map(({ crm }) => crm.key)))];
  const linked = [...linksOf.keys()];

  const toLookAt = new Set([...(await missingToConfirm(ctx, links)), ...(await freeToFollow(ctx, type, links))]);
  const news: number[] = [];
  for (let start = 0; start < linked.length; start += READ_AT_ONCE) {
    const asked = linked.slice(start, start + READ_AT_ONCE);
    const records = await ctx.crm.read(
      asked.map((id) => ({ type, id })),
      keys,
    );
    const recordOf = new Map(records.map((record) => [record.entity.id, record]));
    for (const id of asked) {
      const own = linksOf.get(id) ?? [];
      const isNew = own.some(
        (link) =>
          toLookAt.has(link.id) ||
          asks(recordOf.get(id), link, pairsOf.get(kindOf(link)) ?? [], waitingOf.get(link.id) ?? []),
      );
      if (isNew) news.push(id);
    }
  }
  return news;
}

/** Links whose actor was not found an hour ago or longer: it is looked for again, unless that many are missing there. */
async function missingToConfirm(ctx: Context, links: readonly LinkMemory[]): Promise<ReadonlySet<string>> {
  const now = ctx.clock.now();
  const overdue = links.filter(({ parked }) => parked?.code === 'actor.not_found' && isOverdue(parked.since, now));
  if (overdue.length === 0) return new Set();
  const missing = await ctx.store.links.missing();
  const few = overdue.filter(({ connectionId }) => !areMany(missing.get(connectionId) ?? { missing: 0, links: 0 }));
  return new Set(few.map(({ id }) => id));
}

/** Links whose record was merged into one that had a link of its own in that connection, and has none any more. */
async function freeToFollow(
  ctx: Context,
  type: CrmEntityType,
  links: readonly LinkMemory[],
): Promise<readonly string[]> {
  const merged = links.filter(({ parked }) => parked?.code === 'link.merged');
  if (merged.length === 0) return [];
  const intoOf = ({ parked }: LinkMemory) => Number(parked?.detail['into']);
  const taken = await ctx.store.links.ofEntities(type, merged.map(intoOf));
  return merged
    .filter((link) => {
      const into = intoOf(link);
      return !taken.some(({ connectionId, entity }) => connectionId === link.connectionId && entity.id === into);
    })
    .map(({ id }) => id);
}

/** What a link says whose record is not there. */
const gone: ReadonlySet<ErrorCode | undefined> = new Set<ErrorCode>(['entity.deleted', 'link.merged']);
/** Reasons that may have gone away without any of our values changing. */
const revivable: ReadonlySet<ErrorCode> = new Set(['entity.deleted', 'link.merged', 'link.parent_missing']);

/** A record that is not in the answer is news as long as its links do not know it. */
function asks(
  record: CrmRecord | undefined,
  link: LinkMemory,
  pairs: readonly FieldPair[],
  waiting: readonly WaitingField[],
): boolean {
  if (!record) return !gone.has(link.parked?.code);
  if (link.parked && revivable.has(link.parked.code)) return true;
  return isNews(
    'crm',
    link,
    waiting,
    pairs
      .filter(({ erp }) => flowsTo('erp', erp.direction))
      .map(({ erp, crm }) => ({ fieldKey: erp.key, value: record.values[crm.key] ?? null })),
  );
}

async function pairsByLinkKind(
  ctx: Context,
  links: readonly LinkMemory[],
): Promise<ReadonlyMap<string, readonly FieldPair[]>> {
  const oneOfEach = new Map(links.map((link) => [kindOf(link), link]));
  const pairs = new Map<string, readonly FieldPair[]>();
  for (const [kind, link] of oneOfEach) {
    const [open] = await openLinks(ctx, [link]);
    if (open) pairs.set(kind, open.pairs);
  }
  return pairs;
}

function kindOf({ connectionId, actor }: LinkMemory): string {
  return `${connectionId} ${actor.type}`;
}

function before(time: Date, milliseconds: number): Date {
  return new Date(time.getTime() - milliseconds);
}
