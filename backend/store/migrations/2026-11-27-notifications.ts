import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  // The tokens of SuperOffice's notifications, each good for one, for as long as they could be shown again.
  await sql`
    create table tenant_notification (
      tenant text not null references tenant on delete cascade,
      token_id text not null,
      ends_at timestamptz not null,
      primary key (tenant, token_id)
    )`.execute(db);
  await sql`select protect_tenant('tenant_notification'::text::regclass)`.execute(db);
}
