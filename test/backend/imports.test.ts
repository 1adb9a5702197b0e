import { beforeEach, describe, expect, test } from 'vitest';
import { claimListing, listActors } from '../../backend/application/import/list-actors.ts';
import { listImports, showImport, showImportedActors } from '../../backend/application/import/show-import.ts';
import { chooseConsentSource, showConsentSource } from '../../backend/application/import/consent-source.ts';
import { startImport } from '../../backend/application/import/start-import.ts';
import {
  cancelImport,
  chooseRecord,
  disconnectImport,
  executeImport,
  leaveOutActors,
  pauseImport,
  resumeImport,
} from '../../backend/application/import/steer-import.ts';
import { claimImportTasks, workOnImport } from '../../backend/application/import/work-on-import.ts';
import { showLedger } from '../../backend/application/sync/show-ledger.ts';
import { showRun } from '../../backend/application/sync/show-run.ts';
import { startSync } from '../../backend/application/sync/start-run.ts';
import { claimRunTasks, workOnRun } from '../../backend/application/sync/work-on-run.ts';
import { disconnectEntity } from '../../backend/application/erp-tab/disconnect-entity.ts';
import { reconcile } from '../../backend/application/sync/reconcile.ts';
import type { Context } from '../../backend/context.ts';
import { startWorker } from '../../backend/worker/worker.ts';
import { AppError } from '../../backend/errors.ts';
import type { ImportSource, LeaveOut } from '../../shared/api/imports.ts';
import type { ActorRef, ActorType, CrmEntity } from '../../shared/vocabulary.ts';
import { connect } from '../support/connect.ts';
import { createWorld, type World } from '../support/world.ts';

let world: World;
let admin: Context;
let connectionId: string;

beforeEach(async () => {
  world = await createWorld();
  admin = world.as();
  connectionId = await world.connection({
    name: 'Visma',
    fields: {
      NAME: 'NAME',
      POSTALCITY: 'POSTALCITY',
      CustNo: { kind: 'integer', crmField: 'NUMBER2', direction: 'toCrm' },
    },
    types: { Person: { FIRSTNAME: 'FIRSTNAME', LASTNAME: 'LASTNAME' }, Project: { NAME: 'NAME', No: 'NUMBER' } },
  });
  customer('1', 'Ny AS', { CustNo: '1', POSTALCITY: 'Bodø' });
  customer('2', 'Kjent AS', { CustNo: '2' });
  customer('3', 'Dobbel AS', { CustNo: '3' });
  customer('4', 'Koblet AS', { CustNo: '4' });
  company(20, 'kjent as', { NUMBER2: null });
  company(30, 'Dobbel AS');
  company(31, 'Dobbel AS');
  company(40, 'Koblet AS');
  await connect(admin, connectionId, { type: 'contact', id: 40 }, { type: 'Customer', erpKey: '4' });
});

function customer(erpKey: string, NAME: string, more: Readonly<Record<string, string | null>> = {}): void {
  world.erp.actors.set(`Customer/${erpKey}`, { NAME, POSTALCITY: null, CustNo: null, ...more });
}

function company(id: number, NAME: string, more: Readonly<Record<string, string | null>> = {}): CrmEntity {
  world.crm.entities.set(`contact/${id}`, { NAME, POSTALCITY: null, NUMBER2: null, ...more });
  return { type: 'contact', id };
}

const start = (source: ImportSource = { kind: 'all' }, actorType: ActorType = 'Customer', ctx = admin) =>
  startImport(ctx, { connectionId, actorType, source });

/** What workers do until nothing is left to do now. */
async function work(): Promise<void> {
  for (let round = 0; round < 50; round++) {
    const listing = await claimListing(world.ctx);
    if (listing) await listActors(world.ctx, listing);
    const tasks = await claimImportTasks(world.ctx, 10);
    for (const task of tasks) await workOnImport(world.ctx, task);
    if (!listing && tasks.length === 0) return;
  }
  throw new Error('never at rest');
}

async function planned(source?: ImportSource, actorType?: ActorType): Promise<string> {
  const id = await start(source, actorType);
  await work();
  return id;
}

