import { expect, waitUntil } from '@open-wc/testing';
import { sendKeys } from '@web/test-runner-commands';
import { allByRole, byRole, clearScreen, queryByRole, shown, words } from './screen.ts';
import { fill, openSettings, runStep, SettingsWorld, superSale, syncRun, workbookConnector } from './settings-world.ts';

describe('a resync', () => {
  let world: SettingsWorld;

  beforeEach(async () => {
    world = new SettingsWorld();
    world.connectors = [workbookConnector];
    world.connections = [superSale];
    world.steps = [runStep({}), runStep({ id: '2', entityName: null, before: null, after: null })];
  });

  afterEach(clearScreen);

  const press = async (name: string) => (await byRole('button', name)).click();
  const sent = (call: string) => world.sent(call);

  it('from SuperOffice says what it does, compares first, and runs exactly the plan that was seen', async () => {
    await openSettings(world);
    await press('Resync from SuperOffice');
    await byRole('dialog', 'Resync from SuperOffice');
    await shown('all ERP systems get the values of SuperOffice, whatever was changed last.');
    await press('Compare');

    await shown('2 values would be written. Nothing has been written yet.');
    expect(sent('POST /api/runs')).to.deep.equal([
      {
        kind: 'resync',
        dryRun: true,
        from: 'crm',
        connectionId: null,
        keepNonBlank: false,
        records: { kind: 'all' },
      },
    ]);
    await shown('Orkdal Eldresenter');
    const [row, hidden] = allByRole('row')
      .slice(-2)
      .map((row) => row.innerText.replaceAll(/\s+/g, ' ').trim());
    expect(row).to.equal('Orkdal Eldresenter Super Sale Name SuperOffice to ERP Orkdal Senter AS Orkdal Eldresenter');
    expect(hidden).to.equal('Company 42 Super Sale Name SuperOffice to ERP – –');
    await expect(document.querySelector<HTMLElement>('erpsync-sign-in-gate')!).to.be.accessible();

    await press('Run exactly this plan');
    await shown('Write 2 values of 2 connected records?');
    await shown('One value becomes blank.');
    await press('Yes');
    await shown('2 of 2 values were written.');
    expect(sent(`POST /api/runs/${syncRun({}).id}/execute`)).to.deep.equal([{ steps: 2 }]);
  });

  it('speaks of one value and one record where it is one', async () => {
    const one = { toWrite: 1, changedLinks: 1, blanks: 1, written: 0 };
    world.runs = [syncRun({ counts: one })];
    await openSettings(world);
    await press('Sync runs');
    await byRole('dialog', 'Sync runs');
    await press('Resync from SuperOffice');
    await shown('One value would be written. Nothing has been written yet.');
    await press('Run exactly this plan');
    await shown('Write one value of one connected record?');
    await shown('One value becomes blank.');
    await press('Yes');
    await shown('1 of 1 value was written.');
  });

  it('from an ERP connection names it, and may leave what is blank there', async () => {
    await openSettings(world);
    await press('Resync from this ERP connection');
    await byRole('dialog', 'Resync from Super Sale');
    (await byRole('checkbox', 'Blank values overwrite nothing')).click();
    await press('Compare');
    await shown('2 values would be written.');
    expect(sent('POST /api/runs')).to.deep.equal([
      {
        kind: 'resync',
        dryRun: true,
        from: 'erp',
        connectionId: superSale.id,
        keepNonBlank: true,
        records: { kind: 'all' },
      },
    ]);
  });

  it('writes nothing when the administrator thinks better of it', async () => {
    await openSettings(world);
    await press('Resync from SuperOffice');
    await press('Compare');
    await press('Run exactly this plan');
    await shown('Write 2 values');
    await press('Cancel');
    await press('Cancel the run');
    await shown('Cancelled');
    expect(world.calls.some(({ path }) => path.endsWith('/execute'))).to.equal(false);
  });

  it('that cannot begin says why, and keeps the dialog', async () => {
    world.refuse('POST /api/runs', 'run.running');
    await openSettings(world);
    await press('Resync from SuperOffice');
    await press('Compare');
    await shown('Another sync run is working on these ERP connections.');
    await press('Compare');
    await shown('2 values would be written.');
  });

  it('that has moved on says so and is looked at again', async () => {
    await openSettings(world);
    await press('Resync from SuperOffice');
    await press('Compare');
    world.refuse(`POST /api/runs/${syncRun({}).id}/execute`, 'run.changed');
    await press('Run exactly this plan');
    await press('Yes');
    await shown('The sync run has moved on in the meantime.');
    await press('Try again');
    await waitUntil(() => !words().includes('has moved on'));
  });

  it('is filtered by field and by what becomes blank', async () => {
    await openSettings(world);
    await press('Resync from SuperOffice');
    await press('Compare');
    (await byRole('combobox', 'Field')).click();
    (await byRole('option', 'Super Sale < Name (2)')).click();
    const steps = `/api/runs/${syncRun({}).id}/steps?`;
    const one = `${steps}connectionId=${superSale.id}&fieldKey=NAME&target=erp`;
    await waitUntil(() => world.calls.at(-1)?.path === one);
    (await byRole('checkbox', 'Only values that become blank')).click();
    await waitUntil(() => world.calls.at(-1)?.path === `${one}&blanksOnly=true`);
  });
});

