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
const leaveOut = `POST /api/imports/${id}/leave-out`;
const rowOf = (name: string) => allByRole('row').find((row) => row.textContent.includes(name))?.textContent ?? '';
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
        lookalikes: [
          { entity: { type: 'contact', id: 30 }, entityName: 'Dobbel AS (Moss)' },
          { entity: { type: 'contact', id: 31 }, entityName: null },
        ],
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

  it('of contacts asks where their consents come from, and shows what counts when it could not be kept', async () => {
    for (const mapping of world.mappings) mapping.active = true;
    await open();
    await byRole('combobox', 'Actor type');
    expect(queryByRole('combobox', 'Source of the consents of new contacts')).to.equal(null);
    fill(await byRole('combobox', 'Actor type'), 'Person');
    const source = () => byRole<HTMLSelectElement>('combobox', 'Source of the consents of new contacts');
    expect((await source()).value).to.equal('API');
    await accessible();

    fill(await source(), 'IMPORT');
    await waitUntil(() => world.sent('PUT /api/consent-source').length === 1);
    expect(world.sent('PUT /api/consent-source')).to.deep.equal([{ key: 'IMPORT' }]);
    world.refuse('PUT /api/consent-source', 'crm.unreachable');
    fill(await source(), 'API');
    await shown('SuperOffice does not answer.');
    expect((await source()).value).to.equal('IMPORT');
  });

  it('looks first: what would become of each record, and nothing is written', async () => {
    await open();
    await byRole('combobox', 'Actor type');
    await accessible();
    (await byRole('button', 'Look first')).click();
    await shown(
      'One record would be created in SuperOffice. One record would be connected. Nothing has been written yet.',
    );

    expect(world.sent('POST /api/imports')).to.deep.equal([
      { connectionId: superSale.id, actorType: 'Customer', source: { kind: 'all' } },
    ]);
    await waitUntil(() => rows().join() === 'Ny AS,Kjent AS,Dobbel AS');
    await shown('Several records in SuperOffice look like this one. Choose the right one');
    await byRole('button', 'Kjent AS (Oslo)');
    await byRole('button', 'Dobbel AS (Moss)');
    await byRole('button', 'Company 31');
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
    await shown('One record was created in SuperOffice. One record was connected.');
    expect(world.sent(`POST /api/imports/${id}/execute`)).to.deep.equal([{ create: 1, connect: 1 }]);
    await shown('records that were created stay in SuperOffice.');

    (await byRole('button', 'Disconnect …')).click();
    await shown('Records that were created stay in SuperOffice. Delete them there if nobody needs them.');
    (await byRole('button', 'Disconnect')).click();
    await shown('2 records were disconnected again.');
    expect(world.sent(`POST /api/imports/${id}/disconnect`)).to.have.length(1);
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

  it('leaves out single records by keyboard, and says so', async () => {
    world.imports = [importOf()];
    await open();
    const box = await byRole<HTMLInputElement>('checkbox', 'Import Ny AS');
    expect(allByRole('checkbox').map((each) => each.getAttribute('aria-label'))).to.deep.equal([
      'Import Ny AS',
      'Import Kjent AS',
    ]);
    box.focus();
    await sendKeys({ press: 'Space' });
    await waitUntil(() => rowOf('Ny AS').includes('Left out'));
    await waitUntil(() => !words().includes('would be created'));
    await shown('One record would be connected.');
    await accessible();
    (await byRole('button', 'Import')).click();
    await shown('What was left out is offered again by the next import.');
    expect(world.sent(leaveOut)).to.deep.equal([{ leftOut: true, actors: { kind: 'these', ids: ['1'] } }]);
    expect(world.sent(`POST /api/imports/${id}/execute`)).to.deep.equal([{ create: 0, connect: 1 }]);
  });

  it('leaves out all of a kind, or all, and takes them in again', async () => {
    world.imports = [importOf()];
    await open();
    const show = await byRole<HTMLSelectElement>('combobox', 'Show');
    const narrow = (value: string) => {
      show.value = value;
      show.dispatchEvent(new Event('change'));
    };
    narrow('verdict connect');
    await waitUntil(() => rows().join() === 'Kjent AS');
    (await byRole('button', 'Leave out all')).click();
    await waitUntil(() => rowOf('Kjent AS').includes('Left out'));
    expect(queryByRole('button', 'Leave out all')).to.equal(null);
    narrow('verdict duplicate');
    await waitUntil(() => rows().join() === 'Dobbel AS');
    expect(queryByRole('button', 'Include all')).to.equal(null);
    narrow('');
    await waitUntil(() => rows().length === 3);
    (await byRole('button', 'Leave out all')).click();
    await shown('All records are left out.');
    expect(queryByRole('button', 'Import')).to.equal(null);
    narrow('outcome leftOut');
    await waitUntil(() => rows().join() === 'Ny AS,Kjent AS');
    (await byRole('button', 'Include all')).click();
    await byRole('button', 'Import');
    expect(world.sent(leaveOut)).to.deep.equal([
      { leftOut: true, actors: { kind: 'all', verdict: 'connect' } },
      { leftOut: true, actors: { kind: 'all', verdict: null } },
      { leftOut: false, actors: { kind: 'all', verdict: null } },
    ]);
  });

  it('asks what a possible duplicate is, by keyboard, and takes another answer', async () => {
    world.imports = [importOf()];
    await open();
    const which = () => byRole<HTMLSelectElement>('combobox', 'Dobbel AS in SuperOffice');
    expect([...(await which()).options].map(({ text }) => text.trim())).to.deep.equal([
      'Not decided',
      'Dobbel AS (Moss)',
      'Company 31',
      'A new record',
    ]);
    (await which()).focus();
    await sendKeys({ type: 'Comp' });
    await sendKeys({ press: 'Enter' });
    await waitUntil(() => rowOf('Dobbel AS').includes('Connect'));
    await byRole('checkbox', 'Import Dobbel AS');
    await accessible();
    expect((await which()).value).to.equal('31');
    (await which()).value = '0';
    (await which()).dispatchEvent(new Event('change'));
    await waitUntil(() => rowOf('Dobbel AS').includes('Create'));
    (await which()).value = '';
    (await which()).dispatchEvent(new Event('change'));
    await waitUntil(() => rowOf('Dobbel AS').includes('Possible duplicate'));
    expect(world.sent(`POST /api/imports/${id}/choose`)).to.deep.equal([
      { actorId: '3', recordId: 31 },
      { actorId: '3', recordId: 0 },
      { actorId: '3', recordId: null },
    ]);
  });

  it('shows again what stands when leaving out is refused', async () => {
    world.imports = [importOf()];
    await open();
    world.refuse(leaveOut, 'run.changed');
    (await byRole('checkbox', 'Import Ny AS')).click();
    await byRole('alert');
    await waitUntil(() => (queryByRole('checkbox', 'Import Ny AS') as HTMLInputElement | null)?.checked === true);
    expect(rowOf('Ny AS')).not.to.contain('Left out');
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
    show.value = 'verdict duplicate';
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
    await shown('Nothing was imported.');
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
