import { expect, waitUntil } from '@open-wc/testing';
import { sendKeys } from '@web/test-runner-commands';
import type { Restore } from '../../shared/api/restores.ts';
import { byRole, clearScreen, queryByRole, shown, words } from './screen.ts';
import { openSettings, runStep, SettingsWorld, superSale, syncRun, workbookConnector } from './settings-world.ts';

const restore: Restore = {
  id: '00000000-0000-4000-8000-0000000000c1',
  side: 'erp',
  connectionName: 'Super Sale',
  at: '2026-11-22T20:15:00Z',
  userName: 'Astrid Berg',
  runId: '00000000-0000-4000-8000-0000000000a1',
};

describe('a restored backup', () => {
  let world: SettingsWorld;

  beforeEach(() => {
    world = new SettingsWorld();
    world.connectors = [workbookConnector];
    world.connections = [superSale];
    world.status = { ...world.status, links: 187 };
  });

  afterEach(clearScreen);

  it('is reported for an ERP, after it was said what that means', async () => {
    await openSettings(world);
    (await byRole('button', 'A backup was restored …')).focus();
    await sendKeys({ press: 'Enter' });
    await byRole('dialog', 'A backup was restored');
    await shown('Automatic sync stops at once.');
    (await byRole('button', 'Stop and compare')).click();
    await waitUntil(() => world.sent('POST /api/restores').length === 1);
    expect(world.sent('POST /api/restores')).to.deep.equal([{ connectionId: superSale.id }]);
  });

  it('shows what it has put back, and takes the decision field by field', async () => {
    world.status = { ...world.status, restores: [restore] };
    const run = syncRun({ kind: 'restore' });
    const [name] = run.fields;
    world.runs = [{ ...run, fields: [name!, { ...name!, fieldKey: 'POSTALCITY', fieldName: 'City', changes: 1 }] }];
    world.steps = [runStep({})];
    const page = await openSettings(world);
    await shown('A backup of Super Sale was restored');
    (await byRole('button', 'Look at the plan')).click();
    await byRole('dialog', 'Backup restored: Super Sale');
    await shown('2 values are older than those that were synced last.');
    await shown('Orkdal Senter AS');
    await expect(page).to.be.accessible();

    (await byRole('checkbox', 'City (Super Sale): 1')).focus();
    await sendKeys({ press: 'Space' });
    (await byRole('button', 'Go on with sync')).focus();
    await sendKeys({ press: 'Enter' });
    await waitUntil(() => queryByRole('dialog', 'Backup restored: Super Sale') === null);
    expect(world.sent(`POST /api/restores/${restore.id}`)).to.deep.equal([
      { take: 'newer', steps: 2, keep: [{ connectionId: superSale.id, fieldKey: 'POSTALCITY' }] },
    ]);
  });

  it('may be right, and says why a decision could not be taken', async () => {
    world.status = { ...world.status, restores: [restore] };
    world.runs = [syncRun({ kind: 'restore' })];
    await openSettings(world);
    (await byRole('button', 'Look at the plan')).click();
    (await byRole('radio', 'The restored ones: they count as edits')).click();
    await shown('it becomes a conflict, and nothing is overwritten without being asked');
    world.refuse(`POST /api/restores/${restore.id}`, 'run.changed');
    (await byRole('button', 'Go on with sync')).click();
    await byRole('alert');
    (await byRole('button', 'Go on with sync')).click();
    await waitUntil(() => queryByRole('dialog', 'Backup restored: Super Sale') === null);
    expect(world.sent(`POST /api/restores/${restore.id}`).at(-1)).to.deep.equal({
      take: 'restored',
      steps: 2,
      keep: [],
    });
    expect(words()).to.contain('A backup of Super Sale was restored');
  });
});
