import { readdir } from 'node:fs/promises';
import { sql } from 'kysely';
import { Migrator, type Migration } from 'kysely/migration';
import { openDb, type Db } from './db.ts';

const folder = new URL('migrations/', import.meta.url);

/**
 * Brings the schema up to date as its owner, and lets `appRole` read and write rows and nothing more. Several at once
 * wait for each other.
 */
export async function migrate(ownerUrl: string, appRole: string): Promise<readonly string[]> {
  const db = openDb(ownerUrl, { connections: 1 });
  try {
    const { error, results } = await migrator(db).migrateToLatest();
    if (error) throw new Error('The database could not be migrated', { cause: error });
    await grant(db, appRole);
    return (results ?? []).map(({ migrationName }) => migrationName);
  } finally {
    await db.destroy();
  }
}

/** The names of migrations that have not run: the app waits for none, it says so and stops. */
export async function pendingMigrations(db: Db): Promise<readonly string[]> {
  const known = (await migrationFiles()).map((file) => file.replace(/\.ts$/, ''));
  try {
    const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(db);
    const done = new Set(rows.map(({ name }) => name));
    return known.filter((name) => !done.has(name));
  } catch (error) {
    if ((error as { code?: string }).code === '42P01') return known;
    throw error;
  }
}

function migrator(db: Db): Migrator {
  return new Migrator({ db, provider: { getMigrations: readMigrations } });
}

async function migrationFiles(): Promise<readonly string[]> {
  return (await readdir(folder)).filter((file) => file.endsWith('.ts')).sort();
}

async function readMigrations(): Promise<Record<string, Migration>> {
  const migrations = (await migrationFiles()).map(async (file): Promise<[string, Migration]> => [
    file.replace(/\.ts$/, ''),
    (await import(new URL(file, folder).href)) as Migration,
  ]);
  return Object.fromEntries(await Promise.all(migrations));
}

async function grant(db: Db, appRole: string): Promise<void> {
  await db.transaction().execute(async (tx) => {
    // Two grants on one table at once fail with "tuple concurrently updated".
    await sql`select pg_advisory_xact_lock(hashtext('erp-sync grants'))`.execute(tx);
    await sql`grant usage on schema public to ${sql.id(appRole)}`.execute(tx);
    await sql`grant select, insert, update, delete on all tables in schema public to ${sql.id(appRole)}`.execute(tx);
    await sql`grant usage on all sequences in schema public to ${sql.id(appRole)}`.execute(tx);
    await sql`revoke insert, update, delete on kysely_migration, kysely_migration_lock from ${sql.id(appRole)}`.execute(
      tx,
    );
  });
}
