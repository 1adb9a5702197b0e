import { sql } from 'kysely';
import type { Side } from '../../shared/vocabulary.ts';
import type { Restore } from '../domain/restore.ts';
import type { Db } from './db.ts';
import { openRestores, workChannel } from './marks.ts';

export function restoreStore(db: Db, tenant: string) {
  const row = (id: string) => db.updateTable('restore').where('tenant', '=', tenant).where('id', '=', id);

  return {
    /** False when that system is waited for already. */
    async begin({ id, side, connectionId, at, userName }: Restore): Promise<boolean> {
      const found = await db
        .insertInto('restore')
        .values({
          tenant,
          id,
          side,
          connection_id: connectionId,
          at,
          user_name: userName,
          run_id: null,
          settled_at: null,
        })
        .onConflict((oc) => oc.doNothing())
        .returning('id')
        .executeTakeFirst();
      await sql`select pg_notify(${workChannel}, ${tenant})`.execute(db);
      return found !== undefined;
    },

    /** Those that wait for a decision, oldest first. */
    async open(): Promise<readonly Restore[]> {
      const rows = await openRestores(db, tenant).selectAll('restore').orderBy('at').execute();
      return rows.map((found) => ({
        id: found.id,
        side: found.side satisfies Side,
        connectionId: found.connection_id,
        at: found.at,
        userName: found.user_name,
        runId: found.run_id,
      }));
    },

    /** Another plan instead of this one; false if somebody was faster. */
    async setRun(id: string, before: string | null, runId: string | null): Promise<boolean> {
      const { numUpdatedRows } = await row(id)
        .where('run_id', before === null ? 'is' : '=', before)
        .set({ run_id: runId })
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },

    async settle(id: string, at: Date): Promise<void> {
      await row(id).set({ settled_at: at }).execute();
    },
  };
}
