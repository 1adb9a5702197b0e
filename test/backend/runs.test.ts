import { beforeEach, describe, expect, test } from 'vitest';
import { receiveWebhook } from '../../backend/application/sync/receive-webhook.ts';
import { reconcile } from '../../backend/application/sync/reconcile.ts';
import { listRuns, showRun, showRunSteps } from '../../backend/application/sync/show-run.ts';
import { startSync, startUndo } from '../../backend/application/sync/start-run.ts';
import { syncNow } from '../../backend/application/sync/sync-now.ts';
import { cancelRun, executeRun, pauseRun, resumeRun } from '../../backend/application/sync/steer-run.ts';
import { claimRunTasks, workOnRun } from '../../backend/application/sync/work-on-run.ts';
import { setAutomaticSync } from '../../backend/application/sync/set-automatic-sync.ts';
import type { Context } from '../../backend/context.ts';
import { AppError } from '../../backend/errors.ts';
import { startWorker } from '../../backend/worker/worker.ts';
import type { StartSync, StartUndo } from '../../shared/api/runs.ts';
import type { ActorRef, CrmEntity, FieldValue } from '../../shared/vocabulary.ts';
import { connect } from '../support/connect.ts';
import { createWorld, type World } from '../support/world.ts';

const company = (id: number): CrmEntity => ({ type: 'contact', id });
const customer = (id: number): ActorRef => ({ type: 'Customer', erpKey: `erp${id}` });
const fields = { NAME: 'NAME', POSTALCITY: 'POSTALCITY' };

const resync: StartSync = {
  kind: 'resync',
  dryRun: false,
  from: 'crm',
  connectionId: null,
  keepNonBlank: false,
  records: { kind: 'all' },
};

let world: World;
let admin: Context;
let connectionId: string;

beforeEach(async () => {
  world = await createWorld();
  admin = world.as();
  connectionId = await world.connection({ name: 'Visma Norway', fields });
  await link(1, 2, 3);
});

