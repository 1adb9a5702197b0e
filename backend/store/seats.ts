import { isMeant, type SeatMember, type Seats, type SeatState, type SeatUser } from '../domain/seat.ts';
import type { Db } from './db.ts';

/** The app's own seats. One is taken at the first use by somebody who may have it, and kept. */
export function seatStore(db: Db, tenant: string) {
  const installation = (lock: boolean) =>
    db
      .selectFrom('installation')
      .select(['seats', 'seats_until', 'seats_for_everyone'])
      .where('tenant', '=', tenant)
      .$if(lock, (query) => query.forUpdate())
      .executeTakeFirst();

  const members = async (): Promise<readonly SeatMember[]> => {
    const rows = await db
      .selectFrom('seat_scope')
      .selectAll()
      .where('tenant', '=', tenant)
      .orderBy('member_id')
      .execute();
    return rows.map(({ kind, member_id }) => ({ kind, id: member_id }));
  };

  const holders = () =>
    db.selectFrom('seat').selectAll().where('tenant', '=', tenant).orderBy('taken_at').orderBy('user_id').execute();

  const seats = {
    async get(): Promise<Seats> {
      const row = await installation(false);
      return {
        licensed: row?.seats ?? null,
        until: row?.seats_until ?? null,
        everyone: row?.seats_for_everyone ?? true,
        members: await members(),
        holders: (await holders()).map((seat) => ({
          userId: seat.user_id,
          name: seat.user_name,
          takenAt: seat.taken_at,
        })),
      };
    },

    /** What the company has bought; null gives the decision back to SuperOffice's licences. */
    async license(licensed: number | null, until: Date | null): Promise<void> {
      await db
        .updateTable('installation')
        .set({ seats: licensed, seats_until: until })
        .where('tenant', '=', tenant)
        .execute();
    },

    async giveTo(everyone: boolean, to: readonly SeatMember[]): Promise<void> {
      await db.updateTable('installation').set({ seats_for_everyone: everyone }).where('tenant', '=', tenant).execute();
      await db.deleteFrom('seat_scope').where('tenant', '=', tenant).execute();
      if (to.length > 0) {
        await db
          .insertInto('seat_scope')
          .values(to.map(({ kind, id }) => ({ tenant, kind, member_id: id })))
          .execute();
      }
    },

    /** Takes one for this user, or keeps hers. Null where the company has no seats of ours, or has them no longer. */
    async take(user: SeatUser, at: Date): Promise<SeatState | null> {
      // Locked, so that two at once cannot both take the last one.
      const row = await installation(true);
      if (row?.seats == null || (row.seats_until !== null && row.seats_until <= at)) return null;
      if (!row.seats_for_everyone && !isMeant(await members(), user)) {
        await seats.free([user.id]);
        return 'notGiven';
      }
      const taken = await holders();
      const place = taken.findIndex(({ user_id }) => user_id === user.id);
      if (place >= 0) return place < row.seats ? 'taken' : 'full';
      if (taken.length >= row.seats) return 'full';
      await db.insertInto('seat').values({ tenant, user_id: user.id, user_name: user.name, taken_at: at }).execute();
      return 'taken';
    },

    async free(userIds: readonly number[]): Promise<void> {
      if (userIds.length === 0) return;
      await db
        .deleteFrom('seat')
        .where('tenant', '=', tenant)
        .where('user_id', 'in', [...userIds])
        .execute();
    },

    async noteAdministrator({ id, name }: Pick<SeatUser, 'id' | 'name'>, at: Date): Promise<void> {
      const row = { user_name: name, seen_at: at };
      await db
        .insertInto('administrator')
        .values({ tenant, user_id: id, ...row })
        .onConflict((oc) => oc.columns(['tenant', 'user_id']).doUpdateSet(row))
        .execute();
    },

    async forgetAdministrator(userId: number): Promise<void> {
      await db.deleteFrom('administrator').where('tenant', '=', tenant).where('user_id', '=', userId).execute();
    },

    /** Those who came as administrators, the last one first. */
    async administrators(limit: number): Promise<readonly string[]> {
      const rows = await db
        .selectFrom('administrator')
        .select('user_name')
        .where('tenant', '=', tenant)
        .orderBy('seen_at', 'desc')
        .limit(limit)
        .execute();
      return rows.map(({ user_name }) => user_name);
    },
  };
  return seats;
}
