import { sql } from 'kysely';
import { asTenant, type Db } from '../../backend/store/db.ts';

/** Every row that stands about a tenant, by table. Tables without one are left out. */
export async function dumpOf(db: Db, tenant: string): Promise<Readonly<Record<string, readonly unknown[]>>> {
  return asTenant(db, tenant, async (tx) => {
    const { rows: tables } = await sql<{ name: string }>`
      select c.relname::text as name from pg_class c
      join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant' and not a.attisdropped
      where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace order by 1`.execute(tx);
    const dump: Record<string, readonly unknown[]> = {};
    for (const { name } of tables) {
      const { rows } =
        await sql`select t.* from ${sql.table(name)} t where tenant = ${tenant} order by t::text`.execute(tx);
      if (rows.length > 0) dump[name] = rows;
    }
    return dump;
  });
}