describe('the sync runs', () => {
  let world: SettingsWorld;

  beforeEach(() => {
    world = new SettingsWorld();
    world.connectors = [workbookConnector];
    world.connections = [superSale];
  });

  afterEach(clearScreen);

  async function open(): Promise<void> {
    await openSettings(world);
    (await byRole('button', 'Sync runs')).click();
    await byRole('dialog', 'Sync runs');
  }

  const press = async (name: string) => (await byRole('button', name)).click();

  it('are none at first', async () => {
    await open();
    await shown('There have been no sync runs yet.');
  });

  it('stand there with what became of them', async () => {
    world.runs = [
      syncRun({ state: 'running', from: 'erp', connectionName: 'Super Sale', counts: { written: 1 } }),
      syncRun({ id: '00000000-0000-4000-8000-0000000000a2', kind: 'undo', state: 'done' }),
    ];
    await open();
    await shown('Resync from Super Sale');
    const rows = allByRole('row')
      .slice(-2)
      .map((row) => row.innerText.replaceAll(/\s+/g, ' '));
    expect(rows[0]).to.contain('Resync from Super Sale Writing 187 2 1 185 0 Astrid Berg');
    expect(rows[1]).to.contain('Undo Done 187 2 0 185 0 Astrid Berg');
    await expect(document.querySelector<HTMLElement>('erpsync-sign-in-gate')!).to.be.accessible();
  });

  it('show their progress while they write, and can be paused', async () => {
    world.runs = [
      syncRun({ kind: 'resync', state: 'running', may: ['pause', 'cancel'], counts: { records: 10, recordsLeft: 6 } }),
    ];
    await open();
    await press('Resync from SuperOffice');
    await shown('4 of 10 records');
    expect((await byRole<HTMLProgressElement>('progressbar', 'Writing')).value).to.equal(4);

    world.runs = [{ ...world.runs[0]!, counts: { ...world.runs[0]!.counts, recordsLeft: 1 } }];
    await shown('9 of 10 records');
    await press('Pause');
    await shown('Paused');
    await byRole('button', 'Resume');
  });

  it('say why the brake has stopped one, and go on when it is approved', async () => {
    world.runs = [
      syncRun({
        dryRun: false,
        state: 'needsApproval',
        may: ['approve', 'cancel'],
        reach: [{ connectionName: 'Super Sale', changedLinks: 180, changedBefore: 20, limit: 20 }],
      }),
    ];
    await open();
    await press('Resync from SuperOffice');
    await shown('Stopped before the first write: 180 records connected in Super Sale would change, and up to 20 may');
    await press('Run exactly this plan');
    await press('Yes');
    await shown('2 of 2 values were written.');
    expect(world.sent(`POST /api/runs/${syncRun({}).id}/approve`)).to.deep.equal([{ steps: 2 }]);
  });

  it('are undone after the values that come back were seen', async () => {
    world.runs = [syncRun({ kind: 'resync', state: 'done', may: ['undo'], counts: { written: 2 } })];
    await open();
    await press('Resync from SuperOffice');
    await press('Undo …');
    await shown('2 values would be put back. What was edited since is left as it is.');
    await press('Put these values back');
    await press('Yes');
    await shown('2 of 2 values were written.');
  });

  it('close by Esc, one dialog at a time', async () => {
    world.runs = [syncRun({})];
    await open();
    await press('Resync from SuperOffice');
    await byRole('dialog', 'Resync from SuperOffice');
    await sendKeys({ press: 'Escape' });
    await byRole('dialog', 'Sync runs');
    await sendKeys({ press: 'Escape' });
    await waitUntil(() => queryByRole('dialog') === null);
  });

  it('ask for the name of the connection before more than a thousand records change', async () => {
    world.runs = [syncRun({ nameToType: 'Super Sale' })];
    await open();
    await press('Resync from SuperOffice');
    await shown('More than 1,000 records would change.');
    await press('Run exactly this plan');
    expect(queryByRole('dialog', 'Confirm')).to.equal(null);
    fill(await byRole('textbox', 'More than 1,000 records would change. Type Super Sale to go on:'), 'Super Sale');
    await waitUntil(async () => (await byRole('button', 'Run exactly this plan')).ariaDisabled !== 'true');
    await press('Run exactly this plan');
    await press('Yes');
    await shown('2 of 2 values were written.');
    expect(world.sent(`POST /api/runs/${syncRun({}).id}/execute`)).to.deep.equal([{ steps: 2, name: 'Super Sale' }]);
  });

  it('say until when they can be undone, and why one no longer can', async () => {
    world.runs = [syncRun({ state: 'done', may: [], counts: { written: 2 }, undoUntil: '2026-01-01T12:00:00Z' })];
    await open();
    await press('Resync from SuperOffice');
    await shown('What is older is no longer remembered.');
    expect(queryByRole('button', 'Undo …')).to.equal(null);
  });
});

