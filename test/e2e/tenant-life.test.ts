import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type FrameLocator, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeSampleWorkbook } from '../stand-in/sample-erp.ts';
import { seedTenant } from '../stand-in/seed.ts';
import { browserFlags } from '../support/browser.ts';
import { startDemo, type RunningDemo } from '../support/demo.ts';
import { editCompany, eventually } from '../support/stand-in-browser.ts';
import { readCell } from '../support/workbook.ts';

/** The demonstration begins with the app installed in `Cust10001`; in `Cust20002` nobody has. */
const TENANT = 'Cust20002';

/** One that its ERP knows as well. */
const company = seedTenant(TENANT).companies.find(
  ({ id, categoryId }) => id !== seedTenant(TENANT).ownerCompanyId && id % 12 !== 0 && categoryId !== 4,
)!;

let demo: RunningDemo;
let workbook: string;
let browser: Browser;
let admin: Page;

beforeAll(async () => {
  demo = await startDemo();
  const folder = join(demo.dataDir, 'workbooks', TENANT);
  workbook = join(folder, 'ErpClient.xlsx');
  await mkdir(folder, { recursive: true });
  await writeSampleWorkbook(workbook, seedTenant(TENANT));
  browser = await chromium.launch({
    executablePath: process.env['CHROME_BIN'] ?? '/usr/bin/chromium',
    args: browserFlags,
  });
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  admin = await context.newPage();
  admin.setDefaultTimeout(20_000);
});

afterAll(async () => {
  await browser.close();
  await demo.stop({ keepData: false });
});

