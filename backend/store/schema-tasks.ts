import type { ActorType, SchemaChangeKind } from '../../shared/vocabulary.ts';
import type { SchemaChange } from '../domain/schema-change.ts';
import type { Db } from './db.ts';

export interface SchemaTask {
  readonly connectionId: string;
  readonly connectionName: string;
  readonly actorType: ActorType;
  /** Null when it is about the actor type itself. */
  readonly fieldKey: string | null;
  /** May be a multi-language string. */
  readonly fieldName: string | null;
  readonly kind: SchemaChangeKind;
  readonly since: Date;
}

/** What ERPs and SuperOffice changed under mappings, until an administrator has seen to it. */
export function schemaTaskStore(db: Db, tenant: string) {
  return {
    /** A later change of a field takes the place of the one before; what came back is no task any more. */
    async note(connectionId: string, changes: readonly SchemaChange[], at: Date): Promise<void> {
      for (const { actorType, fieldKey, kind, matters } of changes) {
        const key = { tenant, connection_id: connectionId, actor_type: actorType, field_key: fieldKey ?? '' };
        if (matters) {
          await db
            .insertInto('schema_task')
            .values({ ...key, kind, since: at })
            .onConflict((oc) =>
              oc.columns(['tenant', 'connection_id', 'actor_type', 'field_key']).doUpdateSet({ kind, since: at }),
            )
            .execute();
        } else if (kind === 'back' || kind === 'typeBack' || kind === 'crmBack') {
          await db
            .deleteFrom('schema_task')
            .where('tenant', '=', tenant)
            .where('connection_id', '=', connectionId)
            .where('actor_type', '=', actorType)
            .where('field_key', '=', fieldKey ?? '')
            .execute();
        }
      }
    },

    /** Of the connections that are not deleted, oldest first. */
    async list(): Promise<readonly SchemaTask[]> {
      const rows = await db
        .selectFrom('schema_task')
        .innerJoin('connection', (join) =>
          join
            .onRef('connection.tenant', '=', 'schema_task.tenant')
            .onRef('connection.id', '=', 'schema_task.connection_id'),
        )
        .leftJoin('field_mapping', (join) =>
          join
            .onRef('field_mapping.tenant', '=', 'schema_task.tenant')
            .onRef('field_mapping.connection_id', '=', 'schema_task.connection_id')
            .onRef('field_mapping.actor_type', '=', 'schema_task.actor_type')
            .onRef('field_mapping.field_key', '=', 'schema_task.field_key'),
        )
        .select([
          'schema_task.connection_id',
          'connection.name as connection_name',
          'schema_task.actor_type',
          'schema_task.field_key',
          'field_mapping.name as field_name',
          'schema_task.kind',
          'schema_task.since',
        ])
        .where('schema_task.tenant', '=', tenant)
        .where('connection.deleted', '=', false)
        .orderBy('schema_task.since')
        .orderBy('schema_task.connection_id')
        .orderBy('schema_task.actor_type')
        .orderBy('schema_task.field_key')
        .execute();
      return rows.map((row) => ({
        connectionId: row.connection_id,
        connectionName: row.connection_name,
        actorType: row.actor_type,
        fieldKey: row.field_key || null,
        fieldName: row.field_key ? (row.field_name ?? row.field_key) : null,
        kind: row.kind,
        since: row.since,
      }));
    },

    async done(connectionId: string, actorType: ActorType): Promise<void> {
      await db
        .deleteFrom('schema_task')
        .where('tenant', '=', tenant)
        .where('connection_id', '=', connectionId)
        .where('actor_type', '=', actorType)
        .execute();
    },
  };
}
