import { expect, waitUntil } from '@open-wc/testing';
import { sendKeys } from '@web/test-runner-commands';
import { allByRole, byRole, clearScreen, queryByRole, shown, words } from './screen.ts';
import {
  fill,
  importedActor,
  importOf,
  openSettings,
  SettingsWorld,
  superSale,
  workbookConnector,
} from './settings-world.ts';
import { speak } from './speak.ts';

const id = importOf().id;
const accessible = () => expect(document.querySelector<HTMLElement>('erpsync-sign-in-gate')!).to.be.accessible();
const rows = () => allByRole('rowheader').map((row) => row.textContent.trim());

describe('the import from the ERP', () => {
  let world: SettingsWorld;

  beforeEach(() => {
    world = new SettingsWorld();
    world.connectors = [workbookConnector];
    world.connections = [superSale];
    world.importedActors = [
      importedActor({ id: '1', name: 'Ny AS', verdict: 'create' }),
      importedActor({
        id: '2',
        name: 'Kjent AS',
        verdict: 'connect',
        entity: { type: 'contact', id: 20 },
        entityName: 'Kjent AS (Oslo)',
      }),
      importedActor({
        id: '3',
        name: 'Dobbel AS',
        verdict: 'duplicate',
        reason: { code: 'import.ambiguous', detail: {} },
      }),
    ];
  });

  afterEach(async () => {
    clearScreen();
    await speak('en');
  });

  const open = async (language = 'en-GB', name = 'Import from ERP') => {
    await openSettings(world, language);
    (await byRole('button', name)).click();
    await byRole('dialog');
  };

  it('looks first: what would become of each record, and nothing is written', async () => {
    await open();
    await byRole('combobox', 'Actor type');
    await accessible();
    (await byRole('button', 'Look first')).click();
    await shown('1 records would be created in SuperOffice and 1 connected. Nothing has been written yet.');

    expect(world.sent('POST /api/imports')).to.deep.equal([
      { connectionId: superSale.id, actorType: 'Customer', source: { kind: 'all' } },
    ]);
    await waitUntil(() => rows().join() === 'Ny AS,Kjent AS,Dobbel AS');
    await shown('Several records in SuperOffice look like this one.');
    await byRole('button', 'Kjent AS (Oslo)');
    await accessible();
  });

  it('is started for a search or for keys by keyboard, and not for nothing', async () => {
    await open();
    (await byRole('radio', 'These ERP keys')).focus();
    await sendKeys({ press: 'Space' });
    await byRole('textbox', 'ERP keys, one per line');
    (await byRole('button', 'Look first')).click();
    expect(world.sent('POST /api/imports')).to.deep.equal([]);
    fill(await byRole('textbox', 'ERP keys, one per line'), '10\n\n11\n10');
    (await byRole('button', 'Look first')).focus();
    await sendKeys({ press: 'Enter' });
    await shown('Nothing has been written yet.');
    expect(world.sent('POST /api/imports')).to.deep.equal([
      { connectionId: superSale.id, actorType: 'Customer', source: { kind: 'keys', erpKeys: ['10', '11'] } },
    ]);
  });

  it('does what was seen, and says what cannot be taken back', async () => {
    world.imports = [importOf()];
    await open();
    (await byRole('button', 'Import')).click();
    await shown('1 records were created in SuperOffice and 1 connected.');
    expect(world.sent(`POST /api/imports/${id}/execute`)).to.deep.equal([{ create: 1, connect: 1 }]);
    await shown('records that were created stay in SuperOffice.');

    (await byRole('button', 'Disconnect …')).click();
    await shown('Records that were created stay in SuperOffice. Delete them there if nobody needs them.');
    (await byRole('button', 'Disconnect')).click();
    await waitUntil(() => world.sent(`POST /api/imports/${id}/disconnect`).length === 1);
  });

  it('offers the values of the ERP for what was there before, and keeps what the ERP lacks', async () => {
    world.imports = [importOf({ state: 'done', endedAt: '2026-11-22T20:20:00Z', may: [], counts: { connected: 2 } })];
    await open();
    (await byRole('button', /Customer/)).click();
    (await byRole('button', 'Take over the values of the ERP …')).click();
    await shown('Records that the import connected: 2');
    expect(await byRole('checkbox', 'Blank values overwrite nothing')).to.have.property('checked', true);
    (await byRole('button', 'Compare')).click();
    await waitUntil(() => world.sent('POST /api/runs').length === 1);
    expect(world.sent('POST /api/runs')[0]).to.deep.include({
      from: 'erp',
      connectionId: superSale.id,
      keepNonBlank: true,
      records: { kind: 'import', importId: id },
    });
  });

  it('asks for the name where it is many', async () => {
    world.imports = [importOf({ nameToType: 'Super Sale', counts: { create: 1200 } })];
    await open();
    expect(await byRole('button', 'Import')).to.have.attribute('aria-disabled', 'true');
    fill(await byRole('textbox', /Type Super Sale to go on/), 'Super Sale');
    await waitUntil(() => queryByRole('button', 'Import')?.getAttribute('aria-disabled') === 'false');
  });

  it('can be narrowed to what a person has to look at', async () => {
    world.imports = [importOf()];
    await open();
    const show = await byRole<HTMLSelectElement>('combobox', 'Show');
    show.value = 'duplicate';
    show.dispatchEvent(new Event('change'));
    await waitUntil(() => rows().join() === 'Dobbel AS');
  });

  it('goes on where it is under way, and an earlier one can be looked at', async () => {
    world.imports = [importOf({ state: 'running', may: ['pause', 'cancel'], counts: { left: 2 } })];
    await open();
    await byRole('progressbar', 'Writing');
    await shown('3 of 5 records');
    await byRole('button', 'Pause');
    clearScreen();

    world.imports = [importOf({ state: 'done', endedAt: '2026-11-22T20:20:00Z', may: [] })];
    await open();
    (await byRole('button', /Customer/)).click();
    await shown('0 records were created in SuperOffice and 0 connected.');
  });

  it('says why it failed', async () => {
    world.imports = [
      importOf({ state: 'failed', endedAt: null, may: [], failure: { code: 'connector.unreachable', detail: {} } }),
    ];
    await open();
    await byRole('alert');
    clearScreen();
    world.imports = [];
    world.refuse('POST /api/imports', 'run.running');
    await open();
    (await byRole('button', 'Look first')).click();
    await shown('Another sync run is working');
  });

  it('is not offered for a connection that is not active', async () => {
    world.connections = [{ ...superSale, active: false }];
    await openSettings(world);
    await byRole('button', 'Mappings');
    expect(queryByRole('button', 'Import from ERP')).to.equal(null);
  });

  it('speaks the language of the user', async () => {
    await open('sv', 'Importera från ERP');
    await waitUntil(() => words().includes('Titta först'));
  });
});