async function execute(id: string): Promise<void> {
  const { counts } = await showImport(admin, id);
  await executeImport(admin, id, { create: counts.create, connect: counts.connect });
}

async function leaveOut(id: string, actors: LeaveOut['actors'], leftOut = true): Promise<void> {
  await leaveOutActors(admin, id, { leftOut, actors });
}
const idsOf = async (id: string, ...erpKeys: readonly string[]) =>
  (await showImportedActors(admin, id, {})).actors.filter(({ erpKey }) => erpKeys.includes(erpKey)).map(({ id }) => id);

const actorsOf = async (id: string) =>
  (await showImportedActors(admin, id, {})).actors.map(({ erpKey, verdict, entity, outcome, reason }) => [
    erpKey,
    verdict,
    entity?.id ?? null,
    outcome,
    reason?.code ?? null,
  ]);
const linkOf = async (erpKey: string, type: ActorType = 'Customer') =>
  (await world.store.links.ofActors(connectionId, [{ type, erpKey }]))[0];
const made = () => world.crm.calls.filter(({ method }) => method === 'create');
const named = (name: string) => [...world.crm.entities].filter(([, { NAME }]) => NAME === name).map(([key]) => key);

describe('the plan', () => {
  test('says of each actor what it would become, and writes nothing', async () => {
    const id = await planned();

    expect(await showImport(admin, id)).toMatchObject({
      state: 'planned',
      may: ['execute', 'choose', 'cancel'],
      counts: { actors: 4, left: 0, create: 1, connect: 1, duplicate: 1, linked: 1, blocked: 0 },
    });
    expect(await actorsOf(id)).toEqual([
      ['1', 'create', null, null, null],
      ['2', 'connect', 20, null, null],
      ['3', 'duplicate', null, null, 'import.ambiguous'],
      ['4', 'linked', 40, null, null],
    ]);
    expect(made()).toEqual([]);
    expect(await linkOf('2')).toBeUndefined();
  });

  test('waits for an ERP that rests however long, and counts none of it as a try', async () => {
    world.erp.outage = new AppError('connector.resting', { retryAfterSeconds: 300 });
    const id = await planned();
    for (let round = 0; round < 8; round++) {
      world.clock.advance(6 * 60_000);
      await work();
    }
    expect(await showImport(admin, id)).toMatchObject({ state: 'planning', failure: null });

    world.erp.outage = null;
    world.clock.advance(6 * 60_000);
    await listActors(world.ctx, (await claimListing(world.ctx))!);
    world.erp.outage = new AppError('connector.resting', { retryAfterSeconds: 300 });
    for (let round = 0; round < 8; round++) {
      await work();
      world.clock.advance(6 * 60_000);
    }
    world.erp.outage = null;
    await work();
    expect(await showImport(admin, id)).toMatchObject({ state: 'planned', counts: { create: 1, blocked: 0 } });
  });

  test('names the records that an actor could be any of', async () => {
    const { actors } = await showImportedActors(admin, await planned(), {});
    expect(actors.map(({ lookalikes }) => lookalikes.map(({ entity, entityName }) => [entity.id, entityName]))).toEqual(
      [
        [],
        [],
        [
          [30, 'Dobbel AS'],
          [31, 'Dobbel AS'],
        ],
        [],
      ],
    );
  });

  test('can be for what a search finds, or for some keys', async () => {
    expect(await actorsOf(await planned({ kind: 'search', text: 'kjent' }))).toHaveLength(1);
    await cancelImport(admin, (await listImports(admin, connectionId)).imports[0]!.id);
    expect((await actorsOf(await planned({ kind: 'keys', erpKeys: ['1', '3', 'gone'] }))).map(([key]) => key)).toEqual([
      '1',
      '3',
    ]);
  });

  test('a record with another number is another one, whatever it is called', async () => {
    company(20, 'Kjent AS', { NUMBER2: '77' });
    expect((await actorsOf(await planned())).find(([key]) => key === '2')).toEqual(['2', 'create', null, null, null]);
  });

  test('a record with the same number and another different one is shown, and not made again', async () => {
    connectionId = await world.connection({
      name: 'Numbers',
      fields: {
        NAME: 'NAME',
        CustNo: { kind: 'integer', crmField: 'NUMBER2', direction: 'toCrm' },
        VAT: { crmField: 'VATNO', direction: 'both' },
      },
    });
    customer('1', 'Ny AS', { CustNo: '1', VAT: '968' });
    company(20, 'Gammelt navn AS', { NUMBER2: '20', VATNO: '968' });
    expect(await actorsOf(await planned({ kind: 'keys', erpKeys: ['1'] }))).toEqual([
      ['1', 'duplicate', 20, null, 'import.doubtful'],
    ]);
  });

  test('a record that is connected to another actor is shown, and not taken', async () => {
    customer('5', 'Koblet AS', { CustNo: null });
    expect((await actorsOf(await planned())).find(([key]) => key === '5')).toEqual([
      '5',
      'duplicate',
      40,
      null,
      'link.exists',
    ]);
  });

  test('an actor without a name, or with a longer one than SuperOffice takes, is told with its reason', async () => {
    customer('5', '');
    world.erp.actors.set('Customer/5', { NAME: null });
    customer('6', 'x'.repeat(300));
    const rows = await actorsOf(await planned({ kind: 'keys', erpKeys: ['5', '6'] }));
    expect(rows).toEqual([
      ['5', 'blocked', null, null, 'value.mandatory'],
      ['6', 'blocked', null, null, 'value.too_long'],
    ]);
  });

  test('where there is nothing to do it is done', async () => {
    expect((await showImport(admin, await planned({ kind: 'keys', erpKeys: ['4'] }))).state).toBe('done');
  });

  test('an ERP that does not answer is asked again, and then told', async () => {
    world.erp.outage = new AppError('connector.unreachable');
    const id = await start();
    for (let hour = 0; hour < 8; hour++) {
      await work();
      world.clock.advance(3_600_000);
    }
    expect(await showImport(admin, id)).toMatchObject({ state: 'failed', failure: { code: 'connector.unreachable' } });
    world.erp.outage = null;
    await start();
  });

  test('one connection has one import at a time', async () => {
    await start();
    await expect(start()).rejects.toMatchObject({ code: 'run.running' });
  });
});

