import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table import (
      tenant text not null,
      id uuid not null,
      connection_id uuid not null,
      actor_type text not null,
      source jsonb not null,
      state text not null
        check (state in ('planning', 'planned', 'running', 'paused', 'done', 'cancelled', 'failed')),
      listed boolean not null,
      warning text,
      code text,
      detail jsonb,
      user_id integer not null,
      user_name text not null,
      started_at timestamptz not null,
      planned_at timestamptz,
      ended_at timestamptz,
      attempts integer not null default 0,
      next_try_at timestamptz,
      lease_until timestamptz,
      fence bigint not null default 1,
      primary key (tenant, id),
      foreign key (tenant, connection_id) references connection on delete cascade,
      constraint import_ended check ((state in ('done', 'cancelled', 'failed')) = (ended_at is not null))
    )`.execute(db);
  // Two at once would find the same records missing.
  await sql`create unique index import_under_way on import (tenant, connection_id) where ended_at is null`.execute(db);
  await sql`create index import_started on import (tenant, started_at)`.execute(db);

  // What is to become of each actor. A record that is about to be made stands here as open before SuperOffice is called: it
  // takes no idempotency key, so this row is what keeps one actor from becoming two records.
  await sql`
    create table import_actor (
      tenant text not null,
      id bigint generated always as identity,
      import_id uuid not null,
      erp_key text collate "C" not null,
      name text not null,
      state text not null check (state in ('toPlan', 'toWrite', 'open', 'done')),
      verdict text check (verdict in ('create', 'connect', 'linked', 'duplicate', 'blocked')),
      crm_id integer,
      digest text,
      known integer[],
      chosen integer,
      outcome text check (outcome in ('created', 'connected', 'disconnected', 'leftOut', 'stale', 'failed')),
      code text,
      detail jsonb,
      attempts integer not null default 0,
      next_try_at timestamptz,
      lease_until timestamptz,
      fence bigint not null default 1,
      primary key (tenant, id),
      foreign key (tenant, import_id) references import on delete cascade
    )`.execute(db);
  await sql`create unique index import_actor_key on import_actor (tenant, import_id, md5(erp_key))`.execute(db);
  await sql`create index import_actor_left on import_actor (tenant, import_id) where state <> 'done'`.execute(db);

  await sql`select protect_tenant('import')`.execute(db);
  await sql`select protect_tenant('import_actor')`.execute(db);
}
