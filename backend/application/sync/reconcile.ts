import { passing, type ErrorCode, type ErrorDetail } from '../../../shared/errors.ts';
import type { Side } from '../../../shared/vocabulary.ts';
import { inTransaction, type Context } from '../../context.ts';
import { fieldsProtectedBy } from '../../domain/crm-rules.ts';
import type { LinkMemory, WaitingField } from '../../domain/link.ts';
import type { Claim } from '../../domain/mark.ts';
import { retryDelayMs } from '../../domain/retry.ts';
import { planSync, type Intent, type LinkState, type SyncPlan } from '../../domain/sync-plan.ts';
import { instantOf } from '../../domain/timestamp.ts';
import { sameValue } from '../../domain/value.ts';
import { AppError } from '../../errors.ts';
import { log } from '../../log.ts';
import type { CrmRecord } from '../../ports/crm.ts';
import { pullBrake } from './brake.ts';
import { carryOut, type CarriedOut, type ReadLink } from './carry-out.ts';
import { followMerge } from './follow-merge.ts';
import { findLeftovers, settleLeftovers } from './leftovers.ts';
import { isOverdue, manyMissing } from './missing-actors.ts';
import { newsOf } from './news-of.ts';
import { crmKeys, isAstray, openLinks, readActor, readRecord, requireParent, type OpenLink } from './read-sides.ts';

/** How often an unexpected failure is tried again before the record waits for someone. */
const PATIENCE_WITH_BUGS = 5;

/** What one look at a record did, per link. */
export interface Reconciled {
  readonly links: readonly ReconciledLink[];
}

export interface ReconciledLink {
  readonly linkId: string;
  readonly written: number;
  readonly conflicts: number;
  /** Why it waits for someone, or for better times. */
  readonly obstacle: { readonly code: ErrorCode; readonly detail: ErrorDetail } | null;
}

export interface ReconcileOptions {
  readonly intent?: Intent;
  readonly runId?: string;
  /** Nobody has asked for it, so the brake of each connection counts it. */
  readonly automatic?: boolean;
}

/**
 * The one verb that moves data: reads the record and all its actors afresh, plans, writes what differs, reads back what was
 * stored, and records it. Run twice, the second does nothing. Always gives the claim back.
 */
export async function reconcile(ctx: Context, claim: Claim, options: ReconcileOptions = {}): Promise<Reconciled> {
  const links = (await ctx.store.links.ofEntity(claim.entity)).filter(({ confirmedAt }) => confirmedAt !== null);
  try {
    const open = await openLinks(ctx, links);
    const record = await readRecord(ctx, claim.entity, crmKeys(open));
    const { read: found, failed } = await readActors(ctx, record, open);
    const leftovers = await findLeftovers(ctx, record, found);
    await settleLeftovers(ctx, claim, leftovers);
    const { read } = leftovers;
    const plan = await planned(ctx, claim, record, read, options.intent ?? { kind: 'sync' });
    const done = await carryOut(ctx, claim, record, read, plan, options);
    return await finish(ctx, claim, plan, done, failed);
  } catch (error) {
    return giveUp(ctx, claim, links, error);
  }
}

/** What a look at a record would do. Nothing is written, on neither side nor in the store. */
export interface PlannedRecord {
  readonly record: CrmRecord;
  readonly read: readonly ReadLink[];
  readonly failed: readonly FailedLink[];
  readonly plan: SyncPlan;
}

/** Plans as `reconcile` does, and stops there. Throws when the record itself cannot be read. */
export async function planRecord(
  ctx: Context,
  claim: Pick<Claim, 'entity' | 'cause'>,
  intentFor: (links: readonly LinkMemory[]) => Intent,
): Promise<PlannedRecord> {
  const links = (await ctx.store.links.ofEntity(claim.entity)).filter(({ confirmedAt }) => confirmedAt !== null);
  const open = await openLinks(ctx, links);
  const record = await readRecord(ctx, claim.entity, crmKeys(open));
  const { read: found, failed } = await readActors(ctx, record, open);
  const { read } = await findLeftovers(ctx, record, found);
  return { record, read, failed, plan: await planned(ctx, claim, record, read, intentFor(links)) };
}

interface FailedLink {
  readonly link: LinkMemory;
  readonly failure: AppError;
}