describe('carried out', () => {
  test('it makes and connects exactly that, with values, link and log', async () => {
    const id = await planned();
    await execute(id);
    await work();

    expect(await showImport(admin, id)).toMatchObject({
      state: 'done',
      counts: { created: 1, connected: 1, failed: 0 },
    });
    const [key] = named('Ny AS');
    expect(world.crm.entities.get(key as `contact/${number}`)).toMatchObject({ POSTALCITY: 'Bodø', NUMBER2: '1' });
    expect((await linkOf('1'))?.agreed).toMatchObject({ NAME: { crm: 'Ny AS', erp: 'Ny AS' } });
    expect((await linkOf('2'))?.entity.id).toBe(20);
    expect(named('Dobbel AS')).toHaveLength(2);
    const ledger = await world.store.ledger.page({}, 100);
    expect(
      ledger.filter(({ cause }) => cause === 'import').map(({ event, target, after }) => event ?? [target, after]),
    ).toEqual(expect.arrayContaining(['connected', ['crm', 'Ny AS'], ['crm', 'Bodø'], ['crm', '1']]));

    const { entity } = (await linkOf('1'))!;
    expect(await world.store.ledger.page({ entity, connectionId, fieldKey: 'POSTALCITY' }, 10)).toMatchObject([
      { crmField: 'POSTALCITY', target: 'crm', after: 'Bodø', reason: 'created', cause: 'import' },
    ]);

    const claims = await world.store.marks.claimMarked(
      10,
      world.clock.now(),
      new Date(world.clock.now().getTime() + 45_000),
    );
    for (const claim of claims) await reconcile(world.ctx, claim);
    // What SuperOffice had blank in the company it was connected to comes from the ERP by the ordinary rules.
    expect(world.crm.entities.get('contact/20')).toMatchObject({ NUMBER2: '2' });
  });

  test('the number that was seen has to be said', async () => {
    const id = await planned();
    await expect(executeImport(admin, id, { create: 2, connect: 1 })).rejects.toMatchObject({ code: 'run.changed' });
    expect((await showImport(admin, id)).state).toBe('planned');
  });

  test('what would become of an actor now is something else: nothing becomes of it', async () => {
    const id = await planned();
    company(50, 'Ny AS');
    world.erp.edit({ type: 'Customer', erpKey: '2' }, { NAME: 'Omdøpt AS' });
    await execute(id);
    await work();

    expect((await actorsOf(id)).slice(0, 2)).toEqual([
      ['1', 'create', 50, 'stale', null],
      ['2', 'connect', 20, 'stale', null],
    ]);
    expect(made()).toEqual([]);
  });

  test('a record that SuperOffice refuses is told, and the others go on', async () => {
    const id = await planned();
    await execute(id);
    world.crm.beforeCall = ({ method }) => {
      if (method === 'create') throw new AppError('crm.rejected', { field: 'NAME' });
    };
    await work();
    expect((await actorsOf(id)).slice(0, 2)).toEqual([
      ['1', 'create', null, 'failed', 'crm.rejected'],
      ['2', 'connect', 20, 'connected', null],
    ]);
  });

  test('it can be paused, resumed and cancelled', async () => {
    const id = await planned();
    await execute(id);
    await pauseImport(admin, id);
    await work();
    expect(made()).toEqual([]);
    await resumeImport(admin, id);
    await work();
    expect((await showImport(admin, id)).state).toBe('done');

    const other = await start({ kind: 'keys', erpKeys: ['3'] });
    await cancelImport(admin, other);
    await work();
    expect((await showImport(admin, other)).state).toBe('cancelled');
    await expect(resumeImport(admin, other)).rejects.toMatchObject({ code: 'run.changed' });
  });

  test('its connections can be taken back; what was made stays', async () => {
    const id = await planned();
    await execute(id);
    await work();
    await disconnectImport(admin, id);
    expect([await linkOf('1'), await linkOf('2')]).toEqual([undefined, undefined]);
    expect(await linkOf('4')).toBeDefined();
    expect(named('Ny AS')).toHaveLength(1);
    expect(await showImport(admin, id)).toMatchObject({
      may: [],
      counts: { created: 0, connected: 0, disconnected: 2, linked: 1 },
    });
    await disconnectImport(admin, id);
    expect((await actorsOf(await planned())).slice(0, 2).map(([key, verdict]) => [key, verdict])).toEqual([
      ['1', 'connect'],
      ['2', 'connect'],
    ]);
  });

  test('what somebody has connected otherwise since is not taken back', async () => {
    const id = await planned();
    await execute(id);
    await work();
    await disconnectEntity(admin, (await linkOf('2'))!.id);
    company(70, 'Annet AS');
    await connect(admin, connectionId, { type: 'contact', id: 70 }, { type: 'Customer', erpKey: '2' });
    await disconnectImport(admin, id);
    expect([await linkOf('1'), (await linkOf('2'))?.entity.id]).toEqual([undefined, 70]);
  });
});

