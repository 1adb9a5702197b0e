import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  // One data key per tenant, sealed under the key outside the database. When its row goes, so does all that it sealed.
  await sql`
    create table tenant_key (
      tenant text primary key references tenant on delete cascade,
      id uuid not null,
      wrapped text not null
    )`.execute(db);

  await sql`
    alter table installation
      add column standing text not null default 'running'
        check (standing in ('running', 'paused', 'unlicensed', 'revoked', 'deleted')),
      add column standing_since timestamptz,
      add column tenant_state text,
      add column watched_at timestamptz,
      add column licensed_at timestamptz,
      add column latest_at timestamptz,
      add column hint text,
      -- The app's own seats: null while SuperOffice's licences alone decide.
      add column seats integer check (seats >= 0),
      add column seats_until timestamptz,
      add column seats_for_everyone boolean not null default true`.execute(db);

  // Where the consents of a person who is made here came from, by SuperOffice's key; null: from an integration.
  await sql`alter table sync_setting add column consent_source text`.execute(db);

  await sql`alter table session add column ended text, add column seat text`.execute(db);

  await sql`
    alter table webhook
      add column looked_at timestamptz,
      add column state text,
      add column rearmed_at timestamptz,
      add column failure text`.execute(db);

  // Who may take a seat, and who has taken one. A seat is taken at the first use, so that a group may grow.
  await sql`
    create table seat_scope (
      tenant text not null references tenant on delete cascade,
      kind text not null check (kind in ('user', 'group')),
      member_id integer not null,
      primary key (tenant, kind, member_id)
    )`.execute(db);
  await sql`
    create table seat (
      tenant text not null references tenant on delete cascade,
      user_id integer not null,
      user_name text not null,
      taken_at timestamptz not null,
      primary key (tenant, user_id)
    )`.execute(db);

  // Whom a user can be sent to: SuperOffice does not tell who its administrators are.
  await sql`
    create table administrator (
      tenant text not null references tenant on delete cascade,
      user_id integer not null,
      user_name text not null,
      seen_at timestamptz not null,
      primary key (tenant, user_id)
    )`.execute(db);

  for (const table of ['tenant_key', 'seat_scope', 'seat', 'administrator']) {
    await sql`select protect_tenant(${table}::text::regclass)`.execute(db);
  }
}
