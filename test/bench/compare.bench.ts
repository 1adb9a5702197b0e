import { randomBytes, randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import postgres from 'postgres';
import { claimComparison, compareLinks } from '../../backend/application/sync/compare-links.ts';
import { createContext, type Context } from '../../backend/context.ts';
import { configureLog } from '../../backend/log.ts';
import { defaultBrake } from '../../backend/domain/brake.ts';
import type { Crm } from '../../backend/ports/crm.ts';
import type { ConnectorKind, ErpConnector } from '../../backend/ports/erp-connector.ts';
import { openDb } from '../../backend/store/db.ts';
import { APP, startPostgres } from '../../backend/store/embedded-postgres.ts';
import { migrate } from '../../backend/store/migrate.ts';
import { createRegistry } from '../../backend/store/registry.ts';
import { createSeal } from '../../backend/store/seal.ts';
import { createStore } from '../../backend/store/store.ts';
import type { FieldValues } from '../../shared/vocabulary.ts';
import { pairOf } from '../support/field-pair.ts';
import { printFigure } from './print-figure.ts';

const TENANT = 'Cust10001';
const LINKS = 100_000;
/** One in a hundred has changed, and nobody told. */
const CHANGED = 100;
const FIELDS = Array.from({ length: 12 }, (_, index) => `FIELD${index + 1}`);
const LEASE_MS = 45_000;

/** All links of a connection compared, against systems that answer at once; beside it, the same rows copied in Postgres. */
export async function benchCompare(): Promise<void> {
  configureLog({ level: 'warn' });
  const folder = await mkdtemp(join(tmpdir(), 'erp-sync-bench-'));
  await chmod(folder, 0o755);
  const server = await startPostgres(folder);
  const owner = postgres(server.ownerUrl, { max: 1, onnotice() {} });
  await migrate(server.ownerUrl, APP);
  const db = openDb(server.appUrl);
  try {
    const store = createStore(db, TENANT, createSeal([{ id: 'bench', key: randomBytes(32) }]));
    await createRegistry(db).add(TENANT, new Date());
    const ctx = createContext({
      tenant: TENANT,
      user: null,
      store,
      crm: instantCrm,
      userCrm: instantCrm,
      clock: { now: () => new Date() },
      connectorKinds: [{ kind: 'workbook', open: () => instantErp } as unknown as ConnectorKind],
    });
    const connectionId = await connect(ctx);
    await owner`select set_config('app.tenant', ${TENANT}, false)`;
    await fill(owner, connectionId);
    const copied = await timed(() => owner`create table copy as select * from link`);

    await store.comparisons.begin(connectionId, new Date());
    globalThis.gc?.();
    let highest = 0;
    const watch = setInterval(() => (highest = Math.max(highest, process.memoryUsage.rss())), 20);
    const took = await timed(async () => {
      for (;;) {
        const claim = await claimComparison(ctx, new Date(Date.now() + LEASE_MS));
        if (!claim) return;
        await compareLinks(ctx, claim);
      }
    });
    clearInterval(watch);

    const [report] = await store.comparisons.list();
    const { total, equal } = report?.verified ?? { total: 0, equal: 0 };
    if (total !== LINKS || equal !== LINKS - LINKS / CHANGED || (await store.marks.waiting()) !== LINKS / CHANGED) {
      throw new Error(`not all were compared: ${JSON.stringify(report)}`);
    }
    const size = `${LINKS.toLocaleString('en')} links x ${FIELDS.length} fields, 1 % changed`;
    printFigure(`${size}, compared`, `${(took / 1000).toFixed(1)} s`, '<= 60 s');
    printFigure('the same, memory of the process at most', `${(highest / 2 ** 20).toFixed(0)} MB`, '<= 512 MB');
    printFigure(
      `the same, against insert ... select of the rows (${(copied / 1000).toFixed(2)} s)`,
      `${(took / copied).toFixed(1)}x`,
      '',
    );
  } finally {
    await db.destroy();
    await owner.end();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function connect({ store }: Context): Promise<string> {
  const [id, connectorId] = [randomUUID(), randomUUID()];
  await store.connectors.save({ id: connectorId, kind: 'workbook', name: 'Bench', url: '', deleted: false });
  await store.connections.save({
    id,
    connectorId,
    name: 'Bench',
    description: '',
    active: true,
    deleted: false,
    scope: { everyone: true, members: [] },
    config: {},
    secretKeys: [],
    pollSeconds: 60,
    priority: 1,
    policy: 'ask',
    brake: defaultBrake,
    trouble: null,
  });
  await store.mappings.save({
    connectionId: id,
    actorType: 'Customer',
    active: true,
    missingInErp: false,
    fields: erpFields,
  });
  return id;
}

async function fill(owner: postgres.Sql, connectionId: string): Promise<void> {
  await owner`
    insert into linked_entity (tenant, crm_type, crm_id)
    select ${TENANT}, 'contact', id from generate_series(1, ${LINKS}::integer) as id`;
  await owner`
    insert into link (tenant, id, connection_id, crm_type, crm_id, actor_type, erp_key, agreed, claimed_at, confirmed_at)
    select ${TENANT}, gen_random_uuid(), ${connectionId}, 'contact', id, 'Customer', id::text,
      (select jsonb_object_agg(field, jsonb_build_array(field || ' of ' || id, field || ' of ' || id))
        from unnest(${FIELDS}::text[]) as field), now(), now()
    from generate_series(1, ${LINKS}::integer) as id`;
  await owner`analyze`;
}

function valuesOf(id: number | string, keys: readonly string[]): FieldValues {
  return Object.fromEntries(keys.map((key) => [key, `${key} of ${id}`]));
}

const instantCrm = {
  fields: async () => FIELDS.map((key) => pairOf({ crm: { key } }).crm),
  read: async (entities, keys) =>
    entities.map((entity) => ({
      entity,
      name: '',
      values: {
        ...valuesOf(entity.id, keys),
        ...(entity.id % CHANGED === 0 ? { FIELD1: 'edited, and nobody told' } : {}),
      },
      updatedAt: new Date(0),
      company: null,
      protection: null,
    })),
} satisfies Partial<Crm> as unknown as Crm;

const erpFields = FIELDS.map((key, index) => pairOf({ erp: { key, crmField: key, rank: index + 1 } }).erp);

const instantErp = {
  actorTypes: async () => ['Customer'],
  fields: async () => erpFields,
  searchableFields: async () => FIELDS,
  getActors: async (type, keys, fields) => ({
    actors: keys.map((erpKey) => ({
      type,
      erpKey,
      lastModified: '',
      values: valuesOf(
        erpKey,
        fields.map(({ key }) => key),
      ),
      unreadable: {},
      parent: null,
    })),
    warning: null,
  }),
} satisfies Partial<ErpConnector> as unknown as ErpConnector;

async function timed(work: () => PromiseLike<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