describe('a possible duplicate', () => {
  const choose = async (id: string, erpKey: string, recordId: number | null) =>
    chooseRecord(admin, id, { actorId: (await idsOf(id, erpKey))[0]!, recordId });
  const rowOf = async (id: string, erpKey: string) => (await actorsOf(id)).find(([key]) => key === erpKey);

  test('is connected to the record that somebody says it is', async () => {
    const id = await planned();
    await choose(id, '3', 31);
    expect(await rowOf(id, '3')).toEqual(['3', 'connect', 31, null, null]);
    expect((await showImport(admin, id)).counts).toMatchObject({ create: 1, connect: 2, duplicate: 0 });
    expect((await showImportedActors(admin, id, {})).actors[2]).toMatchObject({
      chosen: 31,
      lookalikes: { length: 2 },
    });
    await execute(id);
    await work();
    expect((await linkOf('3'))?.entity.id).toBe(31);
    expect(named('Dobbel AS')).toHaveLength(2);
  });

  test('becomes a new record when it is none of them, and only one though the answer is lost', async () => {
    const id = await planned({ kind: 'keys', erpKeys: ['3'] });
    expect(await showImport(admin, id)).toMatchObject({ state: 'planned', may: ['choose', 'cancel'] });
    await choose(id, '3', 0);
    expect(await rowOf(id, '3')).toEqual(['3', 'create', null, null, null]);
    await execute(id);
    const { crm } = world;
    const create = crm.create.bind(crm);
    crm.create = async (record) => {
      await create(record);
      throw new AppError('crm.unreachable');
    };
    await work();
    world.clock.advance(4 * 60_000);
    await work();
    expect(named('Dobbel AS')).toHaveLength(3);
    expect([30, 31]).not.toContain((await linkOf('3'))?.entity.id);
  });

  test('is undecided again when that is taken back, and can be left out', async () => {
    const id = await planned();
    await choose(id, '3', 30);
    await leaveOut(id, { kind: 'these', ids: await idsOf(id, '3') });
    expect(await rowOf(id, '3')).toEqual(['3', 'connect', 30, 'leftOut', null]);
    await choose(id, '3', null);
    expect(await rowOf(id, '3')).toEqual(['3', 'duplicate', null, null, 'import.ambiguous']);
  });

  test('is not connected to a record that it does not look like, or that is connected already', async () => {
    const id = await planned();
    await choose(id, '3', 40);
    expect(await rowOf(id, '3')).toEqual(['3', 'duplicate', null, null, 'import.ambiguous']);
    await expect(choose(id, '1', 40)).rejects.toMatchObject({ code: 'run.changed' });
    customer('9', 'Sist AS');
    await connect(admin, connectionId, { type: 'contact', id: 31 }, { type: 'Customer', erpKey: '9' });
    await choose(id, '3', 31);
    expect(await rowOf(id, '3')).toEqual(['3', 'duplicate', 31, null, 'link.exists']);
    expect((await showImportedActors(admin, id, {})).actors[2]).toMatchObject({
      chosen: 31,
      lookalikes: { length: 2 },
    });
  });

  test('becomes nothing when somebody else takes its record meanwhile', async () => {
    const id = await planned();
    await choose(id, '3', 31);
    customer('9', 'Sist AS');
    await connect(admin, connectionId, { type: 'contact', id: 31 }, { type: 'Customer', erpKey: '9' });
    await execute(id);
    await work();
    expect(await rowOf(id, '3')).toEqual(['3', 'connect', 31, 'stale', 'link.exists']);
  });
});

