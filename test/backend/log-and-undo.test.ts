import { beforeEach, describe, expect, test } from 'vitest';
import { disconnectEntity } from '../../backend/application/erp-tab/disconnect-entity.ts';
import { showFieldHistory } from '../../backend/application/erp-tab/show-field-history.ts';
import { forgetOld } from '../../backend/application/sync/forget-old.ts';
import { setRetention } from '../../backend/application/sync/set-retention.ts';
import { exportLedger, showLedger } from '../../backend/application/sync/show-ledger.ts';
import { showRun } from '../../backend/application/sync/show-run.ts';
import { startSync, startUndo } from '../../backend/application/sync/start-run.ts';
import { executeRun, nameToType } from '../../backend/application/sync/steer-run.ts';
import { syncNow } from '../../backend/application/sync/sync-now.ts';
import { undoChange } from '../../backend/application/sync/undo-change.ts';
import { claimRunTasks, workOnRun } from '../../backend/application/sync/work-on-run.ts';
import { AppError } from '../../backend/errors.ts';
import type { Context } from '../../backend/context.ts';
import type { StartSync } from '../../shared/api/runs.ts';
import type { ActorRef, CrmEntity } from '../../shared/vocabulary.ts';
import { connect } from '../support/connect.ts';
import { createWorld, type World } from '../support/world.ts';

const company = (id: number): CrmEntity => ({ type: 'contact', id });
const customer = (id: number): ActorRef => ({ type: 'Customer', erpKey: `erp${id}` });
const DAY = 24 * 3_600_000;

let world: World;
let admin: Context;
let connectionId: string;
const links: string[] = [];

beforeEach(async () => {
  world = await createWorld();
  admin = world.as();
  connectionId = await world.connection({ name: 'Visma', fields: { NAME: 'NAME', POSTALCITY: 'POSTALCITY' } });
  for (const id of [1, 2, 3]) {
    const values = { NAME: `Company ${id}`, POSTALCITY: 'Oslo' };
    world.crm.entities.set(`contact/${id}`, { ...values });
    world.erp.actors.set(`Customer/erp${id}`, { ...values });
    links[id] = await connect(admin, connectionId, company(id), customer(id));
  }
});

const erp = (id: number) => world.erp.actors.get(`Customer/erp${id}`);
const code = (wanted: string) => expect.objectContaining({ code: wanted }) as unknown;

async function edit(id: number, values: Record<string, string | null>): Promise<void> {
  world.crm.edit(company(id), values);
  await syncNow(admin, company(id));
}

async function latest(fieldKey: string): Promise<string> {
  const [row] = await world.store.ledger.page({ fieldKey }, 1);
  return String(row?.id);
}

async function work(): Promise<void> {
  for (;;) {
    const tasks = await claimRunTasks(world.ctx, 5);
    if (tasks.length === 0) return;
    for (const task of tasks) await workOnRun(world.ctx, task);
  }
}

