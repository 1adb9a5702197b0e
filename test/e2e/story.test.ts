import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seedTenant } from '../stand-in/seed.ts';
import { browserFlags } from '../support/browser.ts';
import { startDemo, type RunningDemo } from '../support/demo.ts';
import { editCompany, eventually, panel, signedInPanel, visitAs } from '../support/stand-in-browser.ts';
import { editCell, readCell } from '../support/workbook.ts';

/** A company that the sample ERP knows under the same name, with an older address and another telephone. */
const company = seedTenant('Cust10001').companies.find(({ id }) => id === 7)!;
/** One that it does not know. */
const stranger = seedTenant('Cust10001').companies.find(({ id }) => id === 24)!;

let demo: RunningDemo;
let browser: Browser;
let workbook: string;
let admin: Page;
let lars: Page;
/** The customer's row in the workbook. */
let customer: number;

beforeAll(async () => {
  demo = await startDemo();
  workbook = join(demo.dataDir, 'workbooks', 'Cust10001', 'ErpClient.xlsx');
  browser = await chromium.launch({
    executablePath: process.env['CHROME_BIN'] ?? '/usr/bin/chromium',
    args: browserFlags,
  });
  admin = await visit(/Astrid Berg/);
});

afterAll(async () => {
  await browser.close();
  await demo.stop({ keepData: false });
});

