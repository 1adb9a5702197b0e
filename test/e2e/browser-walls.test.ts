import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { chromium, type Browser, type BrowserContext, type FrameLocator, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createHttp } from '../../backend/http/app.ts';
import { browserFlags } from '../support/browser.ts';
import { createHttpWorld, ORIGIN, person, type HttpWorld } from '../support/http.ts';
import { selfSigned } from '../support/certificates.ts';

/**
 * What only a browser can prove: a Chromium that blocks third-party cookies, in front of the built panels and the backend over
 * TLS, with hosts by their real names. Every host but ours is played by `answerAs`.
 */

const CRM = 'https://sod.superoffice.com';
/** May frame the panels as well, but is another site. */
const OTHER_CRM = 'https://crm.partner.test';
const EVIL = 'https://evil.test';
const framedBy = ['https://*.superoffice.com', OTHER_CRM];
const panel = `${ORIGIN}/panels/erp-tab.html?uctx=Cust10001&usid=5&entity=contact&id=42`;

let world: HttpWorld;
let server: ReturnType<typeof createAdaptorServer>;
let browser: Browser;
let context: BrowserContext;
let page: Page;
/** What our own host was asked, in order. */
let asked: string[];
/** SuperOffice's sign-in page, or an identity provider behind it, cuts the window off from the panel that opened it. */
let severed: boolean;

