import { expect, waitUntil } from '@open-wc/testing';
import { sendKeys } from '@web/test-runner-commands';
import { byRole, clearScreen, focused, queryByRole, shown, words } from './screen.ts';
import { fill, openSettings, SettingsWorld, superSale, workbookConnector } from './settings-world.ts';

describe('the sync connectors', () => {
  let world: SettingsWorld;

  beforeEach(() => {
    world = new SettingsWorld();
    world.connectors = [workbookConnector];
    world.connections = [superSale];
  });

  afterEach(clearScreen);

  it('are added with a name, and OK says what is missing', async () => {
    const page = await openSettings(world);
    (await byRole('button', 'Add')).click();
    const name = await byRole('textbox', 'Sync Connector name:');
    await waitUntil(() => focused() === name, 'the name has the focus');
    await shown('Fill in: Sync Connector name.');
    expect((await byRole('button', 'OK')).getAttribute('aria-disabled')).to.equal('true');
    (await byRole('button', 'OK')).click();
    expect(world.sent('POST /api/connectors')).to.deep.equal([]);
    await expect(page).to.be.accessible();

    fill(name, ' Second ');
    await waitUntil(() => !words().includes('Fill in:'));
    (await byRole('button', 'OK')).click();

    expect(await byRole('button', 'Second')).to.exist;
    expect(queryByRole('dialog')).to.equal(null);
    expect(world.sent('POST /api/connectors')).to.deep.equal([{ kind: 'workbook', name: 'Second', url: '' }]);
  });

  it('of a kind that is reached by an address must have one', async () => {
    await openSettings(world);
    (await byRole('button', 'Add')).click();
    fill(await byRole('textbox', 'Sync Connector name:'), 'Visma');
    (await byRole('radio', 'Web service (SOAP)')).click();
    await shown('Fill in: Sync Connector URL.');

    fill(await byRole('textbox', 'Sync Connector URL:'), 'https://erp.example.com/sync');
    await waitUntil(() => !words().includes('Fill in:'));
    (await byRole('button', 'OK')).click();

    await byRole('button', 'Visma');
    expect(world.sent('POST /api/connectors')).to.deep.equal([
      { kind: 'soap', name: 'Visma', url: 'https://erp.example.com/sync' },
    ]);
  });

  it('are told apart by name: the refusal stands in the dialog, and what was typed stays', async () => {
    world.refuse('POST /api/connectors', 'connector.name_taken');
    await openSettings(world);
    (await byRole('button', 'Add')).click();
    fill(await byRole('textbox', 'Sync Connector name:'), 'Workbook');
    (await byRole('button', 'OK')).click();

    await shown('There is already a sync connector with this name.');
    expect(await byRole('textbox', 'Sync Connector name:')).to.have.property('value', 'Workbook');
  });

  it('are tested before they are saved', async () => {
    world.refuse('POST /api/connector-tests', 'connector.unreachable');
    await openSettings(world);
    (await byRole('button', 'Add')).click();
    await byRole('textbox', 'Sync Connector name:');
    (await byRole('button', 'Test Sync Connector')).click();
    await shown('The ERP system does not answer.');

    (await byRole('button', 'Test Sync Connector')).click();

    await shown('The sync connector answers.');
    expect(words()).not.to.contain('does not answer');
  });

  it('are not deleted while connections use them, and restored when they were', async () => {
    await openSettings(world);
    (await byRole('button', 'Workbook')).click();
    world.refuse(`DELETE /api/connectors/${workbookConnector.id}`, 'connector.has_connections');
    (await byRole('button', 'Delete')).click();
    (await byRole('button', 'Yes')).click();
    await shown('This sync connector is used by ERP connections.');

    (await byRole('button', 'Delete')).click();
    (await byRole('button', 'Yes')).click();
    await waitUntil(() => queryByRole('button', 'Workbook') === null);

    (await byRole('checkbox', 'Deleted')).click();
    (await byRole('button', 'Workbook')).click();
    (await byRole('button', 'Restore')).click();
    await waitUntil(() => queryByRole('button', 'Configure Sync Connector') !== null);
    expect(world.connectors[0]?.deleted).to.equal(false);
  });

  it('keep what was typed when Esc is pressed by accident', async () => {
    await openSettings(world);
    (await byRole('button', 'Add')).click();
    fill(await byRole('textbox', 'Sync Connector name:'), 'Half');
    await sendKeys({ press: 'Escape' });
    await shown('You have unsaved changes.');
    await sendKeys({ press: 'Escape' });
    await waitUntil(() => !words().includes('You have unsaved changes.'));
    expect(await byRole('textbox', 'Sync Connector name:')).to.have.property('value', 'Half');

    await sendKeys({ press: 'Escape' });
    (await byRole('button', 'Yes')).click();
    await waitUntil(() => queryByRole('dialog') === null);
    expect(world.sent('POST /api/connectors')).to.deep.equal([]);
  });
});
