import { sql } from 'kysely';
import type { ErrorCode, ErrorDetail } from '../../shared/errors.ts';
import type { ActorType } from '../../shared/vocabulary.ts';
import type { Cursor } from '../domain/cursor.ts';
import type { PollClaim, PollState } from '../domain/watch.ts';
import { AppError } from '../errors.ts';
import { json, type Db } from './db.ts';

export function pollStore(db: Db, tenant: string) {
  const row = (connectionId: string) =>
    db.updateTable('poll').where('tenant', '=', tenant).where('connection_id', '=', connectionId);

  return {
    /** Up to `limit` active connections whose time has come and that nobody asks already. */
    async claimDue(limit: number, now: Date, leaseUntil: Date): Promise<readonly PollClaim[]> {
      await sql`
        insert into poll (tenant, connection_id, due_at)
        select tenant, id, ${now} from connection where tenant = ${tenant} and active
        on conflict do nothing`.execute(db);
      const { rows } = await sql<{ connection_id: string; fence: number; attempts: number; idle: number }>`
        with due as (
          select poll.connection_id from poll
          join connection on connection.tenant = poll.tenant and connection.id = poll.connection_id and connection.active
          where poll.tenant = ${tenant} and due_at <= ${now} and (lease_until is null or lease_until <= ${now})
          order by due_at, poll.connection_id
          limit ${limit}
          for update of poll skip locked
        )
        update poll set lease_until = ${leaseUntil}, fence = fence + 1 from due
        where poll.tenant = ${tenant} and poll.connection_id = due.connection_id
        returning poll.connection_id, poll.fence, poll.attempts, poll.idle`.execute(db);
      return rows.map(({ connection_id: connectionId, fence, attempts, idle }) => ({
        connectionId,
        fence,
        attempts,
        idle,
      }));
    },

    /** Null when the ERP was never asked for this actor type. */
    async cursor(connectionId: string, actorType: ActorType): Promise<Cursor | null> {
      const row = await db
        .selectFrom('poll_cursor')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('connection_id', '=', connectionId)
        .where('actor_type', '=', actorType)
        .executeTakeFirst();
      return row ? { askedFrom: row.asked_from, next: row.next, knownSince: row.known_since } : null;
    },

    async setCursor(connectionId: string, actorType: ActorType, { askedFrom, next, knownSince }: Cursor) {
      const cursor = { asked_from: askedFrom, next, known_since: knownSince };
      await db
        .insertInto('poll_cursor')
        .values({ tenant, connection_id: connectionId, actor_type: actorType, ...cursor })
        .onConflict((oc) => oc.columns(['tenant', 'connection_id', 'actor_type']).doUpdateSet(cursor))
        .execute();
    },

    /** The next question starts from the very beginning. */
    async forgetCursors(connectionId: string | null): Promise<void> {
      await db
        .deleteFrom('poll_cursor')
        .where('tenant', '=', tenant)
        .$if(connectionId !== null, (query) => query.where('connection_id', '=', connectionId))
        .execute();
    },

    /** Until the end of the transaction the claim stands; throws `link.busy` if it was lost. */
    async hold({ connectionId, fence }: PollClaim): Promise<void> {
      const held = await db
        .selectFrom('poll')
        .select('connection_id')
        .where('tenant', '=', tenant)
        .where('connection_id', '=', connectionId)
        .where('fence', '=', fence)
        .forUpdate()
        .executeTakeFirst();
      if (!held) throw new AppError('link.busy');
    },

    async extend({ connectionId, fence }: PollClaim, leaseUntil: Date): Promise<void> {
      await row(connectionId).where('fence', '=', fence).set({ lease_until: leaseUntil }).execute();
    },

    async finish({ connectionId, fence }: PollClaim, polledAt: Date, dueAt: Date, idle: number): Promise<void> {
      await row(connectionId)
        .where('fence', '=', fence)
        .set({
          lease_until: null,
          attempts: 0,
          idle,
          polled_at: polledAt,
          due_at: dueAt,
          trouble_code: null,
          trouble_detail: null,
        })
        .execute();
    },

    async fail(
      { connectionId, fence }: PollClaim,
      trouble: { readonly code: ErrorCode; readonly detail: ErrorDetail },
      dueAt: Date,
    ): Promise<void> {
      await row(connectionId)
        .where('fence', '=', fence)
        .set((eb) => ({
          lease_until: null,
          attempts: eb('attempts', '+', 1),
          due_at: dueAt,
          trouble_code: trouble.code,
          trouble_detail: json(trouble.detail),
        }))
        .execute();
    },

    /** Somebody is at work here again: connections that were asked less often are asked at their own interval. */
    async wake(connectionIds: readonly string[], now: Date): Promise<void> {
      if (connectionIds.length === 0) return;
      await sql`
        update poll set idle = 0,
          due_at = least(due_at, greatest(${now}, coalesce(polled_at, ${now}) + connection.poll_seconds * interval '1 second'))
        from connection
        where poll.tenant = ${tenant} and poll.connection_id = any(${[...connectionIds]}::uuid[]) and poll.idle > 0
          and connection.tenant = poll.tenant and connection.id = poll.connection_id`.execute(db);
    },

    /** Ask as soon as may be. */
    async askNow(connectionId: string, now: Date): Promise<void> {
      await row(connectionId).set({ due_at: now, idle: 0 }).execute();
    },

    async states(): Promise<readonly PollState[]> {
      const rows = await db.selectFrom('poll').selectAll().where('tenant', '=', tenant).execute();
      return rows.map((found) => ({
        connectionId: found.connection_id,
        polledAt: found.polled_at,
        trouble: found.trouble_code ? { code: found.trouble_code, detail: found.trouble_detail ?? {} } : null,
      }));
    },
  };
}
