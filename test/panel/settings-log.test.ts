import { expect, waitUntil } from '@open-wc/testing';
import { sendKeys } from '@web/test-runner-commands';
import { allByRole, byRole, clearScreen, focused, queryByRole, shown, words } from './screen.ts';
import { fill, ledgerEntry, openSettings, SettingsWorld, superSale, workbookConnector } from './settings-world.ts';

describe('the log', () => {
  let world: SettingsWorld;

  beforeEach(() => {
    world = new SettingsWorld();
    world.connectors = [workbookConnector];
    world.connections = [superSale];
  });

  afterEach(clearScreen);

  async function open(): Promise<void> {
    await openSettings(world);
    (await byRole('button', 'Show log')).click();
    await byRole('dialog', 'Log');
  }

  it('says what was written where, from what to what, why and by whom', async () => {
    world.ledger = [
      ledgerEntry({ id: '2' }),
      ledgerEntry({ id: '1', target: 'crm', cause: 'poll', userName: null, entityName: null, before: null }),
    ];
    await open();
    await shown('Orkdal Eldresenter');
    const [, first, second] = allByRole('row')
      .slice(-3)
      .map((row) => row.innerText.replaceAll(/\s+/g, ' '));

    expect(first).to.contain(
      'Super Sale Orkdal Eldresenter Name SuperOffice to ERP Orkdal Senter AS Orkdal Eldresenter Changed on one side Changed in SuperOffice Lars Holm',
    );
    expect(second).to.contain(
      'Company 42 Name ERP to SuperOffice – Orkdal Eldresenter Changed on one side Changed in ERP',
    );
    await expect(document.querySelector<HTMLElement>('erpsync-sign-in-gate')!).to.be.accessible();
  });

  it('says of a record that was created in which system', async () => {
    world.ledger = [
      ledgerEntry({ id: '2', target: 'crm', reason: 'created', cause: 'import' }),
      ledgerEntry({ id: '1', target: 'erp', reason: 'created' }),
    ];
    await open();
    await shown('Created in SuperOffice');
    const [first, second] = allByRole('row')
      .slice(-2)
      .map((row) => row.innerText.replaceAll(/\s+/g, ' '));
    expect(first).to.contain('Created in SuperOffice');
    expect(second).to.contain('Created in ERP');
  });

  it('loads more when there is more', async () => {
    world.pageSize = 2;
    world.ledger = [1, 2, 3].map((id) => ledgerEntry({ id: String(id), after: `Value ${id}` }));
    await open();
    await shown('count : 2');
    expect(words()).not.to.contain('Value 3');

    (await byRole('button', 'Load more')).click();

    await shown('Value 3');
    expect(words()).to.contain('count : 3');
    expect(queryByRole('button', 'Load more')).to.equal(null);
  });

  it('keeps what it has when more cannot be loaded', async () => {
    world.pageSize = 1;
    world.ledger = [1, 2].map((id) => ledgerEntry({ id: String(id), after: `Value ${id}` }));
    await open();
    await shown('Value 1');
    world.refuse('GET /api/ledger?after=1', 'tenant.unavailable');
    (await byRole('button', 'Load more')).click();

    await shown('SuperOffice is not available just now.');
    expect(words()).to.contain('Value 1');
  });

  it('is searched by text and by connection', async () => {
    world.ledger = [ledgerEntry({ id: '1', after: 'Oslo' }), ledgerEntry({ id: '2', after: 'Bergen' })];
    await open();
    await shown('Bergen');
    fill(await byRole('searchbox', 'Search in the log'), 'oslo');
    (await byRole('searchbox', 'Search in the log')).focus();
    await sendKeys({ press: 'Enter' });
    await waitUntil(() => !words().includes('Bergen'));
    expect(words()).to.contain('Oslo');

    (await byRole('combobox', 'ERP connection')).click();
    (await byRole('option', 'Super Sale')).click();
    await waitUntil(() => world.calls.some(({ path }) => path.includes(`connectionId=${superSale.id}`)));
    expect(world.calls.at(-1)?.path).to.equal(`/api/ledger?text=oslo&connectionId=${superSale.id}`);
  });

  it('undoes one line after its plan was seen, and resyncs the records of several', async () => {
    world.ledger = [ledgerEntry({ id: '2' }), ledgerEntry({ id: '1', entity: { type: 'contact', id: 43 } })];
    await open();
    await shown('Orkdal Eldresenter');
    expect((await byRole('button', 'Undo this …')).ariaDisabled).to.equal('true');
    const [first, second] = allByRole('checkbox', /^Choose/);
    first!.click();
    await waitUntil(async () => (await byRole('button', 'Undo this …')).ariaDisabled === 'false');
    (await byRole('button', 'Undo this …')).click();
    await shown('2 values would be');
    expect(world.sent('POST /api/runs')).to.deep.equal([
      { kind: 'undo', runId: null, ledgerId: '2', entity: null, wholeRecord: false },
    ]);
    await sendKeys({ press: 'Escape' });

    await shown('count : 2');
    for (const box of allByRole('checkbox', /^Choose/)) box.click();
    expect(second).to.exist;
    (await byRole('button', 'Resync these records …')).click();
    await shown('Chosen records: 2');
    await expect(document.querySelector<HTMLElement>('erpsync-sign-in-gate')!).to.be.accessible();
  });

  it('is narrowed by cause, user, time, record and field, and exported as it is narrowed', async () => {
    world.ledger = [ledgerEntry({ id: '2' })];
    await open();
    (await byRole('combobox', 'Cause')).click();
    (await byRole('option', 'Changed in ERP')).click();
    await waitUntil(() => world.calls.at(-1)?.path === '/api/ledger?cause=poll');
    (await byRole('combobox', 'User')).click();
    (await byRole('option', 'Lars Holm')).click();
    await waitUntil(() => world.calls.at(-1)?.path === '/api/ledger?cause=poll&userId=11');
    await shown('count : 1');
    allByRole('checkbox', /^Choose/)[0]!.click();
    await waitUntil(async () => (await byRole('button', 'Only this record')).ariaDisabled === 'false');
    (await byRole('button', 'Only this record')).click();
    const narrowed = '/api/ledger?cause=poll&userId=11&entityType=contact&entityId=42';
    await waitUntil(() => world.calls.at(-1)?.path === narrowed);
    const file = await byRole<HTMLAnchorElement>('link', 'Export');
    expect(file.getAttribute('href')).to.equal(narrowed.replace('/ledger', '/ledger/export'));
    await byRole('button', 'All records');
  });

  it('says how long it is kept, and keeps it as long as it is told', async () => {
    world.ledger = [ledgerEntry({})];
    await open();
    const days = await byRole<HTMLInputElement>('spinbutton', 'Days to keep');
    expect(days.value).to.equal('90');
    days.value = '400';
    days.dispatchEvent(new Event('change'));
    await waitUntil(() => world.sent('PUT /api/retention').length === 1);
    expect(world.sent('PUT /api/retention')).to.deep.equal([{ days: 400 }]);
  });

  it('says that nothing was written yet, and that nothing was found', async () => {
    await open();
    await shown('Nothing has been written yet.');
    fill(await byRole('searchbox', 'Search in the log'), 'x');
    (await byRole('button', 'Search')).click();
    await shown('No hits');
  });

  it('closes by Esc and gives the focus back', async () => {
    await openSettings(world);
    (await byRole('button', 'Show log')).focus();
    await sendKeys({ press: 'Enter' });
    await byRole('dialog', 'Log');
    await sendKeys({ press: 'Escape' });

    await waitUntil(() => queryByRole('dialog') === null);
    const button = await byRole('button', 'Show log');
    expect(focused() === button).to.equal(true);
  });
});
