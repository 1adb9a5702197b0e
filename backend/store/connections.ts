import { sql, type Selectable } from 'kysely';
import type { FieldValues } from '../../shared/vocabulary.ts';
import type { Connection, Scope, Trouble } from '../domain/connection.ts';
import { AppError } from '../errors.ts';
import { json, type Db } from './db.ts';
import type { Database } from './schema.ts';
import type { SecretPlace, TenantSeal } from './tenant-seal.ts';
import { violated } from './violated.ts';

/** By field key; null forgets the stored one. */
export type SecretChanges = FieldValues;

export function connectionStore(db: Db, tenant: string, seal: TenantSeal) {
  const place = (connectionId: string, origin: string, field: string): SecretPlace => ({
    owner: connectionId,
    origin,
    field,
  });

  async function read(ids: readonly string[] | 'all', lock = false): Promise<readonly Connection[]> {
    const rows = await db
      .selectFrom('connection')
      .selectAll()
      .where('tenant', '=', tenant)
      .$if(ids !== 'all', (query) => query.where('id', 'in', ids as readonly string[]))
      .$if(lock, (query) => query.forUpdate())
      .orderBy('priority')
      .orderBy('id')
      .execute();
    const found = rows.map(({ id }) => id);
    if (found.length === 0) return [];

    const members = await db
      .selectFrom('scope_member')
      .selectAll()
      .where('tenant', '=', tenant)
      .where('connection_id', 'in', found)
      .orderBy('kind')
      .orderBy('member_id')
      .execute();
    const secrets = await db
      .selectFrom('connection_secret')
      .select(['connection_id', 'field_key'])
      .where('tenant', '=', tenant)
      .where('connection_id', 'in', found)
      .orderBy('field_key')
      .execute();
    return rows.map((row) =>
      toConnection(
        row,
        members.filter((member) => member.connection_id === row.id),
        secrets.filter((secret) => secret.connection_id === row.id).map((secret) => secret.field_key),
      ),
    );
  }

  return {
    /** By priority, deleted ones too. */
    list: () => read('all'),

    async get(id: string): Promise<Connection> {
      const [found] = await read([id]);
      if (!found) throw new AppError('connection.not_found', { id });
      return found;
    },

    /** The same, and until the end of the transaction nobody else changes it. */
    async lock(id: string): Promise<Connection> {
      const [found] = await read([id], true);
      if (!found) throw new AppError('connection.not_found', { id });
      return found;
    },

    /** One more than the weakest there is. */
    async nextPriority(): Promise<number> {
      const { last } = await db
        .selectFrom('connection')
        .select((eb) => eb.fn.max<number | null>('priority').as('last'))
        .where('tenant', '=', tenant)
        .executeTakeFirstOrThrow();
      return (last ?? 0) + 1;
    },

    /** All of them, strongest first. */
    async setOrder(ids: readonly string[]): Promise<void> {
      await sql`
        update connection set priority = place.priority
        from unnest(${[...ids]}::uuid[]) with ordinality as place (id, priority)
        where connection.tenant = ${tenant} and connection.id = place.id`.execute(db);
    },

    /** Inserts or replaces, with its scope. Secrets are not touched. */
    async save(connection: Connection): Promise<void> {
      const { id, scope } = connection;
      const row = {
        connector_id: connection.connectorId,
        name: connection.name,
        description: connection.description,
        active: connection.active,
        deleted: connection.deleted,
        everyone: scope.everyone,
        config: json(connection.config),
        poll_seconds: connection.pollSeconds,
        priority: connection.priority,
        policy: connection.policy,
        brake_percent: connection.brake.percent,
        brake_links: connection.brake.links,
        trouble_code: connection.trouble?.code ?? null,
        trouble_detail: connection.trouble ? json(connection.trouble.detail) : null,
      };
      await db
        .insertInto('connection')
        .values({ tenant, id, ...row })
        .onConflict((oc) => oc.columns(['tenant', 'id']).doUpdateSet(row))
        .execute()
        .catch((error: unknown) => {
          if (violated(error, 'connection_name')) {
            throw new AppError('connection.name_taken', { name: connection.name });
          }
          throw error;
        });

      await db.deleteFrom('scope_member').where('tenant', '=', tenant).where('connection_id', '=', id).execute();
      if (scope.members.length > 0) {
        const members = scope.members.map((member) => ({
          tenant,
          connection_id: id,
          kind: member.kind,
          member_id: member.id,
          can_connect: member.canConnect,
          can_create: member.canCreate,
        }));
        await db.insertInto('scope_member').values(members).execute();
      }
    },

    async setActive(id: string, active: boolean): Promise<void> {
      await db
        .updateTable('connection')
        .set({ active })
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .where('deleted', '=', false)
        .execute();
    },

    /** Remembers how far its set-up at the connector came. */
    async setTrouble(id: string, trouble: Trouble | null): Promise<void> {
      await db
        .updateTable('connection')
        .set({ trouble_code: trouble?.code ?? null, trouble_detail: trouble ? json(trouble.detail) : null })
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .execute();
    },

    /** Seals secrets for the address they may be sent to. */
    async saveSecrets(id: string, origin: string, changes: SecretChanges): Promise<void> {
      for (const [field, secret] of Object.entries(changes)) {
        if (secret === null) {
          await db
            .deleteFrom('connection_secret')
            .where('tenant', '=', tenant)
            .where('connection_id', '=', id)
            .where('field_key', '=', field)
            .execute();
          continue;
        }
        const sealed = await seal.close(secret, place(id, origin, field));
        await db
          .insertInto('connection_secret')
          .values({ tenant, connection_id: id, field_key: field, sealed })
          .onConflict((oc) => oc.columns(['tenant', 'connection_id', 'field_key']).doUpdateSet({ sealed }))
          .execute();
      }
    },

    /** The secrets sealed for this address. One sealed for another stays shut, as if it were not there. */
    async secrets(id: string, origin: string): Promise<FieldValues> {
      const rows = await db
        .selectFrom('connection_secret')
        .select(['field_key', 'sealed'])
        .where('tenant', '=', tenant)
        .where('connection_id', '=', id)
        .execute();
      const opened: Record<string, string> = {};
      for (const { field_key: field, sealed } of rows) {
        const secret = await seal.open(sealed, place(id, origin, field));
        if (secret === null) continue;
        opened[field] = secret;
        if (seal.isStale(sealed)) {
          await db
            .updateTable('connection_secret')
            .set({ sealed: await seal.close(secret, place(id, origin, field)) })
            .where('tenant', '=', tenant)
            .where('connection_id', '=', id)
            .where('field_key', '=', field)
            .where('sealed', '=', sealed)
            .execute();
        }
      }
      return opened;
    },

    /** The connector moved: what was typed for the old address must be typed again, and until then nothing runs. */
    async forgetSecretsOf(connectorId: string): Promise<void> {
      const concerned = db
        .selectFrom('connection')
        .select('id')
        .where('tenant', '=', tenant)
        .where('connector_id', '=', connectorId);
      await db
        .updateTable('connection')
        .set({ active: false })
        .where('tenant', '=', tenant)
        .where('connector_id', '=', connectorId)
        .execute();
      await db
        .deleteFrom('connection_secret')
        .where('tenant', '=', tenant)
        .where('connection_id', 'in', concerned)
        .execute();
    },
  };
}

function toConnection(
  row: Selectable<Database['connection']>,
  members: readonly Selectable<Database['scope_member']>[],
  secretKeys: readonly string[],
): Connection {
  const scope: Scope = {
    everyone: row.everyone,
    members: members.map((member) => ({
      kind: member.kind,
      id: member.member_id,
      canConnect: member.can_connect,
      canCreate: member.can_create,
    })),
  };
  return {
    id: row.id,
    connectorId: row.connector_id,
    name: row.name,
    description: row.description,
    active: row.active,
    deleted: row.deleted,
    scope,
    config: row.config,
    secretKeys,
    pollSeconds: row.poll_seconds,
    priority: row.priority,
    policy: row.policy,
    brake: { percent: row.brake_percent, links: row.brake_links },
    trouble: row.trouble_code ? { code: row.trouble_code, detail: row.trouble_detail ?? {} } : null,
  };
}
