import { CompiledQuery, Kysely, PostgresDialect, sql, type RawBuilder, type Transaction } from 'kysely';
import { createPool, SET_TENANT } from './pool.ts';
import type { Database } from './schema.ts';

export type Db = Kysely<Database>;

export function openDb(url: string, { connections = 10 }: { connections?: number } = {}): Db {
  return new Kysely<Database>({ dialect: new PostgresDialect({ pool: createPool(url, connections) }) });
}

/**
 * A value for a jsonb column. Through text, because the driver would turn an array into a Postgres array and would
 * encode a string that is JSON already a second time.
 */
export function json<T>(value: T): RawBuilder<T> {
  return sql<T>`${JSON.stringify(value)}::text::jsonb`;
}

/**
 * Runs `work` in one transaction in which row-level security lets this tenant's rows through and no others. When Postgres
 * ends it to resolve a deadlock it runs again: nothing but rows is changed in a transaction.
 */
export async function asTenant<T>(
  db: Db,
  tenant: string,
  work: (tx: Transaction<Database>) => Promise<T>,
  tries = 4,
): Promise<T> {
  try {
    return await db.transaction().execute(async (tx) => {
      await tx.executeQuery(CompiledQuery.raw(SET_TENANT, [tenant]));
      return work(tx);
    });
  } catch (error) {
    if (tries <= 1 || !isDeadlock(error)) throw error;
    return asTenant(db, tenant, work, tries - 1);
  }
}

function isDeadlock(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '40P01';
}

/** Throws when this connection could see past row-level security or change the tables: then its second wall is none. */
export async function refusePrivilegedRole(db: Db): Promise<void> {
  const { rows } = await sql<{ role: string; privileged: boolean; owner: boolean }>`
    select current_user::text as role,
      exists (
        select from pg_roles where (rolsuper or rolbypassrls) and pg_has_role(current_user, oid, 'member')
      ) as privileged,
      exists (
        select from pg_class
        where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and pg_has_role(current_user, relowner, 'member')
      ) as owner`.execute(db);
  const [found] = rows;
  if (!found || found.privileged || found.owner) {
    throw new Error(
      `The database role ${found?.role ?? ''} is a superuser, bypasses row-level security or owns the tables. ` +
        'Give DATABASE_URL a role that may only read and write rows, and DATABASE_OWNER_URL the owner.',
    );
  }
}