describe('the main job, in a browser, with nothing but the screens', () => {
  test('an administrator adds a sync connector', async () => {
    await admin.getByRole('link', { name: 'Sync', exact: true }).click();
    const sync = await signedInPanel(admin);
    await sync.getByRole('button', { name: 'Add Sync Connector' }).click();
    await sync.getByLabel('Sync Connector name').fill('Workbooks');
    await sync.getByRole('button', { name: 'OK', exact: true }).click();
    await sync.getByRole('button', { name: 'Workbooks' }).waitFor();
  });

  test('defines an ERP connection, which can be saved only after its test has passed', async () => {
    const sync = panel(admin);
    await sync.getByRole('button', { name: 'Define new ERP connection' }).click();
    await sync.getByLabel('Name:', { exact: true }).fill('Nordlys ERP');
    const ok = sync.getByRole('button', { name: 'OK', exact: true });
    expect(await ok.getAttribute('aria-disabled')).toBe('true');

    await sync.getByLabel('File name').fill('Missing.xlsx');
    await sync.getByRole('button', { name: 'Test ERP connection' }).click();
    await sync.getByText('Missing.xlsx was not found').waitFor();
    expect(await ok.getAttribute('aria-disabled')).toBe('true');

    await sync.getByLabel('File name').fill('ErpClient.xlsx');
    await sync.getByRole('button', { name: 'Test ERP connection' }).click();
    await sync.getByText('The test succeeded.').waitFor();
    await sync.getByLabel('Look for changes in ERP').selectOption('Every 10 seconds');
    await sync.getByRole('button', { name: 'Test ERP connection' }).click();
    await sync.getByText('The test succeeded.').waitFor();
    await ok.click();
    await sync.getByRole('row', { name: /Nordlys ERP/ }).waitFor();
  });

  test('is told, item by item, why it cannot be activated yet', async () => {
    const sync = panel(admin);
    await sync.getByRole('group', { name: 'Nordlys ERP' }).getByRole('button', { name: 'Activate' }).click();
    const reasons = sync.locator('erpsync-notice', { hasText: 'Fields that need attention' });
    await reasons.waitFor();
    expect(await reasons.getByRole('listitem').count()).toBeGreaterThan(0);
  });

  test('maps customer fields with directions, and activates', async () => {
    const sync = panel(admin);
    await sync.getByRole('button', { name: 'Configure field mapping' }).click();
    await sync.getByLabel('Sync ERP "Customer" to SuperOffice "Company"').check();
    for (const field of ['Name', 'Address 1', 'Zip', 'City', 'Phone']) {
      const direction = sync.getByRole('group', { name: field, exact: true });
      await direction.getByRole('button', { name: 'From ERP to SuperOffice' }).click();
      await direction.getByRole('button', { name: 'From SuperOffice to ERP' }).click();
      await sync.getByLabel(`Show ${field} in ERP tab`, { exact: true }).check();
    }
    await sync.getByRole('button', { name: 'Defaults' }).click();
    const defaults = sync.locator('erpsync-default-values');
    const add = defaults.getByRole('combobox', { name: 'Add sync default value' });
    await add.fill('Payment days');
    await add.press('Enter');
    await defaults.getByRole('textbox', { name: 'Default value for Payment days' }).fill('30');
    await add.fill('Customer group');
    await add.press('Enter');
    await defaults.getByLabel('Customer group is mandatory').check();
    expect(await defaults.getByLabel('Ask user for Customer group').isChecked()).toBe(true);
    await defaults.getByRole('button', { name: 'Done' }).click();
    await sync.getByRole('button', { name: 'Done' }).click();
    await sync.getByRole('group', { name: 'Nordlys ERP' }).getByRole('button', { name: 'Activate' }).click();
    await sync.getByRole('row', { name: /Nordlys ERP.*Active/ }).waitFor();
  });

  test('a salesperson opens a company and connects it to the customer that was already searched for', async () => {
    lars = await visit(/Lars Holm/);
    await openErpTab(lars);
    const erp = await signedInPanel(lars);
    await erp.getByRole('button', { name: 'Connect to Customer' }).click();
    const dialog = erp.locator('erpsync-dialog');
    await dialog.getByRole('radio').first().check();
    await dialog.getByRole('button', { name: 'Connect', exact: true }).click();

    await dialog.getByText('Select correct field values').waitFor();
    await dialog.getByRole('radio', { name: /Address 1, SuperOffice/ }).check();
    await dialog.getByRole('radio', { name: /Phone, Nordlys ERP/ }).check();
    await dialog.getByRole('button', { name: 'Connect', exact: true }).click();
    await erp.getByText('Connected to Nordlys ERP.').waitFor();

    customer = Number(/Customer (\d+)/.exec(await erp.getByText(/^Customer \d+$/).innerText())?.[1]);
    await erp.getByText(company.postal.address1).waitFor();
    expect(await readCell(workbook, 'Customer', customer, 'Address 1')).toBe(company.postal.address1);
    const erpPhone = String(await readCell(workbook, 'Customer', customer, 'Phone'));
    expect(erpPhone).not.toBe(company.phone);
    await expectOnCard(erpPhone);
  });

  test('an edit in the CRM stands in the workbook within seconds', async () => {
    await editCompany(lars, 'Name', 'Renamed in the CRM AS');
    await eventually(async () => {
      expect(await readCell(workbook, 'Customer', customer, 'Name')).toBe('Renamed in the CRM AS');
    });
  });

  test('an edit in the workbook stands in the CRM after the next poll', async () => {
    await editCell(workbook, 'Customer', customer, 'City', 'Hammerfest');
    await expectOnCard('Hammerfest');
  });

  test('Sync now does it at once, and then has nothing to do', async () => {
    await editCell(workbook, 'Customer', customer, 'Zip', '9600');
    const erp = panel(lars);
    await erp.getByRole('button', { name: 'Sync now' }).click();
    await erp.getByText('Values copied: 1.').waitFor();
    await erp.getByRole('button', { name: 'Sync now' }).click();
    await erp.getByText('Nothing had changed.').waitFor();
    await expectOnCard('9600');
  });

  test('a field edited on both sides becomes a conflict that a person settles, and nothing is lost meanwhile', async () => {
    const settled = String(await readCell(workbook, 'Customer', customer, 'Phone'));
    await editCompany(lars, 'Phone', '+47 22 22 22 22');
    await editCell(workbook, 'Customer', customer, 'Phone', '+47 11 11 11 11');
    await openErpTab(lars);
    const erp = panel(lars);
    await erp.getByRole('button', { name: 'Sync now' }).click();
    await erp.getByRole('button', { name: 'Conflicts: 1' }).click();
    const dialog = erp.locator('erpsync-conflict-dialog');
    await dialog.getByRole('cell', { name: settled }).waitFor();
    expect(await readCell(workbook, 'Customer', customer, 'Phone')).toBe('+47 11 11 11 11');

    await dialog.getByRole('radio', { name: /Phone, SuperOffice/ }).check();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await erp.getByText('The conflicts are resolved.').waitFor();
    expect(await readCell(workbook, 'Customer', customer, 'Phone')).toBe('+47 22 22 22 22');
    await expectOnCard('+47 22 22 22 22');
  });

  test('a customer that the ERP lacks is created from the company, its default value and what the user is asked', async () => {
    await openErpTab(lars, stranger.id);
    const erp = panel(lars);
    await erp.getByRole('button', { name: 'Connect to Customer' }).click();
    const connect = erp.locator('erpsync-connect-dialog');
    await connect.getByLabel("Can't find match in ERP").check();
    await connect.getByRole('button', { name: 'Create', exact: true }).click();

    const dialog = erp.locator('erpsync-create-dialog');
    await dialog.getByRole('row', { name: 'Payment days 30' }).waitFor();
    await dialog.getByRole('button', { name: 'Create', exact: true }).click();
    await dialog.getByText('Fill in a value.').waitFor();
    await dialog.getByRole('combobox', { name: 'Customer group' }).click();
    await dialog.getByRole('option', { name: 'Wholesale' }).click();
    await dialog.getByRole('button', { name: 'Create', exact: true }).click();
    await erp.getByText('Created in Nordlys ERP, and connected.').waitFor();

    const id = Number(/Customer (\d+)/.exec(await erp.getByText(/^Customer \d+$/).innerText())?.[1]);
    const row = ['Name', 'City', 'Customer group', 'Payment days'].map((header) =>
      readCell(workbook, 'Customer', id, header),
    );
    expect(await Promise.all(row)).toEqual([stranger.name, stranger.postal.city, 4, 30]);
    await openErpTab(lars);
  });

  test('every change stands in the log', async () => {
    const sync = panel(admin);
    await sync.getByRole('button', { name: 'Show log' }).click();
    const log = sync.locator('erpsync-sync-log');
    await log
      .getByRole('row', { name: /Renamed in the CRM AS/ })
      .first()
      .waitFor();
    await log.getByRole('button', { name: 'Close' }).last().click();
  });

  test('a user without the licence is told what is missing and whom to ask, and the API refuses him', async () => {
    const pieter = await visit(/Pieter de Vries/);
    await openErpTab(pieter);
    const erp = await signedInPanel(pieter);
    await erp.getByText('You have no licence for ERP Sync. Ask your SuperOffice administrator').waitFor();
    await expectRefused(pieter, 'licence.missing');
  });

  test('a user outside the scope is told so, and the API tells her nothing about the record', async () => {
    const sync = panel(admin);
    const row = sync.getByRole('group', { name: 'Nordlys ERP' });
    await row.getByRole('button', { name: 'Configure ERP connection' }).click();
    const dialog = sync.locator('erpsync-connection-dialog');
    await dialog.getByLabel('Specific users + groups').check();
    await dialog.getByRole('button', { name: 'No users or groups are selected' }).click();
    const scope = sync.locator('erpsync-scope-dialog');
    await scope.getByText('Sales Nordic').first().click();
    await scope.getByRole('button', { name: 'OK', exact: true }).click();
    await dialog.getByRole('button', { name: 'OK', exact: true }).first().click();
    await dialog.waitFor({ state: 'detached' });

    const maria = await visit(/Maria Keller/);
    await openErpTab(maria);
    const erp = await signedInPanel(maria);
    await erp.getByText(/Ask your (SuperOffice )?administrator/).waitFor();
    await expectRefused(maria, 'access.denied');

    await Promise.all([maria.waitForEvent('load'), maria.getByLabel('Language').selectOption('Deutsch')]);
    await openErpTab(maria);
    await panel(maria).getByText('Sie haben dafür keine Berechtigung. Fragen Sie Ihren Administrator.').waitFor();
  });

  test('Disconnect stops it, and deletes nothing in the ERP', async () => {
    const erp = panel(lars);
    await erp.getByRole('button', { name: 'Disconnect, Nordlys ERP' }).click();
    await erp.getByRole('button', { name: 'Disconnect', exact: true }).click();
    await erp.getByText('Disconnected from Nordlys ERP.').waitFor();
    const before = await readCell(workbook, 'Customer', customer, 'Name');

    await editCompany(lars, 'Name', 'Nobody follows AS');
    await lars.waitForTimeout(2000);
    expect(await readCell(workbook, 'Customer', customer, 'Name')).toBe(before);
  });

  test('a second start continues where the first stopped', async () => {
    const { dataDir, backendUrl } = demo;
    await demo.stop({ keepData: true });
    demo = await startDemo({ dataDir, port: Number(new URL(backendUrl).port) });
    const again = await visit(/Astrid Berg/);
    await again.getByRole('link', { name: 'Sync', exact: true }).click();
    const sync = await signedInPanel(again);
    await sync.getByRole('row', { name: /Nordlys ERP.*Active/ }).waitFor();
  });
});

