import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium, type Browser, type FrameLocator, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { savePanel } from '../stand-in/panels.ts';
import { startStandIn, type StandIn } from '../stand-in/start.ts';
import type { CrmEvent } from '../stand-in/tenant.ts';
import { systemAssociateId } from '../stand-in/tenant.ts';
import { browserFlags } from '../support/browser.ts';

const SALES = 11;
const COMPANY = 7;

/** A panel that shows its own address, and a number that is another one after every load. */
const panelPage = `<p id="address"></p><p id="load"></p>
<button onclick="parent.postMessage({ command: 'refresh' }, '*')">Refresh</button>
<button onclick="parent.postMessage({ command: 'soprotocol', arguments: 'project.main?project_id=3' }, '*')">Project</button>
<script>address.textContent = location.search; load.textContent = Math.random();</script>`;

let browser: Browser;
let app: Server;
let standIn: StandIn;
let page: Page;
let events: CrmEvent[];

beforeAll(async () => {
  browser = await chromium.launch({
    executablePath: process.env['CHROME_BIN'] ?? '/usr/bin/chromium',
    args: browserFlags,
  });
  app = createServer((_, response) => response.setHeader('content-type', 'text/html').end(panelPage));
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await browser.close();
  app.close();
});
beforeEach(async () => {
  standIn = await startStandIn({ approved: true, timeScale: 0 });
  events = [];
  standIn.tenant().onEvent((event) => events.push(event));
  addPanel('Sync', 'NavigatorButton', 'sync?uctx=<uctx>&usid=<usid>&lang=<lanc>');
  addPanel('ERP', 'ContactArchive', 'erp?uctx=<uctx>&usid=<usid>&lang=<lanc>&id=<cuid>');
  page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
});
afterEach(async () => {
  await page.close();
  await standIn.close();
});

