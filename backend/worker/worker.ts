import { claimComparison, compareLinks } from '../application/sync/compare-links.ts';
import { forgetOld } from '../application/sync/forget-old.ts';
import { leaseUntil, whileHeld } from '../application/sync/hold-record.ts';
import { pollConnection } from '../application/sync/poll-connection.ts';
import { reconcile } from '../application/sync/reconcile.ts';
import { releaseDeadClaims } from '../application/sync/release-dead-claims.ts';
import { sweepCrm } from '../application/sync/sweep-crm.ts';
import { claimRunTasks, workOnRun } from '../application/sync/work-on-run.ts';
import type { Context } from '../context.ts';
import { AppError } from '../errors.ts';
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

const CONCURRENCY = 8;
/** One tenant's share, so that its hundred thousand records leave room for the others' one. */
const SHARE = 4;
const LOOK_EVERY_MS = 1_000;
const STOP_WITHIN_MS = 4_000;

/** Does the work that is due, for all tenants in turn. Any number of workers share it through the store. */
export async function startWorker(parts: WorkerParts): Promise<Worker> {
  const { concurrency = CONCURRENCY, lookEveryMs = LOOK_EVERY_MS } = parts;
  const busy = new Set<Promise<void>>();
  const share = new Map<string, number>();
  let stopping = false;
  let looking: Promise<void> | null = null;
  let lookAgain = false;

  const stopListening = await parts.listen?.(() => look());
  const timer = setInterval(look, lookEveryMs);
  look();

  /** One look at a time; a hint that comes meanwhile is worth another. */
  function look(): void {
    if (stopping) return;
    lookAgain = true;
    const isAsked = () => lookAgain && !stopping;
    looking ??= (async () => {
      while (isAsked()) {
        lookAgain = false;
        await lookAtAll();
      }
    })()
      .catch((error: unknown) => log.error('worker.failed', error))
      .finally(() => {
        looking = null;
      });
  }

  async function lookAtAll(): Promise<void> {
    for (const tenant of await parts.tenants()) {
      if (stopping) return;
      try {
        await lookAt(tenant);
      } catch (error) {
        log.error('worker.tenant_failed', error, { tenant });
      }
    }
  }

  async function lookAt(tenant: string): Promise<void> {
    const free = Math.min(concurrency - busy.size, SHARE - (share.get(tenant) ?? 0));
    if (free <= 0) return;
    const ctx = await parts.contextFor(tenant);
    if (!ctx) return;

    await parts.careFor?.(ctx);
    const now = ctx.clock.now();
    const automatic = await ctx.store.syncSettings.isAutomatic();
    const marked = automatic ? await ctx.store.marks.claimMarked(free, now, leaseUntil(ctx)) : [];
    for (const claim of marked)
      take(tenant, () => whileHeld(ctx, claim, () => reconcile(ctx, claim, { automatic: true })));
    // A run is somebody's wish, so it goes on while automatic sync is off; but whatever is marked goes first.
    if (free > marked.length) {
      for (const task of await claimRunTasks(ctx, free - marked.length)) take(tenant, () => workOnRun(ctx, task));
    }
    if (automatic && busy.size < concurrency) await takeLookouts(tenant, ctx);
    // Nobody waits for it, so it comes when nothing else does.
    if (marked.length > 0 || busy.size >= concurrency) return;
    const comparison = await claimComparison(ctx, leaseUntil(ctx));
    if (!comparison) return;
    const extend = () => ctx.store.comparisons.extend(comparison, leaseUntil(ctx));
    take(tenant, () => whileAsked(extend, compareLinks(ctx, comparison)));
  }

  async function takeLookouts(tenant: string, ctx: Context): Promise<void> {
    const now = ctx.clock.now();
    for (const claim of await ctx.store.polls.claimDue(1, now, leaseUntil(ctx))) {
      take(tenant, () => whileAsked(() => ctx.store.polls.extend(claim, leaseUntil(ctx)), pollConnection(ctx, claim)));
    }
    const sweep = await ctx.store.sweeps.claimDue(now, leaseUntil(ctx));
    if (sweep) take(tenant, () => sweepCrm(ctx, sweep));
    await releaseDeadClaims(ctx);
    await forgetOld(ctx);
  }

  function take(tenant: string, work: () => Promise<unknown>): void {
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
        share.set(tenant, (share.get(tenant) ?? 1) - 1);
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
