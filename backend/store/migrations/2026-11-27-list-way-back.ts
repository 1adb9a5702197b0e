import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  // Several ERP items may be one SuperOffice item; this one is what it becomes in the ERP.
  await sql`alter table list_item_mapping add column goes_back boolean not null default false`.execute(db);
  await sql`
    create unique index list_item_way_back on list_item_mapping (tenant, connection_id, actor_type, field_key, crm_item)
    where goes_back`.execute(db);
}
