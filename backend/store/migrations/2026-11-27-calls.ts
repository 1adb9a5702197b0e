import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table poll add column idle integer not null default 0`.execute(db);
  // The worker looks for these every second, and must not read a million links to find none.
  await sql`create index link_claimed on link (tenant, claimed_at) where confirmed_at is null`.execute(db);
  await sql`create index linked_entity_in_turn on linked_entity (tenant, crm_type, compared_at nulls first, crm_id)`.execute(
    db,
  );
  await sql`drop index linked_entity_compared`.execute(db);
}
