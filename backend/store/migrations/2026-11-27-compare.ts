import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  // How far a comparison of all links has come, and what the last whole one proved: any worker goes on where another died.
  await sql`
    create table comparison (
      tenant text not null,
      connection_id uuid not null,
      due_at timestamptz not null,
      lease_until timestamptz,
      fence bigint not null default 0,
      attempts integer not null default 0,
      round bigint not null default 0,
      started_at timestamptz,
      after_type text,
      after_id integer,
      total integer not null default 0,
      compared integer not null default 0,
      equal integer not null default 0,
      trouble_code text,
      trouble_detail jsonb,
      verified_round bigint,
      verified_at timestamptz,
      verified_total integer not null default 0,
      verified_equal integer not null default 0,
      primary key (tenant, connection_id),
      foreign key (tenant, connection_id) references connection on delete cascade
    )`.execute(db);
  // Only what is not equal: a night in which nothing differs writes nothing here.
  await sql`
    create table unequal_link (
      tenant text not null,
      connection_id uuid not null,
      round bigint not null,
      link_id uuid not null,
      reason text not null,
      fresh boolean not null,
      at timestamptz not null,
      primary key (tenant, connection_id, round, link_id),
      foreign key (tenant, connection_id) references comparison on delete cascade,
      foreign key (tenant, link_id) references link on delete cascade
    )`.execute(db);
  await sql`create index unequal_link_link on unequal_link (tenant, link_id)`.execute(db);

  await sql`
    alter table sync_setting
      add column compare_hour smallint not null default 2 check (compare_hour between 0 and 23),
      add column time_zone text not null default 'Europe/Oslo'`.execute(db);

  for (const table of ['comparison', 'unequal_link'])
    await sql`select protect_tenant(${table}::text::regclass)`.execute(db);
}
