import { randomUUID } from 'node:crypto';
import { inTransaction, type Context } from '../../context.ts';
import { brakeLimit, isOver, type Brake } from '../../domain/brake.ts';
import type { Connection } from '../../domain/connection.ts';
import type { Run } from '../../domain/run.ts';
import { AppError } from '../../errors.ts';
import { log } from '../../log.ts';
import type { OpenLink } from './read-sides.ts';

interface Reach {
  readonly connectionName: string;
  readonly changedLinks: number;
  readonly changedBefore: number;
  readonly limit: number;
}

/**
 * Counts links that ordinary syncing is about to change, in the transaction that enters the writes in the ledger. Throws
 * `connection.braked` when one is too many: then nothing is entered, and so nothing is written.
 */
export async function passBrakes(ctx: Context, links: readonly Pick<OpenLink, 'link' | 'connection'>[]): Promise<void> {
  const now = ctx.clock.now();
  // In one order, so that two workers never wait for each other.
  for (const { link, connection } of links.toSorted((a, b) => (a.connection.id < b.connection.id ? -1 : 1))) {
    const { id: connectionId, name } = connection;
    const brake = await countedSince(ctx, connection, now);
    const known = await ctx.store.ledger.touched(link.id, link.entity, brake.countedFrom);
    if (brake.heldSince || (!known && brake.changed >= brake.allowed)) {
      throw new AppError('connection.braked', { connectionId, name });
    }
    await ctx.store.brakes.save(known ? brake : { ...brake, changed: brake.changed + 1 });
  }
}

/** Whether so many links at once are more than may still change without anyone being asked. */
export async function isTooMuch(ctx: Context, connection: Connection, links: number): Promise<boolean> {
  return inTransaction(ctx, async (ctx) => {
    const { allowed, changed, heldSince } = await countedSince(ctx, connection, ctx.clock.now());
    return heldSince === null && links > allowed - changed;
  });
}

async function countedSince(ctx: Context, { id, brake: limit }: Connection, now: Date): Promise<Brake> {
  const brake = await ctx.store.brakes.lock(id, now);
  if (brake.heldSince || !isOver(brake, now)) return brake;
  return { ...brake, countedFrom: now, changed: 0, allowed: brakeLimit(await ctx.store.links.countOf(id), limit) };
}

/** From now on the marked records of this connection wait for a plan, and for someone who says yes if it is large. */
export async function pullBrake(ctx: Context, connectionId: string): Promise<void> {
  const now = ctx.clock.now();
  const pulled = await inTransaction(ctx, async (ctx) => {
    const brake = await ctx.store.brakes.lock(connectionId, now);
    if (brake.heldSince) return false;
    await ctx.store.brakes.save({ ...brake, heldSince: now, runId: null });
    return true;
  });
  if (pulled) log.warn('brake.pulled', { tenant: ctx.tenant, connectionId });
}

/** Starts the run in which someone decides, for each connection whose brake is on and that has none. Answers their ids. */
export async function askAtBrakes(ctx: Context): Promise<readonly string[]> {
  const started: string[] = [];
  for (const { connectionId, runId } of await ctx.store.brakes.held()) {
    if (runId !== null) continue;
    try {
      const run = await inTransaction(ctx, (ctx) => startRun(ctx, connectionId));
      if (run) started.push(run.id);
    } catch (error) {
      // Another run has the connection: this one begins when that has ended.
      if (!(error instanceof AppError) || error.code !== 'run.running') throw error;
    }
  }
  return started;
}

async function startRun(ctx: Context, connectionId: string): Promise<Run | null> {
  const now = ctx.clock.now();
  const brake = await ctx.store.brakes.lock(connectionId, now);
  if (!brake.heldSince || brake.runId !== null) return null;
  const run: Run = {
    id: randomUUID(),
    kind: 'sync',
    dryRun: false,
    state: 'planning',
    scope: { from: 'crm', connectionId, keepNonBlank: false, records: { kind: 'marked' } },
    undoes: null,
    startedAt: now,
    plannedAt: null,
    endedAt: null,
    startedBy: null,
  };
  await ctx.store.runs.start(run);
  await ctx.store.runs.hold(run.id);
  await ctx.store.brakes.save({ ...brake, runId: run.id });
  return run;
}

/** How much of each connection the run would change, and how much may be changed without anyone being asked. */
export async function reachOf(ctx: Context, { id, kind }: Run): Promise<readonly Reach[]> {
  const reach: Reach[] = [];
  for (const { connectionId, changedLinks } of await ctx.store.runs.reach(id)) {
    const connection = await ctx.store.connections.get(connectionId);
    const limit = brakeLimit(await ctx.store.links.countOf(connectionId), connection.brake);
    // What ordinary syncing has changed before it was stopped counts with what it still wants to change.
    const changedBefore = kind === 'sync' ? (await countedSince(ctx, connection, ctx.clock.now())).changed : 0;
    reach.push({ connectionName: connection.name, changedLinks, changedBefore, limit });
  }
  return reach;
}

export async function mustAsk(ctx: Context, run: Run): Promise<boolean> {
  return (await reachOf(ctx, run)).some(
    ({ changedLinks, changedBefore, limit }) => changedLinks + changedBefore > limit,
  );
}

/** What the brake stopped has been decided: ordinary syncing goes on. */
export async function releaseBrake(ctx: Context, { id, scope }: Run): Promise<void> {
  if (scope.connectionId === null || scope.records.kind !== 'marked') return;
  const now = ctx.clock.now();
  const brake = await ctx.store.brakes.lock(scope.connectionId, now);
  if (brake.runId !== id) return;
  await ctx.store.brakes.save({ ...brake, countedFrom: new Date(0), changed: 0, heldSince: null, runId: null });
}