describe('the brake of automatic sync', () => {
  let world: SettingsWorld;

  beforeEach(() => {
    world = new SettingsWorld();
    world.connectors = [workbookConnector];
    world.connections = [superSale];
    world.steps = [runStep({})];
  });

  afterEach(clearScreen);

  const held = (runState: string) => ({
    connectionId: superSale.id,
    connectionName: 'Super Sale',
    since: '2026-11-22T20:14:00Z',
    runId: syncRun({}).id,
    runState,
  });

  it('says on the Sync page that it has stopped, and leads to what would be written', async () => {
    world.status = { ...world.status, links: 187, braked: [held('needsApproval')] };
    world.runs = [
      syncRun({
        kind: 'sync',
        dryRun: false,
        startedBy: null,
        state: 'needsApproval',
        connectionName: 'Super Sale',
        records: { kind: 'marked', name: null, actorType: null },
        reach: [{ connectionName: 'Super Sale', changedLinks: 160, changedBefore: 20, limit: 20 }],
        may: ['approve', 'cancel'],
      }),
    ];
    await openSettings(world);
    await shown('Automatic sync of Super Sale stopped on');
    (await byRole('button', 'Look and decide')).click();
    await byRole('dialog', 'Sync of Super Sale');
    await shown('160 records connected in Super Sale would change, and up to 20 may');
    await shown('20 have changed by automatic sync already.');
    await shown('Started by the brake of automatic sync');
    await expect(document.querySelector<HTMLElement>('erpsync-sign-in-gate')!).to.be.accessible();
  });

  it('compares again after a plan was not approved', async () => {
    world.status = { ...world.status, links: 187, braked: [held('cancelled')] };
    await openSettings(world);
    await shown('has stood still since');
    (await byRole('button', 'Compare again')).click();
    await waitUntil(() => world.sent(`POST /api/connections/${superSale.id}/compare`).length === 1);
  });
});

describe('a dry run', () => {
  afterEach(clearScreen);

  it('shows what automatic sync would do, for the members of a selection', async () => {
    const world = new SettingsWorld();
    world.connectors = [workbookConnector];
    world.connections = [superSale];
    await openSettings(world);
    (await byRole('button', 'Dry run')).click();
    (await byRole('radio', 'A selection in SuperOffice, by its number')).click();
    fill(await byRole('spinbutton', 'Number of the selection'), '17');
    (await byRole('button', 'Compare')).click();
    await shown('2 values would be written.');
    expect(world.sent('POST /api/runs')).to.deep.equal([
      {
        kind: 'sync',
        dryRun: true,
        from: 'crm',
        connectionId: null,
        keepNonBlank: false,
        records: { kind: 'selection', selectionId: 17 },
      },
    ]);
  });
});
