import { beforeEach, describe, expect, test } from 'vitest';
import { AppError } from '../../backend/errors.ts';
import { dumpOf } from '../support/dump.ts';
import type { FakeCrm } from '../support/fake-crm.ts';
import {
  codeOn,
  createHttpWorld,
  goThrough,
  ORIGIN,
  person,
  signIn,
  type Browser,
  type HttpWorld,
} from '../support/http.ts';
import { manifest } from '../../manifest/manifest.ts';

const TENANT = 'Cust20002';

let world: HttpWorld;
let admin: Browser;
let astrid: string;
let crm: FakeCrm;

beforeEach(async () => {
  world = await createHttpWorld();
  await world.registry.remove(TENANT);
  admin = world.browser();
  astrid = person(world, 5, { tenant: TENANT, systemToken: 'ERP Sync-key' });
  crm = world.superOffice.tenant(TENANT);
  crm.calls.length = 0;
});

type Purpose = 'install' | 'uninstall';

/** As far as the page that asks. */
async function asked(
  purpose: Purpose,
  code = astrid,
  browser = admin,
): Promise<{ page: string; attemptId: string; code: string }> {
  const start = await browser.get(`/${purpose}`);
  const response = await goThrough(browser, start.headers.get('location') ?? '', code);
  const page = await response.clone().text();
  const attemptId = /name="attemptId" value="([^"]+)"/.exec(page)?.[1] ?? '';
  return { page, attemptId, code: await codeOn(response) };
}

function press(purpose: Purpose, fields: { attemptId: string; code: string }, browser = admin, headers = {}) {
  return browser.fetch(`/${purpose}`, {
    method: 'POST',
    headers: {
      'sec-fetch-site': 'same-origin',
      origin: 'null',
      'content-type': 'application/x-www-form-urlencoded',
      ...headers,
    },
    body: new URLSearchParams({ attemptId: fields.attemptId, code: fields.code }).toString(),
  });
}

async function run(purpose: Purpose, code = astrid): Promise<{ status: number; page: string }> {
  const response = await press(purpose, await asked(purpose, code));
  return { status: response.status, page: await response.text() };
}

/** Every table in which something stands about the tenant. */
const rowsOf = async (tenant: string) => Object.keys(await dumpOf(world.db, tenant));
const writes = () => crm.calls.map(({ method }) => method).filter((method) => /save|delete/.test(method));
const store = () => world.app.storeOf(TENANT);

