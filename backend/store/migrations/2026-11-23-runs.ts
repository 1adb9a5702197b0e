import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table run (
      tenant text not null references tenant on delete cascade,
      id uuid not null,
      kind text not null check (kind in ('resync', 'dryRun', 'undo')),
      state text not null check (
        state in ('planning', 'planned', 'needsApproval', 'running', 'paused', 'done', 'cancelled', 'failed')),
      source text not null check (source in ('crm', 'erp')),
      connection_id uuid,
      keep_non_blank boolean not null,
      crm_type text,
      crm_id integer,
      undoes uuid,
      started_at timestamptz not null,
      planned_at timestamptz,
      ended_at timestamptz,
      user_id integer not null,
      user_name text not null,
      primary key (tenant, id),
      foreign key (tenant, connection_id) references connection on delete cascade,
      foreign key (tenant, undoes) references run on delete cascade,
      check (source = 'crm' or connection_id is not null),
      check ((ended_at is not null) = (state in ('done', 'cancelled', 'failed')))
    )`.execute(db);
  await sql`create index run_latest on run (tenant, started_at desc)`.execute(db);
  await sql`create index run_at_work on run (tenant, id) where state in ('planning', 'running')`.execute(db);

  // Held while a run plans, writes or is paused: the key is what makes it one running run per connection.
  await sql`
    create table run_hold (
      tenant text not null,
      connection_id uuid not null,
      run_id uuid not null,
      primary key (tenant, connection_id),
      foreign key (tenant, connection_id) references connection on delete cascade,
      foreign key (tenant, run_id) references run on delete cascade
    )`.execute(db);

  // The work of a run is rows, so that any worker goes on where another has died. No foreign key to the record: what the
  // run did stays readable when the link is gone.
  await sql`
    create table run_record (
      tenant text not null,
      run_id uuid not null,
      crm_type text not null,
      crm_id integer not null,
      state text not null check (state in ('toPlan', 'toWrite', 'done')),
      links integer not null default 0,
      unchanged integer not null default 0,
      conflicts integer not null default 0,
      parked integer not null default 0,
      failure text,
      attempts integer not null default 0,
      next_try_at timestamptz,
      lease_until timestamptz,
      fence bigint not null default 0,
      primary key (tenant, run_id, crm_type, crm_id),
      foreign key (tenant, run_id) references run on delete cascade
    )`.execute(db);
  await sql`create index run_record_left on run_record (tenant, run_id, state) where state <> 'done'`.execute(db);

  await sql`
    create table run_step (
      tenant text not null,
      id bigint generated always as identity,
      run_id uuid not null,
      crm_type text not null,
      crm_id integer not null,
      link_id uuid not null,
      connection_id uuid not null,
      field_key text not null,
      crm_field text not null,
      target text not null check (target in ('crm', 'erp')),
      before text,
      after text,
      outcome text check (outcome in ('written', 'stale', 'failed')),
      primary key (tenant, id),
      foreign key (tenant, run_id, crm_type, crm_id) references run_record on delete cascade,
      constraint run_step_once unique (tenant, run_id, link_id, field_key, target)
    )`.execute(db);
  await sql`create index run_step_of_record on run_step (tenant, run_id, crm_type, crm_id)`.execute(db);

  for (const table of ['run', 'run_hold', 'run_record', 'run_step']) {
    await sql`select protect_tenant(${table}::text::regclass)`.execute(db);
  }
}
