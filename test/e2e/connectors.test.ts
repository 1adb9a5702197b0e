import { randomUUID } from 'node:crypto';
import { chromium, type Browser, type Locator, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../backend/adapters/system-clock.ts';
import { AppError } from '../../backend/errors.ts';
import { seedTenant } from '../stand-in/seed.ts';
import { browserFlags } from '../support/browser.ts';
import { startCapErp, type CapErp } from '../support/cap-erp/cap-erp.ts';
import { startDemo, type RunningDemo } from '../support/demo.ts';
import { FakeErp } from '../support/fake-connector.ts';
import { startReferenceConnector, type ReferenceConnector } from '../support/reference-connector.ts';
import { startSoapErp, type SoapErp } from '../support/soap-erp.ts';
import { editCompany, eventually, panel, signedInPanel, visitAs } from '../support/stand-in-browser.ts';

const SECRET = 'hush';
const [vind, haulage, lacking, paper] = [7, 8, 9, 10].map((id) =>
  seedTenant('Cust10001').companies.find((each) => each.id === id)!,
);

let demo: RunningDemo;
let browser: Browser;
let connector: ReferenceConnector;
let cap: CapErp;
let soap: SoapErp;
const stamps = new FakeErp(systemClock);
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
  /** The cities of all who have this name. */
  readonly cities: (name: string) => Promise<readonly string[]>;
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
    async cities(text) {
      const asked = { type: 'Customer', fields: ['POSTALCITY'], text, restrictions: [], parent: null };
      const { actors } = await inConnector<{ actors: { values: Record<string, string> }[] }>('search', asked);
      return actors.map(({ values }) => values['POSTALCITY'] ?? '');
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
    async cities(name) {
      const response = await fetch(`${cap.url}/Customers?$filter=${encodeURIComponent(`NAME eq '${name}'`)}`);
      const { value } = (await response.json()) as { value: readonly { POSTALCITY: string }[] };
      return value.map(({ POSTALCITY }) => POSTALCITY);
    },
  },
  {
    kind: 'Web service (SOAP)',
    connection: 'Stamps',
    company: paper!,
    url: () => soap.url,
    refused: [
      async (dialog) => {
        await dialog.getByLabel('File name').fill('ErpClient.xlsx');
        stamps.outage = new AppError('connector.rejected');
      },
      /Not done: connector\.rejected/,
    ],
    settings: async () => {
      stamps.outage = null;
      await Promise.resolve();
    },
    city: 'City',
    async read() {
      const { NAME, POSTALCITY } = stamps.actors.get('Customer/2') ?? {};
      return Promise.resolve({ name: NAME ?? '', city: POSTALCITY ?? '' });
    },
    async edit(city) {
      stamps.edit({ type: 'Customer', erpKey: '2' }, { POSTALCITY: city });
      await Promise.resolve();
    },
    async cities(name) {
      const found = [...stamps.actors.values()].filter(({ NAME }) => NAME === name);
      return Promise.resolve(found.map(({ POSTALCITY }) => POSTALCITY ?? ''));
    },
  },
];

beforeAll(async () => {
  [demo, connector, cap] = await Promise.all([
    startDemo({ env: { PRIVATE_CONNECTORS: 'on' } }),
    startReferenceConnector({ secret: SECRET }),
    startCapErp(),
  ]);
  stamps.edit({ type: 'Customer', erpKey: '1' }, { NAME: 'Kunden A/S', POSTALCITY: 'Byen' });
  stamps.edit({ type: 'Customer', erpKey: '2' }, { NAME: paper!.name, POSTALCITY: 'Gammel' });
  soap = await startSoapErp(stamps);
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
  await soap.close();
  await demo.stop({ keepData: false });
});

describe.each(cases)(
  'an ERP behind a $kind',
  ({ kind, connection, company, url, refused, settings, city, read, edit, cities }) => {
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

    test('gets a customer that it lacks, made from the company', async () => {
      await openErpTab(lacking!.id);
      const erp = panel(lars);
      await erp.getByRole('button', { name: `Connect to Customer, ${connection}` }).click();
      const connect = erp.locator('erpsync-connect-dialog');
      await connect.getByLabel("Can't find match in ERP").check();
      await connect.getByRole('button', { name: 'Create', exact: true }).click();
      await erp.locator('erpsync-create-dialog').getByRole('button', { name: 'Create', exact: true }).click();
      await erp.getByText(`Created in ${connection}, and connected.`).waitFor();
      expect(await cities(lacking!.name)).toEqual([lacking!.postal.city]);
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
async function inConnector<Answer>(call: 'read' | 'search' | 'save', body: object): Promise<Answer> {
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
