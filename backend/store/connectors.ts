import type { Selectable } from 'kysely';
import type { SignInSettings } from '../../shared/api/connectors.ts';
import type { Authority, Connector } from '../domain/connection.ts';
import { signInOrigin } from '../domain/secret-origin.ts';
import { AppError } from '../errors.ts';
import { json, type Db } from './db.ts';
import type { Database } from './schema.ts';
import type { SecretPlace, TenantSeal } from './tenant-seal.ts';
import { violated } from './violated.ts';

export type ListedConnector = Connector & {
  /** Connections that are not deleted. */
  readonly connections: number;
};

export function connectorStore(db: Db, tenant: string, seal: TenantSeal) {
  const connectors = () =>
    db
      .selectFrom('connector')
      .leftJoin('connector_wsdl as wsdl', (join) =>
        join.onRef('wsdl.tenant', '=', 'connector.tenant').onRef('wsdl.connector_id', '=', 'connector.id'),
      )
      .selectAll('connector')
      .select(['wsdl.given', 'wsdl.since'])
      .where('connector.tenant', '=', tenant);

  return {
    async list(): Promise<readonly ListedConnector[]> {
      const rows = await connectors()
        .select((eb) =>
          eb
            .selectFrom('connection')
            .select((count) => count.fn.countAll<number>().as('connections'))
            .where('connection.tenant', '=', tenant)
            .whereRef('connection.connector_id', '=', 'connector.id')
            .where('connection.deleted', '=', false)
            .as('connections'),
        )
        .orderBy('name')
        .orderBy('id')
        .execute();
      return rows.map((row) => ({ ...toConnector(row), connections: row.connections ?? 0 }));
    },

    /** Deleted ones too: their connections keep their names. */
    async get(id: string): Promise<Connector> {
      const row = await connectors().where('id', '=', id).executeTakeFirst();
      if (!row) throw new AppError('connector.not_found', { id });
      return toConnector(row);
    },

    /** The same, and until the end of the transaction nobody else changes it or gives it connections. */
    async lock(id: string): Promise<Connector> {
      const row = await connectors().where('id', '=', id).forUpdate('connector').executeTakeFirst();
      if (!row) throw new AppError('connector.not_found', { id });
      return toConnector(row);
    },

    /** Inserts or replaces; sign-in, WSDL and authority are not touched. Name and address are each taken once among those not deleted. */
    async save({
      id,
      kind,
      name,
      url,
      deleted,
    }: Pick<Connector, 'id' | 'kind' | 'name' | 'url' | 'deleted'>): Promise<void> {
      await db
        .insertInto('connector')
        .values({ tenant, id, kind, name, url, deleted, sign_in: null, secret: null, authority: null })
        .onConflict((oc) => oc.columns(['tenant', 'id']).doUpdateSet({ kind, name, url, deleted }))
        .execute()
        .catch((error: unknown) => {
          if (violated(error, 'connector_name')) throw new AppError('connector.name_taken', { name });
          if (violated(error, 'connector_url')) throw new AppError('connector.url_taken', { url });
          throw error;
        });
    },

    /** Seals the secret for the address it was typed for. */
    async saveSignIn(connector: Placed, secret: string | null): Promise<void> {
      const { id, signIn } = connector;
      await db
        .updateTable('connector')
        .set({
          sign_in: signIn && json(signIn),
          secret: signIn && secret !== null ? await seal.close(secret, placeOf(connector, signIn)) : null,
        })
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .execute();
    },

    /** The secret, if it was sealed for this address and this way to sign in; otherwise it is as if it were not there. */
    async secret(connector: Placed): Promise<string | null> {
      const { id, signIn } = connector;
      const row = await db
        .selectFrom('connector')
        .select('secret')
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .executeTakeFirst();
      if (!signIn || !row?.secret) return null;
      const place = placeOf(connector, signIn);
      const secret = await seal.open(row.secret, place);
      if (secret !== null && seal.isStale(row.secret)) {
        await db
          .updateTable('connector')
          .set({ secret: await seal.close(secret, place) })
          .where('tenant', '=', tenant)
          .where('id', '=', id)
          .where('secret', '=', row.secret)
          .execute();
      }
      return secret;
    },

    async saveAuthority(id: string, authority: Authority | null): Promise<void> {
      await db
        .updateTable('connector')
        .set({ authority: authority && json(authority) })
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .execute();
    },

    async wsdl(id: string): Promise<readonly string[]> {
      const row = await db
        .selectFrom('connector_wsdl')
        .select('documents')
        .where('tenant', '=', tenant)
        .where('connector_id', '=', id)
        .executeTakeFirst();
      return row?.documents ?? [];
    },

    /** Null forgets it. */
    async saveWsdl(
      id: string,
      wsdl: { readonly given: boolean; readonly documents: readonly string[]; readonly since: Date } | null,
    ): Promise<void> {
      if (wsdl === null) {
        await db.deleteFrom('connector_wsdl').where('tenant', '=', tenant).where('connector_id', '=', id).execute();
        return;
      }
      const row = { given: wsdl.given, documents: json(wsdl.documents), since: wsdl.since };
      await db
        .insertInto('connector_wsdl')
        .values({ tenant, connector_id: id, ...row })
        .onConflict((oc) => oc.columns(['tenant', 'connector_id']).doUpdateSet(row))
        .execute();
    },
  };
}

type Placed = Pick<Connector, 'id' | 'kind' | 'url' | 'signIn'>;

function placeOf(connector: Placed, { kind }: SignInSettings): SecretPlace {
  return { owner: connector.id, origin: signInOrigin(connector), field: `signIn.${kind}` };
}

function toConnector({
  id,
  kind,
  name,
  url,
  deleted,
  sign_in: signIn,
  secret,
  authority,
  given,
  since,
}: Selectable<Database['connector']> & { readonly given: boolean | null; readonly since: Date | null }): Connector {
  return {
    id,
    kind,
    name,
    url,
    deleted,
    signIn,
    secretSet: secret !== null,
    wsdl: given !== null && since ? { given, since } : null,
    authority,
  };
}
