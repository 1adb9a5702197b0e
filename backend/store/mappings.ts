import type { Selectable } from 'kysely';
import { actorTypes, type ActorType } from '../../shared/vocabulary.ts';
import type { ActorTypeMapping, FieldMapping } from '../domain/connection.ts';
import type { Db } from './db.ts';
import type { Database } from './schema.ts';

export interface MappedCrmField {
  readonly connectionId: string;
  readonly connectionName: string;
  readonly actorType: ActorType;
  readonly crmField: string;
}

export function mappingStore(db: Db, tenant: string) {
  async function read(connectionId: string, actorType?: ActorType): Promise<readonly ActorTypeMapping[]> {
    const types = await db
      .selectFrom('actor_type_mapping')
      .selectAll()
      .where('tenant', '=', tenant)
      .where('connection_id', '=', connectionId)
      .$if(actorType !== undefined, (query) => query.where('actor_type', '=', actorType as ActorType))
      .execute();
    const fields = await db
      .selectFrom('field_mapping')
      .selectAll()
      .where('tenant', '=', tenant)
      .where('connection_id', '=', connectionId)
      .$if(actorType !== undefined, (query) => query.where('actor_type', '=', actorType as ActorType))
      .orderBy('rank')
      .orderBy('field_key')
      .execute();
    return types
      .map((type) => ({
        connectionId,
        actorType: type.actor_type,
        active: type.active,
        missingInErp: type.missing_in_erp,
        fields: fields.filter((field) => field.actor_type === type.actor_type).map(toFieldMapping),
      }))
      .sort((a, b) => actorTypes.indexOf(a.actorType) - actorTypes.indexOf(b.actorType));
  }

  return {
    /** In the order of the dialog's tabs; fields by rank. */
    list: (connectionId: string) => read(connectionId),

    /** Null when the connector has never offered this actor type. */
    async get(connectionId: string, actorType: ActorType): Promise<ActorTypeMapping | null> {
      const [found] = await read(connectionId, actorType);
      return found ?? null;
    },

    /** Replaces the actor type with all its fields. Hold the connection's lock. */
    async save(mapping: ActorTypeMapping): Promise<void> {
      const { connectionId, actorType, active, missingInErp } = mapping;
      const type = { active, missing_in_erp: missingInErp };
      await db
        .insertInto('actor_type_mapping')
        .values({ tenant, connection_id: connectionId, actor_type: actorType, ...type })
        .onConflict((oc) => oc.columns(['tenant', 'connection_id', 'actor_type']).doUpdateSet(type))
        .execute();
      await db
        .deleteFrom('field_mapping')
        .where('tenant', '=', tenant)
        .where('connection_id', '=', connectionId)
        .where('actor_type', '=', actorType)
        .execute();
      const rows = mapping.fields.map((field) => toRow(tenant, connectionId, actorType, field));
      // 22 columns a row, and Postgres takes 65535 parameters.
      for (let start = 0; start < rows.length; start += 1000) {
        await db
          .insertInto('field_mapping')
          .values(rows.slice(start, start + 1000))
          .execute();
      }
    },

    /** SuperOffice fields that other active connections write. */
    async writtenByOthers(connectionId: string): Promise<readonly MappedCrmField[]> {
      const rows = await db
        .selectFrom('field_mapping')
        .innerJoin('actor_type_mapping', (join) =>
          join
            .onRef('actor_type_mapping.tenant', '=', 'field_mapping.tenant')
            .onRef('actor_type_mapping.connection_id', '=', 'field_mapping.connection_id')
            .onRef('actor_type_mapping.actor_type', '=', 'field_mapping.actor_type'),
        )
        .innerJoin('connection', (join) =>
          join
            .onRef('connection.tenant', '=', 'field_mapping.tenant')
            .onRef('connection.id', '=', 'field_mapping.connection_id'),
        )
        .select([
          'field_mapping.connection_id',
          'connection.name',
          'field_mapping.actor_type',
          'field_mapping.crm_field',
        ])
        .where('field_mapping.tenant', '=', tenant)
        .where('field_mapping.connection_id', '<>', connectionId)
        .where('field_mapping.crm_field', 'is not', null)
        .where('field_mapping.missing_in_erp', '=', false)
        .where('field_mapping.direction', 'in', ['toCrm', 'both'])
        .where('actor_type_mapping.active', '=', true)
        .where('connection.active', '=', true)
        .orderBy('connection.priority')
        .orderBy('connection.id')
        .$narrowType<{ crm_field: string }>()
        .execute();
      return rows.map((row) => ({
        connectionId: row.connection_id,
        connectionName: row.name,
        actorType: row.actor_type,
        crmField: row.crm_field,
      }));
    },
  };
}

function toFieldMapping(row: Selectable<Database['field_mapping']>): FieldMapping {
  return {
    key: row.field_key,
    name: row.name,
    description: row.description,
    kind: row.kind,
    listName: row.list_name,
    defaultValue: row.default_value,
    maxLength: row.max_length,
    access: row.access,
    rank: row.rank,
    searchable: row.searchable,
    missingInErp: row.missing_in_erp,
    crmField: row.crm_field,
    direction: row.direction,
    showInTab: row.show_in_tab,
    showInSearch: row.show_in_search,
    policy: row.policy,
    firstValue: { value: row.first_value, ask: row.ask_user, mandatory: row.first_mandatory },
  };
}

function toRow(
  tenant: string,
  connectionId: string,
  actorType: ActorType,
  field: FieldMapping,
): Selectable<Database['field_mapping']> {
  return {
    tenant,
    connection_id: connectionId,
    actor_type: actorType,
    field_key: field.key,
    name: field.name,
    description: field.description,
    kind: field.kind,
    list_name: field.listName,
    default_value: field.defaultValue,
    max_length: field.maxLength,
    access: field.access,
    rank: field.rank,
    searchable: field.searchable,
    missing_in_erp: field.missingInErp,
    crm_field: field.crmField,
    direction: field.direction,
    show_in_tab: field.showInTab,
    show_in_search: field.showInSearch,
    policy: field.policy,
    first_value: field.firstValue.value,
    ask_user: field.firstValue.ask,
    first_mandatory: field.firstValue.mandatory,
  };
}
