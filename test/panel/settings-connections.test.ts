import { expect, waitUntil } from '@open-wc/testing';
import { sendKeys } from '@web/test-runner-commands';
import { allByRole, byRole, clearScreen, focused, queryByRole, shown, words } from './screen.ts';
import { configField, fill, openSettings, SettingsWorld, superSale, workbookConnector } from './settings-world.ts';

describe('the ERP connections', () => {
  let world: SettingsWorld;

  beforeEach(() => {
    world = new SettingsWorld();
    world.connectors = [workbookConnector];
    world.connections = [superSale];
  });

  afterEach(clearScreen);

  const isDimmed = async (name: string) => (await byRole('button', name)).getAttribute('aria-disabled') === 'true';

  async function define(): Promise<void> {
    await openSettings(world);
    world.connections = [];
    await shown('Super Sale');
    allByRole('button', 'Add')[1]!.click();
    await byRole('textbox', 'File');
  }

  it('cannot be saved before what is missing is there and the test has passed', async () => {
    await define();
    await shown('Fill in: Name and File. Test the ERP connection before you press OK.');
    expect(await isDimmed('OK')).to.equal(true);
    expect(await isDimmed('Test ERP connection')).to.equal(true);
    (await byRole('button', 'OK')).click();
    const name = await byRole('textbox', 'Name:');
    expect(focused() === name).to.equal(true);

    fill(await byRole('textbox', 'Name:'), 'Visma Norway');
    fill(await byRole('textbox', 'File'), 'visma.xlsx');
    await waitUntil(() => !words().includes('Fill in:'));
    expect(await isDimmed('OK')).to.equal(true);
    (await byRole('button', 'OK')).click();
    expect(world.sent('POST /api/connections')).to.deep.equal([]);

    (await byRole('button', 'Test ERP connection')).click();
    await shown('The test succeeded.');
    expect(await isDimmed('OK')).to.equal(false);
    (await byRole('button', 'OK')).click();

    expect(await byRole('button', 'Visma Norway')).to.exist;
    expect(world.sent('POST /api/connections')).to.deep.equal([
      {
        connectorId: workbookConnector.id,
        name: 'Visma Norway',
        description: '',
        scope: { everyone: true, members: [] },
        config: {
          Filename: 'visma.xlsx',
          CheckboxField: 'false',
          DateField: null,
          DoubleField: null,
          PasswordField: null,
          ListField: null,
        },
        pollSeconds: 60,
        policy: 'ask',
        brake: { percent: 5, links: 200 },
      },
    ]);
  });

  it('must pass the test again after a setting has changed', async () => {
    await define();
    fill(await byRole('textbox', 'Name:'), 'Visma Norway');
    fill(await byRole('textbox', 'File'), 'visma.xlsx');
    await waitUntil(() => !words().includes('Fill in:'));
    (await byRole('button', 'Test ERP connection')).click();
    await shown('The test succeeded.');

    fill(await byRole('textbox', 'File'), 'other.xlsx');
    await shown('Test the ERP connection before you press OK.');
    expect(await isDimmed('OK')).to.equal(true);
    expect(words()).not.to.contain('The test succeeded.');
  });

  it('tell in words why the test failed, near what failed', async () => {
    await define();
    fill(await byRole('textbox', 'Name:'), 'Visma Norway');
    fill(await byRole('textbox', 'File'), 'gone.xlsx');
    await waitUntil(() => !words().includes('Fill in:'));
    world.refuse('POST /api/connection-tests', 'workbook.missing', { file: 'gone.xlsx' });
    const release = world.hold('POST /api/connection-tests');
    (await byRole('button', 'Test ERP connection')).click();
    await shown('Testing …');
    release();

    await shown('The file gone.xlsx was not found.');
    expect(await isDimmed('OK')).to.equal(true);
    const page = document.querySelector<HTMLElement>('erpsync-sign-in-gate')!;
    await expect(page).to.be.accessible();
  });

  it('keep a stored secret that is not typed again, and never show it', async () => {
    world.connections = [{ ...superSale, active: false }];
    await openSettings(world);
    (await byRole('button', 'Configure ERP connection')).click();
    await byRole('textbox', 'File');
    const password = document
      .querySelector('erpsync-sign-in-gate')!
      .shadowRoot!.querySelector('erpsync-sync-settings')!
      .shadowRoot!.querySelector('erpsync-connection-list')!
      .shadowRoot!.querySelector('erpsync-connection-dialog')!
      .shadowRoot!.querySelector('#config-PasswordField')!
      .shadowRoot!.querySelector('input')!;
    expect(password).to.include({ type: 'password', value: '', placeholder: '••••••••' });
    fill(await byRole('textbox', 'Name:'), 'Super Sale Oslo');
    await waitUntil(() => queryByRole('button', 'OK')?.ariaDisabled === 'false', 'a new name needs no new test');
    (await byRole('button', 'OK')).click();
    await byRole('button', 'Super Sale Oslo');

    const [sent] = world.sent(`PUT /api/connections/${superSale.id}`) as [{ config: object }];
    expect(sent.config).to.include({ Filename: 'super-sale.xlsx' });
    expect(sent.config).not.to.have.property('PasswordField');
  });

  it('are asked only for what the chosen system and sign-in need, in sections', async () => {
    world.configFields = odataFields;
    await openSettings(world);
    await shown('Super Sale');
    allByRole('button', 'Add')[1]!.click();
    await byRole('textbox', 'Company');
    await shown('The name of the company');
    expect(await byRole('group', 'Sign-in')).to.exist;
    expect(queryByRole('textbox', 'Customers')).to.equal(null);
    await shown('Fill in: Name, Company and Client secret.');

    await choose('ERP system', 'Another service');
    fill(await byRole('combobox', 'Customers'), 'Kunder');
    expect(await byRole('textbox', 'Customers: key')).to.exist;
    expect(queryByRole('textbox', 'Company')).to.equal(null);
    await choose('Sign-in', 'None');
    await waitUntil(() => !words().includes('Client secret'));
    await shown('Fill in: Name.');
    await expect(document.querySelector<HTMLElement>('erpsync-sign-in-gate')!).to.be.accessible();

    fill(await byRole('textbox', 'Name:'), 'Visma');
    (await byRole('button', 'Test ERP connection')).click();
    await shown('The test succeeded.');
    const [sent] = world.sent('POST /api/connection-tests') as [{ config: object }];
    expect(sent.config).to.deep.equal({ System: 'generic', SignIn: 'none', CustomerSet: 'Kunder', CustomerKey: null });
  });

  it('ask again for a secret that would go to another address', async () => {
    world.configFields = odataFields;
    world.connections = [
      {
        ...superSale,
        active: false,
        config: { System: 'businessCentral', Company: 'Cronus', SignIn: 'oauth', TokenUrl: 'https://login.example/a' },
        secretsSet: ['ClientSecret'],
      },
    ];
    await openSettings(world);
    (await byRole('button', 'Configure ERP connection')).click();
    fill(await byRole('textbox', 'Token address'), 'https://login.example/b');
    await waitUntil(() => !words().includes('Fill in:'), 'another path on the same server');
    fill(await byRole('textbox', 'Token address'), 'https://elsewhere.example/b');
    await shown('Fill in: Client secret.');
  });

  it('are switched off before their settings change', async () => {
    await openSettings(world);
    (await byRole('button', 'Configure ERP connection')).click();
    await shown('Untick Active first.');
    expect(await byRole('textbox', 'File')).to.have.property('disabled', true);

    (await byRole('checkbox', 'Active:')).click();
    await waitUntil(() => !words().includes('Untick Active first.'));
    fill(await byRole('textbox', 'File'), 'other.xlsx');
    await shown('Test the ERP connection before you press OK.');
    (await byRole('button', 'Test ERP connection')).click();
    await shown('The test succeeded.');
    (await byRole('button', 'OK')).click();

    await shown('Not active');
    const order = world.calls.map(({ method, path }) => `${method} ${path}`).filter((call) => !call.startsWith('GET'));
    expect(order).to.deep.equal([
      'POST /api/connection-tests',
      `POST /api/connections/${superSale.id}/deactivate`,
      `PUT /api/connections/${superSale.id}`,
    ]);
  });

  it('are open to chosen users and groups, with what each may do', async () => {
    await define();
    fill(await byRole('textbox', 'Name:'), 'Visma Norway');
    fill(await byRole('textbox', 'File'), 'visma.xlsx');
    (await byRole('radio', 'Specific users + groups')).click();
    await shown('Fill in: Scope.');

    (await byRole('button', 'No users or groups are selected')).click();
    await byRole('dialog', 'Configure scope');
    (await byRole('checkbox', 'Sales Nordic')).click();
    (await byRole('checkbox', 'Sales Nordic may create in ERP')).click();
    (await byRole('tab', 'Associates')).click();
    fill(await byRole('searchbox', 'Search'), 'maria');
    await waitUntil(() => queryByRole('checkbox', 'Lars Holm') === null);
    (await byRole('checkbox', 'Maria Keller')).focus();
    await sendKeys({ press: 'Space' });
    await shown('User groups : 1 · Associates : 1');
    await expect(document.querySelector<HTMLElement>('erpsync-sign-in-gate')!).to.be.accessible();
    (await byRole('button', 'OK')).click();

    await byRole('button', 'Sales Nordic, Maria Keller');
    (await byRole('button', 'Test ERP connection')).click();
    await shown('The test succeeded.');
    (await byRole('button', 'OK')).click();
    await byRole('button', 'Visma Norway');
    expect(world.connections[0]?.scope).to.deep.equal({
      everyone: false,
      members: [
        { kind: 'group', id: 2, canConnect: true, canCreate: false },
        { kind: 'user', id: 12, canConnect: true, canCreate: true },
      ],
    });
  });

  it('that cannot be activated say why, item by item', async () => {
    world.connections = [{ ...superSale, active: false }];
    world.reasons = [
      { kind: 'mandatoryUnmapped', actorType: 'Customer', field: 'Name', cause: null },
      { kind: 'fieldMissingInCrm', actorType: 'Person', field: 'Title', cause: null },
      {
        kind: 'testFailed',
        actorType: null,
        field: null,
        cause: { code: 'workbook.missing', detail: { file: 'super-sale.xlsx' } },
      },
    ];
    const page = await openSettings(world);
    (await byRole('checkbox', 'Active: Super Sale')).click();

    await shown('Fields that need attention');
    await shown('Customer / Name: mandatory in ERP, but nothing fills it.');
    await shown('Contact / Title: the SuperOffice field no longer exists.');
    await shown('The test of the ERP connection failed. The file super-sale.xlsx was not found.');
    expect(await byRole('checkbox', 'Active: Super Sale')).to.have.property('checked', false);
    await expect(page).to.be.accessible();

    world.reasons = [];
    (await byRole('button', 'Activate')).click();
    await byRole('button', 'Deactivate');
    expect(words()).not.to.contain('Fields that need attention');
  });

  it('are deleted with a word about what pauses, and come back', async () => {
    await openSettings(world);
    await byRole('button', 'Super Sale');
    const [, remove] = allByRole('button', 'Delete');
    remove!.click();
    await shown('Are you sure you want to delete this ERP connection?');
    await shown('Connected records: 187. They are paused, and Restore brings them back.');
    (await byRole('button', 'Cancel')).click();
    expect(world.connections[0]?.deleted).to.equal(false);

    remove!.click();
    (await byRole('button', 'Yes')).click();
    await waitUntil(() => queryByRole('button', 'Super Sale') === null);
    allByRole('checkbox', 'Deleted')[1]!.click();
    (await byRole('button', 'Super Sale')).click();
    (await byRole('button', 'Restore')).click();
    await byRole('button', 'Configure ERP connection');
    expect(world.connections[0]?.deleted).to.equal(false);
  });

  it('that fail say so in the list, and why below it', async () => {
    world.connections = [{ ...superSale, trouble: { code: 'workbook.locked', detail: {} } }];
    await openSettings(world);

    await shown('Failed');
    await shown('The file is open in another program. Close it there and try again.');
  });

  it('cannot be added before there is a connector, and say so', async () => {
    world.connectors = [];
    world.connections = [];
    await openSettings(world);
    await shown('four steps');
    const [, add] = allByRole('button', 'Add');

    expect(add!.getAttribute('aria-disabled')).to.equal('true');
    expect(add!.title).to.equal('Add a sync connector first.');
    add!.click();
    expect(queryByRole('dialog')).to.equal(null);
  });
});

