import { beforeEach, describe, expect, test } from 'vitest';
import { AppError } from '../../backend/errors.ts';
import { dumpOf } from '../support/dump.ts';
import {
  codeOn,
  createHttpWorld,
  goThrough,
  person,
  signIn,
  startInPanel,
  type Browser,
  type HttpWorld,
} from '../support/http.ts';

let world: HttpWorld;
let panel: Browser;
let astrid: string;

beforeEach(async () => {
  world = await createHttpWorld();
  panel = world.browser();
  astrid = person(world, 5);
});

const redeem = (browser: Browser, attemptId: string, verifier: string, code: string) =>
  browser.send('POST', '/api/sign-ins/redeem', { attemptId, verifier, code });

async function errorOf(response: Response) {
  return { status: response.status, code: ((await response.json()) as { code: string }).code };
}

describe('the way of a panel', () => {
  test('ends in a session that the panel alone holds', async () => {
    const answer = await signIn(world, panel, astrid);

    expect(answer.status).toBe(201);
    expect(await answer.json()).toMatchObject({
      tenant: 'Cust10001',
      user: { id: 5, name: 'Astrid Berg' },
      administrator: true,
      licensed: true,
      missing: ['connection'],
      crmOrigin: 'https://tenant.test',
      expiresAt: '2026-11-22T12:30:00.000Z',
    });
    expect((await panel.get('/api/session')).status).toBe(200);
  });

  test('sets one cookie that no script reads and that each framing site keeps apart', async () => {
    const answer = await signIn(world, panel, astrid);

    const [cookie, ...others] = answer.headers.getSetCookie();
    expect(others).toEqual([]);
    expect(cookie?.replace(/=[^;]+/, '=...')).toBe(
      '__Host-erpsync=...; Path=/; HttpOnly; Secure; SameSite=None; Partitioned',
    );
  });

  test('keeps nothing in the database that opens a session or the tenant', async () => {
    await signIn(world, panel, astrid);
    const token = panel.cookies.get('__Host-erpsync') ?? '';

    const rows = JSON.stringify([
      await world.db.transaction().execute(async () => world.store.sessions.find('x')),
      await world.db.selectFrom('sign_in_attempt').selectAll().execute(),
      await dumpOf(world.db, world.tenant),
    ]);

    expect(token.length).toBeGreaterThan(50);
    for (const secret of [token.split('.')[1] ?? '', 'user:5', 'refresh:5', 'ERP Sync-token']) {
      expect(rows).not.toContain(secret);
    }
  });

  test('tells the browser no token of SuperOffice on any of its pages', async () => {
    const attempt = await startInPanel(panel);
    const page = await goThrough(world.browser(), attempt.url, astrid);
    const text = await page.clone().text();
    const answer = await redeem(panel, attempt.attemptId, attempt.verifier, await codeOn(page));

    const seen = text + (await answer.text()) + JSON.stringify([...answer.headers]);
    for (const secret of ['user:5', 'refresh:5', 'ERP Sync-token']) expect(seen).not.toContain(secret);
  });

  test('takes the code as a person types it', async () => {
    const attempt = await startInPanel(panel);
    const code = await codeOn(await goThrough(world.browser(), attempt.url, astrid));
    const typed = ` ${code.slice(0, 4)}-${code.slice(4)} `.toLowerCase();

    expect((await redeem(panel, attempt.attemptId, attempt.verifier, typed)).status).toBe(201);
  });

  test('renews the key to the system user when an administrator brings a newer one', async () => {
    await signIn(world, panel, person(world, 5, { systemToken: 'newer' }));

    expect(await world.store.installations.get()).toMatchObject({ systemToken: 'newer' });
  });
});