describe('an administrator installs, uses and uninstalls the app with nothing but screens', () => {
  test('she opens the install page, signs in, approves, reads what will be added, and presses Install', async () => {
    await admin.goto(`${demo.backendUrl}/install`);
    await admin.getByRole('button', { name: /Sofia Lind/ }).click();
    await admin.getByRole('button', { name: /approve/i }).click();
    await admin.getByText('A webhook that tells ERP Sync').waitFor();
    await admin.getByRole('button', { name: 'Install ERP Sync' }).click();

    await admin.getByRole('heading', { name: 'ERP Sync is installed' }).waitFor();
    await screenshot('installed');
  });

  test('she finds the Sync page in SuperOffice, and everything in order but the connection she has yet to make', async () => {
    await admin.goto(`${demo.url}/${TENANT}/`);
    await openSync();
    await Promise.all([
      admin.waitForEvent('popup'),
      panel().getByRole('button', { name: 'Sign in with SuperOffice' }).click(),
    ]);
    await panel().getByRole('button', { name: 'Setup check' }).click();
    const check = panel().locator('erpsync-setup-check');
    await check.getByText('No ERP connection is active yet.').waitFor();
    expect(await check.getByText('Not right').count()).toBe(0);
    expect(await check.getByText('Cannot be checked now').count()).toBe(0);
    await screenshot('setup-check');
  });

  test('somebody deletes a panel and the webhook: she sees it, and repairs it', async () => {
    await operate('Delete one of its web panels');
    await operate('Delete its webhooks');
    await openSync();
    await panel().getByRole('button', { name: 'Setup check' }).click();
    const check = panel().locator('erpsync-setup-check');
    await check.getByText(/Missing or changed/).waitFor();
    await screenshot('setup-check-wrong');
    await check.getByRole('button', { name: 'Repair' }).click();
    await check.getByText(/Missing or changed/).waitFor({ state: 'detached' });
    await admin.goto(`${demo.url}/${TENANT}/operations`);
    await admin.getByText('Active', { exact: true }).waitFor();
  });

  test('she sets up an ERP, connects a company to its customer, and what she edits arrives there', async () => {
    await openSync();
    const sync = panel();
    await sync.getByRole('button', { name: 'Add Sync Connector' }).click();
    await sync.getByLabel('Sync Connector name').fill('Workbooks');
    await sync.getByRole('button', { name: 'OK', exact: true }).click();
    await sync.getByRole('button', { name: 'Define new ERP connection' }).click();
    await sync.getByLabel('Name:', { exact: true }).fill('Nordlys ERP');
    await sync.getByLabel('File name').fill('ErpClient.xlsx');
    await sync.getByRole('button', { name: 'Test ERP connection' }).click();
    await sync.getByText('The test succeeded.').waitFor();
    await sync.getByRole('button', { name: 'OK', exact: true }).click();
    await sync.getByRole('button', { name: 'Configure field mapping' }).click();
    await sync.getByLabel('Sync ERP "Customer" to SuperOffice "Company"').check();
    const name = sync.getByRole('group', { name: 'Name', exact: true });
    await name.getByRole('button', { name: 'From SuperOffice to ERP' }).click();
    await sync.getByRole('button', { name: 'Done' }).click();
    await sync.getByRole('group', { name: 'Nordlys ERP' }).getByRole('button', { name: 'Activate' }).click();
    await sync.getByRole('row', { name: /Nordlys ERP.*Active/ }).waitFor();

    await admin.goto(`${demo.url}/${TENANT}/contact/${company.id}`);
    await admin.getByRole('tab', { name: 'ERP' }).click();
    await panel().getByRole('button', { name: 'Connect to Customer' }).click();
    const dialog = panel().locator('erpsync-dialog');
    await dialog.getByRole('radio').first().check();
    await dialog.getByRole('button', { name: 'Connect', exact: true }).click();
    await dialog.getByText('All values are equal.').waitFor();
    await dialog.getByRole('button', { name: 'Connect', exact: true }).click();
    await panel().getByText('Connected to Nordlys ERP.').waitFor();
    await screenshot('connected');

    const customer = Number(
      /\d+/.exec(
        await panel()
          .getByText(/^Customer \d+$/)
          .innerText(),
      )?.[0],
    );
    await editCompany(admin, 'Name', 'Renamed by Sofia');
    await eventually(async () => {
      expect(await readCell(workbook, 'Customer', customer, 'Name')).toBe('Renamed by Sofia');
    });
  });

  test('her company is suspended: she is signed out and told why; it comes back, and so does she', async () => {
    await operate('Suspend');
    await admin.waitForTimeout(2_500);
    await openSync();
    await panel().getByText('SuperOffice is not available just now.').waitFor();
    await screenshot('suspended');
    await operate('Resume');
    await admin.waitForTimeout(2_500);
    await openSync();
    await Promise.all([
      admin.waitForEvent('popup'),
      panel().getByRole('button', { name: 'Sign in with SuperOffice' }).click(),
    ]);
    await panel().getByRole('button', { name: 'Setup check' }).waitFor();
  });

  test('a backup is restored: syncing stops until she has decided, and the setup check says so', async () => {
    await operate('Restore a backup');
    await openSync();
    await panel().getByText('A backup of SuperOffice was restored').waitFor();
    await panel().getByRole('button', { name: 'Setup check' }).click();
    await panel().locator('erpsync-setup-check').getByText('A backup was restored.').waitFor();
    await panel().getByRole('button', { name: 'Close' }).last().click();
  });

  test('she signs out', async () => {
    await panel().getByRole('button', { name: 'Sign out' }).click();
    await panel().getByText('You are signed out of ERP Sync.').waitFor();
    await screenshot('signed-out');
  });

  test('she uninstalls, reads the proof, and finds nothing of the app in SuperOffice', async () => {
    await admin.goto(`${demo.backendUrl}/uninstall`);
    await admin.getByRole('button', { name: 'Remove ERP Sync' }).click();
    await admin.getByRole('heading', { name: 'ERP Sync has been removed' }).waitFor();
    await admin.getByText('Proof that nothing of ours is left in SuperOffice').waitFor();
    await screenshot('uninstalled');

    await admin.goto(`${demo.url}/${TENANT}/operations`);
    expect(await admin.locator('.facts').innerText()).toMatch(/Web panels\s+none\s+Webhooks\s+none/);
    expect(await admin.getByRole('link', { name: 'Sync', exact: true }).count()).toBe(0);
  });
});

function panel(): FrameLocator {
  return admin.frameLocator('iframe:visible');
}

async function openSync(): Promise<void> {
  await admin.goto(`${demo.url}/${TENANT}/contact`);
  await admin.getByRole('link', { name: 'Sync', exact: true }).click();
}

/** What SuperOffice's own people, or somebody in the company, do. */
async function operate(what: string): Promise<void> {
  await admin.goto(`${demo.url}/${TENANT}/operations`);
  await admin.getByRole('button', { name: what, exact: true }).click();
  await admin.getByText(`${what}: done.`).waitFor();
}

/** With SCREENSHOTS set, for people who want to look. */
async function screenshot(name: string): Promise<void> {
  const folder = process.env['SCREENSHOTS'];
  if (folder) await admin.screenshot({ path: fileURLToPath(new URL(`${name}.png`, `file://${folder}/`)) });
}