function visit(name: RegExp): Promise<Page> {
  return visitAs(browser, demo.url, name);
}

async function openErpTab(page: Page, companyId = company.id): Promise<void> {
  await page.goto(`${demo.url}/Cust10001/contact/${companyId}`);
  await page.getByRole('tab', { name: 'ERP' }).click();
}

/** What the company card shows, looked at again until it does. */
async function expectOnCard(text: string): Promise<void> {
  await eventually(async () => {
    await lars.goto(`${demo.url}/Cust10001/contact/${company.id}`);
    expect(await lars.getByRole('region', { name: 'Company' }).innerText()).toContain(text);
  });
  await lars.getByRole('tab', { name: 'ERP' }).click();
}

/** Her own session, in the panel she has in view: refused with 403, and without a word about the record. */
async function expectRefused(page: Page, code: string): Promise<void> {
  const frame = page.frames().find((found) => found.url().includes('/panels/erp-tab'));
  const answer = await frame!.evaluate(async (id) => {
    const response = await fetch(`/api/erp-tab/contact/${id}`);
    return { status: response.status, text: await response.text() };
  }, company.id);
  expect(answer.status).toBe(403);
  expect(JSON.parse(answer.text)).toMatchObject({ code });
  expect(answer.text).not.toContain('Renamed');
}
