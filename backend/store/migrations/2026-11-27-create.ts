import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table field_mapping
      add column first_value text,
      add column ask_user boolean not null default false,
      add column first_mandatory boolean not null default false`.execute(db);

  // What is about to be created in an ERP, entered before the call: an ERP takes no idempotency key, so this row is what
  // keeps one wish from becoming two actors.
  await sql`
    create table creation (
      tenant text not null,
      id uuid not null,
      connection_id uuid not null,
      crm_type text not null check (crm_type in ('contact', 'person', 'project')),
      crm_id integer not null,
      actor_type text not null,
      parent_type text,
      parent_key text,
      -- Sealed, since a person may have typed it in; gone when it is over.
      intent text,
      known text[],
      state text not null check (state in ('open', 'inDoubt', 'created', 'refused', 'notCreated', 'givenUp')),
      code text,
      detail jsonb,
      erp_key text collate "C",
      user_id integer not null,
      user_name text not null,
      entered_at timestamptz not null,
      due_at timestamptz not null,
      lease_until timestamptz,
      fence bigint not null default 1,
      attempts integer not null default 0,
      ended_at timestamptz,
      primary key (tenant, id),
      foreign key (tenant, connection_id) references connection on delete cascade,
      check ((parent_type is null) = (parent_key is null)),
      constraint creation_created_has_key check (state <> 'created' or erp_key is not null),
      constraint creation_ended check ((state in ('open', 'inDoubt')) = (ended_at is null)),
      constraint creation_intent check ((ended_at is null) = (intent is not null))
    )`.execute(db);
  await sql`
    create unique index creation_open on creation (tenant, connection_id, crm_type, crm_id)
    where state in ('open', 'inDoubt')`.execute(db);
  await sql`create index creation_due on creation (tenant, due_at) where state = 'open'`.execute(db);
  await sql`create index creation_ended on creation (tenant, ended_at) where ended_at is not null`.execute(db);
  await sql`create index creation_entity on creation (tenant, crm_type, crm_id, entered_at)`.execute(db);

  await sql`select protect_tenant('creation')`.execute(db);
}
