import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  // What an ERP changed under a mapping, until an administrator has seen to it. A blank field is the actor type itself.
  await sql`
    create table schema_task (
      tenant text not null,
      connection_id uuid not null,
      actor_type text not null,
      field_key text not null,
      kind text not null,
      since timestamptz not null,
      primary key (tenant, connection_id, actor_type, field_key),
      foreign key (tenant, connection_id, actor_type) references actor_type_mapping on delete cascade
    )`.execute(db);
  await sql`select protect_tenant(${'schema_task'}::text::regclass)`.execute(db);
}