describe('left out', () => {
  test('nothing becomes of an actor, it is told so, and the next import offers it again', async () => {
    const id = await planned();
    await leaveOut(id, { kind: 'these', ids: await idsOf(id, '1') });
    expect(await showImport(admin, id)).toMatchObject({
      state: 'planned',
      counts: { actors: 4, create: 0, connect: 1, leftOut: 1, left: 0 },
    });

    await execute(id);
    await work();
    expect((await actorsOf(id)).slice(0, 2)).toEqual([
      ['1', 'create', null, 'leftOut', null],
      ['2', 'connect', 20, 'connected', null],
    ]);
    expect(await showImport(admin, id)).toMatchObject({
      state: 'done',
      counts: { created: 0, connected: 1, leftOut: 1 },
    });
    expect(made()).toEqual([]);

    const again = await planned();
    expect((await actorsOf(again)).slice(0, 2)).toEqual([
      ['1', 'create', null, null, null],
      ['2', 'linked', 20, null, null],
    ]);
    await execute(again);
    await work();
    expect(named('Ny AS')).toHaveLength(1);
  });

  test('all of a kind are, and taken in again', async () => {
    customer('5', 'Nyere AS', { CustNo: '5' });
    const id = await planned();
    const counts = async () => {
      const { create, connect, leftOut } = (await showImport(admin, id)).counts;
      return [create, connect, leftOut];
    };
    await leaveOut(id, { kind: 'all', verdict: 'create' });
    expect(await counts()).toEqual([0, 1, 2]);
    expect((await showImportedActors(admin, id, { outcome: 'leftOut' })).actors.map(({ erpKey }) => erpKey)).toEqual([
      '1',
      '5',
    ]);
    await leaveOut(id, { kind: 'all', verdict: null });
    expect(await counts()).toEqual([0, 0, 3]);
    expect((await showImport(admin, id)).may).toEqual(['choose', 'cancel']);
    await expect(execute(id)).rejects.toMatchObject({ code: 'run.changed' });

    await leaveOut(id, { kind: 'these', ids: await idsOf(id, '5') }, false);
    expect(await counts()).toEqual([1, 0, 2]);
    await leaveOut(id, { kind: 'all', verdict: null }, false);
    expect(await counts()).toEqual([2, 1, 0]);
    await execute(id);
    await work();
    expect((await showImport(admin, id)).counts).toMatchObject({ created: 2, connected: 1 });
  });

  test('what nothing becomes of anyway is not touched', async () => {
    const id = await planned();
    const before = await actorsOf(id);
    await leaveOut(id, { kind: 'these', ids: await idsOf(id, '3', '4') });
    expect(await actorsOf(id)).toEqual(before);
  });

  test('while it is paused what is not done yet can be, even by a worker that was about to', async () => {
    const id = await planned();
    await execute(id);
    const [first] = await claimImportTasks(world.ctx, 1);
    await pauseImport(admin, id);
    await leaveOut(id, { kind: 'all', verdict: null });
    await expect(workOnImport(world.ctx, first!)).rejects.toMatchObject({ code: 'link.busy' });
    await resumeImport(admin, id);
    await work();
    expect(made()).toEqual([]);
    expect(await showImport(admin, id)).toMatchObject({ state: 'done', counts: { leftOut: 2, created: 0 } });
    await expect(leaveOut(id, { kind: 'all', verdict: null }, false)).rejects.toMatchObject({ code: 'run.changed' });
  });
});