describe('why this value', () => {
  test('tells each write of the field with its rule, cause and user, and which of them may be undone', async () => {
    await edit(1, { NAME: 'First' });
    await edit(1, { NAME: 'Second' });
    const history = await showFieldHistory(admin, links[1]!, 'NAME');
    expect(history).toMatchObject({ name: 'NAME', agreed: { crm: 'Second', erp: 'Second' }, retentionDays: 90 });
    expect(history.changes).toMatchObject([
      { before: 'First', after: 'Second', reason: 'changed', cause: 'user', userName: 'Astrid Berg', mayUndo: true },
      { before: 'Company 1', after: 'First', mayUndo: false },
    ]);
  });

  test('is shown to those who see the record, and undone by those who may connect', async () => {
    await edit(1, { NAME: 'First' });
    world.crm.hidden.set(12, new Set(['contact/1']));
    await expect(showFieldHistory(world.as({ id: 12 }), links[1]!, 'NAME')).rejects.toEqual(code('entity.not_found'));
    await expect(undoChange(world.as({ id: 12 }), links[1]!, await latest('NAME'))).rejects.toEqual(
      code('entity.not_found'),
    );
    await expect(showFieldHistory(world.otherTenant(), links[1]!, 'NAME')).rejects.toEqual(code('link.not_found'));
    await undoChange(world.as({ id: 11, name: 'Lars Holm', administrator: false }), links[1]!, await latest('NAME'));
    expect(erp(1)?.['NAME']).toBe('Company 1');
  });

  test('an undo puts back what stood there, as a run of its own that can be undone', async () => {
    await edit(1, { NAME: 'First', POSTALCITY: 'Bergen' });
    await undoChange(admin, links[1]!, await latest('NAME'));
    expect(erp(1)).toEqual({ NAME: 'Company 1', POSTALCITY: 'Bergen' });
    await syncNow(admin, company(1));
    expect(erp(1)?.['NAME']).toBe('Company 1');
    await undoChange(admin, links[1]!, await latest('NAME'));
    expect(erp(1)?.['NAME']).toBe('First');
  });

  test('an undo whose answer is lost stays undone', async () => {
    await edit(1, { NAME: 'First' });
    const line = { kind: 'undo', runId: null, ledgerId: await latest('NAME'), entity: null } as const;
    const id = await startUndo(admin, { ...line, wholeRecord: false });
    await work();
    await executeRun(admin, id, 'execute', { steps: 1 });
    world.erp.afterCall = ({ method }) => {
      if (method === 'saveActors') throw new AppError('connector.timeout');
    };
    await work();
    world.erp.afterCall = null;
    world.clock.advance(3_600_000);
    await work();
    await syncNow(admin, company(1));
    expect(world.crm.entities.get('contact/1')?.['NAME']).toBe('First');
    expect(erp(1)?.['NAME']).toBe('Company 1');
  });

  test('an undo changes nothing where the value has been edited since', async () => {
    await edit(1, { NAME: 'First' });
    world.erp.edit(customer(1), { NAME: 'Edited since' });
    await expect(undoChange(admin, links[1]!, await latest('NAME'))).rejects.toEqual(code('link.changed'));
    expect(erp(1)?.['NAME']).toBe('Edited since');
  });

  test('an undo of another record’s line is refused', async () => {
    await edit(1, { NAME: 'First' });
    await expect(undoChange(admin, links[2]!, await latest('NAME'))).rejects.toEqual(code('link.not_found'));
    expect(erp(1)?.['NAME']).toBe('First');
  });
});

test('a record is put back to before a line, and what was edited since is told beforehand', async () => {
  await edit(1, { NAME: 'First' });
  const line = await latest('NAME');
  await edit(1, { NAME: 'Second', POSTALCITY: 'Bergen' });
  await edit(2, { NAME: 'Other' });
  world.erp.edit(customer(1), { POSTALCITY: 'Edited since' });

  const id = await startUndo(admin, { kind: 'undo', runId: null, ledgerId: line, entity: null, wholeRecord: true });
  await work();
  const run = await showRun(admin, id);
  expect(run).toMatchObject({ state: 'planned', counts: { toWrite: 1, stale: 1 } });
  await executeRun(admin, id, 'execute', { steps: 1 });
  await work();
  expect([erp(1), erp(2)?.['NAME']]).toEqual([{ NAME: 'Company 1', POSTALCITY: 'Edited since' }, 'Other']);
});

