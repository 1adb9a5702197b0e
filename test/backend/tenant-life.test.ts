import { beforeEach, describe, expect, test } from 'vitest';
import { reconcile } from '../../backend/application/sync/reconcile.ts';
import { careForWebhook } from '../../backend/application/tenant/care-for-webhook.ts';
import { engineContext } from '../../backend/application/tenant/engine-context.ts';
import { install } from '../../backend/application/tenant/install.ts';
import { AppError } from '../../backend/errors.ts';
import { asTenant } from '../../backend/store/db.ts';
import { createSeal } from '../../backend/store/seal.ts';
import { createStore } from '../../backend/store/store.ts';
import { manifest } from '../../manifest/manifest.ts';
import { createHttpWorld, ORIGIN, person, signIn, type Browser, type HttpWorld } from '../support/http.ts';
import { connect } from '../support/connect.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let world: HttpWorld;
let panel: Browser;

beforeEach(async () => {
  world = await createHttpWorld();
  world.crm.allGroups.push({ id: 1, name: 'Administration' });
  panel = world.browser();
  const code = person(world, 5, { systemToken: 'ERP Sync-token' });
  await install(world.app, { ...world.superOffice.identities.get(code)!, serial: '1' });
  await signIn(world, panel, code);
  await engine();
});

const engine = () => engineContext(world.app, world.tenant);
const isAtWork = async () => (await engine()) !== null;

function setState(state: string | null): void {
  if (state === null) world.superOffice.states.delete(world.tenant);
  else {
    const running = state === 'Running';
    const apiUrl = `https://tenant.test/${world.tenant}/api/`;
    world.superOffice.states.set(world.tenant, { state, running, apiUrl, validUntil: world.clock.now() });
  }
}

function notify(ChangeType: unknown, { tenant = world.tenant, token = 'genuine', more = {} } = {}) {
  return world.http.request('/hooks/so/state', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ContextIdentifier: tenant, ChangeType, Token: token, VersionName: 'x', ...more }),
  });
}

async function session(): Promise<{ status: number; code?: string; detail?: Record<string, unknown> }> {
  const response = await panel.get('/api/session');
  return { status: response.status, ...((await response.json()) as object) };
}