describe('at most one record per actor', () => {
  const only: ImportSource = { kind: 'keys', erpKeys: ['1'] };
  const wait = () => world.clock.advance(4 * 60_000);

  test('when the answer is lost after SuperOffice has made it', async () => {
    const id = await planned(only);
    await execute(id);
    const { crm } = world;
    const create = crm.create.bind(crm);
    crm.create = async (record) => {
      await create(record);
      throw new AppError('crm.unreachable');
    };
    await work();
    expect(await showImport(admin, id)).toMatchObject({ state: 'running', counts: { left: 1 } });

    wait();
    await work();
    expect(named('Ny AS')).toHaveLength(1);
    expect(await actorsOf(id)).toEqual([['1', 'create', (await linkOf('1'))?.entity.id, 'created', null]]);
  });

  test('when it is lost before SuperOffice has: it is made then', async () => {
    const id = await planned(only);
    await execute(id);
    let lost = 0;
    world.crm.beforeCall = ({ method }) => {
      if (method === 'create' && lost++ === 0) throw new AppError('crm.unreachable');
    };
    await work();
    expect(named('Ny AS')).toHaveLength(0);
    wait();
    await work();
    expect(named('Ny AS')).toHaveLength(1);
    expect(await linkOf('1')).toBeDefined();
  });

  test('when the process dies in between, nobody takes it up before the call is surely over', async () => {
    const id = await planned(only);
    await execute(id);
    const [task] = await claimImportTasks(world.ctx, 1);
    const { crm } = world;
    const create = crm.create.bind(crm);
    crm.create = async (record) => {
      await create(record);
      return new Promise(() => {});
    };
    void workOnImport(world.ctx, task!);
    await expect.poll(() => named('Ny AS').length).toBe(1);
    crm.create = create;

    world.clock.advance(60_000);
    await work();
    expect(await linkOf('1')).toBeUndefined();
    wait();
    await work();
    expect(named('Ny AS')).toHaveLength(1);
    expect(await linkOf('1')).toBeDefined();
    expect((await showImport(admin, id)).state).toBe('done');
  });

  test('when somebody connects the actor meanwhile, the record that was made is named', async () => {
    const id = await planned(only);
    await execute(id);
    company(60, 'Annet AS');
    const { crm } = world;
    const create = crm.create.bind(crm);
    crm.create = async (record) => {
      await connect(admin, connectionId, { type: 'contact', id: 60 }, { type: 'Customer', erpKey: '1' });
      return create(record);
    };
    await work();
    const [[, , crmId, outcome, reason] = []] = await actorsOf(id);
    expect([outcome, reason, named('Ny AS')]).toEqual(['failed', 'link.actor_taken', [`contact/${crmId}`]]);
  });
});