describe('a card', () => {
  it("is edited in place, raises one event in the user's name, and its panel lives on", async () => {
    await openCompany();
    const load = await panel().locator('#load').textContent();

    await page.getByRole('link', { name: 'Edit' }).click();
    await page.getByLabel('Name:', { exact: true }).fill('Vind & Vær <A/S>');
    await page.getByLabel('Postal, city:').fill('Rønne');
    await page.getByRole('button', { name: 'Save' }).click();

    await page.getByRole('heading', { name: 'Vind & Vær <A/S>' }).waitFor();
    expect(standIn.tenant().records.contact.get(COMPANY)).toMatchObject({
      name: 'Vind & Vær <A/S>',
      postal: { city: 'Rønne' },
    });
    expect(events).toMatchObject([{ event: 'contact.changed', primaryKey: COMPANY, by: SALES }]);
    expect(await panel().locator('#load').textContent()).toBe(load);
  });

  it('changes nothing when it is saved as it was', async () => {
    const before = standIn.tenant().records.contact.get(COMPANY);
    await openCompany();
    await page.getByRole('link', { name: 'Edit' }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('link', { name: 'Edit' }).waitFor();
    const { userDefined: _, ...after } = standIn.tenant().records.contact.get(COMPANY)!;
    expect(before).toMatchObject(after);
    expect(events).toEqual([]);
  });

  it('holds user-defined fields in a tab of its own', async () => {
    await openCompany();
    await page.getByRole('link', { name: 'Edit' }).click();
    await page.getByRole('tab', { name: 'More' }).click();
    await page.getByLabel('Customer since:').fill('2020-02-29');
    await page.getByLabel('Delivery terms:').selectOption({ label: 'Ex works' });
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('2020-02-29').waitFor();
    expect(standIn.tenant().records.contact.get(COMPANY)!.userDefined).toMatchObject({
      'SuperOffice:3': '[D:02/29/2020]',
      'SuperOffice:5': '[I:3]',
    });
  });

  it('is not there for a user whose group may not see it', async () => {
    const hidden = [...standIn.tenant().records.contact.values()].find((company) => company.onlyGroupId === 3)!;
    await signIn(`/Cust10001/contact/${hidden.id}`);
    await page.getByRole('heading', { name: 'Nothing to see here' }).waitFor();
    expect(await page.content()).not.toContain(hidden.name);
  });
});

describe('a panel', () => {
  it('is loaded when its tab is opened, and again only when its address differs', async () => {
    await openCompany();
    const first = await panel().locator('#load').textContent();
    expect(await panel().locator('#address').textContent()).toBe(`?uctx=Cust10001&usid=11&lang=en-US&id=${COMPANY}`);

    await page.getByRole('tab', { name: 'Contacts' }).click();
    await page.getByRole('tab', { name: 'ERP' }).click();
    expect(await panel().locator('#load').textContent()).toBe(first);

    await page.getByRole('link', { name: 'Next' }).click();
    await page.waitForURL((url) => !url.pathname.endsWith(`/${COMPANY}`));
    const next = page.url().split('/').at(-1)!;
    await panel()
      .locator('#address', { hasText: `id=${next}` })
      .waitFor();
    expect(await panel().locator('#load').textContent()).not.toBe(first);
  });

  it('can have the record read again, but not while someone is typing', async () => {
    await openCompany();
    standIn.tenant().update('contact', COMPANY, { name: 'From behind' }, SALES);
    await panel().getByRole('button', { name: 'Refresh' }).click();
    await page.getByRole('heading', { name: 'From behind' }).waitFor();

    await page.getByRole('link', { name: 'Edit' }).click();
    await page.getByLabel('Department:').fill('Half a wo');
    await panel().getByRole('button', { name: 'Refresh' }).click();
    await page.waitForTimeout(300);
    expect(await page.getByLabel('Department:').inputValue()).toBe('Half a wo');
  });

  it('can send the client to another record', async () => {
    await openCompany();
    await panel().getByRole('button', { name: 'Project' }).click();
    await page.waitForURL('**/Cust10001/project/3');
  });

  it('in the navigator fills the page, in the language chosen', async () => {
    await signIn('/Cust10001/contact');
    await page.getByLabel('Language').selectOption('sv-SE');
    await page.getByRole('navigation', { name: 'Navigator' }).getByRole('link', { name: 'Sync' }).click();
    expect(await panel().locator('#address').textContent()).toBe('?uctx=Cust10001&usid=11&lang=sv-SE');
  });

  it('is shown to the groups it is for', async () => {
    const tenant = standIn.tenant();
    for (const [id, one] of tenant.panels) tenant.panels.set(id, { ...one, groupIds: [1] });
    await signIn(`/Cust10001/contact/${COMPANY}`);
    await page.getByRole('tab', { name: 'Contacts' }).waitFor();
    expect(await page.getByRole('tab', { name: 'ERP' }).count()).toBe(0);
    expect(await page.getByRole('link', { name: 'Sync' }).count()).toBe(0);
  });
});

describe('the client', () => {
  it('is left by signing out', async () => {
    await signIn('/Cust10001/contact');
    await page.getByText('Lars Holm').first().click();
    await page.getByRole('link', { name: 'Sign out' }).click();
    await page.goto(`${standIn.url}/Cust10001/contact/${COMPANY}`);
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  });

  it('finds companies', async () => {
    await signIn('/Cust10001/contact');
    await page.getByRole('searchbox', { name: 'Find company', exact: true }).fill('jyske mejeri');
    await page.keyboard.press('Enter');
    await page.getByText('1 in all').waitFor();
    expect(await page.getByRole('link', { name: 'Jyske Mejeri ApS' }).count()).toBe(1);
  });

  it('moves between section tabs by keyboard', async () => {
    await signIn(`/Cust10001/contact/${COMPANY}`);
    await page.getByRole('tab', { name: 'Contacts' }).focus();
    await page.keyboard.press('ArrowRight');
    expect(await page.getByRole('tab', { name: 'ERP' }).getAttribute('aria-selected')).toBe('true');
    await panel().locator('#load').waitFor();
  });

  it.each(['/Cust10001/contact', `/Cust10001/contact/${COMPANY}`, `/Cust10001/contact/${COMPANY}?edit`])(
    'fits a telephone: %s',
    async (path) => {
      await page.setViewportSize({ width: 360, height: 740 });
      await signIn(path);
      await page.getByRole('navigation', { name: 'Navigator' }).waitFor();
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    },
  );
});

function addPanel(name: string, visibleIn: 'NavigatorButton' | 'ContactArchive', path: string): void {
  const url = `http://127.0.0.1:${(app.address() as AddressInfo).port}/${path}`;
  const panel = { Name: name, Url: url, VisibleIn: visibleIn, WindowName: `erpsync_${name}` } as const;
  savePanel(standIn.tenant(), panel, systemAssociateId);
  events = [];
}

async function signIn(path: string): Promise<void> {
  await page.goto(standIn.url + path);
  await page.getByRole('button', { name: 'Lars Holm' }).click();
}

async function openCompany(): Promise<void> {
  await signIn(`/Cust10001/contact/${COMPANY}`);
  await page.getByRole('tab', { name: 'ERP' }).click();
  await panel().locator('#load').waitFor();
}

function panel(): FrameLocator {
  return page.frameLocator('iframe[src]');
}
