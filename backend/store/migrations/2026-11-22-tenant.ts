import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  // Nobody is known yet while a sign-in runs, so an attempt belongs to no tenant. It lives for minutes.
  await sql`
    create table sign_in_attempt (
      id uuid primary key,
      purpose text not null check (purpose in ('panel', 'install', 'uninstall')),
      tenant_hint text,
      challenge text,
      created_at timestamptz not null,
      browser_hash text,
      state_hash text unique,
      request text,
      code_hash text,
      outcome text,
      tries_left integer not null default 0 check (tries_left >= 0),
      claimable_until timestamptz,
      constraint sign_in_attempt_panel_has_challenge check ((purpose = 'panel') = (challenge is not null))
    )`.execute(db);
  await sql`create index sign_in_attempt_age on sign_in_attempt (created_at)`.execute(db);

  await sql`
    create table installation (
      tenant text primary key references tenant on delete cascade,
      serial text not null,
      system_token text,
      installed_at timestamptz,
      installed_by integer,
      busy_until timestamptz
    )`.execute(db);

  await sql`
    create table session (
      tenant text not null references tenant on delete cascade,
      key_hash text not null,
      user_id integer not null,
      user_name text not null,
      group_ids integer[] not null,
      administrator boolean not null,
      tenant_licensed boolean not null,
      user_licensed boolean not null,
      crm_origin text not null,
      tokens text not null,
      created_at timestamptz not null,
      seen_at timestamptz not null,
      ends_at timestamptz not null,
      checked_at timestamptz not null,
      asked_at timestamptz not null,
      primary key (tenant, key_hash)
    )`.execute(db);
  await sql`create index session_by_user on session (tenant, user_id)`.execute(db);

  await sql`
    create table webhook (
      tenant text not null references tenant on delete cascade,
      id uuid not null,
      crm_id integer,
      secret text,
      pending_secret text,
      primary key (tenant, id),
      -- One subscription per tenant: two would mark every change twice.
      constraint webhook_one_per_tenant unique (tenant)
    )`.execute(db);

  await sql`
    create table webhook_event (
      tenant text not null,
      webhook_id uuid not null,
      event_id text not null,
      event text not null,
      record_id integer not null,
      received_at timestamptz not null,
      primary key (tenant, webhook_id, event_id),
      constraint webhook_event_subscription foreign key (tenant, webhook_id) references webhook on delete cascade
    )`.execute(db);
  await sql`create index webhook_event_age on webhook_event (tenant, received_at)`.execute(db);

  for (const table of ['installation', 'session', 'webhook', 'webhook_event']) {
    await sql`select protect_tenant(${table}::text::regclass)`.execute(db);
  }
}
