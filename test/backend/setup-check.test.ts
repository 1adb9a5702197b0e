import { beforeEach, describe, expect, test } from 'vitest';
import { engineContext } from '../../backend/application/tenant/engine-context.ts';
import { install } from '../../backend/application/tenant/install.ts';
import { pauseAfterRestore } from '../../backend/application/sync/pause-after-restore.ts';
import { AppError } from '../../backend/errors.ts';
import type { Principal } from '../../backend/ports/crm.ts';
import {
  checkNames,
  type CheckName,
  type Seats,
  type SetupCheck,
  type SetupCheckItem,
} from '../../shared/api/setup.ts';
import { checkSetup } from '../../backend/application/tenant/show-setup-check.ts';
import type { FakeCrm } from '../support/fake-crm.ts';
import { createHttpWorld, everyRight, person, signIn, type Browser, type HttpWorld } from '../support/http.ts';

const MINUTE = 60_000;
const unlicensed = { licences: ['erpsync.erp-sync'] };

let world: HttpWorld;
let panel: Browser;

beforeEach(async () => {
  world = await createHttpWorld();
  panel = world.browser();
  const code = person(world, 5, { systemToken: 'ERP Sync-token' });
  world.crm.allUsers.push(
    { id: 5, name: 'Astrid Berg', groupIds: [1] },
    { id: 11, name: 'Lars Holm', groupIds: [2] },
    { id: 12, name: 'Maria Keller', groupIds: [2] },
  );
  await install(world.app, { ...world.superOffice.identities.get(code)!, serial: '1' });
  await world.connection({ name: 'Nordlys ERP', config: { Filename: 'ErpClient.xlsx' } });
  await signIn(world, panel, code);
});

const denied =
  (call: string): FakeCrm['beforeCall'] =>
  ({ method, by }) => {
    if (method === call && by === null) throw new AppError('crm.denied');
  };

async function check(browser = panel): Promise<Record<CheckName, SetupCheckItem>> {
  const { items } = (await (await browser.get('/api/setup-check')).json()) as SetupCheck;
  return Object.fromEntries(items.map((item) => [item.name, item])) as Record<CheckName, SetupCheckItem>;
}

async function enter(userId: number, rights: Partial<Principal>): Promise<Browser> {
  const browser = world.browser();
  await signIn(world, browser, person(world, userId, rights));
  return browser;
}

