import type { ConnectorKindName } from '../shared/vocabulary.ts';
import type { Connection, Connector } from './domain/connection.ts';
import type { Endpoint, Wsdl } from './domain/endpoint.ts';
import { secretOrigin } from './domain/secret-origin.ts';
import { AppError } from './errors.ts';
import { keepSecrets } from './keep-secrets.ts';
import type { Clock } from './ports/clock.ts';
import type { ConnectorKind, ErpConnector } from './ports/erp-connector.ts';
import type { Crm } from './ports/crm.ts';
import type { SuperOffice } from './ports/super-office.ts';
import type { Registry } from './store/registry.ts';
import type { SignInAttempts } from './store/sign-in-attempts.ts';
import type { Store } from './store/store.ts';

/** Everything there is before a tenant is known. */
export interface App {
  readonly superOffice: SuperOffice;
  readonly registry: Registry;
  readonly signInAttempts: SignInAttempts;
  readonly clock: Clock;
  /** Where browsers and SuperOffice reach us: scheme, host and port. */
  readonly origin: string;
  storeOf(tenant: string): Store;
  /** What is built in. Each tenant has its own: one must not open another's workbooks. */
  connectorKindsOf(tenant: string): readonly ConnectorKind[];
}

/** The signed-in person, from verified claims and SuperOffice's own answer; never from a panel URL. */
export interface User {
  readonly id: number;
  readonly name: string;
  readonly groupIds: readonly number[];
  /** May open the Sync page. */
  readonly administrator: boolean;
  readonly licensed: boolean;
}

/** Everything a use case needs, for one tenant. */
export interface Context {
  readonly tenant: string;
  /** Null when the engine works by itself. */
  readonly user: User | null;
  readonly store: Store;
  /** The tenant as the system user, whom no right limits: prove with `userCrm` first what a person may see. */
  readonly crm: Crm;
  /** The tenant as the signed-in person; the same as `crm` when there is none. */
  readonly userCrm: Crm;
  readonly clock: Clock;
  /** What is built in. */
  readonly connectorKinds: readonly ConnectorKind[];
  connectorKind(kind: ConnectorKindName): ConnectorKind;
  /** Where and how a connector is reached, with its secret. */
  endpoint(connector: Connector): Promise<Endpoint>;
  /** The connection, opened with its settings and secrets. */
  connector(connection: Connection): Promise<ErpConnector>;
}

export interface ContextParts {
  readonly tenant: string;
  readonly user: User | null;
  readonly store: Store;
  readonly crm: Crm;
  readonly userCrm: Crm;
  readonly clock: Clock;
  readonly connectorKinds: readonly ConnectorKind[];
}

export function createContext(parts: ContextParts): Context {
  const connectorKind = (name: ConnectorKindName): ConnectorKind => {
    const found = parts.connectorKinds.find(({ kind }) => kind === name);
    if (!found) throw new Error(`No connector of kind ${name} is built in`);
    return found;
  };
  const { connectors, connections } = parts.store;
  const endpoint = async (connector: Connector): Promise<Endpoint> => {
    const { url, signIn, authority } = connector;
    const secret = signIn && (await connectors.secret(connector));
    // It was typed for another address than this one.
    if (signIn && secret === null) throw new AppError('config.field_missing', { field: 'secret' });
    return {
      url,
      signIn: signIn && { ...signIn, secret: secret ?? '' },
      wsdl: keptWsdl(parts.store, connector),
      authority: authority?.pem ?? null,
    };
  };
  return {
    ...parts,
    connectorKind,
    endpoint,
    async connector({ id, connectorId, config }) {
      const connector = await connectors.get(connectorId);
      const secrets = await connections.secrets(id, secretOrigin(connector));
      const reached = await endpoint(connector);
      const opened = connectorKind(connector.kind).open({
        ...reached,
        connectionId: id,
        config: { ...config, ...secrets },
      });
      return keepSecrets(opened, [...Object.values(secrets), reached.signIn?.secret]);
    },
  };
}

/** The description that is kept of a connector, read when it is needed. */
export function keptWsdl(store: Store, { id, wsdl }: Connector): Wsdl | null {
  return (
    wsdl && {
      given: wsdl.given,
      version: `${id} ${wsdl.since.toISOString()}`,
      documents: () => store.connectors.wsdl(id),
    }
  );
}

/** Runs `work` in one transaction. Call its parameter `ctx` as well: then the outer store is out of reach. */
export function inTransaction<T>(ctx: Context, work: (ctx: Context) => Promise<T>): Promise<T> {
  return ctx.store.transaction((store) => work({ ...ctx, store }));
}
