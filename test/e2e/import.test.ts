import { join } from 'node:path';
import { chromium, type Browser, type FrameLocator, type Locator, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserFlags } from '../support/browser.ts';
import { startDemo, type RunningDemo } from '../support/demo.ts';
import { editCompany, panel, signedInPanel, visitAs } from '../support/stand-in-browser.ts';
import { editCell } from '../support/workbook.ts';

/** Customers of the sample ERP. Cash customers are told apart by nothing but their name. */
const vestfold = { erpKey: '2', inErp: 'VESTFOLD SJØMAT AS', inCrm: 'Vestfold Sjømat AS' };
const vind = { erpKey: '6', inErp: 'Sjællandske Vind A/S' };
const cash = { erpKey: '185', inErp: 'Kontant kunde Oslo' };
const barents = { erpKey: '186', inErp: 'Barents Fiskeredskap AS' };
const skagen = { erpKey: '188', inErp: 'Skagens Røgeri ApS' };
const inari = { erpKey: '189', inErp: 'Inarin Matkailu Oy' };
const customers = [vestfold, vind, cash, barents, skagen, inari];

let demo: RunningDemo;
let browser: Browser;
let admin: Page;
let lars: Page;
let sync: FrameLocator;
let shown: Locator;

beforeAll(async () => {
  demo = await startDemo();
  browser = await chromium.launch({
    executablePath: process.env['CHROME_BIN'] ?? '/usr/bin/chromium',
    args: browserFlags,
  });
  admin = await visitAs(browser, demo.url, /Astrid Berg/);
  lars = await visitAs(browser, demo.url, /Lars Holm/);
  // Two companies that the cash customer could be.
  for (const id of [12, 24]) {
    await lars.goto(`${demo.url}/Cust10001/contact/${id}`);
    await editCompany(lars, 'Name', cash.inErp);
  }
  const workbook = join(demo.dataDir, 'workbooks', 'Cust10001', 'ErpClient.xlsx');
  await editCell(workbook, 'Person', 3, 'First name', 'Torgunn');
  await editCell(workbook, 'Project', 2, 'Name', 'Drying hall, Sápmi Duodji AS');

  await admin.getByRole('link', { name: 'Sync', exact: true }).click();
  sync = await signedInPanel(admin);
  shown = sync.locator('erpsync-import-run');
  await sync.getByRole('button', { name: 'Add Sync Connector' }).click();
  await sync.getByLabel('Sync Connector name').fill('Workbooks');
  await sync.getByRole('button', { name: 'OK', exact: true }).click();
  await sync.getByRole('button', { name: 'Define new ERP connection' }).click();
  await sync.getByLabel('Name:', { exact: true }).fill('Nordlys ERP');
  await sync.getByLabel('File name').fill('ErpClient.xlsx');
  await sync.getByRole('button', { name: 'Test ERP connection' }).click();
  await sync.getByText('The test succeeded.').waitFor();
  await sync.getByRole('button', { name: 'OK', exact: true }).click();
  await sync.getByRole('row', { name: /Nordlys ERP/ }).waitFor();

  await sync.getByRole('button', { name: 'Configure field mapping' }).click();
  await map('Customer', 'Company', ['Name', 'Organisation number', 'City']);
  await map('Contact', 'Contact', ['First name', 'Last name']);
  await map('Project', 'Project', ['Name']);
  await sync.getByRole('button', { name: 'Done' }).click();
  await sync.getByRole('group', { name: 'Nordlys ERP' }).getByRole('button', { name: 'Activate' }).click();
  await sync.getByRole('row', { name: /Nordlys ERP.*Active/ }).waitFor();
});

afterAll(async () => {
  await browser.close();
  await demo.stop({ keepData: false });
});