describe('a notification of SuperOffice', () => {
  test('that a tenant is suspended stops work and signs everybody out at once, and work goes on when it is back', async () => {
    setState('Suspended');
    expect((await notify(2)).status).toBe(200);

    expect(await isAtWork()).toBe(false);
    expect(await session()).toMatchObject({ status: 401, code: 'session.expired', detail: { reason: 'paused' } });

    setState('Running');
    await notify(3);
    expect(await isAtWork()).toBe(true);
  });

  test('is only a reason to ask: what SuperOffice answers counts', async () => {
    await notify(4);
    await notify(2);

    expect(await isAtWork()).toBe(true);
    expect(world.superOffice.asked.at(-1)).toMatchObject({ afresh: true });
    expect((await session()).status).toBe(200);
  });

  test('that it moved makes us ask where to, and takes no address from the notification', async () => {
    await engine();
    world.superOffice.asked.length = 0;
    await notify(5, { more: { PublicEndpoint: 'evil.test' } });
    await engine();

    expect(world.superOffice.asked).toMatchObject([{ tenant: world.tenant, afresh: true }]);
  });

  test('of its deletion erases everything, when SuperOffice says the same', async () => {
    setState('Deleted');
    await notify(4);

    expect(await engine()).toBeNull();
    expect(await world.registry.tenants()).not.toContain(world.tenant);
    expect(await session()).toMatchObject({ status: 401 });
  });

  test('of a restored backup stops syncing until an administrator has decided what it means', async () => {
    await notify(1);

    expect(await world.store.restores.open()).toMatchObject([{ side: 'crm', at: world.clock.now(), userName: null }]);
    expect(await isAtWork()).toBe(true);
  });

  test('that is played again stops a tenant no second time, and its token tells of nothing else', async () => {
    await notify(1, { token: 'genuine#once' });
    const [restore] = await world.store.restores.open();
    await world.store.restores.settle(restore!.id, world.clock.now());

    for (const change of [1, 4, 2]) expect((await notify(change, { token: 'genuine#once' })).status).toBe(200);
    expect(await world.store.restores.open()).toEqual([]);
    expect((await world.store.installations.get())?.hint).toBe('BackupRestored');

    await notify(1, { token: 'genuine#another' });
    expect(await world.store.restores.open()).toHaveLength(1);
  });

  test('that comes twice at once counts once, and is forgotten when its token has run out', async () => {
    const first = await Promise.all([1, 1, 1, 1].map(async (change) => notify(change, { token: 'genuine#twice' })));
    expect(first.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(await world.store.restores.open()).toHaveLength(1);

    world.clock.advance(10 * MINUTE);
    await notify(0);
    const kept = await asTenant(world.db, world.tenant, (tx) =>
      tx.selectFrom('tenant_notification').select('token_id').execute(),
    );
    expect(kept).toHaveLength(1);
  });

  test.each<[string, () => Promise<Response> | Response, number]>([
    ['with a forged token', () => notify(4, { token: 'forged' }), 401],
    ['with the token of another tenant', () => notify(4, { token: 'genuine:Cust20002' }), 401],
    ['without a token', () => notify(4, { token: '' }), 400],
    ['of a kind there is not', () => notify(6), 400],
    ['of a kind in words', () => notify('Delete'), 400],
    ['about a tenant that is none', () => notify(4, { tenant: '../x' }), 400],
    ['that is no JSON', () => world.http.request('/hooks/so/state', { method: 'POST', body: 'Delete Cust10001' }), 400],
  ])('%s is refused and changes nothing', async (_, send, status) => {
    setState('Deleted');

    expect((await send()).status).toBe(status);
    expect((await world.store.installations.get())?.hint).toBeNull();
  });

  test('about a tenant we do not have is fine and changes nothing', async () => {
    expect((await notify(4, { tenant: 'Cust99999' })).status).toBe(200);
    expect(await world.registry.tenants()).not.toContain('Cust99999');
  });

  test('leaves the other tenant as it was', async () => {
    await world.app.storeOf('Cust20002').installations.saveSystemToken('2', 'other');
    setState('Suspended');
    await notify(2);
    await engine();

    expect(await world.app.storeOf('Cust20002').installations.get()).toMatchObject({ standing: 'running', hint: null });
  });
});

describe('without a notification', () => {
  test('a withdrawn approval signs everybody out within a minute, and tells them why', async () => {
    world.crm.refusal = new AppError('tenant.revoked');
    world.clock.advance(MINUTE);

    expect(await session()).toMatchObject({ status: 401, code: 'session.expired', detail: { reason: 'revoked' } });
    expect(await isAtWork()).toBe(false);
    expect(await world.store.installations.get()).toMatchObject({ standing: 'revoked', systemToken: 'ERP Sync-token' });
  });

  test('and given again, it lets everybody in again, with all that was there', async () => {
    const connectionId = await world.connection();
    world.crm.refusal = new AppError('tenant.revoked');
    world.clock.advance(MINUTE);
    await engine();
    world.crm.refusal = null;
    world.clock.advance(MINUTE);

    expect(await isAtWork()).toBe(true);
    await signIn(world, panel, person(world, 5));
    expect((await session()).status).toBe(200);
    expect((await world.store.connections.get(connectionId)).active).toBe(true);
  });

  test('one that stays withdrawn for thirty days is the end of the data', async () => {
    world.crm.refusal = new AppError('tenant.revoked');
    world.clock.advance(MINUTE);
    await engine();
    world.clock.advance(30 * 24 * HOUR);
    await engine();

    expect(await world.registry.tenants()).not.toContain(world.tenant);
  });

  test('an upgrade pauses work, keeps the sessions, and is over by itself', async () => {
    setState('OfflineMaintenance');
    world.clock.advance(MINUTE);
    expect(await isAtWork()).toBe(false);
    expect((await session()).status).toBe(200);

    setState(null);
    world.clock.advance(MINUTE);
    expect(await isAtWork()).toBe(true);
  });

  test('SuperOffice is asked once a minute, however many want to know', async () => {
    world.clock.advance(MINUTE);
    world.superOffice.asked.length = 0;
    await Promise.all([engine(), engine(), session(), session(), engine()]);

    expect(world.superOffice.asked).toHaveLength(1);
  });
});

describe('a licence that ends', () => {
  test('stops writing and loses nothing: what waited is carried out when it is back', async () => {
    world.crm.entities.set('contact/42', { NAME: 'Orkdal Senter AS' });
    world.erp.actors.set('Customer/erp831', { NAME: 'Orkdal Senter AS' });
    const connectionId = await world.connection({ fields: { NAME: 'NAME' } });
    await connect(world.as(), connectionId, { type: 'contact', id: 42 }, { type: 'Customer', erpKey: 'erp831' });
    world.crm.licensed = false;
    world.clock.advance(MINUTE);
    expect(await isAtWork()).toBe(false);

    const before = await world.store.marks.waiting();
    const mark = { lane: 'event', cause: 'webhook', user: null, at: world.clock.now() } as const;
    await world.store.marks.entities('contact', [42], mark);
    expect(await world.store.marks.waiting()).toBeGreaterThan(before);

    // Edited while nothing was written.
    world.crm.entities.set('contact/42', { NAME: 'Orkdal Senter og Hage AS' });
    world.crm.licensed = true;
    world.clock.advance(MINUTE);
    const ctx = (await engine())!;
    for (const claim of await ctx.store.marks.claimMarked(9, world.clock.now(), world.clock.now())) {
      await reconcile(ctx, claim, { automatic: true });
    }
    expect(world.erp.actors.get('Customer/erp831')).toMatchObject({ NAME: 'Orkdal Senter og Hage AS' });
    expect(await world.store.marks.waiting()).toBe(0);
  });

  test('is not lent by another tenant that has one', async () => {
    world.superOffice.tenant('Cust20002').licensed = true;
    world.crm.licensed = false;
    world.clock.advance(MINUTE);
    expect(await isAtWork()).toBe(false);
  });

  test('is not taken for ended while SuperOffice is silent, for 72 hours', async () => {
    world.crm.refusal = new AppError('crm.unreachable');
    world.clock.advance(72 * HOUR - 1);
    expect(await isAtWork()).toBe(true);
    world.clock.advance(MINUTE);
    expect(await isAtWork()).toBe(false);
  });
});

describe('the key of a tenant', () => {
  const sealed = () =>
    asTenant(world.db, world.tenant, (tx) => tx.selectFrom('installation').selectAll().executeTakeFirstOrThrow());
  const keyRow = () =>
    asTenant(world.db, world.tenant, (tx) => tx.selectFrom('tenant_key').selectAll().executeTakeFirst());

  test('seals its secrets, and without it a copy of the database opens none, though the master key is there', async () => {
    const copy = await sealed();
    await world.store.installations.destroyKey();

    expect(await keyRow()).toBeUndefined();
    expect(copy.system_token).not.toContain('ERP Sync-token');
    expect((await createStore(world.db, world.tenant, world.seal).installations.get())?.systemToken).toBeNull();
  });

  test('is another one for each tenant, and the same for two who need the first at once', async () => {
    await world.store.installations.destroyKey();
    await Promise.all(
      [1, 2, 3].map((n) => world.app.storeOf(world.tenant).installations.saveSystemToken('1', `t${n}`)),
    );
    await world.app.storeOf('Cust20002').installations.saveSystemToken('2', 'other');

    expect((await world.store.installations.get())?.systemToken).toMatch(/^t[123]$/);
    const other = await asTenant(world.db, 'Cust20002', (tx) =>
      tx.selectFrom('tenant_key').select('id').executeTakeFirst(),
    );
    expect(other?.id).not.toBe((await keyRow())?.id);
  });

  test('is sealed anew under a new master key, after which the old one is not needed', async () => {
    const old = { id: 'old', key: new Uint8Array(32).fill(1) };
    const young = { id: 'young', key: new Uint8Array(32).fill(2) };
    const storeWith = (...keys: [typeof old, ...(typeof old)[]]) =>
      createStore(world.db, world.tenant, createSeal(keys));
    await world.store.installations.destroyKey();
    await storeWith(old).installations.saveSystemToken('1', 'secret');

    expect((await storeWith(young, old).installations.get())?.systemToken).toBe('secret');
    expect((await storeWith(young).installations.get())?.systemToken).toBe('secret');
  });
});

describe('the webhook', () => {
  const hook = () => [...world.crm.allWebhooks.values()];
  const care = async () => careForWebhook((await engine())!, ORIGIN);
  const change = (to: Partial<ReturnType<typeof hook>[number]>) => {
    const [one] = hook();
    world.crm.allWebhooks.set(one!.id, { ...one!, ...to });
  };
  const sweepsDue = async () =>
    (await asTenant(world.db, world.tenant, (tx) => tx.selectFrom('sweep').select('due_at').execute())).map(
      ({ due_at }) => due_at.getTime(),
    );

  beforeEach(async () => {
    await care();
    world.clock.advance(5 * MINUTE);
    await world.store.marks.ensure({ type: 'contact', id: 42 });
    const now = world.clock.now();
    const claim = await world.store.sweeps.claimDue(now, now);
    await world.store.sweeps.finish(claim!, now, new Date(now.getTime() + HOUR));
  });

  test.each<[string, () => void]>([
    ['was switched off after too many errors', () => change({ state: 'tooManyErrors' })],
    ['was stopped by somebody', () => change({ state: 'stopped' })],
    ['was deleted by somebody', () => world.crm.allWebhooks.clear()],
    ['goes elsewhere', () => change({ targetUrl: 'https://elsewhere.test/' })],
    ['hears of less', () => change({ events: ['contact.changed'] })],
  ])('that %s is whole again at the next look, and the gap is swept', async (_, damage) => {
    damage();
    await care();

    expect(hook()).toMatchObject([{ state: 'active', events: manifest.webhook.events }]);
    expect(hook()[0]?.id).toBe((await world.store.webhooks.current())?.crmId);
    expect(Math.max(...(await sweepsDue()))).toBe(world.clock.now().getTime());
    expect(await world.store.webhooks.rearmedAt()).toEqual(world.clock.now());
  });

  test('that is whole is left alone', async () => {
    world.crm.calls.length = 0;
    await care();

    expect(world.crm.calls.map(({ method }) => method)).not.toContain('saveWebhook');
    expect(Math.max(...(await sweepsDue()))).toBeGreaterThan(world.clock.now().getTime());
  });

  test('is looked at every five minutes, by one of all workers', async () => {
    const looks = () => world.crm.calls.filter(({ method }) => method === 'webhooks').length;
    const before = looks();
    await Promise.all([care(), care(), care()]);
    expect(looks() - before).toBe(1);

    world.clock.advance(4 * MINUTE);
    await care();
    expect(looks() - before).toBe(1);
    world.clock.advance(MINUTE);
    await care();
    expect(looks() - before).toBe(2);
  });

  test('that cannot be made whole says why, and is tried again at the next look', async () => {
    change({ state: 'stopped' });
    world.crm.beforeCall = ({ method }) => {
      if (method === 'saveWebhook') throw new AppError('crm.denied');
    };
    await care();
    expect(hook()).toMatchObject([{ state: 'stopped' }]);

    world.crm.beforeCall = null;
    world.clock.advance(5 * MINUTE);
    await care();
    expect(hook()).toMatchObject([{ state: 'active' }]);
  });

  test('hears of the lists that were mapped since', async () => {
    world.crm.userDefinedFields.set('contact', [
      { key: 'SuperOffice:9', name: 'Segment', kind: 'list', listName: 'udlist110', maxLength: 0, access: 'normal' },
    ]);
    await world.connection({ fields: { SEGMENT: { crmField: 'SuperOffice:9' } } });
    await care();

    expect(hook()[0]?.events).toEqual(
      expect.arrayContaining(['list.110.created', 'list.110.changed', 'list.110.softdeleted']),
    );
  });

  test('is not touched while somebody installs or removes', async () => {
    change({ state: 'stopped' });
    const now = world.clock.now();
    await world.store.installations.begin(now, new Date(now.getTime() + MINUTE));
    await care();

    expect(hook()).toMatchObject([{ state: 'stopped' }]);
  });
});
