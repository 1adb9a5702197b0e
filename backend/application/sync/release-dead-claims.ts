import type { Context } from '../../context.ts';

/** Connecting takes seconds. A claim that is older belongs to a process that has died. */
const CLAIM_MS = 5 * 60_000;

/** Frees both ends of links that were claimed and never confirmed. */
export async function releaseDeadClaims(ctx: Context): Promise<number> {
  return ctx.store.links.releaseDead(new Date(ctx.clock.now().getTime() - CLAIM_MS));
}
