import { randomUUID } from 'node:crypto';
import { chromium, type Browser, type Locator, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seedTenant } from '../stand-in/seed.ts';
import { browserFlags } from '../support/browser.ts';
import { startCapErp, type CapErp } from '../support/cap-erp/cap-erp.ts';
import { startDemo, type RunningDemo } from '../support/demo.ts';
import { startReferenceConnector, type ReferenceConnector } from '../support/reference-connector.ts';
import { editCompany, eventually, panel, signedInPanel, visitAs } from '../support/stand-in-browser.ts';

const SECRET = 'hush';
const [vind, haulage] = [7, 8].map((id) => seedTenant('Cust10001').companies.find((each) => each.id === id)!);

let demo: RunningDemo;
let browser: Browser;
let connector: ReferenceConnector;
let cap: CapErp;
let admin: Page;
let lars: Page;

/** An ERP behind a connector: how an administrator reaches it, and how its own people read and edit customer 2. */
interface Case {
  readonly kind: string;
  readonly connection: string;
  readonly company: NonNullable<typeof vind>;
  readonly url: () => string;
  /** What is typed wrong at first, and what comes of it. */
  readonly refused: readonly [type: (dialog: Locator) => Promise<void>, says: RegExp];
  readonly settings: (dialog: Locator) => Promise<void>;
  readonly city: string;
  readonly read: () => Promise<{ readonly name: string; readonly city: string }>;
  readonly edit: (city: string) => Promise<void>;
}

const cases: readonly Case[] = [
  {
    kind: 'Web service (HTTP)',
    connection: 'Pumps',
    company: vind!,
    url: () => connector.url,
    refused: [
      async (dialog) => {
        await dialog.getByLabel('ERP client').fill('Nordic');
        await dialog.getByLabel('Secret').fill('wrong');
      },
      /does not accept our sign-in/,
    ],
    settings: (dialog) => dialog.getByLabel('Secret').fill(SECRET),
    city: 'City',
    async read() {
      const { actors } = await inConnector<{ actors: { values: Record<string, string> }[] }>('read', {
        type: 'Customer',
        keys: ['2'],
        fields: ['NAME', 'POSTALCITY'],
      });
      return { name: actors[0]?.values['NAME'] ?? '', city: actors[0]?.values['POSTALCITY'] ?? '' };
    },
    edit: async (city) => {
      const changes = [{ key: '2', values: { POSTALCITY: city } }];
      await inConnector('save', { type: 'Customer', fields: [], changes });
    },
  },
  {
    kind: 'OData service',
    connection: 'Freight',
    company: haulage!,
    url: () => cap.url,
    refused: [
      async (dialog) => {
        await choose(dialog, 'ERP system', 'Another OData v4 service');
        await choose(dialog, 'Sign-in', 'None');
        await dialog.getByRole('combobox', { name: 'Customers', exact: true }).fill('Custommers');
      },
      /Custommers/,
    ],
    settings: (dialog) => dialog.getByRole('combobox', { name: 'Customers', exact: true }).fill('Customers'),
    city: 'POSTALCITY',
    async read() {
      const response = await fetch(`${cap.url}/Customers(2)`);
      const { NAME, POSTALCITY } = (await response.json()) as { NAME: string; POSTALCITY: string };
      return { name: NAME, city: POSTALCITY };
    },
    edit: (city) => cap.edit(2, { POSTALCITY: city }),
  },
];

beforeAll(async () => {
  [demo, connector, cap] = await Promise.all([
    startDemo({ env: { PRIVATE_CONNECTORS: 'on' } }),
    startReferenceConnector({ secret: SECRET }),
    startCapErp(),
  ]);
  await cap.reset({
    Customers: [
      { ID: 1, CustNo: 1, NAME: 'Kunden A/S', POSTALCITY: 'Byen' },
      { ID: 2, CustNo: 2, NAME: haulage!.name, POSTALAD1: 'Old Road 1', POSTALZIP: 'CF10', POSTALCITY: 'Swansea' },
    ],
    Persons: [],
    CustomerGroup: [{ ID: '1', Text: 'One' }],
  });
  browser = await chromium.launch({
    executablePath: process.env['CHROME_BIN'] ?? '/usr/bin/chromium',
    args: browserFlags,
  });
  admin = await visitAs(browser, demo.url, /Astrid Berg/);
  lars = await visitAs(browser, demo.url, /Lars Holm/);
  await admin.getByRole('link', { name: 'Sync', exact: true }).click();
  await signedInPanel(admin);
  await openErpTab(vind!.id);
  await signedInPanel(lars);
});

afterAll(async () => {
  await browser.close();
  connector.stop();
  cap.close();
  await demo.stop({ keepData: false });
});