/** Companies and customers that agree, connected. */
async function link(...ids: number[]): Promise<void> {
  for (const id of ids) {
    const values = { NAME: `Company ${id}`, POSTALCITY: 'Oslo' };
    world.crm.entities.set(`contact/${id}`, { ...values });
    world.erp.actors.set(`Customer/erp${id}`, { ...values });
    await connect(admin, connectionId, company(id), customer(id));
  }
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const crm = (id: number) => world.crm.entities.get(`contact/${id}`);
const erp = (id: number) => world.erp.actors.get(`Customer/erp${id}`);
const everything = () => structuredClone([[...world.crm.entities], [...world.erp.actors]]);
const saves = () => world.erp.count('saveActors') + world.crm.calls.filter(({ method }) => method === 'write').length;

function start(run: Partial<StartSync> = {}): Promise<string> {
  return startSync(admin, { ...resync, ...run });
}

/** What workers do until no run has anything to do. */
async function work(): Promise<void> {
  for (let round = 0; round < 200; round++) {
    const tasks = await claimRunTasks(world.ctx, 3);
    if (tasks.length === 0) return;
    for (const task of tasks) await workOnRun(world.ctx, task);
  }
  throw new Error('never at rest');
}

async function run(scope: Partial<StartSync> = {}) {
  const id = await start(scope);
  await work();
  return showRun(admin, id);
}

/** A plan to put something back, ready to be looked at. */
async function undo(what: Partial<StartUndo>): Promise<string> {
  const id = await startUndo(admin, { kind: 'undo', runId: null, ledgerId: null, entity: null, ...what });
  await work();
  return id;
}

async function written() {
  return (await world.store.ledger.page({}, 100)).filter(({ event }) => event === null);
}

async function execute(id: string) {
  const { state, counts } = await showRun(admin, id);
  await executeRun(admin, id, state === 'needsApproval' ? 'approve' : 'execute', { steps: counts.toWrite });
  await work();
  return showRun(admin, id);
}

const refused = (code: string) => expect.objectContaining({ constructor: AppError, code }) as unknown;

describe('a resync', () => {
  test('from SuperOffice writes what differs, whatever changed last, and a second one writes nothing', async () => {
    world.crm.edit(company(1), { NAME: 'Orkdal AS' });
    world.erp.edit(customer(2), { POSTALCITY: 'Bergen' });

    expect(await run()).toMatchObject({
      state: 'done',
      counts: { records: 3, links: 3, toWrite: 2, written: 2, unchanged: 1, conflicts: 0, parked: 0, failed: 0 },
      startedBy: 'Astrid Berg',
    });
    expect([erp(1)?.['NAME'], erp(2)?.['POSTALCITY'], crm(2)?.['POSTALCITY']]).toEqual(['Orkdal AS', 'Oslo', 'Oslo']);

    const before = saves();
    expect(await run()).toMatchObject({ state: 'done', counts: { toWrite: 0, unchanged: 3 } });
    expect(saves()).toBe(before);
  });

  test('from an ERP writes into SuperOffice and goes on to the other ERPs', async () => {
    const second = await world.connection({ name: 'Second', fields });
    world.erp.actors.set('Customer/other1', { NAME: 'Company 1', POSTALCITY: 'Oslo' });
    await connect(admin, second, company(1), { type: 'Customer', erpKey: 'other1' });
    world.erp.edit(customer(1), { NAME: 'From the ERP' });
    world.crm.edit(company(1), { NAME: 'From SuperOffice' });

    expect(await run({ from: 'erp', connectionId })).toMatchObject({ state: 'done', counts: { written: 2 } });
    expect(crm(1)?.['NAME']).toBe('From the ERP');
    expect(world.erp.actors.get('Customer/other1')?.['NAME']).toBe('From the ERP');
  });

  test('from SuperOffice to one ERP leaves the other one alone', async () => {
    const second = await world.connection({ name: 'Second', fields });
    world.erp.actors.set('Customer/other1', { NAME: 'Company 1', POSTALCITY: 'Oslo' });
    await connect(admin, second, company(1), { type: 'Customer', erpKey: 'other1' });
    world.crm.edit(company(1), { NAME: 'Orkdal AS' });

    expect(await run({ connectionId: second })).toMatchObject({ counts: { records: 1, written: 1 } });
    expect(world.erp.actors.get('Customer/other1')?.['NAME']).toBe('Orkdal AS');
    expect(erp(1)?.['NAME']).toBe('Company 1');
  });

  test('of one record looks at no other', async () => {
    for (const id of [1, 2]) world.crm.edit(company(id), { NAME: `New ${id}` });
    expect(await run({ records: { kind: 'these', entities: [company(2)] } })).toMatchObject({
      counts: { records: 1, written: 1 },
    });
    expect([erp(1)?.['NAME'], erp(2)?.['NAME']]).toEqual(['Company 1', 'New 2']);
  });

  test('overwrites nothing with a blank value, if it is told so', async () => {
    world.crm.edit(company(1), { POSTALCITY: null });
    expect(await run({ keepNonBlank: true })).toMatchObject({ counts: { toWrite: 0, blanks: 0 } });
    expect(erp(1)?.['POSTALCITY']).toBe('Oslo');
    expect(await run()).toMatchObject({ counts: { toWrite: 1, blanks: 1, written: 1 } });
    expect(erp(1)?.['POSTALCITY']).toBe(null);
  });

  test('goes on without the record that cannot be read, and counts it', async () => {
    world.crm.remove(company(1));
    world.crm.edit(company(2), { NAME: 'New 2' });
    expect(await run()).toMatchObject({ state: 'done', counts: { failed: 1, written: 1, unchanged: 1 } });
  });

  test('asks twice, and tells what the ERP would not take', async () => {
    world.crm.edit(company(1), { NAME: 'New 1' });
    world.erp.refused.set('Customer/erp1', { code: 'connector.rejected', explanation: 'No' });
    const { id } = await run();
    expect(await showRun(admin, id)).toMatchObject({ state: 'running', counts: { written: 0 } });
    const asked = saves();
    world.clock.advance(60_000);
    await work();
    expect(saves()).toBe(asked + 1);
    expect(await showRun(admin, id)).toMatchObject({ state: 'done', counts: { toWrite: 1, written: 0, stale: 0 } });
    expect((await showRunSteps(admin, id, {})).steps).toMatchObject([{ fieldKey: 'NAME', outcome: 'failed' }]);
  });

  test('leaves what was marked meanwhile to the next look', async () => {
    world.crm.edit(company(1), { NAME: 'Planned' });
    const id = await start({ dryRun: true });
    await work();
    world.crm.edit(company(1), { POSTALCITY: 'Bergen' });
    await receiveWebhook(world.ctx, { entity: company(1) });

    expect(await execute(id)).toMatchObject({ counts: { written: 1 } });
    expect(erp(1)).toEqual({ NAME: 'Planned', POSTALCITY: 'Oslo' });
    const [claim] = await world.store.marks.claimMarked(5, world.clock.now(), new Date(Date.now() + 45_000));
    await reconcile(world.ctx, claim!);
    expect(erp(1)).toEqual({ NAME: 'Planned', POSTALCITY: 'Bergen' });
  });

  test('is begun by an administrator only, and only with a connection that is active', async () => {
    await expect(startSync(world.as({ administrator: false }), resync)).rejects.toEqual(refused('access.denied'));
    const inactive = await world.connection({ active: false });
    await expect(start({ connectionId: inactive })).rejects.toEqual(refused('connection.inactive'));
    expect((await listRuns(admin)).runs).toEqual([]);
  });

  test('runs alone on its connections', async () => {
    const first = await start();
    await expect(start()).rejects.toEqual(refused('run.running'));
    await pauseRun(admin, first);
    await expect(start({ records: { kind: 'these', entities: [company(1)] } })).rejects.toEqual(refused('run.running'));
    await cancelRun(admin, first);
    expect(await run()).toMatchObject({ state: 'done' });
  });

  test('of two begun at once, one is refused', async () => {
    const outcomes = await Promise.allSettled([start(), start(), start()]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
    expect((await listRuns(admin)).runs).toHaveLength(1);
  });
});

describe('the brake', () => {
  test('stops a run in which the ERP answers blanks, before the first write', async () => {
    await link(...upTo(24).slice(3));
    for (const id of upTo(24)) world.erp.edit(customer(id), { POSTALCITY: null });
    const before = everything();

    const stopped = await run({ from: 'erp', connectionId });
    expect(stopped).toMatchObject({
      state: 'needsApproval',
      reach: [{ connectionName: 'Visma Norway', changedLinks: 24, limit: 20 }],
      counts: { toWrite: 24, blanks: 24, written: 0 },
    });
    expect(everything()).toEqual(before);

    await expect(executeRun(admin, stopped.id, 'approve', { steps: 23 })).rejects.toEqual(refused('run.changed'));
    await expect(executeRun(admin, stopped.id, 'execute', { steps: 24 })).rejects.toEqual(refused('run.changed'));
    expect(await execute(stopped.id)).toMatchObject({ state: 'done', counts: { written: 24 } });
    expect(crm(24)?.['POSTALCITY']).toBe(null);
  });

  test('lets a handful through', async () => {
    await link(...upTo(20).slice(3));
    for (const id of upTo(20)) world.crm.edit(company(id), { NAME: `New ${id}` });
    expect(await run()).toMatchObject({ state: 'done', counts: { written: 20 } });
  });

  test('is not passed by pausing', async () => {
    await link(...upTo(22).slice(3));
    for (const id of upTo(22)) world.crm.edit(company(id), { NAME: `New ${id}` });
    const id = await start();
    const tasks = await claimRunTasks(world.ctx, 30);
    await pauseRun(admin, id);
    for (const task of tasks) await workOnRun(world.ctx, task);
    await resumeRun(admin, id);
    await work();
    expect(await showRun(admin, id)).toMatchObject({ state: 'needsApproval', counts: { written: 0 } });
  });
});

describe('a dry run', () => {
  beforeEach(() => {
    world.crm.edit(company(1), { NAME: 'New 1', POSTALCITY: null });
    world.crm.edit(company(2), { NAME: 'New 2' });
  });

  test('writes nothing and tells each value, by field', async () => {
    const before = [everything(), saves()];
    const dry = await run({ dryRun: true });

    expect([everything(), saves()]).toEqual(before);
    expect(dry).toMatchObject({
      kind: 'resync',
      dryRun: true,
      state: 'planned',
      counts: { toWrite: 3, blanks: 1, unchanged: 1 },
    });
    expect(dry.fields).toMatchObject([
      { fieldKey: 'NAME', connectionName: 'Visma Norway', target: 'erp', changes: 2, blanks: 0 },
      { fieldKey: 'POSTALCITY', target: 'erp', changes: 1, blanks: 1 },
    ]);
    const { steps } = await showRunSteps(admin, dry.id, { fieldKey: 'NAME' });
    expect(steps.map(({ entityName, before, after }) => [entityName, before, after])).toEqual([
      ['New 1', 'Company 1', 'New 1'],
      ['New 2', 'Company 2', 'New 2'],
    ]);
    expect((await showRunSteps(admin, dry.id, { blanksOnly: 'true' })).steps).toHaveLength(1);
  });

  test('executed writes what the real run would have written', async () => {
    const { id } = await run({ dryRun: true });
    const { steps } = await showRunSteps(admin, id, {});
    expect(await execute(id)).toMatchObject({ kind: 'resync', state: 'done', counts: { written: 3, stale: 0 } });
    const entered = (await written()).filter(({ runId }) => runId === id);
    const values = (rows: readonly { fieldKey: string; before: FieldValue; after: FieldValue }[]) =>
      rows.map(({ fieldKey, before, after }) => [fieldKey, before, after].join()).sort();
    expect(values(entered)).toEqual(values(steps));
    expect(await run()).toMatchObject({ counts: { toWrite: 0 } });
  });

  test('drops a value that has moved since, on either side, and writes no other', async () => {
    const { id } = await run({ dryRun: true });
    world.erp.edit(customer(1), { NAME: 'Edited in the ERP' });
    world.crm.edit(company(2), { NAME: 'Edited in SuperOffice' });
    world.crm.edit(company(3), { NAME: 'Not in the plan' });

    expect(await execute(id)).toMatchObject({ state: 'done', counts: { written: 1, stale: 2 } });
    expect([erp(1)?.['NAME'], erp(2)?.['NAME'], erp(3)?.['NAME']]).toEqual([
      'Edited in the ERP',
      'Company 2',
      'Company 3',
    ]);
    expect(await run()).toMatchObject({ counts: { toWrite: 3 } });
  });

  test('is executed once', async () => {
    const { id, counts } = await run({ dryRun: true });
    const outcomes = await Promise.allSettled(
      [1, 2].map(() => executeRun(admin, id, 'execute', { steps: counts.toWrite })),
    );
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await work();
    expect(world.erp.count('saveActors')).toBe(2);
  });

  test('tells no values of a record that the person may not see', async () => {
    const { id } = await run({ dryRun: true });
    world.crm.hidden.set(5, new Set(['contact/1']));
    const { steps } = await showRunSteps(admin, id, { fieldKey: 'NAME' });
    expect(steps.map(({ entityName, before, after }) => [entityName, before, after])).toEqual([
      [null, null, null],
      ['New 2', 'Company 2', 'New 2'],
    ]);
  });
});

describe('a run that is interrupted', () => {
  beforeEach(() => {
    for (const id of [1, 2, 3]) world.crm.edit(company(id), { NAME: `New ${id}` });
  });

  const names = () => [1, 2, 3].map((id) => erp(id)?.['NAME']);

  test('goes on where a dead worker left it, in the plan and in the writing', async () => {
    const id = await start();
    expect(await claimRunTasks(world.ctx, 2)).toHaveLength(2);
    await work();
    expect(await showRun(admin, id)).toMatchObject({ state: 'planning', counts: { recordsLeft: 2 } });
    world.clock.advance(46_000);
    for (const task of await claimRunTasks(world.ctx, 10)) await workOnRun(world.ctx, task);
    const [dies] = await claimRunTasks(world.ctx, 1);
    expect(dies).toMatchObject({ phase: 'write' });
    await work();
    expect(await showRun(admin, id)).toMatchObject({ state: 'running', counts: { recordsLeft: 1 } });
    world.clock.advance(46_000);
    await work();
    expect(await showRun(admin, id)).toMatchObject({ state: 'done', counts: { written: 3, stale: 0 } });
    expect(names()).toEqual(['New 1', 'New 2', 'New 3']);
  });

  test('after a write and before it is noted, writes it once and counts it as written', async () => {
    const id = await start();
    for (const task of await claimRunTasks(world.ctx, 10)) await workOnRun(world.ctx, task);
    const [task] = await claimRunTasks(world.ctx, 1);
    const dying: Context = { ...world.ctx, store: dieOnNote(world.store) };
    await expect(workOnRun(dying, task!)).rejects.toThrow('killed');
    expect(names().filter((name) => name?.startsWith('New'))).toHaveLength(1);

    world.clock.advance(46_000);
    await work();
    expect(await showRun(admin, id)).toMatchObject({ state: 'done', counts: { written: 3, stale: 0 } });
    expect(world.erp.count('saveActors')).toBe(3);
  });

  function dieOnNote(store: Context['store']): Context['store'] {
    return {
      ...store,
      transaction: (work) =>
        store.transaction((store) =>
          work({ ...store, runs: { ...store.runs, written: () => Promise.reject(new Error('killed')) } }),
        ),
    };
  }

  test('pauses, resumes and is cancelled, and refuses what does not fit', async () => {
    const id = await start();
    await pauseRun(admin, id);
    expect(await claimRunTasks(world.ctx, 10)).toEqual([]);
    await expect(pauseRun(admin, id)).rejects.toEqual(refused('run.changed'));
    await resumeRun(admin, id);
    for (const task of await claimRunTasks(world.ctx, 10)) await workOnRun(world.ctx, task);
    for (const task of await claimRunTasks(world.ctx, 1)) await workOnRun(world.ctx, task);
    await cancelRun(admin, id);
    await work();

    expect(await showRun(admin, id)).toMatchObject({ state: 'cancelled', counts: { written: 1 }, may: ['undo'] });
    await expect(resumeRun(admin, id)).rejects.toEqual(refused('run.changed'));
    expect(names().filter((name) => name?.startsWith('New'))).toHaveLength(1);
  });

  test('by an ERP that is down waits for it', async () => {
    world.erp.outage = new AppError('connector.unreachable');
    const id = await start();
    await work();
    expect(await showRun(admin, id)).toMatchObject({ state: 'planning', counts: { written: 0 } });
    world.erp.outage = null;
    world.clock.advance(60_000);
    await work();
    expect(await showRun(admin, id)).toMatchObject({ state: 'done', counts: { written: 3, failed: 0 } });
  });

  test('waits for an ERP that rests however long, and counts none of it as a try', async () => {
    world.erp.outage = new AppError('connector.resting', { retryAfterSeconds: 300 });
    const id = await start();
    for (let round = 0; round < 12; round++) {
      await work();
      world.clock.advance(6 * 60_000);
    }
    expect(await showRun(admin, id)).toMatchObject({ state: 'planning', counts: { failed: 0 } });
    world.erp.outage = null;
    world.clock.advance(6 * 60_000);
    await work();
    expect(await showRun(admin, id)).toMatchObject({ state: 'done', counts: { written: 3, failed: 0 } });
  });

  test('goes on without a record whose ERP fails each time it is asked', async () => {
    world.erp.outage = new AppError('connector.unreachable');
    const id = await start();
    for (let round = 0; round < 12; round++) {
      await work();
      world.clock.advance(6 * 60_000);
    }
    expect(await showRun(admin, id)).toMatchObject({ state: 'failed', counts: { failed: 3 } });
  });

  test('is shared by two workers, each record done once, while automatic sync is off', async () => {
    await setAutomaticSync(admin, { automatic: false });
    const id = await start();
    const parts = {
      tenants: () => world.registry.tenants(),
      contextFor: (tenant: string) => Promise.resolve(tenant === world.tenant ? world.ctx : null),
      lookEveryMs: 20,
    };
    const workers = [await startWorker(parts), await startWorker(parts)];
    try {
      await expect.poll(async () => (await showRun(admin, id)).state, { timeout: 8000 }).toBe('done');
    } finally {
      await Promise.all(workers.map((worker) => worker.stop()));
    }
    expect(names()).toEqual(['New 1', 'New 2', 'New 3']);
    expect(world.erp.count('saveActors')).toBe(3);
  });
});

describe('undo', () => {
  let before: unknown;
  let done: string;

  beforeEach(async () => {
    for (const id of [1, 2]) world.crm.edit(company(id), { NAME: `New ${id}` });
    world.crm.edit(company(2), { POSTALCITY: 'Bergen' });
    before = everything();
    done = (await run()).id;
  });

  test('of a run returns the start, and the sync does not do it again', async () => {
    const id = await undo({ runId: done });
    expect(await showRun(admin, id)).toMatchObject({ kind: 'undo', state: 'planned', counts: { toWrite: 3 } });
    expect(await execute(id)).toMatchObject({ state: 'done', undoes: done, counts: { written: 3, stale: 0 } });
    expect(everything()).toEqual(before);

    await receiveWebhook(world.ctx, { entity: company(1) });
    for (const claim of await world.store.marks.claimMarked(9, world.clock.now(), new Date(Date.now() + 45_000))) {
      await reconcile(world.ctx, claim);
    }
    expect(everything()).toEqual(before);
    expect((await written())[0]).toMatchObject({
      cause: 'undo',
      userName: 'Astrid Berg',
    });
  });

  test('never overwrites a later edit, and says which were edited since', async () => {
    world.erp.edit(customer(1), { NAME: 'Edited since' });
    const id = await undo({ runId: done });
    world.erp.edit(customer(2), { POSTALCITY: 'Edited after the plan' });

    expect(await execute(id)).toMatchObject({ state: 'done', counts: { written: 1, stale: 2 } });
    expect([erp(1)?.['NAME'], erp(2)]).toEqual([
      'Edited since',
      { NAME: 'Company 2', POSTALCITY: 'Edited after the plan' },
    ]);
    const { steps } = await showRunSteps(admin, id, {});
    expect(steps.filter(({ outcome }) => outcome === 'stale')).toHaveLength(2);
  });

  test('of one record, or of one field, leaves the others', async () => {
    await execute(await undo({ runId: done, entity: company(1) }));
    expect([erp(1)?.['NAME'], erp(2)?.['NAME']]).toEqual(['Company 1', 'New 2']);

    const rows = await world.store.ledger.page({ text: 'POSTALCITY' }, 1);
    await execute(await undo({ ledgerId: String(rows[0]?.id) }));
    expect(erp(2)).toEqual({ NAME: 'New 2', POSTALCITY: 'Oslo' });
  });

  test('of one value in SuperOffice goes on to the other ERPs that had got it', async () => {
    const second = await world.connection({ name: 'Second', fields });
    world.erp.actors.set('Customer/other1', { NAME: 'New 1', POSTALCITY: 'Oslo' });
    await connect(admin, second, company(1), { type: 'Customer', erpKey: 'other1' });
    world.erp.edit(customer(1), { POSTALCITY: 'Bergen' });
    await syncNow(admin, company(1));
    expect(world.erp.actors.get('Customer/other1')?.['POSTALCITY']).toBe('Bergen');

    const rows = await world.store.ledger.page({ text: 'POSTALCITY' }, 9);
    const line = rows.find(({ target, connectionId: of }) => target === 'crm' && of === connectionId);
    await execute(await undo({ ledgerId: String(line?.id) }));
    for (const claim of await world.store.marks.claimMarked(9, world.clock.now(), new Date(Date.now() + 45_000))) {
      await reconcile(world.ctx, claim);
    }
    expect(crm(1)?.['POSTALCITY']).toBe('Oslo');
    expect(world.erp.actors.get('Customer/other1')?.['POSTALCITY']).toBe('Oslo');
    expect(erp(1)?.['POSTALCITY']).toBe('Bergen');
  });

  test('of an undo brings back what the run had written', async () => {
    const after = everything();
    const id = await undo({ runId: done });
    await execute(id);
    await execute(await undo({ runId: id }));
    expect(everything()).toEqual(after);
  });

  test('waits until the run has ended', async () => {
    const id = await start();
    await expect(startUndo(admin, { kind: 'undo', runId: id, ledgerId: null, entity: null })).rejects.toEqual(
      refused('run.changed'),
    );
  });
});

test('another tenant sees nothing of a run, and can do nothing with it', async () => {
  world.crm.edit(company(1), { NAME: 'New 1' });
  const { id } = await run({ dryRun: true });
  const other = world.otherTenant();

  expect(await listRuns(other)).toEqual({ runs: [] });
  expect(await claimRunTasks(other, 10)).toEqual([]);
  const attempts = [
    () => showRun(other, id),
    () => showRunSteps(other, id, {}),
    () => executeRun(other, id, 'execute', { steps: 1 }),
    () => cancelRun(other, id),
    () => startUndo(other, { kind: 'undo', runId: id, ledgerId: null, entity: null }),
  ];
  for (const attempt of attempts) await expect(attempt()).rejects.toEqual(refused('run.not_found'));
  expect(await showRun(admin, id)).toMatchObject({ state: 'planned' });
});
