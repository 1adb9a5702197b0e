import type { Selectable } from 'kysely';
import type { Brake } from '../domain/brake.ts';
import type { Db } from './db.ts';
import type { Database } from './schema.ts';

/** How far ordinary syncing of each connection has come, and which of them wait for someone. */
export function brakeStore(db: Db, tenant: string) {
  return {
    /** Until the end of the transaction nobody else counts. */
    async lock(connectionId: string, at: Date): Promise<Brake> {
      await db
        .insertInto('brake')
        .values({
          tenant,
          connection_id: connectionId,
          // Over at once, so that the first count is taken from the connection as it is then.
          counted_from: new Date(0),
          allowed: 0,
          changed: 0,
          held_since: null,
          run_id: null,
        })
        .onConflict((oc) => oc.doNothing())
        .execute();
      const row = await db
        .selectFrom('brake')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('connection_id', '=', connectionId)
        .forUpdate()
        .executeTakeFirst();
      return row ? toBrake(row) : { connectionId, countedFrom: at, allowed: 0, changed: 0, heldSince: at, runId: null };
    },

    async save({ connectionId, countedFrom, allowed, changed, heldSince, runId }: Brake): Promise<void> {
      await db
        .updateTable('brake')
        .set({ counted_from: countedFrom, allowed, changed, held_since: heldSince, run_id: runId })
        .where('tenant', '=', tenant)
        .where('connection_id', '=', connectionId)
        .execute();
    },

    /** Connections that wait for someone. */
    async held(): Promise<readonly Brake[]> {
      const rows = await db
        .selectFrom('brake')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('held_since', 'is not', null)
        .orderBy('connection_id')
        .execute();
      return rows.map(toBrake);
    },
  };
}

function toBrake(row: Selectable<Database['brake']>): Brake {
  return {
    connectionId: row.connection_id,
    countedFrom: row.counted_from,
    allowed: row.allowed,
    changed: row.changed,
    heldSince: row.held_since,
    runId: row.run_id,
  };
}
