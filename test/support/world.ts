import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll } from 'vitest';
import { createContext, type Context, type User } from '../../backend/context.ts';
import { defaultBrake } from '../../backend/domain/brake.ts';
import { noFirstValue, type Connection, type FieldMapping } from '../../backend/domain/connection.ts';
import { configureLog } from '../../backend/log.ts';
import { createRegistry, type Registry } from '../../backend/store/registry.ts';
import { createSeal, type Seal } from '../../backend/store/seal.ts';
import { createStore, type Store } from '../../backend/store/store.ts';
import type { Db } from '../../backend/store/db.ts';
import { actorTypes, type ActorType } from '../../shared/vocabulary.ts';
import { createDatabase, type TestDatabase } from './database.ts';
import { FakeErp } from './fake-connector.ts';
import { FakeCrm } from './fake-crm.ts';
import { TestClock } from './test-clock.ts';

/** ERP field key -> SuperOffice field key, or what differs from a plain two-way text field. */
export type WorldFields = Readonly<Record<string, string | Partial<FieldMapping>>>;

export interface WorldConnection extends Partial<Omit<Connection, 'id'>> {
  /** The mapping of `Customer`. */
  readonly fields?: WorldFields;
  /** The mappings of other actor types. */
  readonly types?: Partial<Record<ActorType, WorldFields>>;
}

export interface World {
  readonly db: Db;
  readonly appUrl: string;
  readonly tenant: string;
  readonly registry: Registry;
  readonly seal: Seal;
  readonly store: Store;
  readonly crm: FakeCrm;
  readonly erp: FakeErp;
  readonly clock: TestClock;
  /** As the engine: no user, no limits. */
  readonly ctx: Context;
  /** As a signed-in person; by default a licensed administrator. */
  as(user?: Partial<User>): Context;
  /** An administrator of another tenant on the same server, with the same fakes. */
  otherTenant(): Context;
  /** Makes an active connection with mappings, straight through the store, and answers its id. */
  connection(settings?: WorldConnection): Promise<string>;
}

// One database per test file, made when its first world is.
let database: Promise<TestDatabase> | undefined;
afterAll(async () => (await database)?.drop());

const TENANT = 'Cust10001';
const OTHER_TENANT = 'Cust20002';

/** Two empty tenants on a real Postgres, with a SuperOffice, an ERP and a clock that obey the test. */
export async function createWorld(): Promise<World> {
  configureLog({ level: 'silent' });
  database ??= createDatabase();
  const { db, appUrl } = await database;
  const clock = new TestClock();
  const crm = new FakeCrm(clock);
  const erp = new FakeErp(clock);
  const seal = createSeal([{ id: 'test', key: randomBytes(32) }]);

  const registry = createRegistry(db);
  for (const tenant of await registry.tenants()) await registry.remove(tenant);
  for (const tenant of [TENANT, OTHER_TENANT]) await registry.add(tenant, clock.now());

  const context = (tenant: string, user: User | null): Context =>
    createContext({
      tenant,
      user,
      store: createStore(db, tenant, seal),
      crm,
      userCrm: user ? crm.as(user.id) : crm,
      clock,
      connectorKinds: [erp],
    });
  const ctx = context(TENANT, null);
  const { store } = ctx;

  return {
    db,
    appUrl,
    tenant: TENANT,
    registry,
    seal,
    store,
    crm,
    erp,
    clock,
    ctx,
    as: (user) => context(TENANT, { ...administrator, ...user }),
    otherTenant: () => context(OTHER_TENANT, administrator),

    connection: ({ fields = {}, types = {}, ...settings } = {}) =>
      store.transaction(async (store) => {
        const id = randomUUID();
        const connectorId = settings.connectorId ?? randomUUID();
        if (!settings.connectorId) {
          await store.connectors.save({
            id: connectorId,
            kind: 'workbook',
            name: `Connector ${connectorId}`,
            url: '',
            deleted: false,
          });
        }
        await store.connections.save({
          id,
          connectorId,
          name: `Connection ${id}`,
          description: '',
          active: true,
          deleted: false,
          scope: { everyone: true, members: [] },
          config: {},
          secretKeys: [],
          pollSeconds: 60,
          priority: await store.connections.nextPriority(),
          policy: 'ask',
          brake: defaultBrake,
          trouble: null,
          ...settings,
        });
        for (const actorType of actorTypes) {
          const wanted = actorType === 'Customer' ? { ...fields, ...types.Customer } : types[actorType];
          if (!wanted) continue;
          await store.mappings.save({
            connectionId: id,
            actorType,
            active: true,
            missingInErp: false,
            fields: Object.entries(wanted).map(([key, field], index) => fieldMapping(key, index + 1, field)),
          });
        }
        return id;
      }),
  };
}

const administrator: User = { id: 5, name: 'Astrid Berg', groupIds: [1], administrator: true, licensed: true };

/** A text field, two-way if it is mapped, shown in the ERP tab and in the search. */
export function fieldMapping(key: string, rank: number, field: string | Partial<FieldMapping> = {}): FieldMapping {
  const more = typeof field === 'string' ? { crmField: field } : field;
  return {
    key,
    name: key,
    description: '',
    kind: 'text',
    listName: null,
    defaultValue: null,
    maxLength: 0,
    access: 'normal',
    rank,
    searchable: true,
    missingInErp: false,
    crmField: null,
    direction: (more.crmField ?? null) === null ? 'none' : 'both',
    showInTab: true,
    showInSearch: true,
    policy: null,
    firstValue: noFirstValue,
    ...more,
  };
}
