import type { ActorType } from '../../shared/vocabulary.ts';
import type { ListItemMap } from '../domain/convert.ts';
import type { Db } from './db.ts';

/** Which item of an ERP list is which item of a SuperOffice list, field by field. */
export function listItemStore(db: Db, tenant: string) {
  return {
    /** By ERP field key. A field without a mapped list is not there. */
    async get(connectionId: string, actorType: ActorType): Promise<ReadonlyMap<string, ListItemMap>> {
      const rows = await db
        .selectFrom('list_item_mapping')
        .select(['field_key', 'erp_item', 'crm_item', 'goes_back'])
        .where('tenant', '=', tenant)
        .where('connection_id', '=', connectionId)
        .where('actor_type', '=', actorType)
        .orderBy('field_key')
        .orderBy('erp_item')
        .execute();
      const maps = new Map<string, { items: Map<string, string | null>; goesBack: Set<string> }>();
      for (const { field_key, erp_item, crm_item, goes_back } of rows) {
        const map = maps.get(field_key) ?? { items: new Map<string, string | null>(), goesBack: new Set<string>() };
        map.items.set(erp_item, crm_item);
        if (goes_back) map.goesBack.add(erp_item);
        maps.set(field_key, map);
      }
      return maps;
    },

    /** Replaces the mapping of one field. */
    async save(
      connectionId: string,
      actorType: ActorType,
      fieldKey: string,
      { items, goesBack }: ListItemMap,
    ): Promise<void> {
      await db
        .deleteFrom('list_item_mapping')
        .where('tenant', '=', tenant)
        .where('connection_id', '=', connectionId)
        .where('actor_type', '=', actorType)
        .where('field_key', '=', fieldKey)
        .execute();
      const rows = [...items].map(([erpItem, crmItem]) => ({
        tenant,
        connection_id: connectionId,
        actor_type: actorType,
        field_key: fieldKey,
        erp_item: erpItem,
        crm_item: crmItem,
        goes_back: goesBack.has(erpItem),
      }));
      // Seven columns a row, and Postgres takes 65535 parameters.
      for (let start = 0; start < rows.length; start += 5000) {
        await db
          .insertInto('list_item_mapping')
          .values(rows.slice(start, start + 5000))
          .execute();
      }
    },
  };
}