describe('contacts', () => {
  const kari: ActorRef = { type: 'Person', erpKey: 'k' };
  beforeEach(() => {
    world.erp.actors.set('Person/k', { FIRSTNAME: 'Kari', LASTNAME: 'Moen' });
    world.erp.parents.set('Person/k', { type: 'Customer', erpKey: '4' });
  });

  test('are made below their company', async () => {
    const id = await planned({ kind: 'all' }, 'Person');
    await execute(id);
    await work();
    const link = await linkOf('k', 'Person');
    expect(world.crm.companies.get(`person/${link!.entity.id}`)).toEqual({ type: 'contact', id: 40 });
  });

  test('say that an integration brought their consents, or what the administrator has chosen', async () => {
    const made = async () => {
      const id = await planned({ kind: 'all' }, 'Person');
      await execute(id);
      await work();
      const { entity } = (await linkOf('k', 'Person'))!;
      await world.store.links.remove((await linkOf('k', 'Person'))!.id);
      world.crm.entities.delete(`person/${entity.id}`);
      return world.crm.consentSourceOf.get(`person/${entity.id}`);
    };
    expect(await showConsentSource(admin, 'en')).toMatchObject({ key: 'API' });
    expect(await made()).toBe('API');

    await expect(chooseConsentSource(admin, { key: 'NEWSLETTER' })).rejects.toMatchObject({ code: 'input.invalid' });
    await chooseConsentSource(admin, { key: 'IMPORT' });
    expect(await made()).toBe('IMPORT');
    expect(await showConsentSource(world.otherTenant(), 'en')).toMatchObject({ key: 'API' });
  });

  test('wait for their company', async () => {
    world.erp.parents.set('Person/k', { type: 'Customer', erpKey: '1' });
    expect(await actorsOf(await planned({ kind: 'all' }, 'Person'))).toEqual([
      [kari.erpKey, 'blocked', null, null, 'link.parent_missing'],
    ]);
  });

  test('are found in their company only', async () => {
    world.crm.entities.set('person/7', { FIRSTNAME: 'Kari', LASTNAME: 'Moen' });
    world.crm.companies.set('person/7', { type: 'contact', id: 30 });
    const id = await planned({ kind: 'all' }, 'Person');
    expect(await actorsOf(id)).toEqual([['k', 'create', null, null, null]]);
    await cancelImport(admin, id);
    world.crm.companies.set('person/7', { type: 'contact', id: 40 });
    expect(await actorsOf(await planned({ kind: 'all' }, 'Person'))).toEqual([['k', 'connect', 7, null, null]]);
  });
});

test('projects are made, and connected by their number whatever they are called', async () => {
  world.erp.actors.set('Project/a', { NAME: 'Kai 3', No: 'P1' });
  world.erp.actors.set('Project/b', { NAME: 'Kai 4', No: 'P2' });
  world.crm.entities.set('project/5', { NAME: 'Quay 4', NUMBER: 'P2' });
  const id = await planned({ kind: 'all' }, 'Project');
  expect(await actorsOf(id)).toEqual([
    ['a', 'create', null, null, null],
    ['b', 'connect', 5, null, null],
  ]);
  await execute(id);
  await work();
  const made = (await linkOf('a', 'Project'))!.entity;
  expect(world.crm.entities.get(`project/${made.id}`)).toMatchObject({ NAME: 'Kai 3', NUMBER: 'P1' });
  expect((await linkOf('b', 'Project'))?.entity).toEqual({ type: 'project', id: 5 });
});