describe('a run', () => {
  const resync: StartSync = {
    kind: 'resync',
    dryRun: false,
    from: 'crm',
    connectionId: null,
    keepNonBlank: false,
    records: { kind: 'all' },
  };
  const counted = async (run: Partial<StartSync>) => {
    const id = await startSync(admin, { ...resync, ...run });
    await work();
    return showRun(admin, id);
  };

  beforeEach(() => {
    for (const id of [1, 2, 3]) world.crm.edit(company(id), { NAME: `New ${id}` });
  });

  test('of a selection looks at its members, as far as they are connected and the person may see them', async () => {
    world.crm.selections.set(17, { name: 'Spring', members: [company(1), company(2), company(99)] });
    world.crm.hidden.set(5, new Set(['contact/2']));
    expect(await counted({ records: { kind: 'selection', selectionId: 17 } })).toMatchObject({
      records: { kind: 'selection', name: 'Spring' },
      counts: { records: 1, written: 1 },
    });
    await expect(startSync(admin, { ...resync, records: { kind: 'selection', selectionId: 9 } })).rejects.toEqual(
      code('selection.not_found'),
    );
  });

  test('of ERP keys looks at these, or without any at all of their type', async () => {
    const of = (...erpKeys: string[]) => ({ kind: 'actors', actorType: 'Customer', erpKeys }) as const;
    expect(await counted({ connectionId, records: of('erp3', 'nobody') })).toMatchObject({ counts: { written: 1 } });
    expect(erp(3)?.['NAME']).toBe('New 3');
    expect(await counted({ connectionId, records: of() })).toMatchObject({ counts: { records: 3, written: 2 } });
  });

  test('of ordinary syncing shows what that would do, and does exactly it', async () => {
    world.erp.edit(customer(1), { NAME: 'Both sides' });
    world.erp.edit(customer(2), { POSTALCITY: 'From the ERP' });
    const plan = await counted({ kind: 'sync', dryRun: true });
    expect(plan).toMatchObject({ kind: 'sync', state: 'planned', counts: { toWrite: 3, conflicts: 1, written: 0 } });
    world.crm.edit(company(3), { NAME: 'Moved on' });
    await executeRun(admin, plan.id, 'execute', { steps: 3 });
    await work();
    expect(await showRun(admin, plan.id)).toMatchObject({ state: 'done', counts: { written: 2, stale: 1 } });
    expect([erp(2)?.['NAME'], erp(3)?.['NAME']]).toEqual(['New 2', 'Company 3']);
    expect(world.crm.entities.get('contact/2')?.['POSTALCITY']).toBe('From the ERP');
  });

  test('of more than a thousand records wants the name of the connection', async () => {
    const plan = await counted({ dryRun: true });
    const run = await world.store.runs.get(plan.id);
    expect(await nameToType(admin, run, { changedLinks: 1_000 })).toBe(null);
    expect(await nameToType(admin, run, { changedLinks: 1_001 })).toBe('SuperOffice');

    const many: Context['store'] = {
      ...admin.store,
      transaction: (work) =>
        admin.store.transaction((store) =>
          work({
            ...store,
            runs: {
              ...store.runs,
              counts: async (ids) =>
                new Map(
                  [...(await store.runs.counts(ids))].map(([id, found]) => [id, { ...found, changedLinks: 1_001 }]),
                ),
            },
          }),
        ),
    };
    const ctx = { ...admin, store: many };
    await expect(executeRun(ctx, plan.id, 'execute', { steps: 3, name: 'superoffice' })).rejects.toEqual(
      code('input.invalid'),
    );
    await executeRun(ctx, plan.id, 'execute', { steps: 3, name: 'SuperOffice' });
  });
});

describe('a policy', () => {
  test('is the connection’s, unless the field has its own', async () => {
    const id = await world.connection({
      name: 'Second',
      policy: 'crm',
      fields: { NAME: 'NAME', POSTALCITY: { crmField: 'POSTALCITY', policy: 'erp' } },
    });
    world.crm.entities.set('contact/9', { NAME: 'Nine', POSTALCITY: 'Oslo' });
    world.erp.actors.set('Customer/nine', { NAME: 'Nine', POSTALCITY: 'Oslo' });
    await connect(admin, id, company(9), { type: 'Customer', erpKey: 'nine' });
    world.crm.edit(company(9), { NAME: 'Ours', POSTALCITY: 'Ours' });
    world.erp.edit({ type: 'Customer', erpKey: 'nine' }, { NAME: 'Theirs', POSTALCITY: 'Theirs' });
    await syncNow(admin, company(9));
    expect(world.erp.actors.get('Customer/nine')).toEqual({ NAME: 'Ours', POSTALCITY: 'Theirs' });
    expect(world.crm.entities.get('contact/9')).toMatchObject({ NAME: 'Ours', POSTALCITY: 'Theirs' });
  });
});