async function readActors(
  ctx: Context,
  record: CrmRecord,
  open: readonly OpenLink[],
): Promise<{ readonly read: readonly ReadLink[]; readonly failed: readonly FailedLink[] }> {
  const readings = await Promise.all(
    open.map(async (link): Promise<ReadLink | FailedLink> => {
      try {
        const parent = await requireParent(ctx, record, link);
        const actor = await readActor(link);
        return { ...link, actor, astray: isAstray(parent, actor) ? actor.parent : null };
      } catch (failure) {
        if (failure instanceof AppError) return { link: link.link, failure };
        throw failure;
      }
    }),
  );
  return {
    read: readings.filter((reading) => 'actor' in reading),
    failed: readings.filter((reading) => 'failure' in reading),
  };
}

async function planned(
  ctx: Context,
  claim: Pick<Claim, 'cause'>,
  record: CrmRecord,
  read: readonly ReadLink[],
  intent: Intent,
): Promise<SyncPlan> {
  const waiting = await ctx.store.links.openFields(read.map(({ link }) => link.id));
  const states = read.map((link): LinkState => {
    const own = waiting.filter(({ linkId }) => linkId === link.link.id);
    return {
      linkId: link.link.id,
      pairs: link.pairs,
      values: link.actor.values,
      unreadable: link.actor.unreadable,
      agreed: link.link.agreed,
      refused: wantsRetry(claim) ? {} : refusedBefore(record, link, own),
      newest: newest(record, link),
    };
  });
  const { entity, values, protection } = record;
  return planSync({ entity, values, protectedFields: fieldsProtectedBy(protection) }, states, intent);
}

function wantsRetry({ cause }: Pick<Claim, 'cause'>): boolean {
  return cause !== 'webhook' && cause !== 'poll' && cause !== 'sweep' && cause !== 'compare';
}

/** Fields that a system would not take, where nothing has changed since. */
function refusedBefore(
  record: CrmRecord,
  { pairs, actor }: ReadLink,
  waiting: readonly WaitingField[],
): LinkState['refused'] {
  return Object.fromEntries(
    waiting.flatMap(({ fieldKey, kind, code, detail, crm, erp }) => {
      const pair = pairs.find((candidate) => candidate.erp.key === fieldKey);
      const same =
        pair &&
        sameValue(record.values[pair.crm.key], crm) &&
        sameValue(actor.values[fieldKey], erp) &&
        kind === 'parked';
      // What we refuse ourselves is decided anew: the mapping may have changed, and it costs nothing.
      const foreign = code === 'connector.rejected' || code === 'crm.rejected' || detail?.['refused'] === true;
      return same && foreign && code ? [[fieldKey, { code, detail: detail ?? {} }]] : [];
    }),
  );
}

function newest(record: CrmRecord, { actor }: ReadLink): Side | null {
  const changed = instantOf(actor.lastModified);
  if (!changed || changed.getTime() === record.updatedAt.getTime()) return null;
  return changed > record.updatedAt ? 'erp' : 'crm';
}

/** Records everything in one transaction, in which the claim must still stand. */
async function finish(
  ctx: Context,
  claim: Claim,
  plan: SyncPlan,
  done: CarriedOut,
  failedToRead: readonly FailedLink[],
): Promise<Reconciled> {
  const now = ctx.clock.now();
  const failed = [
    ...failedToRead,
    ...done.links.flatMap(({ link, failure }) => (failure ? [{ link: link.link, failure }] : [])),
  ];
  const news = done.links.filter(({ failure }) => !failure).map((link) => ({ link, news: newsOf(plan, done, link) }));

  await inTransaction(ctx, async (ctx) => {
    await ctx.store.marks.hold(claim);
    await ctx.store.ledger.settle(done.settled);
    await ctx.store.ledger.strike(done.struck);
    for (const { link, news: found } of news) await ctx.store.links.settle(link.link.link.id, found, now);
    for (const { link, failure } of failed.filter(({ failure }) => !mayPass(claim, failure))) {
      const { code, detail } = await sureOf(ctx, link, failure);
      await ctx.store.links.park(link.id, code, detail, now);
    }
    await ctx.store.polls.wake(
      done.links.map(({ link }) => link.link.connectionId),
      now,
    );
    await giveBack(ctx, claim, failed, plan.later || done.links.some(({ movedOn }) => movedOn));
  });

  return {
    links: [
      ...news.map(({ link, news: { waiting } }) => {
        const linkId = link.link.link.id;
        // One that belongs to another parent there is synced all the same.
        const parked = waiting.find(({ kind, code }) => kind === 'parked' && code !== 'link.parent_differs');
        return {
          linkId,
          written: plan.steps.filter(({ linkId: of, reason }) => of === linkId && reason !== 'overruled').length,
          conflicts: waiting.filter(({ kind }) => kind === 'conflict').length,
          obstacle: parked?.code ? { code: parked.code, detail: parked.detail ?? {} } : null,
        };
      }),
      ...failed.map(({ link, failure }) => failedLink(link, failure)),
    ],
  };
}

