import { claimComparison, compareLinks } from '../application/sync/compare-links.ts';
import { forgetOld } from '../application/sync/forget-old.ts';
import { claimListing, listActors } from '../application/import/list-actors.ts';
import { claimImportTasks, workOnImport } from '../application/import/work-on-import.ts';
import { claimCreations, resolveCreation } from '../application/erp-tab/resolve-creation.ts';
import { leaseUntil, whileHeld } from '../application/sync/hold-record.ts';
import { pollConnection } from '../application/sync/poll-connection.ts';
import { reconcile } from '../application/sync/reconcile.ts';
import { releaseDeadClaims } from '../application/sync/release-dead-claims.ts';
import { sweepCrm } from '../application/sync/sweep-crm.ts';
import { claimRunTasks, workOnRun } from '../application/sync/work-on-run.ts';
import type { Context } from '../context.ts';
import { AppError } from '../errors.ts';
import { inLane } from '../lane.ts';
import { log } from '../log.ts';

export interface WorkerParts {
  tenants(): Promise<readonly string[]>;
  /** Null while nothing may run for the tenant: not installed, suspended, without licence. */
  contextFor(tenant: string): Promise<Context | null>;
  /** Keeps what we have added to a tenant whole. */
  careFor?(ctx: Context): Promise<void>;
  /** Calls back when a tenant has got work; answers how to stop listening. Without it the worker looks now and then. */
  listen?(onWork: (tenant: string) => void): Promise<() => Promise<void>>;
  /** How many records are worked on at once, over all tenants. */
  readonly concurrency?: number;
  /** How often every tenant is looked at, hint or no hint. */
  readonly lookEveryMs?: number;
}

export interface Worker {
  /** Takes up nothing new, and is done when what is under way is done or time is up. */
  stop(): Promise<void>;
}

/** Enough that calls are shared by many records, and no more than memory holds easily. */
const CONCURRENCY = 128;
/** One tenant's share, so that its hundred thousand records leave room for the others' one. */
const SHARE = 44;
/** How many of them may be linked in one connection, or be a run's, so that an ERP that hangs leaves room for another's. */
const SHARE_OF_ERP = 32;
/** Polls and sweeps of a tenant, beside its records: an ERP that hangs must not keep the others from being asked. */
const QUESTIONS = 4;
const LOOK_EVERY_MS = 1_000;
const STOP_WITHIN_MS = 4_000;

/** A record that is worked on: in which connections it is linked, or null for one of a run's. */
interface UnderWay {
  readonly tenant: string;
  readonly connections: readonly string[] | null;
}

/** What to look for: marked records, or also whether it is time to ask for changes. */
type Look = 'records' | 'all';