beforeAll(async () => {
  world = await createHttpWorld();
  world.crm.entities.set('contact/42', { name: 'Nordlys AS' });
  person(world, 5);
  const startSignIn = world.superOffice.startSignIn.bind(world.superOffice);
  world.superOffice.startSignIn = async (hint) => {
    const request = await startSignIn(hint);
    return { ...request, url: `https://login.superoffice.com/authorize?state=${request.state}` };
  };

  const ours = createHttp({ app: world.app, framedBy, panelFolder: 'dist/panels' });
  const { fingerprint, ...certificate } = selfSigned([
    'erp-sync.test',
    '*.superoffice.com',
    '*.example.com',
    '*.test',
    '*.evil.test',
  ]);
  server = createAdaptorServer({
    fetch(request) {
      const { origin, pathname } = new URL(request.url);
      if (origin !== ORIGIN) return answerAs(request);
      asked.push(`${request.method} ${pathname}`);
      return ours.fetch(request);
    },
    createServer,
    serverOptions: certificate,
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  browser = await chromium.launch({
    executablePath: process.env['CHROME_BIN'] ?? '/usr/bin/chromium',
    args: [
      ...browserFlags,
      '--test-third-party-cookie-phaseout',
      `--host-resolver-rules=MAP * 127.0.0.1:${port}`,
      `--ignore-certificate-errors-spki-list=${fingerprint}`,
    ],
  });
});

afterAll(async () => {
  await browser.close();
  await new Promise((closed) => server.close(closed));
});

beforeEach(async () => {
  asked = [];
  severed = false;
  context = await browser.newContext();
  page = await context.newPage();
  page.setDefaultTimeout(10_000);
});

afterEach(() => context.close());

/** Any host that is not ours: a page that frames what it is told to, a sign-in page, an attacker's page. */
function answerAs(request: Request): Response {
  const { pathname, searchParams } = new URL(request.url);
  const headers: [string, string][] = [['content-type', 'text/html']];
  if (pathname === '/authorize') {
    if (severed) headers.push(['cross-origin-opener-policy', 'same-origin']);
    const back = `${ORIGIN}/auth/callback?code=Cust10001-5&state=${searchParams.get('state')}`;
    return new Response(`<a href="${back}">Astrid Berg</a>`, { headers });
  }
  if (pathname === '/cookies') {
    headers.push(['set-cookie', 'plain=1; Path=/; Secure; SameSite=None']);
    headers.push(['set-cookie', 'apart=1; Path=/; Secure; SameSite=None; Partitioned']);
    return new Response(request.headers.get('cookie') ?? 'none', { headers });
  }
  const frame = searchParams.get('frame');
  const heard =
    '<ul></ul><script>onmessage = ({ data }) => document.querySelector("ul").append(JSON.stringify(data))</script>';
  return new Response(frame === null ? heard : `${heard}<iframe src="${frame}" width="900" height="600"></iframe>`, {
    headers,
  });
}

const refused = 'chrome-error://chromewebdata/';
const framing = (site: string, url = panel) => `${site}/?${new URLSearchParams({ frame: url })}`;
const inside = (where = page): FrameLocator => where.frameLocator('iframe');
const signInButton = (where = page) => inside(where).getByRole('button', { name: 'Sign in with SuperOffice' });
const signedInAs = (where = page) => inside(where).getByText('Signed in to ERP Sync as Astrid Berg');

/** Presses the button in the panel, as far as SuperOffice's sign-in page in the window that opens. */
async function openSignIn(where = page): Promise<Page> {
  const [window] = await Promise.all([where.waitForEvent('popup'), signInButton(where).click()]);
  await window.getByRole('link', { name: 'Astrid Berg' }).waitFor();
  return window;
}

async function signIn(where = page): Promise<void> {
  const window = await openSignIn(where);
  await Promise.all([window.waitForEvent('close'), window.getByRole('link', { name: 'Astrid Berg' }).click()]);
  await signedInAs(where).waitFor();
}

/** Where the innermost frame ends: at what it was to show, or at the browser's error page. */
async function expectEnd(url: string, end: string): Promise<void> {
  await page.goto(url);
  await expect.poll(() => page.frames().at(-1)?.url()).toBe(end);
}

describe('a frame around the panel', () => {
  test.each([
    ['a site of SuperOffice', framing(CRM)],
    ['a tenant of SuperOffice, deeper down', framing('https://cust10001.eu1.superoffice.com')],
    ['another site that the operator named', framing(OTHER_CRM)],
  ])('by %s shows it', async (_, url) => {
    await expectEnd(url, panel);
    await signInButton().waitFor();
  });

  test.each([
    ['a foreign site', framing(EVIL)],
    ['a foreign site in the same top-level domain', framing('https://evil.example.com')],
    ['a site whose name begins like one of SuperOffice', framing('https://sod.superoffice.com.evil.test')],
    ['a site whose name ends like one of SuperOffice', framing('https://evil-superoffice.test')],
    ['a site below the one that was named', framing('https://below.crm.partner.test')],
    ['a foreign site that frames SuperOffice', framing(EVIL, framing(CRM))],
    ['a site of SuperOffice that frames a foreign one', framing(CRM, framing(EVIL))],
  ])('by %s is refused by the browser', async (_, url) => {
    await expectEnd(url, refused);
  });

  test('is for panels only: nobody frames a page of ours that is none', async () => {
    for (const path of ['/signed-out', '/auth/callback', '/nowhere', '/api/session']) {
      await expectEnd(framing(CRM, ORIGIN + path), refused);
    }
    expect(asked).toContain('GET /signed-out');
  });
});

describe('a browser that blocks third-party cookies', () => {
  test('does so in this test: of the cookies of a framed site it keeps those that are partitioned, and no other', async () => {
    for (const cookies of ['none', 'apart=1']) {
      await page.goto(framing(CRM, 'https://other.evil.test/cookies'));
      expect(await inside().locator('body').innerText()).toBe(cookies);
    }
  });

  test('keeps the session of a panel: through the pop-up, a reload, and a second tab', async () => {
    await page.goto(framing(CRM));
    await signIn();

    await page.reload();
    await signedInAs().waitFor();
    const tab = await context.newPage();
    await tab.goto(framing('https://online.superoffice.com'));
    await signedInAs(tab).waitFor();
    expect(asked.filter((line) => line === 'POST /api/sign-ins/redeem')).toHaveLength(1);
  });

  test('tells another site, which frames the same panel, nothing of it', async () => {
    await page.goto(framing(CRM));
    await signIn();
    const tab = await context.newPage();
    await tab.goto(framing(OTHER_CRM));

    await signInButton(tab).waitFor();
    await tab.goto(panel);
    await tab.getByRole('button', { name: 'Sign in with SuperOffice' }).waitFor();
  });

  test('shows a script in the panel nothing that opens anything: no cookie, nothing stored, no token in the page', async () => {
    await page.goto(framing(CRM));
    await signIn();
    const cookies = await context.cookies();
    const key = cookies.find(({ name }) => name === '__Host-erpsync')?.value.split('.')[1] ?? '';
    expect(key).toHaveLength(43);

    const seen = await page.frames()[1]!.evaluate(() => {
      const read = (root: ParentNode): string =>
        [...root.querySelectorAll('*')]
          .map((element) => element.outerHTML + (element.shadowRoot ? read(element.shadowRoot) : ''))
          .join('');
      // A browser that blocks third-party cookies does not open the other stores either.
      const kept = (open: () => Storage) => {
        try {
          return open().length;
        } catch {
          return 0;
        }
      };
      const stored = kept(() => localStorage) + kept(() => sessionStorage);
      return { cookie: document.cookie, stored, page: read(document) };
    });
    expect(seen).toMatchObject({ cookie: '', stored: 0 });
    expect(seen.page).toContain('Astrid Berg');
    for (const secret of [key, 'user:5', 'refresh:5', 'ERP Sync-token']) expect(seen.page).not.toContain(secret);
  });

  test('forgets it in every tab at once when the user signs out in one', async () => {
    await page.goto(framing(CRM));
    await signIn();
    const tab = await context.newPage();
    await tab.goto(framing(CRM));
    await signedInAs(tab).waitFor();

    await inside().getByRole('button', { name: 'Sign out' }).click();
    await inside().getByText('You are signed out of ERP Sync.').waitFor();
    await tab.reload();
    await signInButton(tab).waitFor();
  });
});

describe('the hand-over', () => {
  test('comes by a code that the user carries over when the window was cut off, and the panel asks for nothing by itself', async () => {
    severed = true;
    await page.goto(framing(CRM));
    const window = await openSignIn();
    await window.getByRole('link', { name: 'Astrid Berg' }).click();
    const code = await window.locator('.code').innerText();
    await page.waitForTimeout(1_000);
    expect(asked.filter((line) => /redeem|session/.test(line))).toEqual(['GET /api/session']);

    await inside().getByLabel('If it shows you a code, enter it here:').fill(code);
    await inside().getByRole('button', { name: 'Continue' }).click();
    await signedInAs().waitFor();
  });

  test('of a sign-in that an attacker began and a victim went through leaves the attacker with nothing', async () => {
    const victim = await (await browser.newContext()).newPage();
    await page.goto(framing(CRM));
    const started = page.waitForResponse(`${ORIGIN}/api/sign-ins`);
    // Her own window is stopped on its way, or the attempt would be hers.
    await context.route('**/auth/start*', (route) => route.abort());
    await signInButton().click();
    const { url } = (await (await started).json()) as { url: string };

    // The victim follows the link from a page of the attacker, who listens.
    await victim.goto(EVIL);
    const [window] = await Promise.all([
      victim.waitForEvent('popup'),
      victim.evaluate((link) => void open(link), ORIGIN + url),
    ]);
    const closed = window.waitForEvent('close');
    await window.getByRole('link', { name: 'Astrid Berg' }).click();
    await closed;
    await victim.waitForTimeout(500);

    expect(await victim.locator('ul').innerText()).toBe('');
    expect(asked).toContain('GET /auth/callback');
    await inside().getByLabel('If it shows you a code, enter it here:').fill('K7QF-2M9T');
    await inside().getByRole('button', { name: 'Continue' }).click();
    await inside().getByText('The sign-in did not succeed.').waitFor();
    expect((await victim.context().cookies()).filter(({ name }) => name === '__Host-erpsync')).toEqual([]);
    await victim.context().close();
  });

  test('of a sign-in that one browser began is refused to another that comes back with its answer', async () => {
    await page.goto(framing(CRM));
    const window = await openSignIn();
    const state = new URL(window.url()).searchParams.get('state');

    const victim = await (await browser.newContext()).newPage();
    await victim.goto(`${ORIGIN}/auth/callback?code=Cust10001-5&state=${state}`);
    await victim.getByRole('alert').waitFor();
    expect(await victim.content()).not.toContain('data-code');
    await victim.context().close();
  });
});
