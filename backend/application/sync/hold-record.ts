import type { Cause, CrmEntity } from '../../../shared/vocabulary.ts';
import type { Context } from '../../context.ts';
import type { Claim } from '../../domain/mark.ts';
import { AppError } from '../../errors.ts';
import { log } from '../../log.ts';

/** A worker that has died is followed by another after this long at most. */
const LEASE_MS = 45_000;
const EXTEND_MS = 15_000;

/** A person waits at the screen: longer than this, and she is told that the record is busy. */
const PATIENCE_MS = 8_000;
const LOOK_AGAIN_MS = 100;

export function leaseUntil(ctx: Context): Date {
  return new Date(ctx.clock.now().getTime() + LEASE_MS);
}

/** Keeps a claim alive for as long as `work` takes. */
export async function whileHeld<T>(ctx: Context, claim: Claim, work: () => Promise<T>): Promise<T> {
  const timer = setInterval(() => {
    ctx.store.marks
      .extend(claim, leaseUntil(ctx))
      .catch((error: unknown) => log.error('sync.lease_not_extended', error, { tenant: ctx.tenant }));
  }, EXTEND_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

/** Throws `sync.restored` while it is not known what a restored backup means: until then nothing is written. */
export async function requireNoRestore(ctx: Context): Promise<void> {
  if ((await ctx.store.restores.open()).length > 0) throw new AppError('sync.restored');
}

/** Claims one record for the signed-in person, after whoever works on it is done. Throws `link.busy` or `sync.restored`. */
export async function holdRecord(ctx: Context, entity: CrmEntity, cause: Cause): Promise<Claim> {
  await requireNoRestore(ctx);
  for (let waited = 0; waited <= PATIENCE_MS; waited += LOOK_AGAIN_MS) {
    const claim = await ctx.store.marks.claim(entity, ctx.clock.now(), leaseUntil(ctx));
    if (claim) return { ...claim, cause, user: ctx.user ? { id: ctx.user.id, name: ctx.user.name } : null };
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
  throw new AppError('link.busy');
}
