import { chromium, type Browser, type FrameLocator, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seedTenant } from '../stand-in/seed.ts';
import { browserFlags } from '../support/browser.ts';
import { startDemo, type RunningDemo } from '../support/demo.ts';
import { trytonConfig } from '../support/tryton/open-tryton.ts';
import { users } from '../support/tryton/seed.ts';
import { missingTryton, startTryton, type TrytonErp } from '../support/tryton/tryton-erp.ts';

describe.skipIf(missingTryton !== null)(`Tryton through the screens ${missingTryton ?? ''}`, () => {
  let tryton: TrytonErp;
  let demo: RunningDemo;
  let browser: Browser;
  let page: Page;
  let sync: FrameLocator;

  beforeAll(async () => {
    [tryton, demo] = await Promise.all([startTryton(), startDemo({ env: { PRIVATE_CONNECTORS: 'on' } })]);
    browser = await chromium.launch({
      executablePath: process.env['CHROME_BIN'] ?? '/usr/bin/chromium',
      args: browserFlags,
    });
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.setDefaultTimeout(15_000);
    await page.goto(demo.url);
    await page.getByRole('button', { name: /Astrid Berg/ }).click();
    await page.getByRole('link', { name: 'Sync', exact: true }).click();
    sync = page.frameLocator('iframe:visible');
    await Promise.all([
      page.waitForEvent('popup'),
      sync.getByRole('button', { name: 'Sign in with SuperOffice' }).click(),
    ]);
  }, 300_000);
  afterAll(async () => {
    await browser.close();
    await Promise.all([demo.stop({ keepData: false }), tryton.close()]);
  });

  test('an administrator adds a sync connector of the kind Tryton, and tests that it answers', async () => {
    await sync.getByRole('button', { name: 'Add Sync Connector' }).click();
    await sync.getByLabel('Sync Connector name').fill('Our Tryton');
    await sync.getByRole('radio', { name: 'Tryton', exact: true }).check();
    await sync.getByLabel('Sync Connector URL').fill(tryton.url);
    await sync.getByRole('button', { name: 'Test Sync Connector' }).click();
    await sync.getByText('The sync connector answers.').waitFor();
    await sync.getByRole('button', { name: 'OK', exact: true }).click();
    await sync.getByRole('button', { name: 'Our Tryton' }).waitFor();
  });

  test('is told what does not fit, and saves the connection once its test has passed', async () => {
    await sync.getByRole('button', { name: 'Define new ERP connection' }).click();
    await sync.getByLabel('Name:', { exact: true }).fill('Krone');
    await sync.getByLabel('Database').fill(trytonConfig['Database'] ?? '');
    await sync.getByLabel('User name').fill(trytonConfig['UserName'] ?? '');
    await sync.getByLabel('Password').fill('wrong');
    await sync.getByLabel('Category of customers').fill('Kunder');
    const ask = sync.getByRole('button', { name: 'Test ERP connection' });
    await ask.click();
    await sync.getByText('does not accept our sign-in').waitFor();

    await sync.getByLabel('Password').fill(trytonConfig['Password'] ?? '');
    await ask.click();
    await sync.getByText('Kunder was not found in the ERP system. Check Category of customers.').waitFor();
    await sync.getByText('Tryton has: Customers, Industry').waitFor();

    await sync.getByLabel('Category of customers').fill('Customers');
    await sync.getByLabel('Category of persons').fill('Persons');
    await sync.getByLabel('Relation of a person to the company').fill('Employee of');
    await sync.getByLabel('Synchronize projects').check();
    await ask.click();
    await sync.getByText('The test succeeded.').waitFor();
    await sync.getByRole('button', { name: 'OK', exact: true }).click();
    await sync.getByRole('row', { name: /Krone/ }).waitFor();
  });

  test('maps customers, whose fields are suggested, and activates', async () => {
    await sync.getByRole('button', { name: 'Configure field mapping' }).click();
    await sync.getByLabel('Sync ERP "Customer" to SuperOffice "Company"').check();
    for (const field of ['Name', 'City']) {
      const direction = sync.getByRole('group', { name: field, exact: true });
      await direction.getByRole('button', { name: 'From ERP to SuperOffice' }).click();
      await direction.getByRole('button', { name: 'From SuperOffice to ERP' }).click();
    }
    expect(await sync.getByRole('group', { name: 'Customer Payment Term', exact: true }).count()).toBe(1);
    await sync.getByRole('button', { name: 'Done' }).click();
    await sync.getByRole('group', { name: 'Krone' }).getByRole('button', { name: 'Activate' }).click();
    await sync.getByRole('row', { name: /Krone.*Active/ }).waitFor();
  });

  test('a company that Tryton lacks is made a customer there, with its address', async () => {
    const { id, name, postal } = seedTenant('Cust10001').companies.find((each) => each.id === 9)!;
    await page.goto(`${demo.url}/Cust10001/contact/${id}`);
    await page.getByRole('tab', { name: 'ERP' }).click();
    const erp = page.frameLocator('iframe:visible');
    await erp.getByRole('button', { name: 'Connect to Customer' }).click();
    const connect = erp.locator('erpsync-connect-dialog');
    await connect.getByLabel("Can't find match in ERP").check();
    await connect.getByRole('button', { name: 'Create', exact: true }).click();
    await erp.locator('erpsync-create-dialog').getByRole('button', { name: 'Create', exact: true }).click();
    await erp.getByText('Created in Krone, and connected.').waitFor();

    const astrid = await tryton.signIn('astrid', users.astrid);
    const columns = ['addresses.city', 'categories.name'];
    const made = await astrid('party.party.search_read', [['name', '=', name]], 0, null, null, columns);
    expect(made).toMatchObject([{ 'addresses.': [{ city: postal.city }], 'categories.': [{ name: 'Customers' }] }]);
  });
});
