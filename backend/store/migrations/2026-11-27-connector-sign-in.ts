import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  // How we sign in at a connector; its secret apart, sealed.
  await sql`alter table connector add column sign_in jsonb, add column secret text`.execute(db);
  await sql`alter table connector add constraint connector_secret check (secret is null or sign_in is not null)`.execute(
    db,
  );

  // How a connector describes itself, for the day it no longer does, or because it never did.
  await sql`
    create table connector_wsdl (
      tenant text not null,
      connector_id uuid not null,
      given boolean not null,
      documents jsonb not null,
      since timestamptz not null,
      primary key (tenant, connector_id),
      foreign key (tenant, connector_id) references connector on delete cascade
    )`.execute(db);
  await sql`select protect_tenant(${'connector_wsdl'}::text::regclass)`.execute(db);
}
