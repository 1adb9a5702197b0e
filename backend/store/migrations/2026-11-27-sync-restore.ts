import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table restore (
      tenant text not null references tenant on delete cascade,
      id uuid not null,
      side text not null check (side in ('crm', 'erp')),
      connection_id uuid,
      at timestamptz not null,
      user_name text,
      run_id uuid,
      settled_at timestamptz,
      primary key (tenant, id),
      foreign key (tenant, connection_id) references connection on delete cascade,
      foreign key (tenant, run_id) references run on delete set null (run_id) deferrable initially deferred,
      check (side = 'crm' or connection_id is not null)
    )`.execute(db);
  // Told twice, it is one.
  await sql`
    create unique index restore_open on restore (tenant, side, connection_id) nulls not distinct
    where settled_at is null`.execute(db);
  await sql`select protect_tenant('restore'::text::regclass)`.execute(db);

  await sql`alter table run drop constraint run_kind_check`.execute(db);
  await sql`
    alter table run add constraint run_kind_check check (kind in ('sync', 'resync', 'undo', 'restore'))`.execute(db);
}
