import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('tenant')
    .addColumn('tenant', 'text', (c) => c.primaryKey().check(sql`tenant <> ''`))
    .addColumn('registered_at', 'timestamptz', (c) => c.notNull())
    .execute();

  // Called by every migration for every table it makes. Forced, so that not even the owner reads another tenant's rows;
  // nullif, because the setting is '' and not null once a transaction has set it.
  await sql`
    create function protect_tenant(protected regclass) returns void language plpgsql as $$
    begin
      execute format('alter table %s enable row level security', protected);
      execute format('alter table %s force row level security', protected);
      execute format(
        'create policy tenant_rows on %s using (tenant = nullif(current_setting(''app.tenant'', true), '''')) '
        'with check (tenant = nullif(current_setting(''app.tenant'', true), ''''))', protected);
    end $$`.execute(db);
}
