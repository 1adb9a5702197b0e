import { sql, type Kysely } from 'kysely';

/**
 * A record that loses its last link loses its row, and has a new one when it is linked again. Whoever worked on it all the while
 * must not find its own fence there.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  // Above all that were counted up by one until now.
  await sql`create sequence linked_entity_fence start 1000000000`.execute(db);
}