describe('an administrator imports from the ERP, with nothing but the screens', () => {
  test('watches how all of them are looked at, pauses, comes back, goes on, and gives it up', async () => {
    await sync.getByRole('button', { name: 'Import from ERP' }).click();
    await sync.getByRole('button', { name: 'Look first' }).click();
    await shown.getByText(/of 194 records/).waitFor();
    await shown.getByRole('button', { name: 'Pause' }).click();
    await shown.getByText('Paused').waitFor();
    await close();

    await sync.getByRole('button', { name: 'Import from ERP' }).click();
    await shown.getByRole('progressbar', { name: 'Paused' }).waitFor();
    await shown.getByRole('button', { name: 'Resume' }).click();
    await shown.getByRole('progressbar', { name: 'Comparing' }).waitFor();
    await shown.getByRole('button', { name: 'Cancel the import' }).click();
    await shown.getByText('Nothing was imported.').waitFor();
    await close();
  });

  test('sees what each would become, and which records it could be, before anything is written', async () => {
    await look('Customer → Company', customers);
    await shown.getByText('3 records would be created in SuperOffice. 2 records would be connected.').waitFor();
    await row(vestfold).getByRole('button', { name: vestfold.inCrm }).waitFor();
    expect(await row(cash).innerText()).toContain('Possible duplicate');
    expect(await row(cash).getByRole('button', { name: cash.inErp }).count()).toBe(2);
    expect(await inCrm('contact', barents.inErp)).toBe(0);
  });

  test('leaves out single ones, and all of a kind', async () => {
    await shown.getByLabel(`Import ${inari.inErp}`).uncheck();
    await shown.getByLabel('Show').selectOption('Connect');
    await shown.getByRole('button', { name: 'Leave out all' }).click();
    await shown.getByLabel(`Import ${vestfold.inErp}`).check();
    await shown.getByLabel('Show').selectOption('Left out');
    await row(vestfold).waitFor({ state: 'detached' });
    expect(await shown.getByRole('rowheader').allInnerTexts()).toEqual([vind.inErp, inari.inErp]);
    await shown.getByText('2 records would be created in SuperOffice. One record would be connected.').waitFor();
  });

  test('starts it, and finds the companies connected in SuperOffice', async () => {
    await shown.getByRole('button', { name: 'Import', exact: true }).click();
    await shown.getByText('2 records were created in SuperOffice. One record was connected.').waitFor();
    await shown.getByText('What was left out is offered again by the next import.').waitFor();
    await shown.getByLabel('Show').selectOption('All records');
    expect(await row(inari).innerText()).toContain('Left out');
    await close();
    expect(await inCrm('contact', inari.inErp)).toBe(0);

    await lars.goto(`${demo.url}/Cust10001/contact?q=${encodeURIComponent(barents.inErp)}`);
    await lars.getByRole('link', { name: barents.inErp }).click();
    await lars.getByRole('tab', { name: 'ERP' }).click();
    const erp = await signedInPanel(lars);
    await erp.getByText(`Customer ${barents.erpKey}`).waitFor();
    await lars.goto(`${demo.url}/Cust10001/contact/3`);
    await lars.getByRole('tab', { name: 'ERP' }).click();
    await panel(lars).getByText(`Customer ${vestfold.erpKey}`, { exact: true }).waitFor();
  });

  test('imports the same again: what was left out is offered, a duplicate is decided on, and nothing doubles', async () => {
    await look('Customer → Company', customers);
    await shown.getByText('One record would be created in SuperOffice. One record would be connected.').waitFor();
    expect(await row(barents).innerText()).toContain('Connected already');
    await shown.getByLabel(`${cash.inErp} in SuperOffice`).selectOption({ index: 1 });
    await shown.getByText('2 records would be connected.').waitFor();
    await shown.getByLabel(`Import ${vind.inErp}`).uncheck();
    await shown.getByText('One record would be connected.').waitFor();
    await shown.getByRole('button', { name: 'Import', exact: true }).click();
    await shown.getByText('One record was created in SuperOffice. One record was connected.').waitFor();
    await close();
    expect(await inCrm('contact', cash.inErp)).toBe(2);
    for (const { inErp } of [barents, skagen, inari]) expect(await inCrm('contact', inErp)).toBe(1);
  });

  test('imports contacts below the companies that are connected; the others wait for theirs', async () => {
    await look('Contact → Contact', [{ erpKey: '2' }, { erpKey: '3' }, { erpKey: '8' }]);
    await shown.getByText('One record would be created in SuperOffice. One record would be connected.').waitFor();
    const waiting = shown.getByRole('row', { name: /Birgitte Holst/ });
    expect(await waiting.innerText()).toMatch(/Not possible yet[^]*company/);
    await shown.getByRole('button', { name: 'Import', exact: true }).click();
    await shown.getByText('One record was created in SuperOffice. One record was connected.').waitFor();
    await close();
    await lars.goto(`${demo.url}/Cust10001/person?q=Torgunn`);
    await lars.getByRole('row', { name: new RegExp(`Torgunn.*${vestfold.inCrm}`) }).waitFor();
  });

  test('imports projects', async () => {
    await look('Project → Project', [{ erpKey: '1' }, { erpKey: '2' }]);
    await shown.getByText('One record would be created in SuperOffice. One record would be connected.').waitFor();
    await shown.getByRole('button', { name: 'Import', exact: true }).click();
    await shown.getByText('One record was created in SuperOffice. One record was connected.').waitFor();
    expect(await inCrm('project', 'Drying hall')).toBe(1);
  });

  test('takes an import back: its records are disconnected, and stay', async () => {
    await shown.getByRole('button', { name: 'Disconnect …' }).click();
    await sync.getByText('Records that were created stay in SuperOffice.').last().waitFor();
    await sync.getByRole('button', { name: 'Disconnect', exact: true }).click();
    await shown.getByText('2 records were disconnected again.').waitFor();
    expect(await shown.getByRole('button', { name: 'Disconnect …' }).count()).toBe(0);
    await close();
    expect(await inCrm('project', 'Drying hall')).toBe(1);
    await look('Project → Project', [{ erpKey: '1' }, { erpKey: '2' }]);
    await shown.getByText('2 records would be connected.').waitFor();
    await shown.getByRole('button', { name: 'Cancel the import' }).click();
    await shown.getByText('Nothing was imported.').waitFor();
  });
});

