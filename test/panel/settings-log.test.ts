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
      'Super Sale Orkdal Eldresenter Name SuperOffice to ERP Orkdal Senter AS Orkdal Eldresenter Changed in SuperOffice Lars Holm',
    );
    expect(second).to.contain('Company 42 Name ERP to SuperOffice – Orkdal Eldresenter Changed in ERP');
    await expect(document.querySelector<HTMLElement>('erpsync-sign-in-gate')!).to.be.accessible();
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