describe('the setup check', () => {
  test('finds everything in order', async () => {
    const found = await check();

    expect(Object.values(found).filter(({ state }) => state !== 'fine')).toEqual([]);
    expect(Object.keys(found)).toHaveLength(checkNames.length);
  });

  test.each<[string, CheckName, () => unknown, Partial<SetupCheckItem>]>([
    [
      'a panel that somebody deleted',
      'panels',
      () => world.crm.allPanels.delete('ErpSync.Contact'),
      { state: 'wrong', names: ['ERP'], repairable: true },
    ],
    [
      'a webhook that was stopped',
      'webhook',
      () => world.crm.allWebhooks.set(1, { ...world.crm.allWebhooks.get(1)!, state: 'stopped' }),
      { state: 'wrong', names: ['stopped'], repairable: true },
    ],
    ['a webhook that is gone', 'webhook', () => world.crm.allWebhooks.clear(), { state: 'wrong', names: ['missing'] }],
    [
      'an ERP that does not answer',
      'connections',
      () => world.erp.failures.push(new AppError('connector.unreachable')),
      { state: 'wrong', names: ['Nordlys ERP'], reason: { code: 'connector.unreachable', detail: {} } },
    ],
    [
      'seats that are all taken',
      'seats',
      async () => {
        await world.store.seats.license(1, null);
        await world.store.seats.take({ id: 5, name: 'Astrid Berg', groupIds: [] }, world.clock.now());
      },
      { state: 'attention', count: 1, of: 1 },
    ],
    [
      'a system user without the right to place panels',
      'systemUser',
      () => (world.crm.systemRights = ['admin-import']),
      { state: 'attention', names: ['admin-all', 'admin-lists'] },
    ],
    [
      'an app that may not look at webhooks',
      'webhook',
      () => (world.crm.beforeCall = denied('webhooks')),
      { state: 'wrong', reason: { code: 'crm.denied', detail: {} } },
    ],
    [
      'an app that may not look at panels',
      'panels',
      () => (world.crm.beforeCall = denied('panels')),
      { state: 'wrong', reason: { code: 'crm.denied', detail: {} } },
    ],
    [
      'a backup that was restored',
      'backup',
      () => pauseAfterRestore(world.ctx, { side: 'crm', connectionId: null, userName: null }),
      { state: 'attention' },
    ],
  ])('tells of %s', async (_, name, damage, told) => {
    await damage();

    expect((await check())[name]).toMatchObject(told);
  });

  test('tells which function rights she has, also when they are others than at her sign-in', async () => {
    expect((await check()).functionRights).toMatchObject({ state: 'fine', names: ['admin-all'] });

    const quoting = await enter(5, { functionRights: ['admin-quote', 'admin-import'] });
    expect((await check(quoting)).functionRights).toMatchObject({ state: 'fine', names: ['admin-quote'] });

    world.crm.principals.set(5, { ...world.crm.principals.get(5)!, functionRights: ['admin-users'] });
    expect((await check()).functionRights).toMatchObject({ state: 'wrong', names: ['admin-all', 'admin-quote'] });
  });

  test('takes a system user for whom SuperOffice lists no rights for what it is: limited by none', async () => {
    world.crm.systemRights = [];
    expect((await check()).systemUser).toMatchObject({ state: 'fine' });
  });

  test('tells an administrator that she has no licence herself', async () => {
    const boss = await enter(5, unlicensed);
    expect((await check(boss)).userLicence).toMatchObject({ state: 'wrong' });
    expect((await check(boss)).licence).toMatchObject({ state: 'fine' });
  });

  test('tells an operator all but what a person needs', async () => {
    const { items } = await checkSetup(world.ctx, world.app.origin);
    const names = items.map(({ name }) => name);
    expect(checkNames.filter((name) => !names.includes(name))).toEqual(['functionRights', 'userLicence']);
  });

  test('tells of a licence that ended, of a tenant that rests, and of an approval that was withdrawn', async () => {
    world.crm.licensed = false;
    world.clock.advance(MINUTE);
    await engineContext(world.app, world.tenant);
    expect((await check()).licence).toMatchObject({ state: 'wrong' });

    world.crm.beforeCall = ({ by }) => {
      if (by === null) throw new AppError('tenant.revoked');
    };
    expect((await check()).approval).toMatchObject({ state: 'wrong', reason: { code: 'tenant.revoked' } });
  });

  test('tells of clocks that differ', async () => {
    world.crm.changedSince = () => Promise.resolve({ ids: [], asOf: new Date(world.clock.now().getTime() + 90_000) });

    expect((await check()).clock).toMatchObject({ state: 'wrong', count: 90 });
  });

  test('says what it could not find out, and shows the rest', async () => {
    world.crm.beforeCall = ({ method, by }) => {
      if (method === 'webhooks' && by === null) throw new AppError('crm.unreachable');
    };
    const found = await check();

    expect(found.webhook).toMatchObject({ state: 'unknown', reason: { code: 'crm.unreachable' } });
    expect(found.panels.state).toBe('fine');
  });

  test('puts right what it can', async () => {
    world.crm.allPanels.delete('ErpSync.Contact');
    world.crm.allWebhooks.clear();
    const answer = await panel.send('POST', '/api/setup-check/repair');

    expect(answer.status).toBe(200);
    const items = ((await answer.json()) as SetupCheck).items;
    expect(items.filter(({ state }) => state !== 'fine')).toEqual([]);
    expect([world.crm.allPanels.size, world.crm.allWebhooks.size]).toEqual([4, 1]);
  });

  test('does not repair while somebody installs', async () => {
    const now = world.clock.now();
    await world.store.installations.begin(now, new Date(now.getTime() + MINUTE));

    expect((await panel.send('POST', '/api/setup-check/repair')).status).toBe(409);
  });

  test('is for administrators, licensed or not, and for nobody else', async () => {
    const boss = await enter(5, { licences: [] });
    expect((await boss.get('/api/setup-check')).status).toBe(200);
    expect((await boss.get('/api/connections')).status).toBe(403);

    const lars = await enter(11, { functionRights: [] });
    for (const path of ['/api/setup-check', '/api/seats', '/api/people']) {
      expect((await lars.get(path)).status).toBe(403);
    }
    expect((await lars.send('POST', '/api/setup-check/repair')).status).toBe(403);
    expect((await lars.send('PUT', '/api/seats', { everyone: true, members: [] })).status).toBe(403);
    expect((await world.browser().get('/api/setup-check')).status).toBe(401);
  });
});