describe('installing', () => {
  test('says before what it will add, and adds nothing until it is told to', async () => {
    const { page } = await asked('install');

    for (const { name, tooltip } of manifest.panels) expect(page).toContain(`${name}: ${tooltip}`);
    expect(page).toContain(TENANT);
    expect(writes()).toEqual([]);
    expect(await world.registry.tenants()).not.toContain(TENANT);
  });

  test('adds the panels and one webhook of the manifest, and says so step by step', async () => {
    const { status, page } = await run('install');

    expect(status).toBe(200);
    expect(page.match(/Done/g)).toHaveLength(5);
    expect([...crm.allPanels.values()].map(({ progId, visibleIn, url }) => [progId, visibleIn, url])).toEqual(
      manifest.panels.map(({ progId, visibleIn, url }) => [progId, visibleIn, ORIGIN + url]),
    );
    const current = await store().webhooks.current();
    expect([...crm.allWebhooks.values()]).toMatchObject([
      {
        id: current?.crmId,
        targetUrl: `${ORIGIN}/hooks/so/${TENANT}/${current?.id}`,
        events: manifest.webhook.events,
        state: 'active',
      },
    ]);
    expect(await store().installations.get()).toMatchObject({
      systemToken: 'ERP Sync-key',
      installedAt: world.clock.now(),
    });
  });

  test('knows the secret of the webhook before SuperOffice is told, for its test event', async () => {
    let known: readonly string[] | undefined;
    crm.beforeCall = async ({ method, args }) => {
      if (method !== 'saveWebhook') return;
      const { targetUrl, secret } = args[0] as { targetUrl: string; secret: string };
      known = (await store().webhooks.secrets(targetUrl.split('/').at(-1) ?? ''))?.secrets.filter(
        (one) => one === secret,
      );
    };
    await run('install');

    expect(known).toHaveLength(1);
  });

  test('a second time changes nothing', async () => {
    await run('install');
    crm.calls.length = 0;

    expect((await run('install')).status).toBe(200);
    expect(writes()).toEqual([]);
  });

  test.each<[string, () => void]>([
    ['a panel was deleted', () => crm.allPanels.delete('ErpSync.Contact')],
    [
      'a panel shows another address',
      () => crm.allPanels.set('ErpSync.Contact', { ...crm.allPanels.get('ErpSync.Contact')!, url: 'https://old.test' }),
    ],
    ['the webhook was deleted', () => crm.allWebhooks.clear()],
    [
      'the webhook was switched off',
      () => crm.allWebhooks.set(1, { ...crm.allWebhooks.get(1)!, state: 'tooManyErrors' }),
    ],
    [
      'the webhook lacks an event',
      () => crm.allWebhooks.set(1, { ...crm.allWebhooks.get(1)!, events: ['contact.changed'] }),
    ],
    [
      'the webhook goes elsewhere',
      () => crm.allWebhooks.set(1, { ...crm.allWebhooks.get(1)!, targetUrl: 'https://old.test/hooks/so/x' }),
    ],
  ])('repairs it when %s', async (_, damage) => {
    await run('install');
    const whole = { panels: [...crm.allPanels.keys()].sort(), hooks: 1 };
    damage();

    expect((await run('install')).status).toBe(200);

    expect({ panels: [...crm.allPanels.keys()].sort(), hooks: crm.allWebhooks.size }).toEqual(whole);
    expect(crm.allPanels.get('ErpSync.Contact')?.url).toContain(ORIGIN);
    expect([...crm.allWebhooks.values()]).toMatchObject([{ state: 'active', events: manifest.webhook.events }]);
    expect([...crm.allWebhooks.keys()]).toEqual([(await store().webhooks.current())?.crmId]);
  });

  test('brings an older version up to date: what it had and we have not goes, the rest stays', async () => {
    await run('install');
    crm.allPanels.set('ErpSync.Old', { ...crm.allPanels.get('ErpSync.Contact')!, progId: 'ErpSync.Old' });
    crm.allPanels.delete('ErpSync.Project');
    crm.allWebhooks.set(1, {
      ...crm.allWebhooks.get(1)!,
      events: [...manifest.webhook.events.slice(3), 'sale.created'],
    });

    expect((await run('install')).status).toBe(200);

    expect([...crm.allPanels.keys()].sort()).toEqual(manifest.panels.map(({ progId }) => progId).sort());
    expect(crm.allWebhooks.get(1)?.events).toEqual(manifest.webhook.events);
  });

  test('leaves a name that an administrator gave a panel', async () => {
    await run('install');
    crm.allPanels.set('ErpSync.Contact', { ...crm.allPanels.get('ErpSync.Contact')!, name: 'Visma' });
    await run('install');

    expect(crm.allPanels.get('ErpSync.Contact')?.name).toBe('Visma');
  });

  test.each(['panels', 'savePanel', 'webhooks', 'saveWebhook', 'principal'] as const)(
    'that broke off at %s says where, and is finished by the next',
    async (method) => {
      let broken = true;
      crm.beforeCall = (call) => {
        if (broken && call.method === method && call.by === null) throw new AppError('crm.unreachable');
      };
      const first = await run('install');
      broken = false;
      const second = await run('install');

      expect(first.status).toBe(409);
      expect(first.page).toContain('SuperOffice does not answer');
      expect(second.status).toBe(200);
      expect([crm.allPanels.size, crm.allWebhooks.size]).toEqual([manifest.panels.length, 1]);
    },
  );

  test.each<[string, AppError, string]>([
    [
      'a name that another panel holds, in the recycle bin or not',
      new AppError('install.name_taken', { name: 'ERP' }),
      'Failed: ERP.</strong> A name of our panels is taken by another web panel',
    ],
    ['an app that may not do it', new AppError('crm.denied'), 'SuperOffice does not let ERP Sync do this'],
  ])('is told of %s in words, and goes on when it is put right', async (_, refusal, words) => {
    crm.beforeCall = (call) => {
      if (call.method === 'savePanel' && call.by === null) throw refusal;
    };
    const first = await run('install');
    expect(first.status).toBe(409);
    expect(first.page.replaceAll(/\s+/g, ' ')).toContain(words);
    expect((await store().installations.get())?.installedAt).toBeNull();

    crm.beforeCall = null;
    expect((await run('install')).status).toBe(200);
    expect(crm.allPanels.size).toBe(manifest.panels.length);
  });

  test('that died after SuperOffice had saved the webhook ends with one webhook, whose events pass', async () => {
    const { webhooks } = store();
    await world.registry.add(TENANT, world.clock.now());
    const id = '1b4e28ba-2fa1-4d3b-8d57-6d0b2c1f9a11';
    await webhooks.prepare(id, 'told to SuperOffice');
    crm.allWebhooks.set(7, {
      id: 7,
      name: 'ERP Sync for SuperOffice',
      targetUrl: `${ORIGIN}/hooks/so/${TENANT}/${id}`,
      events: [],
      state: 'active',
      secret: 'told to SuperOffice',
    });

    await run('install');

    expect([...crm.allWebhooks.keys()]).toEqual([7]);
    expect((await webhooks.secrets(id))?.secrets).toEqual([crm.allWebhooks.get(7)?.secret]);
  });

  test('leaves the webhooks of another installation of the app alone', async () => {
    const other = {
      id: 9,
      name: 'x',
      targetUrl: 'https://staging.test/hooks/so/x',
      events: [],
      state: 'active',
      secret: '',
    } as const;
    crm.allWebhooks.set(9, other);
    await run('install');

    expect(crm.allWebhooks.get(9)).toEqual(other);
  });

  test('by two at the same time is done by one of them', async () => {
    const second = world.browser();
    const [one, other] = [await asked('install'), await asked('install', astrid, second)];

    const answers = await Promise.all([press('install', one), press('install', other, second)]);

    // The one who comes later is told so, or finds all done.
    expect(answers.map(({ status }) => status).sort()[0]).toBe(200);
    expect([crm.allPanels.size, crm.allWebhooks.size]).toEqual([manifest.panels.length, 1]);
  });

  test('is not kept out for ever by one that died', async () => {
    await world.registry.add(TENANT, world.clock.now());
    await store().installations.saveSystemToken('1', 'x');
    await store().installations.begin(world.clock.now(), new Date(world.clock.now().getTime() + 5 * 60_000));
    expect((await run('install')).page).toContain('Somebody else is installing');

    world.clock.advance(5 * 60_000);
    expect((await run('install')).status).toBe(200);
  });

  test('lets users in: before it they are told, after it they sign in', async () => {
    const panel = world.browser();
    const lars = () => person(world, 11, { tenant: TENANT });
    expect((await signIn(world, panel, lars())).status).toBe(409);
    await run('install');

    expect((await signIn(world, panel, lars())).status).toBe(201);
  });
});

