import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  // Whether a run waits when its plan is known is no kind of its own: every kind can be looked at first.
  await sql`alter table run add column dry_run boolean not null default false`.execute(db);
  await sql`alter table run drop constraint run_kind_check`.execute(db);
  await sql`update run set dry_run = true, kind = 'resync' where kind = 'dryRun'`.execute(db);
  await sql`update run set dry_run = true where kind = 'undo' and state = 'planned'`.execute(db);
  await sql`alter table run add constraint run_kind_check check (kind in ('sync', 'resync', 'undo'))`.execute(db);

  // Which records: all, chosen ones, the members of a selection, the links of some actors, or whatever is marked.
  await sql`alter table run add column records jsonb not null default '{"kind":"all"}'`.execute(db);
  await sql`
    update run set records = jsonb_build_object('kind', 'these', 'entities',
      jsonb_build_array(jsonb_build_object('type', crm_type, 'id', crm_id)))
    where crm_type is not null`.execute(db);
  await sql`alter table run drop column crm_type, drop column crm_id`.execute(db);
  await sql`alter table run alter column records drop default`.execute(db);
  // The brake starts runs by itself.
  await sql`alter table run alter column user_id drop not null, alter column user_name drop not null`.execute(db);
  // An old run may be forgotten before the one that took it back.
  await sql`alter table run drop constraint run_tenant_undoes_fkey`.execute(db);
  await sql`
    alter table run add constraint run_undoes foreign key (tenant, undoes) references run on delete set null (undoes)`.execute(
    db,
  );
  await sql`create index run_ended on run (tenant, ended_at) where ended_at is not null`.execute(db);

  await sql`
    alter table connection
      add column policy text not null default 'ask',
      add column brake_percent integer not null default 5 check (brake_percent between 1 and 100),
      add column brake_links integer not null default 200 check (brake_links > 0)`.execute(db);
  // A field without a policy of its own has its connection's.
  await sql`alter table field_mapping alter column policy drop default, alter column policy drop not null`.execute(db);
  await sql`update field_mapping set policy = null where policy = 'ask'`.execute(db);

  // How many links ordinary syncing has changed of late, and since when it may change no more. The row is the lock that
  // makes several workers count together.
  await sql`
    create table brake (
      tenant text not null,
      connection_id uuid not null,
      counted_from timestamptz not null,
      allowed integer not null,
      changed integer not null,
      held_since timestamptz,
      run_id uuid,
      primary key (tenant, connection_id),
      foreign key (tenant, connection_id) references connection on delete cascade,
      foreign key (tenant, run_id) references run on delete set null (run_id)
    )`.execute(db);
  await sql`create index brake_held on brake (tenant, connection_id) where held_since is not null`.execute(db);
  await sql`select protect_tenant('brake'::text::regclass)`.execute(db);

  // Connecting, creating and disconnecting stand in the ledger beside the values.
  await sql`
    alter table ledger add column event text check (event in ('connected', 'created', 'disconnected', 'merged'))`.execute(
    db,
  );
  await sql`create index ledger_field on ledger (tenant, link_id, field_key, id desc)`.execute(db);

  await sql`
    alter table sync_setting
      alter column automatic set default true,
      add column retention_days integer not null default 90 check (retention_days between 7 and 3650),
      add column tidied_at timestamptz`.execute(db);
}
