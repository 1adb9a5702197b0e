import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  // One row per SuperOffice record that has links. The "look at me" mark stands here and not on the link, because a value
  // may travel from one ERP through the record into another: a record is worked on with all its links, by one worker.
  await sql`
    create table linked_entity (
      tenant text not null references tenant on delete cascade,
      crm_type text not null check (crm_type in ('contact', 'person', 'project')),
      crm_id integer not null,
      marked bigint not null default 0,
      handled bigint not null default 0,
      lane smallint not null default 1,
      cause text not null default 'connect',
      user_id integer,
      user_name text,
      marked_at timestamptz,
      attempts integer not null default 0,
      next_try_at timestamptz,
      lease_until timestamptz,
      fence bigint not null default 0,
      compared_at timestamptz,
      primary key (tenant, crm_type, crm_id)
    )`.execute(db);
  await sql`create index linked_entity_marked on linked_entity (tenant, lane, marked_at) where marked > handled`.execute(
    db,
  );
  await sql`create index linked_entity_compared on linked_entity (tenant, compared_at nulls first)`.execute(db);

  await sql`
    create table link (
      tenant text not null,
      id uuid not null,
      connection_id uuid not null,
      crm_type text not null,
      crm_id integer not null,
      actor_type text not null,
      erp_key text collate "C" not null check (erp_key <> ''),
      agreed jsonb not null default '{}',
      claimed_at timestamptz not null,
      confirmed_at timestamptz,
      synced_at timestamptz,
      parked_code text,
      parked_detail jsonb,
      parked_since timestamptz,
      primary key (tenant, id),
      foreign key (tenant, connection_id) references connection on delete cascade,
      foreign key (tenant, crm_type, crm_id) references linked_entity on delete cascade,
      constraint link_entity unique (tenant, connection_id, crm_type, crm_id)
    )`.execute(db);
  // Through a hash, because an ERP's key may be longer than an index takes.
  await sql`create unique index link_actor on link (tenant, connection_id, actor_type, md5(erp_key))`.execute(db);
  await sql`create index link_linked_entity on link (tenant, crm_type, crm_id)`.execute(db);
  await sql`create index link_parked on link (tenant, parked_since) where parked_code is not null`.execute(db);

  // A mapped field that needs a person: changed on both sides, or impossible to carry across.
  await sql`
    create table open_field (
      tenant text not null,
      link_id uuid not null,
      field_key text not null,
      kind text not null check (kind in ('conflict', 'parked')),
      crm text,
      erp text,
      code text,
      detail jsonb,
      since timestamptz not null,
      primary key (tenant, link_id, field_key),
      foreign key (tenant, link_id) references link on delete cascade,
      check ((kind = 'parked') = (code is not null))
    )`.execute(db);

  await sql`
    create table list_item_mapping (
      tenant text not null,
      connection_id uuid not null,
      actor_type text not null,
      field_key text not null,
      erp_item text not null,
      crm_item text,
      primary key (tenant, connection_id, actor_type, field_key, erp_item),
      foreign key (tenant, connection_id) references connection on delete cascade
    )`.execute(db);

  // No foreign key to the link: what was written stays written when the link is gone. A row is entered before the write
  // and settled after it, so that a crash in between leaves a question and not a hole.
  await sql`
    create table ledger (
      tenant text not null references tenant on delete cascade,
      id bigint generated always as identity,
      run_id uuid,
      link_id uuid not null,
      connection_id uuid not null,
      crm_type text not null,
      crm_id integer not null,
      actor_type text not null,
      erp_key text not null,
      field_key text not null,
      crm_field text not null,
      target text not null check (target in ('crm', 'erp')),
      before text,
      after text,
      reason text not null,
      cause text not null,
      user_id integer,
      user_name text,
      at timestamptz not null,
      settled boolean not null,
      primary key (tenant, id)
    )`.execute(db);
  await sql`create index ledger_entity on ledger (tenant, crm_type, crm_id, id desc)`.execute(db);
  await sql`create index ledger_run on ledger (tenant, run_id, id) where run_id is not null`.execute(db);
  await sql`create index ledger_unsettled on ledger (tenant, crm_type, crm_id) where not settled`.execute(db);
  await sql`create index ledger_age on ledger (tenant, at)`.execute(db);

  await sql`
    create table poll (
      tenant text not null,
      connection_id uuid not null,
      due_at timestamptz not null,
      lease_until timestamptz,
      fence bigint not null default 0,
      polled_at timestamptz,
      attempts integer not null default 0,
      trouble_code text,
      trouble_detail jsonb,
      primary key (tenant, connection_id),
      foreign key (tenant, connection_id) references connection on delete cascade
    )`.execute(db);
  await sql`
    create table poll_cursor (
      tenant text not null,
      connection_id uuid not null,
      actor_type text not null,
      asked_from text not null,
      next text not null,
      known_since timestamptz not null,
      primary key (tenant, connection_id, actor_type),
      foreign key (tenant, connection_id) references connection on delete cascade
    )`.execute(db);

  // The other side has no settings of its own: one row per kind of record, made when it is first looked at.
  await sql`
    create table sweep (
      tenant text not null references tenant on delete cascade,
      crm_type text not null,
      since timestamptz,
      due_at timestamptz not null,
      lease_until timestamptz,
      fence bigint not null default 0,
      primary key (tenant, crm_type)
    )`.execute(db);

  await sql`
    create table sync_setting (
      tenant text primary key references tenant on delete cascade,
      automatic boolean not null
    )`.execute(db);

  for (const table of [
    'linked_entity',
    'link',
    'open_field',
    'list_item_mapping',
    'ledger',
    'poll',
    'poll_cursor',
    'sweep',
    'sync_setting',
  ]) {
    await sql`select protect_tenant(${table}::text::regclass)`.execute(db);
  }
}
