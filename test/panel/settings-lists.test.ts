import { expect, waitUntil } from '@open-wc/testing';
import { sendKeys } from '@web/test-runner-commands';
import { byRole, clearScreen, queryByRole, shown, words } from './screen.ts';
import { groupList, mappedItem, openSettings, SettingsWorld, superSale, workbookConnector } from './settings-world.ts';
import { speak } from './speak.ts';

const put = `PUT /api/connections/${superSale.id}/list-mappings/Customer`;

describe('the list mapping', () => {
  let world: SettingsWorld;

  beforeEach(() => {
    world = new SettingsWorld();
    world.connectors = [workbookConnector];
    world.connections = [superSale];
  });

  afterEach(async () => {
    clearScreen();
    await speak('en');
  });

  async function open(): Promise<void> {
    await openSettings(world);
    (await byRole('button', 'List mapping')).click();
    await byRole('dialog', 'List mapping: Super Sale');
  }

  const valueOf = async (item: string) =>
    (await byRole<HTMLInputElement>('combobox', `SuperOffice item for ${item}`)).value;

  async function choose(item: string, crmItem: string): Promise<void> {
    (await byRole('combobox', `SuperOffice item for ${item}`)).click();
    (await byRole('option', crmItem)).click();
  }

  it('shows what is decided, suggests by text, and counts what is neither', async () => {
    await open();
    await shown('Paired by their texts: 1.');
    expect([await valueOf('Retail'), await valueOf('Wholesale'), await valueOf('Export')]).to.deep.equal([
      'Retail',
      'Wholesale trade',
      '',
    ]);
    const row = (await byRole('button', 'Customer group')).closest('tr')!;
    expect([...row.cells].map(({ textContent }) => textContent.trim())).to.deep.equal([
      'Customer',
      'Customer group',
      'Business',
      '1',
    ]);
    await shown('SuperOffice items without an ERP item: 1');
    await expect(document.querySelector<HTMLElement>('erpsync-sign-in-gate')!).to.be.accessible();
  });

  it('is made by keyboard: an item, none, done', async () => {
    await open();
    (await byRole('combobox', 'SuperOffice item for Export')).focus();
    await sendKeys({ press: 'ArrowDown' });
    await sendKeys({ type: 'public' });
    await sendKeys({ press: 'Enter' });
    (await byRole('combobox', 'SuperOffice item for Wholesale')).focus();
    await sendKeys({ press: 'ArrowDown' });
    await sendKeys({ type: '(no sel' });
    await sendKeys({ press: 'Enter' });
    (await byRole('button', 'Done')).focus();
    await sendKeys({ press: 'Enter' });

    await waitUntil(() => queryByRole('dialog') === null);
    expect(world.sent(put)).to.deep.equal([
      {
        fieldKey: 'CustGr',
        crmField: 'BUSINESS',
        items: [
          { key: 'R', crmItem: '1', goesBack: false },
          { key: 'W', crmItem: null, goesBack: false },
          { key: 'X', crmItem: '3', goesBack: false },
        ],
      },
    ]);
  });

  it('asks which of several items goes back, by keyboard, and stays when that is not said', async () => {
    await open();
    expect(words()).not.to.contain('Goes back');
    await choose('Export', 'Retail');
    await shown('Choose which of these ERP items goes back to the ERP.');
    world.refuse(put, 'list.item_ambiguous', { field: 'Customer group', item: 'Retail' });
    (await byRole('button', 'Done')).click();
    await shown('Several ERP items are Retail for Customer group.');
    expect(queryByRole('dialog')).not.to.equal(null);
    world.accept(put);

    (await byRole('radio', 'Goes back: Retail for Retail')).focus();
    await sendKeys({ press: 'Space' });
    await waitUntil(() => !words().includes('Choose which of these ERP items goes back to the ERP.'));
    await sendKeys({ press: 'ArrowDown' });
    await waitUntil(() => queryByRole('radio', 'Goes back: Export for Retail')?.matches(':checked'));
    await expect(document.querySelector<HTMLElement>('erpsync-sign-in-gate')!).to.be.accessible();
    (await byRole('button', 'Done')).click();
    await waitUntil(() => queryByRole('dialog') === null);
    expect(world.sent(put).at(-1)).to.deep.equal({
      fieldKey: 'CustGr',
      crmField: 'BUSINESS',
      items: [
        { key: 'R', crmItem: '1', goesBack: false },
        { key: 'W', crmItem: '2', goesBack: false },
        { key: 'X', crmItem: '1', goesBack: true },
      ],
    });
  });

  it('forgets what goes back when the item is another one, and asks nothing where nothing goes back', async () => {
    world.lists = [
      groupList({
        items: [
          mappedItem({ key: 'R', text: 'Retail', decided: true, crmItem: '1', goesBack: true }),
          mappedItem({ key: 'X', text: 'Export', decided: true, crmItem: '1' }),
        ],
      }),
    ];
    await open();
    expect((await byRole('radio', 'Goes back: Retail for Retail')).matches(':checked')).to.equal(true);
    await choose('Retail', 'Public sector');
    await waitUntil(() => queryByRole('radio') === null);
    await choose('Retail', 'Retail');
    await shown('Choose which of these ERP items goes back to the ERP.');

    clearScreen();
    world.lists = [groupList({ direction: 'toCrm' })];
    await open();
    await choose('Export', 'Retail');
    expect(words()).not.to.contain('Choose which of these ERP items goes back to the ERP.');
    expect(words()).not.to.contain('SuperOffice items without an ERP item');
  });

  it('shows what is gone on either side, and lets go of it', async () => {
    world.lists = [
      groupList({
        items: [
          mappedItem({ key: 'R', text: 'Retail', decided: true, crmItem: '77' }),
          mappedItem({ key: 'O', text: 'O', decided: true, crmItem: '2', missingInErp: true }),
        ],
      }),
    ];
    await open();
    await shown('No longer available in SuperOffice.');
    await shown('No longer available in ERP.');
    await expect(document.querySelector<HTMLElement>('erpsync-sign-in-gate')!).to.be.accessible();
    (await byRole('button', 'Remove O')).click();
    await waitUntil(() => queryByRole('button', 'Remove O') === null);
    (await byRole('button', 'Done')).click();
    await waitUntil(() => queryByRole('dialog') === null);
    expect(world.sent(put)).to.deep.equal([
      { fieldKey: 'CustGr', crmField: 'BUSINESS', items: [{ key: 'R', crmItem: '77', goesBack: false }] },
    ]);
  });

  it('goes from list to list, begins with one that has something to do, and saves only what differs', async () => {
    const done = [mappedItem({ key: 'a', text: 'Alpha', decided: true, crmItem: null })];
    world.lists = [
      groupList({ fieldKey: 'Terms', fieldName: 'Terms', crmField: 'CATEGORY', items: done }),
      groupList(),
      groupList({ fieldKey: 'Land', fieldName: 'Land', items: [], failure: { code: 'connector.timeout', detail: {} } }),
    ];
    await open();
    expect(await valueOf('Retail')).to.equal('Retail');
    (await byRole('button', 'Land')).click();
    await byRole('button', 'Try again');
    (await byRole('button', 'Terms')).click();
    expect(await valueOf('Alpha')).to.equal('(No selection)');
    (await byRole('button', 'Done')).click();
    await waitUntil(() => queryByRole('dialog') === null);
    expect(world.sent(put)).to.have.length(1);
  });

  it('can be narrowed by text and to what is not mapped yet', async () => {
    await open();
    const items = () =>
      ['Retail', 'Wholesale', 'Export'].filter((item) => queryByRole('combobox', `SuperOffice item for ${item}`));
    const show = await byRole<HTMLSelectElement>('combobox', 'Show');
    show.value = 'undecided';
    show.dispatchEvent(new Event('change'));
    await waitUntil(() => items().join() === 'Export');
    show.value = 'all';
    show.dispatchEvent(new Event('change'));
    const filter = await byRole<HTMLInputElement>('searchbox', 'Filter items');
    filter.value = 'trade';
    filter.dispatchEvent(new Event('input'));
    await waitUntil(() => items().join() === 'Wholesale');
  });

  it('asks before an edit is lost, but not before a mere suggestion is', async () => {
    await open();
    await sendKeys({ press: 'Escape' });
    await waitUntil(() => queryByRole('dialog') === null);

    (await byRole('button', 'List mapping')).click();
    await choose('Export', 'Public sector');
    await sendKeys({ press: 'Escape' });
    await shown('You have unsaved changes.');
    expect(world.sent(put)).to.deep.equal([]);
  });

  it('says what to do first where no list is mapped', async () => {
    world.lists = [];
    await open();
    await shown('Pair a list field under Mappings first.');
  });

  it('speaks the language of the user', async () => {
    await openSettings(world, 'de');
    (await byRole('button', 'Listenzuordnung')).click();
    await byRole('dialog', 'Listenzuordnung: Super Sale');
    await shown('Noch nicht zugeordnet');
  });
});
