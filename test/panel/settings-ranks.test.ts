import { expect, waitUntil } from '@open-wc/testing';
import { sendKeys } from '@web/test-runner-commands';
import { allByRole, byRole, clearScreen, focused, queryByRole, shown } from './screen.ts';
import { openSettings, SettingsWorld, superSale, workbookConnector } from './settings-world.ts';
import { speak } from './speak.ts';

const accessible = () => expect(document.querySelector<HTMLElement>('erpsync-sign-in-gate')!).to.be.accessible();
const rows = () => allByRole('rowheader').map((row) => row.textContent.trim());

describe('an order', () => {
  let world: SettingsWorld;
  const other = { ...superSale, id: '00000000-0000-4000-8000-000000000003', name: 'Visma' };
  const third = { ...superSale, id: '00000000-0000-4000-8000-000000000004', name: 'Tripletex' };

  beforeEach(() => {
    world = new SettingsWorld();
    world.connectors = [workbookConnector];
    world.connections = [superSale, other, third];
  });

  afterEach(async () => {
    clearScreen();
    await speak('en');
  });

  describe('of connections', () => {
    const open = async () => {
      await openSettings(world);
      (await byRole('button', 'Set Sync Priority')).click();
      await byRole('dialog', 'Set Sync Priority');
    };

    it('is changed with the buttons, and the focus goes along', async () => {
      await open();
      expect(rows()).to.deep.equal(['Super Sale', 'Visma', 'Tripletex']);
      await accessible();
      (await byRole('button', 'Move up: Tripletex')).click();
      await waitUntil(() => rows().join() === 'Super Sale,Tripletex,Visma');
      expect(focused()?.getAttribute('aria-label')).to.equal('Move up: Tripletex');
      await shown('Tripletex: 2 of 3');

      await sendKeys({ press: 'Enter' });
      await waitUntil(() => rows().join() === 'Tripletex,Super Sale,Visma');
      expect(focused()).to.have.attribute('aria-disabled', 'true');
      await sendKeys({ press: 'Enter' });
      await sendKeys({ down: 'Alt' });
      await sendKeys({ press: 'ArrowDown' });
      await sendKeys({ up: 'Alt' });
      await waitUntil(() => rows().join() === 'Super Sale,Tripletex,Visma');

      (await byRole('button', 'Done')).click();
      await waitUntil(() => queryByRole('dialog') === null);
      expect(world.sent('PUT /api/connection-priority')).to.deep.equal([
        { connectionIds: [superSale.id, third.id, other.id] },
      ]);
    });

    it('is not saved when nothing moved, and not lost without a question', async () => {
      await open();
      (await byRole('button', 'Done')).click();
      await waitUntil(() => queryByRole('dialog') === null);
      expect(world.sent('PUT /api/connection-priority')).to.deep.equal([]);

      (await byRole('button', 'Set Sync Priority')).click();
      (await byRole('button', 'Move down: Super Sale')).click();
      await sendKeys({ press: 'Escape' });
      await shown('You have unsaved changes.');
    });

    it('stays when it is refused', async () => {
      await open();
      (await byRole('button', 'Move down: Super Sale')).click();
      world.refuse('PUT /api/connection-priority', 'connection.not_found');
      (await byRole('button', 'Done')).click();
      await byRole('alert');
      expect(queryByRole('dialog')).not.to.equal(null);
    });

    it('is nothing to decide with one connection', async () => {
      world.connections = [superSale];
      await openSettings(world);
      await byRole('button', 'Mappings');
      expect(queryByRole('button', 'Set Sync Priority')).to.equal(null);
    });
  });

  describe('of fields', () => {
    const put = `PUT /api/connections/${superSale.id}/ranks/Customer`;
    const open = async (language = 'en-GB') => {
      await openSettings(world, language);
      (await byRole('button', language === 'nb' ? 'Ranger felt' : 'Rank Fields')).click();
      await byRole('dialog');
    };

    it('shows what the ERP tab shows, and moves fields past those it does not', async () => {
      await open();
      await waitUntil(() => rows().join() === 'Customer number,Customer group,Credit limit');
      await accessible();
      (await byRole('button', 'Move up: Customer group')).click();
      await waitUntil(() => rows().join() === 'Customer group,Customer number,Credit limit');
      (await byRole('checkbox', 'Show Credit limit in ERP tab')).click();
      (await byRole('button', 'Done')).click();
      await waitUntil(() => queryByRole('dialog') === null);

      const [saved] = world.sent(put) as { fields: { key: string; showInTab: boolean }[] }[];
      expect(saved?.fields.map(({ key }) => key).slice(0, 6)).to.deep.equal([
        'CustGr',
        'NAME',
        'POSTALAD1',
        'POSTALCITY',
        'CustNo',
        'Credit',
      ]);
      expect(saved?.fields.filter(({ showInTab }) => showInTab).map(({ key }) => key)).to.deep.equal([
        'CustGr',
        'CustNo',
      ]);
    });

    it('shows the others as well when asked, and adds them', async () => {
      await open();
      (await byRole('checkbox', 'Show fields that are not in the ERP tab as well')).click();
      (await byRole('checkbox', 'Show City in ERP tab')).click();
      (await byRole('button', 'Done')).click();
      await waitUntil(() => queryByRole('dialog') === null);
      const [saved] = world.sent(put) as { fields: { key: string; showInTab: boolean }[] }[];
      expect(saved?.fields.find(({ key }) => key === 'POSTALCITY')?.showInTab).to.equal(true);
    });

    it('speaks the language of the user', async () => {
      await open('nb');
      await byRole('dialog', 'Ranger felt som vises i ERP-fanen: Super Sale');
    });
  });
});