const isOauth = { key: 'SignIn', values: ['oauth'] };
const odataFields = [
  configField({
    key: 'System',
    name: 'ERP system',
    kind: 'list',
    access: 'mandatory',
    defaultValue: 'businessCentral',
    items: [
      { key: 'businessCentral', text: 'Business Central' },
      { key: 'generic', text: 'Another service' },
    ],
  }),
  configField({
    key: 'Company',
    name: 'Company',
    kind: 'text',
    access: 'mandatory',
    description: 'The name of the company',
    askedIf: { key: 'System', values: ['businessCentral'] },
  }),
  configField({
    key: 'SignIn',
    name: 'Sign-in',
    kind: 'list',
    section: 'Sign-in',
    access: 'mandatory',
    defaultValue: 'oauth',
    items: [
      { key: 'oauth', text: 'OAuth' },
      { key: 'none', text: 'None' },
    ],
  }),
  configField({
    key: 'ClientSecret',
    name: 'Client secret',
    kind: 'password',
    section: 'Sign-in',
    access: 'mandatory',
    askedIf: isOauth,
    sentTo: 'TokenUrl',
  }),
  configField({ key: 'TokenUrl', name: 'Token address', kind: 'text', section: 'Sign-in', askedIf: isOauth }),
  configField({
    key: 'CustomerSet',
    name: 'Customers',
    kind: 'text',
    section: 'Entity sets',
    askedIf: { key: 'System', values: ['generic'] },
    items: [{ key: 'Kunder', text: 'Kunder' }],
  }),
  configField({
    key: 'CustomerKey',
    name: 'Customers: key',
    kind: 'text',
    section: 'Entity sets',
    askedIf: { key: 'CustomerSet' },
  }),
];

async function choose(list: string, item: string): Promise<void> {
  (await byRole('combobox', list)).click();
  (await byRole('option', item)).click();
}
