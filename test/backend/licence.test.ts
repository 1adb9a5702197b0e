import { beforeEach, describe, expect, test } from 'vitest';
import { AppError } from '../../backend/errors.ts';
import type { Principal } from '../../backend/ports/crm.ts';
import { access } from '../../backend/http/access.ts';
import { createHttpWorld, everyRight, person, signIn, type Browser, type HttpWorld } from '../support/http.ts';

const MINUTE = 60_000;
const tenantLicence = 'erpsync.erp-sync';
const userLicence = 'erpsync.erp-sync-user';

let world: HttpWorld;
let panel: Browser;

beforeEach(async () => {
  world = await createHttpWorld();
  panel = world.browser();
});

const enter = (rights: Partial<Principal> = {}) => signIn(world, panel, person(world, 5, rights));

const grant = (rights: Partial<Principal>) => world.crm.principals.set(5, { ...everyRight, ...rights, userId: 5 });

async function codeOf(path: string): Promise<string | undefined> {
  return ((await (await panel.get(path)).json()) as { code?: string }).code;
}

/** What the walls say, before any use case is asked: `route.not_found` comes from behind them. */
const licensed = () => codeOf('/api/links/there-is-no-such-route');
const administrator = () => codeOf('/api/connectors/there-is/no-such-route');

describe('who is let in', () => {
  test.each<[string, Partial<Principal>, string, string]>([
    ['everything', {}, 'route.not_found', 'route.not_found'],
    [
      'the right to the quote administration',
      { functionRights: ['admin-quote'] },
      'route.not_found',
      'route.not_found',
    ],
    ['no administrator right', { functionRights: ['admin-users'] }, 'route.not_found', 'access.denied'],
    ['no licence of the company', { licences: [userLicence] }, 'licence.missing', 'licence.missing'],
    ['no licence of her own', { licences: [tenantLicence] }, 'licence.missing', 'licence.missing'],
    ['no licence at all', { licences: [] }, 'licence.missing', 'licence.missing'],
    ["SuperOffice's own licence", { licences: ['superoffice.erp-sync'] }, 'licence.missing', 'licence.missing'],
    [
      'a licence with a longer name',
      { licences: [tenantLicence, `${userLicence}-x`] },
      'licence.missing',
      'licence.missing',
    ],
  ])('with %s', async (_, rights, asUser, asAdministrator) => {
    await enter(rights);

    expect([await licensed(), await administrator()]).toEqual([asUser, asAdministrator]);
  });

  test('the claim of an administrator in the sign-in grants nothing', async () => {
    await enter({ functionRights: [] });

    expect(await (await panel.get('/api/session')).json()).toMatchObject({
      administrator: false,
      missing: ['administratorRight', 'connection'],
    });
  });

  test('an unlicensed user is told what is missing, and nothing of what she asked for', async () => {
    await enter({ licences: [] });

    expect(await (await panel.get('/api/session')).json()).toMatchObject({
      licensed: false,
      missing: ['tenantLicence', 'userLicence', 'connection'],
    });
    for (const [subject, needs] of Object.entries(access)) {
      if (needs !== 'licensed' && needs !== 'administrator') continue;
      const answer = await panel.get(`/api/${subject}/contact/42`);
      expect([answer.status, await answer.json()]).toEqual([403, { code: 'licence.missing', detail: {} }]);
    }
  });

  test('a connection that is active and hers is not missing', async () => {
    await world.connection({
      scope: { everyone: false, members: [{ kind: 'group', id: 1, canConnect: true, canCreate: false }] },
    });
    await enter();

    expect(await (await panel.get('/api/session')).json()).toMatchObject({ missing: [] });
  });

  test.each([
    ['is inactive', { active: false }],
    ['is for others', { scope: { everyone: false, members: [] } }],
  ])('a connection that %s is missing', async (_, settings) => {
    await world.connection(settings);
    await enter();

    expect(await (await panel.get('/api/session')).json()).toMatchObject({ missing: ['connection'] });
  });
});

describe('an answer of SuperOffice about licences', () => {
  const asked = () => world.crm.calls.filter(({ method, by }) => method === 'principal' && by !== null).length;

  test('holds for ten minutes, then it is asked again', async () => {
    await enter();
    grant({ licences: [] });
    world.clock.advance(10 * MINUTE - 1);
    expect(await licensed()).toBe('route.not_found');

    world.clock.advance(1);
    expect(await licensed()).toBe('licence.missing');

    grant({});
    world.clock.advance(10 * MINUTE);
    expect(await licensed()).toBe('route.not_found');
  });

  test('is asked for once by all requests of a moment', async () => {
    await enter();
    const before = asked();
    world.clock.advance(10 * MINUTE);

    await Promise.all(Array.from({ length: 8 }, licensed));

    expect(asked() - before).toBe(1);
  });

  test('is asked for anew when the clock was turned back', async () => {
    await enter();
    grant({ licences: [] });
    world.clock.advance(-MINUTE);

    expect(await licensed()).toBe('licence.missing');
  });

  test.each(['crm.unreachable', 'crm.throttled', 'tenant.unavailable'] as const)(
    'is kept while there is none (%s), and asked for once a minute',
    async (code) => {
      await enter();
      world.crm.refusal = new AppError(code);
      world.clock.advance(10 * MINUTE);
      const before = asked();

      expect([await licensed(), await licensed(), await licensed()]).toEqual(Array(3).fill('route.not_found'));
      expect(asked() - before).toBe(1);
      world.clock.advance(MINUTE);
      await licensed();
      expect(asked() - before).toBe(2);

      world.crm.refusal = null;
      grant({ licences: [] });
      world.clock.advance(MINUTE);
      expect(await licensed()).toBe('licence.missing');
    },
  );

  test('is not made up for someone who was never seen', async () => {
    const code = person(world, 5);
    world.crm.refusal = new AppError('crm.unreachable');

    expect((await signIn(world, panel, code)).status).toBe(502);
    expect(await licensed()).toBe('session.missing');
  });
});