test('workers do it', async () => {
  const patient = { timeout: 10_000 };
  const id = await start();
  const worker = await startWorker({
    tenants: async () => [world.tenant],
    contextFor: async () => world.ctx,
    lookEveryMs: 20,
  });
  try {
    await expect.poll(async () => (await showImport(admin, id)).state, patient).toBe('planned');
    await execute(id);
    await expect.poll(async () => (await showImport(admin, id)).state, patient).toBe('done');
    expect(named('Ny AS')).toHaveLength(1);
  } finally {
    await worker.stop();
  }
});

describe('values of records that were there before', () => {
  const takeOver = (importId: string, id = connectionId, keepNonBlank = true) =>
    startSync(admin, {
      kind: 'resync',
      dryRun: false,
      from: 'erp',
      connectionId: id,
      keepNonBlank,
      records: { kind: 'import', importId },
    });

  test('can be taken over from the ERP for what the import connected, and for nothing else', async () => {
    company(20, 'KJENT AS', { NUMBER2: null, POSTALCITY: 'Oslo' });
    customer('2', 'Kjent AS', { CustNo: '2', POSTALCITY: 'Bodø' });
    const id = await planned();
    await execute(id);
    await work();
    world.crm.edit({ type: 'contact', id: 40 }, { POSTALCITY: 'Moss' });

    const runId = await takeOver(id);
    for (let tasks; (tasks = await claimRunTasks(world.ctx, 5)).length > 0;) {
      for (const task of tasks) await workOnRun(world.ctx, task);
    }
    expect((await showRun(admin, runId)).counts).toMatchObject({ records: 1 });
    expect(world.crm.entities.get('contact/20')).toMatchObject({ NAME: 'Kjent AS', POSTALCITY: 'Bodø' });
    expect(world.crm.entities.get('contact/40')).toMatchObject({ POSTALCITY: 'Moss' });
  });

  test('stand in the log under the names of their fields where the record was made', async () => {
    await execute(await planned({ kind: 'keys', erpKeys: ['1'] }));
    await work();
    const { entries } = await showLedger(admin, {});
    const made = entries.filter(({ reason }) => reason === 'created').map(({ fieldName }) => fieldName);
    expect(made.sort()).toEqual(['CustNo', 'NAME', 'POSTALCITY']);
  });

  test('are not taken over from another ERP', async () => {
    const id = await planned();
    const other = await world.connection({ name: 'Other', fields: { NAME: 'NAME' } });
    await expect(takeOver(id, other)).rejects.toMatchObject({ code: 'input.invalid', detail: { field: 'records' } });
  });
});

describe('who may', () => {
  const verbs: Record<string, (ctx: Context, id: string) => Promise<unknown>> = {
    startImport: (ctx) => start({ kind: 'all' }, 'Customer', ctx),
    listImports: (ctx) => listImports(ctx, connectionId),
    showImport: (ctx, id) => showImport(ctx, id),
    showImportedActors: (ctx, id) => showImportedActors(ctx, id, {}),
    executeImport: (ctx, id) => executeImport(ctx, id, { create: 1, connect: 1 }),
    chooseRecord: (ctx, id) => chooseRecord(ctx, id, { actorId: '1', recordId: null }),
    leaveOutActors: (ctx, id) => leaveOutActors(ctx, id, { leftOut: true, actors: { kind: 'all', verdict: null } }),
    pauseImport: (ctx, id) => pauseImport(ctx, id),
    resumeImport: (ctx, id) => resumeImport(ctx, id),
    cancelImport: (ctx, id) => cancelImport(ctx, id),
    disconnectImport: (ctx, id) => disconnectImport(ctx, id),
  };

  test.each(Object.keys(verbs))('%s wants a licensed administrator of this tenant', async (verb) => {
    const id = await planned();
    const call = async (ctx: Context) => verbs[verb]!(ctx, id);
    await expect(call(world.as({ administrator: false }))).rejects.toMatchObject({ code: 'access.denied' });
    await expect(call(world.as({ licensed: false }))).rejects.toMatchObject({ code: 'licence.missing' });
    await expect(call(world.ctx)).rejects.toMatchObject({ code: 'session.missing' });
    await expect(call(world.otherTenant())).rejects.toMatchObject({
      code: expect.stringMatching(/^(connection|run)\.not_found$/) as string,
    });
    expect((await showImport(admin, id)).state).toBe('planned');
  });
});
