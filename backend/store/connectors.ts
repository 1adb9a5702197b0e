import type { Selectable } from 'kysely';
import type { Connector } from '../domain/connection.ts';
import { AppError } from '../errors.ts';
import type { Db } from './db.ts';
import type { Database } from './schema.ts';
import { violated } from './violated.ts';

export type ListedConnector = Connector & {
  /** Connections that are not deleted. */
  readonly connections: number;
};

export function connectorStore(db: Db, tenant: string) {
  return {
    async list(): Promise<readonly ListedConnector[]> {
      const rows = await db
        .selectFrom('connector')
        .selectAll('connector')
        .select((eb) =>
          eb
            .selectFrom('connection')
            .select((count) => count.fn.countAll<number>().as('connections'))
            .where('connection.tenant', '=', tenant)
            .whereRef('connection.connector_id', '=', 'connector.id')
            .where('connection.deleted', '=', false)
            .as('connections'),
        )
        .where('tenant', '=', tenant)
        .orderBy('name')
        .orderBy('id')
        .execute();
      return rows.map((row) => ({ ...toConnector(row), connections: row.connections ?? 0 }));
    },

    /** Deleted ones too: their connections keep their names. */
    async get(id: string): Promise<Connector> {
      const row = await db
        .selectFrom('connector')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .executeTakeFirst();
      if (!row) throw new AppError('connector.not_found', { id });
      return toConnector(row);
    },

    /** The same, and until the end of the transaction nobody else changes it or gives it connections. */
    async lock(id: string): Promise<Connector> {
      const row = await db
        .selectFrom('connector')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .forUpdate()
        .executeTakeFirst();
      if (!row) throw new AppError('connector.not_found', { id });
      return toConnector(row);
    },

    /** Inserts or replaces. Name and address are each taken once among those not deleted. */
    async save(connector: Connector): Promise<void> {
      const { kind, name, url, deleted } = connector;
      await db
        .insertInto('connector')
        .values({ tenant, ...connector })
        .onConflict((oc) => oc.columns(['tenant', 'id']).doUpdateSet({ kind, name, url, deleted }))
        .execute()
        .catch((error: unknown) => {
          if (violated(error, 'connector_name')) throw new AppError('connector.name_taken', { name });
          if (violated(error, 'connector_url')) throw new AppError('connector.url_taken', { url });
          throw error;
        });
    },
  };
}

function toConnector({ id, kind, name, url, deleted }: Selectable<Database['connector']>): Connector {
  return { id, kind, name, url, deleted };
}
