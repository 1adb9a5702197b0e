import { brakeStore } from './brakes.ts';
import { comparisonStore } from './comparisons.ts';
import { connectionStore } from './connections.ts';
import { connectorStore } from './connectors.ts';
import { creationStore } from './creations.ts';
import { asTenant, type Db } from './db.ts';
import { importStore } from './imports.ts';
import { installationStore } from './installations.ts';
import { ledgerStore } from './ledger.ts';
import { linkStore } from './links.ts';
import { listItemStore } from './list-items.ts';
import { mappingStore } from './mappings.ts';
import { schemaTaskStore } from './schema-tasks.ts';
import { markStore } from './marks.ts';
import { pollStore } from './polls.ts';
import { restoreStore } from './restores.ts';
import { runStore } from './runs.ts';
import type { Seal } from './seal.ts';
import { seatStore } from './seats.ts';
import { sessionStore } from './sessions.ts';
import { sweepStore } from './sweeps.ts';
import { syncSettingStore } from './sync-settings.ts';
import { createTenantSeal } from './tenant-seal.ts';
import { webhookStore } from './webhooks.ts';

/** One factory per subject: the rows of one tenant, in the words of the domain. */
const subjects = {
  installations: installationStore,
  seats: seatStore,
  sessions: sessionStore,
  webhooks: webhookStore,
  brakes: brakeStore,
  connectors: connectorStore,
  connections: connectionStore,
  mappings: mappingStore,
  schemaTasks: schemaTaskStore,
  listItems: listItemStore,
  comparisons: comparisonStore,
  links: linkStore,
  creations: creationStore,
  marks: markStore,
  imports: importStore,
  ledger: ledgerStore,
  polls: pollStore,
  restores: restoreStore,
  runs: runStore,
  sweeps: sweepStore,
  syncSettings: syncSettingStore,
};

type Subjects = { readonly [Name in keyof typeof subjects]: ReturnType<(typeof subjects)[Name]> };

export interface Store extends Subjects {
  /** Runs `work` in one transaction; inside another one it joins that. */
  transaction<T>(work: (store: Store) => Promise<T>): Promise<T>;
}

/**
 * One tenant's data. The tenant is fixed here, so that no query can forget it, and set in the transaction that every
 * call runs in, so that row-level security holds even if a query did.
 */
export function createStore(db: Db, tenant: string, seal: Seal): Store {
  return {
    ...eachCallInTransaction(db, tenant, seal),
    transaction: (work) => asTenant(db, tenant, (tx) => work(within(tx, tenant, seal))),
  };
}

function within(tx: Db, tenant: string, seal: Seal): Store {
  const store: Store = { ...subjectsOf(tx, tenant, seal), transaction: (work) => work(store) };
  return store;
}

function subjectsOf(db: Db, tenant: string, seal: Seal): Subjects {
  const own = createTenantSeal(db, tenant, seal);
  const made = Object.entries(subjects).map(([name, make]) => [name, make(db, tenant, own)]);
  return Object.fromEntries(made) as Subjects;
}

type Calls = Readonly<Record<string, (...args: readonly unknown[]) => Promise<unknown>>>;

function eachCallInTransaction(db: Db, tenant: string, seal: Seal): Subjects {
  const wrapped = Object.entries(subjects).map(([name, make]): [string, Calls] => {
    const callsOf = (on: Db) => make(on, tenant, createTenantSeal(on, tenant, seal)) as unknown as Calls;
    const calls = Object.keys(callsOf(db)).map((call): [string, Calls[string]] => [
      call,
      (...args) => asTenant(db, tenant, async (tx) => callsOf(tx)[call]?.(...args)),
    ]);
    return [name, Object.fromEntries(calls)];
  });
  return Object.fromEntries(wrapped) as Subjects;
}