describe('a hand-over that somebody tries to steal', () => {
  test('an attempt that another browser began cannot be gone through in this one', async () => {
    const attempt = await startInPanel(panel);
    await world.browser().get(attempt.url);

    const victim = await world.browser().get(attempt.url);

    expect(victim.status).toBe(403);
    expect(victim.headers.get('location')).toBeNull();
  });

  test('the panel that opened the attempt gets nothing for the sign-in of a victim without the code on her page', async () => {
    const attacker = panel;
    const attempt = await startInPanel(attacker);
    await goThrough(world.browser(), attempt.url, astrid);

    const guesses = ['AAAAAAAA', 'ABCDEFGH', '22222222', '99999999'];
    for (const guess of guesses) {
      expect(await errorOf(await redeem(attacker, attempt.attemptId, attempt.verifier, guess))).toEqual({
        status: 403,
        code: 'sign_in.failed',
      });
    }
    expect((await attacker.get('/api/session')).status).toBe(401);
    expect((await attacker.get(`/api/sign-ins/${attempt.attemptId}`)).status).toBe(404);
  });

  test('the code is worth nothing without the verifier of the panel that began', async () => {
    const mine = await startInPanel(panel);
    const theirs = await startInPanel(panel);
    const code = await codeOn(await goThrough(world.browser(), mine.url, astrid));

    const answer = await redeem(world.browser(), mine.attemptId, theirs.verifier, code);

    expect(await errorOf(answer)).toEqual({ status: 403, code: 'sign_in.failed' });
  });

  test('the code of one sign-in is worth nothing in another', async () => {
    const one = await startInPanel(panel);
    const other = await startInPanel(panel);
    const window = world.browser();
    const code = await codeOn(await goThrough(window, one.url, astrid));
    await goThrough(window, other.url, astrid);

    const answer = await redeem(panel, other.attemptId, other.verifier, code);

    expect(await errorOf(answer)).toEqual({ status: 403, code: 'sign_in.failed' });
  });

  test('five wrong tries use it up', async () => {
    const attempt = await startInPanel(panel);
    const code = await codeOn(await goThrough(world.browser(), attempt.url, astrid));
    for (let tries = 0; tries < 5; tries++) await redeem(panel, attempt.attemptId, attempt.verifier, 'WRONGONE');

    const answer = await redeem(panel, attempt.attemptId, attempt.verifier, code);

    expect(await errorOf(answer)).toEqual({ status: 403, code: 'sign_in.expired' });
  });

  test('the code works once, also for two who come at the same time', async () => {
    const attempt = await startInPanel(panel);
    const code = await codeOn(await goThrough(world.browser(), attempt.url, astrid));

    const both = await Promise.all([1, 2].map(() => redeem(panel, attempt.attemptId, attempt.verifier, code)));

    expect(both.map(({ status }) => status).sort()).toEqual([201, 403]);
    expect((await redeem(panel, attempt.attemptId, attempt.verifier, code)).status).toBe(403);
  });

  test('after two minutes the code is worth nothing', async () => {
    const attempt = await startInPanel(panel);
    const code = await codeOn(await goThrough(world.browser(), attempt.url, astrid));
    world.clock.advance(2 * 60_000);

    const answer = await redeem(panel, attempt.attemptId, attempt.verifier, code);

    expect(await errorOf(answer)).toEqual({ status: 403, code: 'sign_in.expired' });
  });
});

