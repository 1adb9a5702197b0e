import { beforeEach, describe, expect, test } from 'vitest';
import { AppError } from '../../backend/errors.ts';
import { createHttpWorld, person, signIn, type Browser, type HttpWorld } from '../support/http.ts';

const MINUTE = 60_000;

let world: HttpWorld;
let panel: Browser;

beforeEach(async () => {
  world = await createHttpWorld();
  panel = world.browser();
  await signIn(world, panel, person(world, 5));
});

async function answerTo(browser: Browser) {
  const response = await browser.get('/api/session');
  const { code } = (await response.json()) as { code?: string };
  return { status: response.status, code };
}

const signedIn = { status: 200, code: undefined };
const expired = { status: 401, code: 'session.expired' };

describe('a session', () => {
  test('is missing where there is no cookie', async () => {
    expect(await answerTo(world.browser())).toEqual({ status: 401, code: 'session.missing' });
  });

  test('ends when nobody uses it for half an hour', async () => {
    world.clock.advance(30 * MINUTE - 1);
    expect(await answerTo(panel)).toEqual(signedIn);
    world.clock.advance(30 * MINUTE);
    expect(await answerTo(panel)).toEqual(expired);
  });

  test('lives on while it is used, for twelve hours at the longest', async () => {
    for (let hours = 0; hours < 11.5; hours += 0.5) {
      world.clock.advance(30 * MINUTE - 1);
      expect(await answerTo(panel)).toEqual(signedIn);
    }
    world.clock.advance(30 * MINUTE);
    expect(await answerTo(panel)).toEqual(expired);
  });

  test('does not come back when the clock does', async () => {
    world.clock.advance(30 * MINUTE);
    await answerTo(panel);
    world.clock.advance(-30 * MINUTE);

    expect(await answerTo(panel)).toEqual(expired);
  });

  test('gets a new key at sign-in, and the key before opens nothing', async () => {
    const before = new Map(panel.cookies);
    await signIn(world, panel, person(world, 5));

    expect(panel.cookies.get('__Host-erpsync')).not.toBe(before.get('__Host-erpsync'));
    expect(await answerTo(panel)).toEqual(signedIn);
    expect(await answerTo(withCookies(before))).toEqual(expired);
  });

  test('ends on the server at sign-out, so that a copy of the cookie opens nothing', async () => {
    const copy = withCookies(panel.cookies);

    const response = await panel.send('DELETE', '/api/session');

    expect(response.status).toBe(204);
    expect(panel.cookies.size).toBe(0);
    expect(await answerTo(copy)).toEqual(expired);
  });

  test('ends when the approval of the app is withdrawn', async () => {
    world.crm.refusal = new AppError('tenant.revoked');
    world.clock.advance(10 * MINUTE);

    expect(await answerTo(panel)).toEqual(expired);
    world.crm.refusal = null;
    expect(await answerTo(panel)).toEqual(expired);
  });

  test('ends when the user is removed', async () => {
    world.crm.principals.delete(5);
    world.clock.advance(10 * MINUTE);

    expect(await answerTo(panel)).toEqual(expired);
  });

  test('is not disturbed by another user in another browser who signs out', async () => {
    const other = world.browser();
    await signIn(world, other, person(world, 11));
    await other.send('DELETE', '/api/session');

    expect(await answerTo(panel)).toEqual(signedIn);
  });

  test.each([
    ['another tenant before the key', (token: string) => token.replace('Cust10001', 'Cust20002')],
    ['another key', (token: string) => `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`],
    ['no tenant', (token: string) => token.slice(token.indexOf('.'))],
    ['no key', () => 'Cust10001.'],
    ['SQL', () => "Cust10001.' or 1=1 --"],
    ['a byte that ends a text', () => 'Cust10001%00.x'],
    ['a very long one', () => `Cust10001.${'A'.repeat(4000)}`],
  ])('is not opened by a cookie with %s', async (_, forge) => {
    const token = panel.cookies.get('__Host-erpsync') ?? '';

    expect(await answerTo(withCookies(new Map([['__Host-erpsync', forge(token)]])))).toEqual(expired);
  });
});

test('a user of another tenant sees her own tenant and nothing of this one', async () => {
  await world.app.storeOf('Cust20002').installations.saveSystemToken('2', 'ERP Sync-other');
  const stranger = world.browser();
  await signIn(world, stranger, person(world, 5, { tenant: 'Cust20002', name: 'Jan Visser' }));

  expect(await (await stranger.get('/api/session')).json()).toMatchObject({
    tenant: 'Cust20002',
    user: { name: 'Jan Visser' },
  });
});

test('renewed tokens are kept for the next request', async () => {
  const asUser = world.superOffice.asUser.bind(world.superOffice);
  const seen: string[] = [];
  world.superOffice.asUser = (tenant, tokens, save) => {
    seen.push(tokens.accessToken);
    void save({ ...tokens, refreshToken: 'renewed' });
    return asUser(tenant, tokens, save);
  };
  await panel.get('/api/session');
  const key = panel.cookies.get('__Host-erpsync')?.split('.')[1] ?? '';

  await expect
    .poll(async () => (await world.store.sessions.find(key))?.tokens)
    .toMatchObject({ accessToken: 'user:5', refreshToken: 'renewed' });
  expect(seen).toEqual(['user:5']);
});

function withCookies(cookies: ReadonlyMap<string, string>): Browser {
  const browser = world.browser();
  for (const [name, value] of cookies) browser.cookies.set(name, value);
  return browser;
}