async function map(actor: string, entity: string, fields: readonly string[]): Promise<void> {
  await sync.getByRole('tab', { name: actor }).click();
  await sync.getByLabel(`Sync ERP "${actor}" to SuperOffice "${entity}"`).check();
  for (const field of fields) {
    const direction = sync.getByRole('group', { name: field, exact: true });
    await direction.getByRole('button', { name: 'From ERP to SuperOffice' }).click();
    await direction.getByRole('button', { name: 'From SuperOffice to ERP' }).click();
  }
}

/** Lets it look at these actors, until it says what would become of them. */
async function look(actor: string, actors: readonly { readonly erpKey: string }[]): Promise<void> {
  await sync.getByRole('button', { name: 'Import from ERP' }).click();
  await sync.getByLabel('Actor type').selectOption(actor);
  await sync.getByLabel('These ERP keys').check();
  await sync.getByLabel('ERP keys, one per line').fill(actors.map(({ erpKey }) => erpKey).join('\n'));
  await sync.getByRole('button', { name: 'Look first' }).click();
  await shown.getByText('Nothing has been written yet.').waitFor();
}

function row({ inErp }: { readonly inErp: string }): Locator {
  return shown.getByRole('row', { name: inErp });
}

async function close(): Promise<void> {
  await shown.getByRole('button', { name: 'Close' }).last().click();
  await shown.waitFor({ state: 'detached' });
}

/** How many records of this name a person finds in SuperOffice. */
async function inCrm(type: 'contact' | 'project', name: string): Promise<number> {
  await lars.goto(`${demo.url}/Cust10001/${type}?q=${encodeURIComponent(name)}`);
  return Number(/(\d+) in all/.exec(await lars.getByLabel('Pages').innerText())?.[1]);
}