describe('seats of our own', () => {
  const seats = async () => (await (await panel.get('/api/seats')).json()) as Seats;
  const give = (everyone: boolean, ...users: readonly number[]) =>
    panel.send('PUT', '/api/seats', { everyone, members: users.map((id) => ({ kind: 'user', id })) });
  const may = async (browser: Browser) => (await browser.get('/api/links/none')).status !== 403;
  const missing = async (browser: Browser) =>
    ((await (await browser.get('/api/session')).json()) as { missing: string[] }).missing;

  test('let in whom SuperOffice has given no licence, as long as there are some', async () => {
    await world.store.seats.license(2, null);
    const [lars, maria, jan] = [await enter(11, unlicensed), await enter(12, unlicensed), await enter(13, unlicensed)];

    expect([await may(lars), await may(maria), await may(jan)]).toEqual([true, true, false]);
    expect(await missing(jan)).toContain('freeSeat');
    expect((await seats()).holders.map(({ userId }) => userId)).toEqual([11, 12]);
  });

  test('cannot be taken by two at once when there is one', async () => {
    await world.store.seats.license(1, null);
    const taken = await Promise.all(
      [21, 22, 23, 24].map((id) => world.store.seats.take({ id, name: String(id), groupIds: [] }, world.clock.now())),
    );

    expect(taken.filter((state) => state === 'taken')).toHaveLength(1);
    expect(taken.filter((state) => state === 'full')).toHaveLength(3);
  });

  test('are for whom the administrator says, at once', async () => {
    await world.store.seats.license(2, null);
    const [lars, maria] = [await enter(11, unlicensed), await enter(12, unlicensed)];
    expect((await give(false, 12)).status).toBe(200);

    expect([await may(lars), await may(maria)]).toEqual([false, true]);
    expect(await missing(lars)).toContain('seat');
    await panel.send('PUT', '/api/seats', { everyone: false, members: [{ kind: 'group', id: 2 }] });
    expect([await may(await enter(11, { ...unlicensed, groupIds: [2] })), await may(maria)]).toEqual([true, false]);
  });

  test('that are freed go to who comes next', async () => {
    await world.store.seats.license(1, null);
    const [lars, maria] = [await enter(11, unlicensed), await enter(12, unlicensed)];
    expect([await may(lars), await may(maria)]).toEqual([true, false]);
    await panel.send('DELETE', '/api/seats/11');

    expect([await may(maria), await may(lars)]).toEqual([true, false]);
  });

  test('cannot be given to more people than there are', async () => {
    await world.store.seats.license(1, null);
    const answer = await give(false, 11, 12);

    expect([answer.status, await answer.json()]).toMatchObject([409, { code: 'seat.too_many', detail: { chosen: 2 } }]);
    expect((await seats()).everyone).toBe(true);
  });

  test('that became fewer keep those who came first', async () => {
    await world.store.seats.license(2, null);
    const [lars, maria] = [await enter(11, unlicensed), await enter(12, unlicensed)];
    await world.store.seats.license(1, null);
    await world.store.sessions.checkAnew();

    expect([await may(lars), await may(maria)]).toEqual([true, false]);
  });

  test('end when they run out, and come back when they are renewed', async () => {
    const { licensed: _, ...rest } = { licensed: true, licences: [] as string[] };
    world.crm.licensed = false;
    await world.store.seats.license(5, new Date(world.clock.now().getTime() + 20 * MINUTE));
    const lars = await enter(11, rest);
    expect(await may(lars)).toBe(true);
    expect(await engineContext(world.app, world.tenant)).not.toBeNull();

    world.clock.advance(21 * MINUTE);
    expect(await may(lars)).toBe(false);
    expect(await engineContext(world.app, world.tenant)).toBeNull();

    await world.store.seats.license(5, null);
    world.clock.advance(11 * MINUTE);
    expect(await may(lars)).toBe(true);
    expect(await engineContext(world.app, world.tenant)).not.toBeNull();
  });

  test('are not needed by whom SuperOffice has licensed, and of another tenant are of no use', async () => {
    await world.app.storeOf('Cust20002').installations.saveSystemToken('2', 'other');
    await world.app.storeOf('Cust20002').seats.license(9, null);

    expect(await may(await enter(11, { licences: everyRight.licences }))).toBe(true);
    expect(await may(await enter(12, unlicensed))).toBe(false);
  });
});

test('whom to ask is told by name to whoever lacks something', async () => {
  const lars = await enter(11, { functionRights: [], licences: [] });
  const answer = (await (await lars.get('/api/session')).json()) as { administrators: string[] };

  expect(answer.administrators).toEqual(['Astrid Berg']);
});
