import type { GiveSeats, Seats } from '../../../shared/api/setup.ts';
import { inTransaction, type Context } from '../../context.ts';
import { isMeant } from '../../domain/seat.ts';
import { AppError } from '../../errors.ts';
import { requireManager } from '../access.ts';

export async function showSeats(ctx: Context): Promise<Seats> {
  requireManager(ctx);
  const { licensed, until, everyone, members, holders } = await ctx.store.seats.get();
  return {
    licensed,
    until: until?.toISOString() ?? null,
    everyone,
    members: [...members],
    holders: holders.map(({ userId, name, takenAt }) => ({ userId, name, takenAt: takenAt.toISOString() })),
  };
}

/** Who may take a seat. No more people can be chosen than there are seats; those who are not chosen lose theirs at once. */
export async function giveSeats(ctx: Context, { everyone, members }: GiveSeats): Promise<Seats> {
  requireManager(ctx);
  const { licensed, holders } = await ctx.store.seats.get();
  if (!everyone) {
    const users = await ctx.crm.users();
    const chosen = users.filter((user) => isMeant(members, user));
    if (licensed !== null && chosen.length > licensed) {
      throw new AppError('seat.too_many', { chosen: chosen.length, licensed });
    }
    const lose = holders.filter(({ userId }) => !chosen.some(({ id }) => id === userId)).map(({ userId }) => userId);
    await ctx.store.seats.free(lose);
  }
  await inTransaction(ctx, async ({ store }) => {
    await store.seats.giveTo(everyone, everyone ? [] : members);
    await store.sessions.checkAnew();
  });
  return showSeats(ctx);
}

/** Somebody has left, or does not need hers. Whoever comes first takes it, herself included. */
export async function freeSeat(ctx: Context, userId: number): Promise<Seats> {
  requireManager(ctx);
  await ctx.store.seats.free([userId]);
  await ctx.store.sessions.checkAnew();
  return showSeats(ctx);
}
