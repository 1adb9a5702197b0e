import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table connector (
      tenant text not null references tenant on delete cascade,
      id uuid not null,
      kind text not null,
      name text not null,
      url text not null,
      deleted boolean not null default false,
      primary key (tenant, id)
    )`.execute(db);
  await sql`create unique index connector_name on connector (tenant, lower(name)) where not deleted`.execute(db);
  await sql`create unique index connector_url on connector (tenant, url) where not deleted and url <> ''`.execute(db);

  await sql`
    create table connection (
      tenant text not null,
      id uuid not null,
      connector_id uuid not null,
      name text not null,
      description text not null,
      active boolean not null default false,
      deleted boolean not null default false,
      everyone boolean not null,
      config jsonb not null,
      poll_seconds integer not null check (poll_seconds > 0),
      priority integer not null,
      trouble_code text,
      trouble_detail jsonb,
      primary key (tenant, id),
      foreign key (tenant, connector_id) references connector on delete cascade,
      constraint connection_deleted_is_inactive check (not (active and deleted))
    )`.execute(db);
  await sql`create unique index connection_name on connection (tenant, lower(name)) where not deleted`.execute(db);
  await sql`create index connection_connector on connection (tenant, connector_id)`.execute(db);

  await sql`
    create table connection_secret (
      tenant text not null,
      connection_id uuid not null,
      field_key text not null,
      sealed text not null,
      primary key (tenant, connection_id, field_key),
      foreign key (tenant, connection_id) references connection on delete cascade
    )`.execute(db);

  await sql`
    create table scope_member (
      tenant text not null,
      connection_id uuid not null,
      kind text not null check (kind in ('user', 'group')),
      member_id integer not null,
      can_connect boolean not null,
      can_create boolean not null,
      primary key (tenant, connection_id, kind, member_id),
      foreign key (tenant, connection_id) references connection on delete cascade
    )`.execute(db);

  await sql`
    create table actor_type_mapping (
      tenant text not null,
      connection_id uuid not null,
      actor_type text not null,
      active boolean not null default false,
      missing_in_erp boolean not null default false,
      primary key (tenant, connection_id, actor_type),
      foreign key (tenant, connection_id) references connection on delete cascade
    )`.execute(db);

  await sql`
    create table field_mapping (
      tenant text not null,
      connection_id uuid not null,
      actor_type text not null,
      field_key text not null,
      name text not null,
      description text not null,
      kind text not null,
      list_name text,
      default_value text,
      max_length integer not null,
      access text not null,
      rank integer not null,
      searchable boolean not null default false,
      missing_in_erp boolean not null default false,
      crm_field text,
      direction text not null default 'none' check (direction in ('none', 'toCrm', 'toErp', 'both')),
      show_in_tab boolean not null default false,
      show_in_search boolean not null default false,
      policy text not null default 'ask',
      primary key (tenant, connection_id, actor_type, field_key),
      foreign key (tenant, connection_id, actor_type) references actor_type_mapping on delete cascade,
      -- Two ERP fields that write one SuperOffice field would overwrite each other for ever. Checked at the end of the
      -- transaction, so that two fields can change places.
      constraint field_mapping_crm_field unique (tenant, connection_id, actor_type, crm_field)
        deferrable initially deferred,
      constraint field_mapping_direction_needs_field check (direction = 'none' or crm_field is not null)
    )`.execute(db);

  for (const table of [
    'connector',
    'connection',
    'connection_secret',
    'scope_member',
    'actor_type_mapping',
    'field_mapping',
  ]) {
    await sql`select protect_tenant(${table}::text::regclass)`.execute(db);
  }
}