/** A long night may hide an actor; only when it was not found twice, an hour apart, is it told as gone. */
async function sureOf(ctx: Context, { connectionId, parked }: LinkMemory, failure: AppError): Promise<AppError> {
  if (failure.code !== 'actor.not_found') return failure;
  const isGone = parked?.code === 'actor.gone';
  const wasMissing = parked?.code === 'actor.not_found' && isOverdue(parked.since, ctx.clock.now());
  if (!isGone && !(wasMissing && !(await manyMissing(ctx, connectionId)))) return failure;
  return new AppError('actor.gone');
}

async function giveBack(ctx: Context, claim: Claim, failed: readonly FailedLink[], again: boolean): Promise<void> {
  const waitsFor = failed.find(({ failure }) => mayPass(claim, failure));
  if (waitsFor) return ctx.store.marks.postpone(claim, nextTry(ctx, claim, waitsFor.failure));
  await ctx.store.marks.finish(claim);
  if (!again) return;
  const { type, id } = claim.entity;
  await ctx.store.marks.entities(type, [id], { lane: 'event', cause: 'poll', user: null, at: ctx.clock.now() });
}

/** What a system says once may be its bad moment: a page of HTML, a fault. What it says twice, it means. */
function mayPass({ attempts, cause }: Claim, { code }: AppError): boolean {
  return passing.has(code) || (doubtful.has(code) && attempts === 0 && cause !== 'retry');
}

/** Codes that are tried once more before they are believed. */
export const doubtful: ReadonlySet<ErrorCode> = new Set([
  'connector.answer_invalid',
  'connector.rejected',
  'connector.unknown_connection',
  'crm.answer_invalid',
  'crm.rejected',
  'crm.denied',
  'workbook.unreadable',
]);

function nextTry(ctx: Context, { entity, attempts }: Claim, failure: AppError | null): Date {
  const asked = Number(failure?.detail['retryAfterSeconds'] ?? 0) * 1000;
  const delay = retryDelayMs(attempts, `${ctx.tenant} ${entity.type} ${entity.id}`, asked);
  return new Date(ctx.clock.now().getTime() + delay);
}

function failedLink(link: LinkMemory, { code, detail }: AppError): ReconciledLink {
  return { linkId: link.id, written: 0, conflicts: 0, obstacle: { code, detail } };
}

/** The record itself could not be worked on: all its links share the reason. */
async function giveUp(ctx: Context, claim: Claim, links: readonly LinkMemory[], error: unknown): Promise<Reconciled> {
  const failure = error instanceof AppError ? error : new AppError('internal', {}, { cause: error });
  // Someone else has the record now, or the link is gone; what was found out here counts no more.
  if (failure.code === 'link.busy') return { links: links.map((link) => failedLink(link, failure)) };
  if (failure.code === 'connection.braked') {
    await pullBrake(ctx, String(failure.detail['connectionId']));
    await ctx.store.marks.release(claim);
    return { links: links.map((link) => failedLink(link, failure)) };
  }
  if (failure.code === 'internal') {
    log.error('sync.failed', error, { tenant: ctx.tenant, entityType: claim.entity.type, entityId: claim.entity.id });
  }

  if (failure.code === 'entity.deleted' && failure.detail['state'] === 'merged') {
    await followMerge(ctx, claim, links, { type: claim.entity.type, id: Number(failure.detail['into']) });
    return { links: links.map((link) => failedLink(link, failure)) };
  }

  const waits = mayPass(claim, failure) || (failure.code === 'internal' && claim.attempts < PATIENCE_WITH_BUGS);
  await inTransaction(ctx, async (ctx) => {
    await ctx.store.marks.hold(claim);
    if (waits) return ctx.store.marks.postpone(claim, nextTry(ctx, claim, failure));
    for (const { id } of links) await ctx.store.links.park(id, failure.code, failure.detail, ctx.clock.now());
    return ctx.store.marks.finish(claim);
  });
  return { links: links.map((link) => failedLink(link, failure)) };
}