/** Does the work that is due, for all tenants in turn. Any number of workers share it through the store. */
export async function startWorker(parts: WorkerParts): Promise<Worker> {
  const { concurrency = CONCURRENCY, lookEveryMs = LOOK_EVERY_MS } = parts;
  const busy = new Set<Promise<void>>();
  const records = new Map<string, number>();
  const questions = new Map<string, number>();
  const underWay = new Set<UnderWay>();
  /** Who has, or may have, work for which there is or was no room; longest waiting first. */
  const waiting = new Map<string, Look>();
  let everyone = false;
  let stopping = false;
  let looking: Promise<void> | null = null;
  let lookAgain = false;

  const stopListening = await parts.listen?.((tenant) => {
    want(tenant, 'records');
    look();
  });
  const timer = setInterval(lookAtEveryone, lookEveryMs);
  lookAtEveryone();

  function lookAtEveryone(): void {
    everyone = true;
    look();
  }

  function want(tenant: string, what: Look): void {
    if (waiting.get(tenant) !== 'all') waiting.set(tenant, what);
  }

  /** One look at a time; a hint that comes meanwhile is worth another. */
  function look(): void {
    if (stopping) return;
    lookAgain = true;
    const isAsked = () => lookAgain && !stopping;
    looking ??= (async () => {
      while (isAsked()) {
        lookAgain = false;
        await lookAtWaiting();
      }
    })()
      .catch((error: unknown) => log.error('worker.failed', error))
      .finally(() => {
        looking = null;
      });
  }

  async function lookAtWaiting(): Promise<void> {
    if (everyone) {
      everyone = false;
      for (const tenant of await parts.tenants()) want(tenant, 'all');
    }
    for (const [tenant, what] of [...waiting]) {
      if (stopping) return;
      // Without room they keep their place.
      if (what === 'records' && roomFor(tenant) === 0) continue;
      waiting.delete(tenant);
      try {
        await inLane('event', () => lookAt(tenant, what));
      } catch (error) {
        log.error('worker.tenant_failed', error, { tenant });
      }
    }
  }

  /** Never more than half of what is free, so that whoever comes next finds a place too. */
  function roomFor(tenant: string): number {
    const free = concurrency - busy.size;
    return Math.max(0, Math.min(SHARE - (records.get(tenant) ?? 0), Math.ceil(free / 2)));
  }

  async function lookAt(tenant: string, what: Look): Promise<void> {
    const ctx = await parts.contextFor(tenant);
    if (!ctx) return;
    if (what === 'all') await parts.careFor?.(ctx);
    const isHalted = (await ctx.store.restores.open()).length > 0;
    const automatic = !isHalted && (await ctx.store.syncSettings.isAutomatic());
    const found = await takeRecords(ctx, automatic, isHalted);
    if (what === 'records') return;
    if (automatic) await takeQuestions(ctx);
    // Nobody waits for it, so it comes when nothing else does.
    if (found === 0 && !isHalted) await takeComparison(ctx);
  }

  /** Answers how many it found. */
  async function takeRecords(ctx: Context, automatic: boolean, isHalted: boolean): Promise<number> {
    const { tenant } = ctx;
    const room = roomFor(tenant);
    if (room === 0) {
      want(tenant, 'records');
      return 0;
    }
    const { full, least } = roomByConnection(tenant);
    const most = Math.min(room, least);
    const marked = automatic ? await ctx.store.marks.claimMarked(most, ctx.clock.now(), leaseUntil(ctx), full) : [];
    for (const claim of marked) {
      const work = () => whileHeld(ctx, claim, () => reconcile(ctx, claim, { automatic: true }));
      takeRecord({ tenant, connections: claim.connections }, () => inLane(claim.lane, work));
    }
    // An actor may stand in the ERP without anybody knowing.
    const creations = await claimCreations(ctx, 1);
    for (const creation of creations) {
      take(records, tenant, () => inLane('event', () => resolveCreation(ctx, creation)));
    }
    // A run is somebody's wish, so it goes on while automatic sync is off; but whatever is marked goes first.
    const runs = [...underWay].filter((work) => work.tenant === tenant && work.connections === null).length;
    const left = Math.min(room - marked.length - creations.length, SHARE_OF_ERP - runs);
    const tasks = left > 0 ? await claimRunTasks(ctx, left) : [];
    for (const task of tasks) {
      takeRecord({ tenant, connections: null }, () => inLane('bulk', () => workOnRun(ctx, task)));
    }
    const imported = isHalted ? 0 : await takeImports(ctx, left - tasks.length);
    const found = marked.length + creations.length + tasks.length + imported;
    if (found === room || marked.length === most || full.length > 0) want(tenant, 'records');
    return found;
  }

  /** Which connections have their share under way, and how many records any other may take at least. */
  function roomByConnection(tenant: string): { readonly full: readonly string[]; readonly least: number } {
    const counts = new Map<string, number>();
    for (const id of [...underWay].flatMap((work) => (work.tenant === tenant ? (work.connections ?? []) : []))) {
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    const full = [...counts].flatMap(([id, count]) => (count >= SHARE_OF_ERP ? [id] : []));
    const others = [...counts.values()].filter((count) => count < SHARE_OF_ERP);
    return { full, least: SHARE_OF_ERP - Math.max(0, ...others) };
  }

  function takeRecord(work: UnderWay, does: () => Promise<unknown>): void {
    underWay.add(work);
    take(records, work.tenant, () => does().finally(() => underWay.delete(work)));
  }

  /** What an import reads and makes, as somebody wants it too. Answers how many it found. */
  async function takeImports(ctx: Context, room: number): Promise<number> {
    if (room <= 0) return 0;
    const { tenant } = ctx;
    const listing = await claimListing(ctx);
    if (listing) take(records, tenant, () => inLane('bulk', () => listActors(ctx, listing)));
    const tasks = room > 1 ? await claimImportTasks(ctx, room - 1) : [];
    for (const task of tasks) take(records, tenant, () => inLane('bulk', () => workOnImport(ctx, task)));
    return tasks.length + (listing ? 1 : 0);
  }

  async function takeQuestions(ctx: Context): Promise<void> {
    const { tenant } = ctx;
    const room = () => QUESTIONS - (questions.get(tenant) ?? 0);
    // The one side before the many: polls that are always due would leave it no place.
    const sweep = room() > 0 ? await ctx.store.sweeps.claimDue(ctx.clock.now(), leaseUntil(ctx)) : null;
    if (sweep) take(questions, tenant, () => inLane('bulk', () => sweepCrm(ctx, sweep)));
    const due = room() > 0 ? await ctx.store.polls.claimDue(room(), ctx.clock.now(), leaseUntil(ctx)) : [];
    for (const claim of due) {
      const extend = () => ctx.store.polls.extend(claim, leaseUntil(ctx));
      take(questions, tenant, () => inLane('event', () => whileAsked(extend, pollConnection(ctx, claim))));
    }
    await releaseDeadClaims(ctx);
    await forgetOld(ctx);
  }

  async function takeComparison(ctx: Context): Promise<void> {
    if (roomFor(ctx.tenant) === 0) return;
    const comparison = await claimComparison(ctx, leaseUntil(ctx));
    if (!comparison) return;
    const extend = () => ctx.store.comparisons.extend(comparison, leaseUntil(ctx));
    take(questions, ctx.tenant, () => inLane('bulk', () => whileAsked(extend, compareLinks(ctx, comparison))));
  }

  function take(share: Map<string, number>, tenant: string, work: () => Promise<unknown>): void {
    share.set(tenant, (share.get(tenant) ?? 0) + 1);
    const done = work()
      .then(
        () => undefined,
        (error: unknown) => {
          // Another worker was faster, or the link is gone: that is how it should be.
          if (error instanceof AppError && error.code === 'link.busy') return;
          log.error('worker.work_failed', error, { tenant });
        },
      )
      .finally(() => {
        busy.delete(done);
        const left = (share.get(tenant) ?? 1) - 1;
        if (left > 0) share.set(tenant, left);
        else share.delete(tenant);
        // Whoever waits for a place, first come, first served.
        look();
      });
    busy.add(done);
  }

  return {
    async stop() {
      stopping = true;
      clearInterval(timer);
      await stopListening?.();
      const time = new Promise<void>((resolve) => setTimeout(resolve, STOP_WITHIN_MS).unref());
      await Promise.race([Promise.all([looking, ...busy]), time]);
    },
  };
}

const EXTEND_MS = 15_000;

async function whileAsked(extend: () => Promise<void>, work: Promise<void>): Promise<void> {
  const timer = setInterval(() => {
    extend().catch((error: unknown) => log.error('worker.lease_not_extended', error));
  }, EXTEND_MS);
  return work.finally(() => clearInterval(timer));
}