describe.each(cases)(
  'an ERP behind a $kind',
  ({ kind, connection, company, url, refused, settings, city, read, edit }) => {
    test('is reached once its address and its settings are right', async () => {
      const sync = panel(admin);
      await sync.locator('erpsync-connector-list').getByRole('button', { name: 'Add' }).click();
      await sync.getByLabel('Sync Connector name').fill(kind);
      await sync.getByLabel(kind, { exact: true }).check();
      await sync.getByLabel('Sync Connector URL').fill('http://127.0.0.1:9/nothing');
      await sync.getByRole('button', { name: 'Test Sync Connector' }).click();
      await sync.getByText(/does not answer/).waitFor();
      await sync.getByLabel('Sync Connector URL').fill(url());
      await sync.getByRole('button', { name: 'Test Sync Connector' }).click();
      await sync.getByText('The sync connector answers.').waitFor();
      await sync.getByRole('button', { name: 'OK', exact: true }).click();

      await sync.locator('erpsync-connection-list').getByRole('button', { name: 'Add' }).click();
      const dialog = sync.locator('erpsync-connection-dialog');
      await dialog.getByLabel('Name:', { exact: true }).fill(connection);
      await choose(dialog, 'ERP Sync Connector', kind);
      const [type, says] = refused;
      await type(dialog);
      await dialog.getByRole('button', { name: 'Test ERP connection' }).click();
      await dialog.getByText(says).waitFor();
      await settings(dialog);
      await dialog.getByLabel('Look for changes in ERP').selectOption('Every 10 seconds');
      await dialog.getByRole('button', { name: 'Test ERP connection' }).click();
      await dialog.getByText('The test succeeded.').waitFor();
      await dialog.getByRole('button', { name: 'OK', exact: true }).click();
      await sync.getByRole('row', { name: new RegExp(connection) }).waitFor();
    });

    test('is mapped and activated', async () => {
      const sync = panel(admin);
      await sync.getByRole('button', { name: connection, exact: true }).click();
      await sync.getByRole('button', { name: 'Mappings' }).click();
      await sync.getByLabel('Sync ERP "Customer" to SuperOffice "Company"').check();
      for (const field of [kind === 'OData service' ? 'NAME' : 'Name', city]) {
        const direction = sync.getByRole('group', { name: field, exact: true });
        // A second ERP may share a field that another one updates only if SuperOffice answers for it too.
        await direction.getByRole('button', { name: 'From SuperOffice to ERP' }).click();
        await direction.getByRole('button', { name: 'From ERP to SuperOffice' }).click();
        await sync.getByLabel(`Show ${field} in ERP tab`, { exact: true }).check();
      }
      await sync.getByRole('button', { name: 'Done' }).click();
      await sync.getByRole('group', { name: connection }).getByRole('button', { name: 'Activate' }).click();
      await sync.getByRole('row', { name: new RegExp(`${connection}.*Active`) }).waitFor();
    });

    test('is connected to a company, with the values a salesperson chose', async () => {
      await openErpTab(company.id);
      const erp = panel(lars);
      await erp.getByRole('button', { name: `Connect to Customer, ${connection}` }).click();
      const dialog = erp.locator('erpsync-dialog');
      await dialog.getByRole('radio').first().check();
      await dialog.getByRole('button', { name: 'Connect', exact: true }).click();
      await dialog.getByText('Select correct field values').waitFor();
      await dialog.getByRole('radio', { name: new RegExp(`${city}, SuperOffice`) }).check();
      await dialog.getByRole('button', { name: 'Connect', exact: true }).click();
      await erp.getByText(`Connected to ${connection}.`).waitFor();
      expect(await read()).toEqual({ name: company.name, city: company.postal.city });
    });

    test('gets an edit of the CRM, and its own edit stands in the CRM', async () => {
      await editCompany(lars, 'Name', `${company.name} renamed`);
      await eventually(async () => expect((await read()).name).toBe(`${company.name} renamed`));
      await edit('Hammerfest');
      await eventually(async () => {
        await openErpTab(company.id);
        expect(await lars.getByRole('region', { name: 'Company' }).innerText()).toContain('Hammerfest');
      });
    });
  },
);

/** In a box of ours, which is typed into. */
async function choose(dialog: Locator, box: string, item: string): Promise<void> {
  await dialog.getByRole('combobox', { name: box }).fill(item);
  await dialog.getByRole('option', { name: item }).click();
}

async function openErpTab(id: number): Promise<void> {
  await lars.goto(`${demo.url}/Cust10001/contact/${id}`);
  await lars.getByRole('tab', { name: 'ERP' }).click();
}

/** What somebody does in the ERP itself: the connector of the README is all there is of it. */
async function inConnector<Answer>(call: 'read' | 'save', body: object): Promise<Answer> {
  const send = (method: string, path: string, sent: object) =>
    fetch(`${connector.url}/connections/${ours}${path}`, {
      method,
      headers: { authorization: `Bearer ${SECRET}`, 'content-type': 'application/json' },
      body: JSON.stringify(sent),
    });
  await send('PUT', '', { settings: { client: 'Nordic' } });
  return (await (await send('POST', `/actors/${call}`, body)).json()) as Answer;
}

const ours = randomUUID();
