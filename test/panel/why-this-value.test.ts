import { expect, waitUntil } from '@open-wc/testing';
import { sendKeys } from '@web/test-runner-commands';
import { block, ErpWorld, link, openTab, shownField } from './erp-world.ts';
import { byRole, clearScreen, queryByRole, shown, words } from './screen.ts';

describe('why this value', () => {
  let world: ErpWorld;

  beforeEach(() => {
    world = new ErpWorld();
    world.tab = { ...world.tab, connections: [block(1, { link: link() })] };
    world.values = [shownField({ key: 'Name', name: 'Name', value: 'ORKDAL ELDRESENTER' })];
  });

  afterEach(clearScreen);

  async function open(): Promise<HTMLElement> {
    const page = await openTab(world);
    (await byRole('button', 'Why this value? Name')).focus();
    await sendKeys({ press: 'Enter' });
    await byRole('dialog', 'Why this value? Name');
    return page;
  }

  it('tells each time it was written: from what to what, by which rule, for whom', async () => {
    const page = await open();
    await shown('Last agreed: Orkdal Eldresenter in SuperOffice, ORKDAL ELDRESENTER in Super Sale 1.');
    await shown('Changed on one side');
    expect(words().replaceAll(/\s+/g, ' ')).to.contain('Filled a blank Connect, Lars Holm');
    expect(world.calls.at(-1)?.path).to.equal(`/api/links/${link().id}/history/Name`);
    await expect(page).to.be.accessible();
  });

  it('puts a value back, after asking', async () => {
    await open();
    (await byRole('button', 'Undo this: put ORKDAL SENTER back')).click();
    await shown('Put ORKDAL SENTER back in place of ORKDAL ELDRESENTER in Super Sale 1?');
    (await byRole('button', 'Put back')).click();
    await shown('The value has been put back.');
    expect(world.sent('/undo')).to.deep.equal([{ ledgerId: '12' }]);
    expect(queryByRole('dialog')).to.equal(null);
  });

  it('says so when the value has been edited since, and stays', async () => {
    await open();
    world.refuse('/undo', 'link.changed');
    (await byRole('button', 'Undo this: put ORKDAL SENTER back')).click();
    (await byRole('button', 'Put back')).click();
    await waitUntil(() => queryByRole('alert') !== null);
    expect(queryByRole('dialog', 'Why this value? Name')).to.exist;
  });

  it('says that the sync has not written it', async () => {
    world.history = { ...world.history, changes: [], agreed: null };
    await open();
    await shown('The sync has not written this field in the last 90 days.');
    await sendKeys({ press: 'Escape' });
    await waitUntil(() => queryByRole('dialog') === null);
  });
});