describe('a callback that is not what we sent the browser away for', () => {
  async function away(browser = world.browser()) {
    const attempt = await startInPanel(panel);
    const location = (await browser.get(attempt.url)).headers.get('location') ?? '';
    return { browser, attempt, state: new URL(location).searchParams.get('state') ?? '' };
  }

  const attacks: readonly (readonly [string, () => Promise<Response>])[] = [
    ['no state', async () => (await away()).browser.get(`/auth/callback?code=${astrid}`)],
    ['an empty state', async () => (await away()).browser.get(`/auth/callback?code=${astrid}&state=`)],
    ['an invented state', async () => (await away()).browser.get(`/auth/callback?code=${astrid}&state=state-999`)],
    [
      'a state of another browser',
      async () => world.browser().get(`/auth/callback?code=${astrid}&state=${(await away()).state}`),
    ],
    [
      'a state of an attempt in another browser, in one with an attempt of its own',
      async () => {
        const other = await away();
        const mine = await away();
        return mine.browser.get(`/auth/callback?code=${astrid}&state=${other.state}`);
      },
    ],
    [
      'a browser that lost its cookie',
      async () => {
        const { browser, state } = await away();
        browser.cookies.clear();
        return browser.get(`/auth/callback?code=${astrid}&state=${state}`);
      },
    ],
    [
      'a state used before',
      async () => {
        const { browser, state } = await away();
        await browser.get(`/auth/callback?code=${astrid}&state=${state}`);
        return browser.get(`/auth/callback?code=${astrid}&state=${state}`);
      },
    ],
    [
      'a state that was too long away',
      async () => {
        const { browser, state } = await away();
        world.clock.advance(10 * 60_000);
        return browser.get(`/auth/callback?code=${astrid}&state=${state}`);
      },
    ],
    [
      'the state of an attempt that began anew',
      async () => {
        const { browser, attempt, state } = await away();
        await browser.get(attempt.url);
        return browser.get(`/auth/callback?code=${astrid}&state=${state}`);
      },
    ],
    [
      'a code that SuperOffice does not know',
      async () => {
        const { browser, state } = await away();
        return browser.get(`/auth/callback?code=forged&state=${state}`);
      },
    ],
    [
      'a refusal by SuperOffice',
      async () => {
        const { browser, state } = await away();
        world.superOffice.failures.push(new AppError('approval.missing'));
        return browser.get(`/auth/callback?error=access_denied&state=${state}`);
      },
    ],
    [
      'a user of another company than the panel is in',
      async () => {
        const { browser, state } = await away();
        return browser.get(`/auth/callback?code=${person(world, 5, { tenant: 'Cust20002' })}&state=${state}`);
      },
    ],
    [
      'no code',
      async () => {
        const { browser, state } = await away();
        return browser.get(`/auth/callback?state=${state}`);
      },
    ],
    [
      'a state and a code that are swapped',
      async () => {
        const { browser, state } = await away();
        return browser.get(`/auth/callback?code=${state}&state=${astrid}`);
      },
    ],
    [
      'a state in other letters',
      async () => {
        const { browser, state } = await away();
        return browser.get(`/auth/callback?code=${astrid}&state=${state.toUpperCase()}`);
      },
    ],
    [
      'a state with something behind it',
      async () => {
        const { browser, state } = await away();
        return browser.get(`/auth/callback?code=${astrid}&state=${state}%00`);
      },
    ],
    [
      'the id of the attempt for its state',
      async () => {
        const { browser, attempt } = await away();
        return browser.get(`/auth/callback?code=${astrid}&state=${attempt.attemptId}`);
      },
    ],
    [
      'a state whose sign-in has failed once',
      async () => {
        const { browser, state } = await away();
        await browser.get(`/auth/callback?code=forged&state=${state}`);
        return browser.get(`/auth/callback?code=${astrid}&state=${state}`);
      },
    ],
    [
      'a cookie that an attacker has set in the browser of a victim',
      async () => {
        const { state } = await away();
        const victim = world.browser();
        victim.cookies.set('__Host-erpsync-browser', 'A'.repeat(43));
        return victim.get(`/auth/callback?code=${astrid}&state=${state}`);
      },
    ],
    [
      'the answer to an installation, with the state of a panel',
      async () => {
        const { browser, state } = await away();
        await browser.get('/install');
        browser.cookies.clear();
        return browser.get(`/auth/callback?code=${astrid}&state=${state}`);
      },
    ],
    [
      'an answer with parameters twice',
      async () => {
        const { browser, state } = await away();
        return browser.get(`/auth/callback?code=${astrid}&state=invented&state=${state}`);
      },
    ],
  ];

  test('at least twenty are tried', () => {
    expect(attacks.length).toBeGreaterThanOrEqual(20);
  });

  test.each(attacks)('%s', async (_, attack) => {
    const page = await attack();

    expect(page.status).toBe(403);
    expect(await codeOn(page)).toBe('');
  });

  test('two windows of one browser do not disturb each other', async () => {
    const window = world.browser();
    const one = await away(window);
    const other = await away(window);

    for (const { attempt, state } of [other, one]) {
      const code = await codeOn(await window.get(`/auth/callback?code=${astrid}&state=${state}`));
      expect((await redeem(world.browser(), attempt.attemptId, attempt.verifier, code)).status).toBe(201);
    }
  });

  test('an answer by SuperOffice that fails leaves the page in the language of the browser', async () => {
    const page = await world
      .browser()
      .fetch('/auth/callback?state=x', { headers: { 'accept-language': 'nb-NO,en;q=0.5' } });

    expect(await page.text()).toContain('Denne innloggingen er over');
  });
});

describe('who cannot sign in', () => {
  test('a user of a company where the app is not installed', async () => {
    const stranger = person(world, 5, { tenant: 'Cust20002' });

    expect(await errorOf(await signIn(world, panel, stranger))).toEqual({ status: 409, code: 'tenant.not_installed' });
  });

  test('somebody whose token belongs to another user than the sign-in said', async () => {
    world.crm.principals.set(5, { ...world.crm.principals.get(5)!, userId: 6 });

    expect(await errorOf(await signIn(world, panel, astrid))).toEqual({ status: 403, code: 'sign_in.failed' });
  });
});