describe('the log', () => {
  test('is narrowed by connection, record, field, cause, user and time', async () => {
    await edit(1, { NAME: 'First' });
    world.clock.advance(DAY);
    const noon = world.clock.now().toISOString();
    await edit(2, { POSTALCITY: 'Bergen' });
    const found = async (query: Parameters<typeof showLedger>[1]) => (await showLedger(admin, query)).entries.length;

    expect(await found({ fieldKey: 'NAME' })).toBe(1);
    expect(await found({ entityType: 'contact', entityId: 2, cause: 'user' })).toBe(1);
    expect(await found({ from: noon })).toBe(1);
    expect(await found({ to: noon, cause: 'user' })).toBe(1);
    expect(await found({ userId: 5 })).toBe(5);
    expect(await found({ userId: 6 })).toBe(0);
    expect(await found({ connectionId: links[1]! })).toBe(0);
    expect((await showLedger(admin, {})).users).toEqual([{ id: 5, name: 'Astrid Berg' }]);
  });

  test('tells of connecting and disconnecting', async () => {
    await disconnectEntity(admin, links[1]!);
    const { entries } = await showLedger(admin, { entityType: 'contact', entityId: 1 });
    expect(entries).toMatchObject([
      { event: 'disconnected', cause: 'user', userName: 'Astrid Berg', fieldName: '', before: null },
      { event: 'connected', cause: 'connect' },
    ]);
  });

  test('is exported whole, runs no formula, and tells nothing of records that may not be seen', async () => {
    await edit(1, { NAME: '=HYPERLINK("http://x")' });
    await edit(2, { NAME: 'Secret' });
    world.crm.hidden.set(5, new Set(['contact/2']));
    const file = await exportLedger(admin, {});
    expect(file.split('\r\n')).toHaveLength(7);
    expect(file).toContain(`"'=HYPERLINK(""http://x"")"`);
    expect(file).not.toContain('Secret');
    await expect(exportLedger(world.as({ administrator: false }), {})).rejects.toEqual(code('access.denied'));
    expect((await exportLedger(world.otherTenant(), {})).split('\r\n')).toHaveLength(2);
  });
});

describe('what is older than the log is kept', () => {
  test('goes, a little at a time, with its runs, and what is younger stays', async () => {
    await edit(1, { NAME: 'Old' });
    const id = await startSync(admin, {
      kind: 'resync',
      dryRun: false,
      from: 'crm',
      connectionId: null,
      keepNonBlank: false,
      records: { kind: 'all' },
    });
    await work();
    world.clock.advance(60 * DAY);
    await edit(1, { NAME: 'Young' });
    await forgetOld(world.ctx);
    await showRun(admin, id);
    world.clock.advance(31 * DAY);
    await forgetOld(world.ctx);

    expect((await showLedger(admin, {})).entries).toMatchObject([{ after: 'Young' }]);
    await expect(showRun(admin, id)).rejects.toEqual(code('run.not_found'));
  });

  test('cannot be undone, and says so even before it has gone', async () => {
    await edit(1, { NAME: 'Old' });
    const line = await latest('NAME');
    await setRetention(admin, { days: 7 });
    world.clock.advance(8 * DAY);
    const undo = { kind: 'undo', runId: null, ledgerId: line, entity: null } as const;
    await expect(startUndo(admin, undo)).rejects.toMatchObject({ code: 'undo.expired', detail: { days: 7 } });
    await expect(undoChange(admin, links[1]!, line)).rejects.toEqual(code('undo.expired'));
    expect((await showFieldHistory(admin, links[1]!, 'NAME')).changes[0]?.mayUndo).toBe(false);
    await forgetOld(world.ctx);
    await expect(startUndo(admin, undo)).rejects.toEqual(code('undo.expired'));
    expect(erp(1)?.['NAME']).toBe('Old');
  });

  test('is looked for once an hour, by one of all workers', async () => {
    await setRetention(admin, { days: 7 });
    const took = () =>
      world.store.syncSettings.takeTidying(new Date(world.clock.now().getTime() - 3_600_000), world.clock.now());
    expect((await Promise.all([took(), took(), took()])).filter(Boolean)).toHaveLength(1);
    expect(await took()).toBe(false);
    world.clock.advance(3_601_000);
    expect(await took()).toBe(true);
  });

  test('is for an administrator to say', async () => {
    await expect(setRetention(world.as({ administrator: false }), { days: 30 })).rejects.toEqual(code('access.denied'));
  });
});