describe('installing is refused', () => {
  test.each<[string, () => string, string]>([
    [
      'a user who is no administrator',
      () => person(world, 11, { tenant: TENANT, functionRights: [], systemToken: 'x' }),
      'You need the right of an administrator',
    ],
    ['an administrator who did not approve', () => person(world, 5, { tenant: TENANT }), 'has not been approved'],
  ])('to %s', async (_, who, words) => {
    const { status, page } = await run('install', who());

    expect(status).toBe(409);
    expect(page).toContain(words);
    expect(writes()).toEqual([]);
    expect((await store().installations.get())?.systemToken ?? null).toBeNull();
  });

  test('to another browser than the one that signed in', async () => {
    const fields = await asked('install');
    const thief = world.browser();
    thief.cookies.set('__Host-erpsync-browser', 'A'.repeat(43));

    expect((await press('install', fields, thief)).status).toBe(403);
    expect(writes()).toEqual([]);
  });

  test('to a sign-in that was for removing, or for a panel', async () => {
    expect((await press('install', await asked('uninstall'))).status).toBe(403);
    expect(writes()).toEqual([]);
  });

  test('to a page address that carries a fault, without repeating it', async () => {
    const page = await admin.get('/auth/start?attempt=%3Cscript%3Ealert(1)%3C/script%3E');

    expect(page.status).toBe(400);
    expect(await page.text()).not.toContain('alert(1)');
  });
});

