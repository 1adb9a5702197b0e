import { randomBytes, randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import postgres from 'postgres';
import { considerateErps } from '../../backend/adapters/calls/considerate-erp.ts';
import { gatherReads, withGatheredReads } from '../../backend/adapters/superoffice/gathered-reads.ts';
import { claimComparison } from '../../backend/application/sync/compare-links.ts';
import { leaseUntil } from '../../backend/application/sync/hold-record.ts';
import { pollConnection } from '../../backend/application/sync/poll-connection.ts';
import { receiveWebhook } from '../../backend/application/sync/receive-webhook.ts';
import { reconcile } from '../../backend/application/sync/reconcile.ts';
import { releaseDeadClaims } from '../../backend/application/sync/release-dead-claims.ts';
import { sweepCrm } from '../../backend/application/sync/sweep-crm.ts';
import { claimRunTasks } from '../../backend/application/sync/work-on-run.ts';
import { createContext, type Context } from '../../backend/context.ts';
import { planSync, type LinkState } from '../../backend/domain/sync-plan.ts';
import { inLane } from '../../backend/lane.ts';
import { configureLog } from '../../backend/log.ts';
import type { Crm, CrmRecord } from '../../backend/ports/crm.ts';
import type { Actor, ConnectorKind, ErpConnector } from '../../backend/ports/erp-connector.ts';
import { openDb } from '../../backend/store/db.ts';
import { APP, startPostgres } from '../../backend/store/embedded-postgres.ts';
import { migrate } from '../../backend/store/migrate.ts';
import { createRegistry } from '../../backend/store/registry.ts';
import { createSeal } from '../../backend/store/seal.ts';
import { createStore } from '../../backend/store/store.ts';
import { listenForWork } from '../../backend/store/work-hints.ts';
import { startWorker } from '../../backend/worker/worker.ts';
import type { FieldValue, FieldValues } from '../../shared/vocabulary.ts';
import { pairOf } from '../support/field-pair.ts';
import { median, printFigure } from './print-figure.ts';

const FEW = 10_000;
const MANY = 1_000_000;
const PASSES = 40;
const FED = 3_000;
const ERP_MS = 100;
const EDITS = 60;
const FIELDS = Array.from({ length: 6 }, (_, index) => `FIELD${index + 1}`);

/** What the engine costs beside the systems it calls: passes with nothing to do, a steady feed, one edit, one reconcile, one plan. */
export async function benchEngine(): Promise<void> {
  configureLog({ level: 'warn' });
  const folder = await mkdtemp(join(tmpdir(), 'erp-sync-bench-'));
  await chmod(folder, 0o755);
  const server = await startPostgres(folder);
  const owner = postgres(server.ownerUrl, { max: 1, onnotice() {} });
  await migrate(server.ownerUrl, APP);
  const db = openDb(server.appUrl);
  const world = { db, owner, appUrl: server.appUrl };
  try {
    benchPlanner();
    await benchReconcile(world);
    await benchEdit(world);
    await benchFeed(world);
    await benchNoOp(world);
  } finally {
    await db.destroy();
    await owner.end();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

interface World {
  readonly db: ReturnType<typeof openDb>;
  readonly owner: postgres.Sql;
  readonly appUrl: string;
}

interface Tenant {
  readonly ctx: Context;
  readonly crm: ModelCrm;
  readonly erp: ModelErp;
  readonly connectionId: string;
  /** What a plain `insert ... select` of the same rows took. */
  readonly filledMs: number;
}

/** A tenant with so many linked companies, all in sync. */
async function createTenant({ db, owner }: World, tenant: string, links: number, erpMs = 0): Promise<Tenant> {
  const time = { now: new Date() };
  const clock = { now: () => new Date(time.now.getTime() + performance.now()) };
  const crm = new ModelCrm();
  const erp = new ModelErp(erpMs);
  const reads = gatherReads();
  const kind: ConnectorKind = {
    kind: 'workbook',
    needsUrl: false,
    configFields: async () => [],
    configList: async () => [],
    open: () => erp.connector(),
  };
  const port = withGatheredReads(crm.port(), reads);
  await createRegistry(db).add(tenant, clock.now());
  const store = createStore(db, tenant, createSeal([{ id: 'bench', key: randomBytes(32) }]));
  const ctx = createContext({
    tenant,
    user: null,
    store,
    crm: port,
    userCrm: port,
    clock,
    connectorKinds: [considerateErps({ clock })(tenant, kind)],
  });
  const [connectionId, connectorId] = [randomUUID(), randomUUID()];
  await store.connectors.save({ id: connectorId, kind: 'workbook', name: 'Bench', url: '', deleted: false });
  await store.connections.save({
    id: connectionId,
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
    trouble: null,
    // Nobody is asked in a benchmark.
    brake: { percent: 100, links: 1_000_000 },
  });
  await store.mappings.save({
    connectionId,
    actorType: 'Customer',
    active: true,
    missingInErp: false,
    fields: FIELDS.map((key, index) => pairOf({ erp: { key, crmField: key, rank: index + 1 } }).erp),
  });
  const filledMs = await timed(async () => {
    await owner`select set_config('app.tenant', ${tenant}, false)`;
    await owner`
      insert into linked_entity (tenant, crm_type, crm_id, compared_at)
      select ${tenant}, 'contact', id, now() from generate_series(1, ${links}::integer) as id`;
    await owner`
      insert into link (tenant, id, connection_id, crm_type, crm_id, actor_type, erp_key, agreed, claimed_at, confirmed_at)
      select ${tenant}, gen_random_uuid(), ${connectionId}, 'contact', id, 'Customer', id::text,
        (select jsonb_object_agg(field, jsonb_build_array(field || ' of ' || id, field || ' of ' || id))
          from unnest(${FIELDS}::text[]) as field), now(), now()
      from generate_series(1, ${links}::integer) as id`;
  });
  await owner`analyze`;
  return { ctx, crm, erp, connectionId, filledMs };
}

function benchPlanner(): void {
  const links = Array.from({ length: 20 }, (_, index): LinkState => {
    const values = Object.fromEntries(FIELDS.map((key) => [key, `${key} of ${index}`]));
    return {
      linkId: `link${index}`,
      pairs: FIELDS.map((key) => pairOf({ erp: { key, crmField: key }, crm: { key } })),
      values: { ...values, FIELD1: 'edited' },
      unreadable: {},
      agreed: Object.fromEntries(FIELDS.map((key) => [key, { crm: values[key] ?? null, erp: values[key] ?? null }])),
      refused: {},
      newest: null,
    };
  });
  const plan = () => {
    for (const [index, link] of links.entries()) {
      const values = Object.fromEntries(FIELDS.map((key) => [key, `${key} of ${index}`]));
      planSync({ entity: { type: 'contact', id: 1 }, values, protectedFields: [] }, [link], { kind: 'sync' });
    }
  };
  for (let warm = 0; warm < 200; warm++) plan();
  const began = performance.now();
  let rounds = 0;
  while (performance.now() - began < 2_000) {
    plan();
    rounds += 1;
  }
  const perSecond = (rounds * links.length * FIELDS.length) / ((performance.now() - began) / 1000);
  printFigure('planner, fields a second on one core', Math.round(perSecond).toLocaleString('en'), '>= 200,000');
}

/** One record after another, against systems that answer at once: all the time there is, is the engine's. */
async function benchReconcile(world: World): Promise<void> {
  const { ctx, crm, erp, filledMs } = await createTenant(world, 'Reconcile', 1_000);
  const times: { quiet: number[]; edited: number[] } = { quiet: [], edited: [] };
  for (let id = 1; id <= 400; id++) {
    const kind = id % 2 === 0 ? 'edited' : 'quiet';
    if (kind === 'edited') crm.edit(id, 'FIELD1', `New ${id}`);
    const took = await timed(async () => {
      const claim = await ctx.store.marks.claim({ type: 'contact', id }, ctx.clock.now(), leaseUntil(ctx));
      if (!claim) throw new Error('not claimed');
      await inLane('event', () => reconcile(ctx, claim));
    });
    if (kind === 'edited' && erp.value(id, 'FIELD1') !== `New ${id}`) throw new Error('not written');
    if (id > 100) times[kind].push(took);
  }
  const row = filledMs / 1_000;
  printFigure(
    'a reconcile that writes one field, beside its calls',
    `${median(times.edited).toFixed(1)} ms`,
    '<= 25 ms',
  );
  printFigure('a reconcile that finds nothing to do', `${median(times.quiet).toFixed(1)} ms`, '');
  printFigure(
    `the first, against insert ... select of a link's rows (${row.toFixed(3)} ms)`,
    `${(median(times.edited) / row).toFixed(0)}x`,
    '',
  );
}

async function benchEdit(world: World): Promise<void> {
  const { ctx, crm, erp } = await createTenant(world, 'Edit', 1_000);
  const worker = await startWorker({
    tenants: async () => ['Edit'],
    contextFor: async () => ctx,
    listen: (onWork) => listenForWork(world.appUrl, onWork),
  });
  const times: number[] = [];
  for (let id = 1; id <= EDITS; id++) {
    await pause(20);
    crm.edit(id, 'FIELD1', `New ${id}`);
    const took = await timed(async () => {
      await receiveWebhook(ctx, { entity: { type: 'contact', id } });
      while (erp.value(id, 'FIELD1') !== `New ${id}`) await pause(2);
    });
    times.push(took);
  }
  await worker.stop();
  const p95 = times.sort((a, b) => a - b)[Math.floor(times.length * 0.95)] ?? 0;
  printFigure('edit in SuperOffice until it stands in an idle ERP, p95', `${p95.toFixed(0)} ms`, '<= 2,000 ms');
}

/** As many records as a busy tenant changes in a minute, all at once; the ERP takes a tenth of a second for every call. */
async function benchFeed(world: World): Promise<void> {
  const { ctx, crm, erp, filledMs } = await createTenant(world, 'Feed', FED, ERP_MS);
  for (let id = 1; id <= FED; id++) crm.edit(id, 'FIELD1', `New ${id}`);
  const hints = Array.from({ length: FED }, (_, index) => ({ entity: { type: 'contact', id: index + 1 } as const }));
  await receiveWebhook(ctx, ...hints);
  let highest = 0;
  const watch = setInterval(() => (highest = Math.max(highest, process.memoryUsage.rss())), 50);
  const took = await timed(async () => {
    const worker = await startWorker({ tenants: async () => ['Feed'], contextFor: async () => ctx });
    while ((await ctx.store.marks.waiting()) > 0) await pause(50);
    await worker.stop();
  });
  clearInterval(watch);
  for (let id = 1; id <= FED; id++) if (erp.value(id, 'FIELD1') !== `New ${id}`) throw new Error(`${id} is missing`);
  const perMinute = (FED / took) * 60_000;
  printFigure(
    `${FED.toLocaleString('en')} edits to an ERP of ${ERP_MS} ms a call, a minute`,
    Math.round(perMinute).toLocaleString('en'),
    '>= 3,000',
  );
  printFigure('the same, calls of the ERP per record', (erp.calls / FED).toFixed(2), '');
  printFigure('the same, memory of the process at most', `${(highest / 2 ** 20).toFixed(0)} MB`, '');
  printFigure(
    `the same, against insert ... select of the rows (${filledMs.toFixed(0)} ms)`,
    `${(took / filledMs).toFixed(0)}x`,
    '',
  );
}

/** All that a worker does for a tenant when nothing has happened: look, ask the ERP, ask SuperOffice. In turns, side by side. */
async function benchNoOp(world: World): Promise<void> {
  const few = await createTenant(world, 'Few', FEW);
  const many = await createTenant(world, 'Many', MANY);
  await world.owner`vacuum analyze`;
  const times: { few: number[]; many: number[] } = { few: [], many: [] };
  for (let pass = 0; pass < PASSES; pass++) {
    for (const [size, { ctx }] of [
      ['few', few],
      ['many', many],
    ] as const) {
      const took = await timed(() => noOpPass(ctx, pass));
      if (pass >= PASSES / 4) times[size].push(took);
    }
  }
  printFigure(
    `nothing to do, ${MANY.toLocaleString('en')} links (${median(times.many).toFixed(1)} ms) against ${FEW.toLocaleString('en')}`,
    `${(median(times.many) / median(times.few)).toFixed(2)}x`,
    '<= 1.3x',
  );
  printFigure(
    `the same pass, against insert ... select of the rows (${(many.filledMs / 1000).toFixed(1)} s)`,
    `${((100 * median(times.many)) / many.filledMs).toFixed(2)} %`,
    '',
  );
}

async function noOpPass(ctx: Context, pass: number): Promise<void> {
  const { store } = ctx;
  const now = new Date(ctx.clock.now().getTime() + pass * 61_000);
  const at = { ...ctx, clock: { now: () => now } };
  await store.syncSettings.isAutomatic();
  const marked = await store.marks.claimMarked(32, now, leaseUntil(at));
  const tasks = await claimRunTasks(at, 32);
  const polls = await store.polls.claimDue(1, now, leaseUntil(at));
  for (const claim of polls) await pollConnection(at, claim);
  const sweep = await store.sweeps.claimDue(now, leaseUntil(at));
  if (sweep) await sweepCrm(at, sweep);
  await releaseDeadClaims(at);
  await claimComparison(at, leaseUntil(at));
  if (marked.length + tasks.length > 0 || !sweep) throw new Error('it was not idle');
}

/** Companies whose every field reads `FIELD3 of 7` until somebody edits it. */
class ModelCrm {
  readonly #edited = new Map<number, Record<string, FieldValue>>();

  edit(id: number, key: string, value: FieldValue): void {
    this.#edited.set(id, { ...this.#edited.get(id), [key]: value });
  }

  port(): Crm {
    const record = (id: number, keys: readonly string[]): CrmRecord => ({
      entity: { type: 'contact', id },
      name: '',
      values: { ...valuesOf(id, keys), ...this.#edited.get(id) },
      updatedAt: new Date(0),
      company: null,
      protection: null,
    });
    const calls: Partial<Crm> = {
      fields: async () => FIELDS.map((key) => pairOf({ crm: { key } }).crm),
      list: async () => [],
      read: async (entities, keys) => entities.map(({ id }) => record(id, keys)),
      write: async ({ id }, values) => {
        for (const [key, value] of Object.entries(values)) this.edit(id, key, value);
        return record(id, Object.keys(values));
      },
      changedSince: async () => ({ ids: [], asOf: new Date() }),
    };
    return calls as Crm;
  }
}

class ModelErp {
  calls = 0;
  readonly #ms: number;
  readonly #edited = new Map<string, Record<string, FieldValue>>();

  constructor(ms: number) {
    this.#ms = ms;
  }

  value(id: number, key: string): FieldValue | undefined {
    return this.#edited.get(String(id))?.[key];
  }

  connector(): ErpConnector {
    const actor = (erpKey: string, keys: readonly string[]): Actor => ({
      type: 'Customer',
      erpKey,
      lastModified: '',
      values: { ...valuesOf(erpKey, keys), ...this.#edited.get(erpKey) },
      unreadable: {},
      parent: null,
    });
    const answer = async <T>(value: () => T): Promise<T> => {
      this.calls += 1;
      if (this.#ms > 0) await pause(this.#ms);
      return value();
    };
    const calls: Partial<ErpConnector> = {
      getList: async () => [],
      getActors: (_type, keys, fields) =>
        answer(() => ({
          actors: keys.map((key) =>
            actor(
              key,
              fields.map(({ key }) => key),
            ),
          ),
          warning: null,
        })),
      changedActors: async () => ({ actors: [], warning: null }),
      saveActors: (changes, fields) =>
        answer(() =>
          changes.map(({ erpKey, values }) => {
            this.#edited.set(erpKey, { ...this.#edited.get(erpKey), ...values });
            return {
              kind: 'saved',
              actor: actor(
                erpKey,
                fields.map(({ key }) => key),
              ),
            } as const;
          }),
        ),
    };
    return calls as ErpConnector;
  }
}

function valuesOf(id: number | string, keys: readonly string[]): FieldValues {
  return Object.fromEntries(keys.map((key) => [key, `${key} of ${id}`]));
}

async function timed(work: () => PromiseLike<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
