import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  // Who vouches for a connector, where that is an authority of the company's own: its certificates, whose they are and until when.
  await sql`alter table connector add column authority jsonb`.execute(db);
}
