import type { Context } from '../../context.ts';
import { brakeLimit } from '../../domain/brake.ts';

/** So many records that were there yesterday are not deleted at once: it is the system that does not tell all. */
const MANY = { percent: 5, links: 50 } as const;
const A_FEW = 10;
const HOUR_MS = 3_600_000;

/** Whether so many are missing, of so many linked, that nothing may be concluded from it. */
export function areMany({ missing, links }: { readonly missing: number; readonly links: number }): boolean {
  return missing > brakeLimit(links, MANY, A_FEW);
}

export async function manyMissing(ctx: Context, connectionId: string): Promise<boolean> {
  const found = (await ctx.store.links.missing()).get(connectionId);
  return found !== undefined && areMany(found);
}

/** Whether an actor that was not found at that time has to be looked for again. */
export function isOverdue(since: Date, now: Date): boolean {
  return now.getTime() - since.getTime() >= HOUR_MS;
}