describe('removing', () => {
  beforeEach(async () => {
    await run('install');
    crm.calls.length = 0;
  });

  test('asks first', async () => {
    const { page } = await asked('uninstall');

    expect(page).toContain('Remove ERP Sync');
    expect(writes()).toEqual([]);
  });

  test('takes away panels and webhook, proves it, and erases all that is known of the tenant', async () => {
    const panel = world.browser();
    await signIn(world, panel, person(world, 5, { tenant: TENANT }));
    person(world, 5, { tenant: TENANT, systemToken: 'ERP Sync-key' });

    const { status, page } = await run('uninstall');

    expect(status).toBe(200);
    expect(page).toContain('ERP Sync has been removed');
    expect([crm.allPanels.size, crm.allWebhooks.size]).toEqual([0, 0]);
    expect((await panel.get('/api/session')).status).toBe(401);
    expect(page.replaceAll(/\s+/g, ' ')).toContain('Proof that nothing of ours is left in SuperOffice: Done');
    expect(await world.registry.tenants()).not.toContain(TENANT);
    expect(await rowsOf(TENANT)).toEqual([]);
  });

  test('that could not take everything away says so, erases nothing, and keeps the key to try again', async () => {
    crm.deletePanels = () => Promise.resolve();
    crm.allPanels.set('Old.Panel', { ...crm.allPanels.get('ErpSync.Contact')!, progId: 'Old.Panel' });

    const { status, page } = await run('uninstall');

    expect(status).toBe(409);
    expect(page).toContain('Not everything could be done');
    expect(page).toContain('Something of ERP Sync is still in SuperOffice');
    expect(await store().installations.get()).toMatchObject({ systemToken: 'ERP Sync-key' });
  });

  test('twice, and installing again, ends where the first installation did', async () => {
    await run('uninstall');
    expect((await run('uninstall')).status).toBe(200);
    expect((await run('install')).status).toBe(200);

    expect([crm.allPanels.size, crm.allWebhooks.size]).toEqual([manifest.panels.length, 1]);
  });

  test('leaves the other tenant as it was', async () => {
    await run('uninstall');

    expect(await world.store.installations.get()).toMatchObject({ systemToken: 'ERP Sync-token' });
  });
});

describe('a form that another site sent, in a browser that is asked right now', () => {
  const sites = ['same-origin', 'same-site', 'cross-site', 'none', undefined];
  const origins = [ORIGIN, 'https://evil.test', 'https://erp-sync.test.evil.test', 'null', undefined];
  const types = ['application/x-www-form-urlencoded', 'text/plain', 'application/json', undefined];
  /** A form of ours says `null` for its origin, because no referrer leaves our pages. */
  const isOurs = (site?: string, origin?: string) =>
    site === 'same-origin' ? origin !== origins[1] && origin !== origins[2] : site === undefined && origin === ORIGIN;

  test.each(['install', 'uninstall'] as const)('%ss nothing', async (purpose) => {
    if (purpose === 'uninstall') await run('install');
    const fields = await asked(purpose);
    const before = await dumpOf(world.db, TENANT);
    crm.calls.length = 0;

    for (const site of sites) {
      for (const origin of origins) {
        for (const type of types) {
          if (isOurs(site, origin)) continue;
          const headers = Object.entries({ 'sec-fetch-site': site, origin, 'content-type': type });
          const response = await admin.fetch(`/${purpose}`, {
            method: 'POST',
            headers: headers.filter((pair): pair is [string, string] => pair[1] !== undefined),
            body: new URLSearchParams({ attemptId: fields.attemptId, code: fields.code }).toString(),
          });
          expect([site, origin, type, response.status]).toEqual([site, origin, type, 403]);
        }
      }
    }
    expect(crm.calls).toEqual([]);
    expect(await dumpOf(world.db, TENANT)).toEqual(before);
    // Nor was the confirmation used up: it is still hers to give.
    expect((await press(purpose, fields)).status).toBe(200);
  });

  test.each(['install', 'uninstall'] as const)('%ss nothing by an address that is only opened', async (purpose) => {
    if (purpose === 'uninstall') await run('install');
    const fields = await asked(purpose);
    const before = await dumpOf(world.db, TENANT);
    crm.calls.length = 0;

    await admin.get(`/${purpose}?attemptId=${fields.attemptId}&code=${fields.code}`);
    expect(crm.calls).toEqual([]);
    expect(await dumpOf(world.db, TENANT)).toEqual(before);
  });
});
