import { expect, waitUntil } from '@open-wc/testing';
import { sendKeys, setViewport } from '@web/test-runner-commands';
import { byRole, clearScreen, queryByRole, shown, words } from './screen.ts';
import { astrid, fill, openSettings, SettingsWorld, superSale, workbookConnector } from './settings-world.ts';

describe('the Sync page', () => {
  let world: SettingsWorld;

  beforeEach(() => {
    world = new SettingsWorld();
    world.connectors = [workbookConnector];
    world.connections = [superSale];
    world.status = {
      automatic: true,
      links: 187,
      waiting: 4,
      working: false,
      conflicts: 0,
      parked: 0,
      lastRunAt: '2026-11-22T20:15:00Z',
      braked: [],
      restores: [],
    };
  });

  afterEach(clearScreen);

  it('follows what is on its way, and rests when all is done', async () => {
    await openSettings(world);
    await shown('187');
    const asked = () => world.sent('GET /api/sync').length;
    world.status = { ...world.status, links: 190, waiting: 0 };
    await waitUntil(() => words().includes('190'), 'the page has looked again', { timeout: 6000 });
    const before = asked();
    expect(before).to.be.above(1);
    await new Promise((done) => setTimeout(done, 3500));
    expect(asked()).to.equal(before);
  }).timeout(15_000);

  it('leads from nothing to an active connection', async () => {
    world.connectors = [];
    world.connections = [];
    world.mappings = world.mappings.map((mapping) => ({
      ...mapping,
      fields: mapping.fields.map((field) => ({
        ...field,
        direction: 'none',
        missingInCrm: false,
        missingInErp: false,
      })),
    }));
    await openSettings(world);
    await shown('1. Add a sync connector (not done yet)');

    (await byRole('button', 'Add Sync Connector')).click();
    fill(await byRole('textbox', 'Sync Connector name:'), 'Workbook');
    (await byRole('button', 'OK')).click();
    await shown('1. Add a sync connector (done)');

    (await byRole('button', 'Define new ERP connection')).click();
    fill(await byRole('textbox', 'Name:'), 'Super Sale');
    fill(await byRole('textbox', 'File'), 'super-sale.xlsx');
    (await byRole('button', 'Test ERP connection')).click();
    await shown('The test succeeded.');
    (await byRole('button', 'OK')).click();
    await shown('2. Define an ERP connection (done)');
    expect(words()).to.contain('3. Map the fields (not done yet)');

    (await byRole('button', 'Configure field mapping')).click();
    await byRole('dialog', 'Mappings: Super Sale');
    const city = await byRole('group', 'City');
    city.querySelector<HTMLElement>('[aria-label="From ERP to SuperOffice"]')!.click();
    (await byRole('button', 'Done')).click();
    await shown('3. Map the fields (done)');

    (await byRole('button', 'Activate')).click();
    await waitUntil(() => !words().includes('Set up ERP Sync in four steps'));
    expect(world.connections[0]).to.include({ name: 'Super Sale', active: true });
    expect(await byRole('checkbox', 'Active: Super Sale')).to.have.property('checked', true);
  });

  it('stands in the way of nobody who has an active connection', async () => {
    const page = await openSettings(world);

    await shown('ERP connections');
    expect(words()).not.to.contain('four steps');
    expect(words()).to.contain('Connected records 187');
    await expect(page).to.be.accessible();
  });

  it('is accessible while it leads through the first steps', async () => {
    world.connectors = [];
    world.connections = [];
    const page = await openSettings(world);

    await shown('four steps');
    await expect(page).to.be.accessible();
  });

  it('is for administrators, and tells others whom to ask', async () => {
    world.session = { ...astrid, administrator: false };
    await openSettings(world);

    await shown('Ask your SuperOffice administrator for the right.');
    expect(world.sent('GET /api/connections')).to.deep.equal([]);
  });

  it('says why it cannot be read, and reads again', async () => {
    world.refuse('GET /api/connections', 'tenant.unavailable');
    await openSettings(world);
    expect((await byRole('alert')).textContent).to.exist;
    await shown('SuperOffice is not available just now.');

    (await byRole('button', 'Try again')).click();

    await shown('Super Sale');
    expect(queryByRole('alert')).to.equal(null);
  });

  it('turns automatic sync off by keyboard and says what that means', async () => {
    await openSettings(world);
    (await byRole('switch', 'Automatic sync')).focus();
    await sendKeys({ press: 'Space' });

    await shown('Automatic sync is turned off.');
    expect(words()).to.contain('Turned off');
    expect(world.sent('PUT /api/sync')).to.deep.equal([{ automatic: false }]);
    expect((await byRole('switch', 'Automatic sync')).getAttribute('aria-checked')).to.equal('false');
  });

  it('leaves automatic sync as it was when that fails', async () => {
    world.refuse('PUT /api/sync', 'access.denied');
    await openSettings(world);
    (await byRole('switch', 'Automatic sync')).click();

    await shown('You do not have the right to do this.');
    expect((await byRole('switch', 'Automatic sync')).getAttribute('aria-checked')).to.equal('true');
  });

  it('asks which actor stays when two connected records were merged', async () => {
    world.status = { ...world.status, parked: 1 };
    world.attention = [
      {
        linkId: 'l1',
        connectionName: 'Super Sale',
        entity: { type: 'contact', id: 41 },
        entityName: null,
        parked: { code: 'link.merged', detail: { into: 42 } },
        conflicts: 0,
        merge: {
          into: { type: 'contact', id: 42 },
          intoName: 'Orkdal Eldresenter',
          actor: '10023',
          otherActor: '10011',
        },
        since: '2026-11-22T19:15:00Z',
      },
    ];
    const page = await openSettings(world);
    await shown('Merged into Orkdal Eldresenter, which is connected to 10011. This one was connected to 10023.');
    await expect(page).to.be.accessible();

    (await byRole('button', 'Keep 10011')).focus();
    await sendKeys({ press: 'Enter' });
    await waitUntil(() => queryByRole('button', 'Keep 10011') === null);
    expect(world.sent('POST /api/links/l1/merge')).to.deep.equal([{ keep: 'into' }]);
  });

  it('names what needs attention with its reason, and tries again', async () => {
    world.status = { ...world.status, conflicts: 2, parked: 1 };
    world.attention = [
      {
        linkId: 'l1',
        connectionName: 'Super Sale',
        entity: { type: 'contact', id: 42 },
        entityName: 'Orkdal Eldresenter',
        parked: { code: 'list.item_unmapped', detail: { field: 'Customer group', item: 'Fish' } },
        conflicts: 0,
        merge: null,
        since: '2026-11-22T19:15:00Z',
      },
      {
        linkId: 'l2',
        connectionName: 'Super Sale',
        entity: { type: 'person', id: 81 },
        entityName: null,
        parked: null,
        conflicts: 2,
        merge: null,
        since: '2026-11-22T18:15:00Z',
      },
    ];
    const page = await openSettings(world);
    await shown('The list item Fish of Customer group is not mapped yet.');
    await shown('2 fields were changed on both sides.');
    expect(await byRole('button', 'Contact 81')).to.exist;
    await expect(page).to.be.accessible();

    world.refuse('POST /api/links/l1/retry', 'connector.unreachable');
    (await byRole('button', 'Retry Orkdal Eldresenter')).click();
    await shown('The ERP system does not answer.');

    world.status = { ...world.status, conflicts: 0, parked: 0 };
    (await byRole('button', 'Retry Orkdal Eldresenter')).click();
    await waitUntil(() => !words().includes('Orkdal Eldresenter'));
    expect(world.sent('POST /api/links/l1/retry')).to.have.length(2);
  });

  it('names what an ERP changed under a mapping, until someone has seen to it', async () => {
    const about = {
      connectionId: 'c1',
      connectionName: 'Super Sale',
      actorType: 'Customer',
      since: '2026-11-22T19:15:00Z',
    } as const;
    world.schemaTasks = [
      { ...about, fieldName: 'Zip', kind: 'kind' },
      { ...about, fieldName: 'City', kind: 'gone' },
    ];
    const page = await openSettings(world);
    await shown('Customer: Zip');
    await shown('Has another type now. Choose its direction again.');
    await shown('No longer exists in the ERP.');
    await expect(page).to.be.accessible();

    world.refuse('DELETE /api/connections/c1/schema-tasks/Customer', 'access.denied');
    (await byRole('button', 'Done with Customer of Super Sale')).click();
    await shown('You do not have the right to do this.');

    const done = await byRole('button', 'Done with Customer of Super Sale');
    done.focus();
    await sendKeys({ press: 'Enter' });
    await waitUntil(() => !words().includes('Mapped fields that have changed'));
  });

  it('tells what a refresh of the ERP fields has found', async () => {
    world.schemaChanges = [{ actorType: 'Customer', fieldName: 'VAT number', kind: 'new' }];
    const page = await openSettings(world);
    (await byRole('button', 'Refresh ERP fields')).click();
    await shown('Customer: VAT number');
    await expect(page).to.be.accessible();

    world.schemaChanges = [];
    (await byRole('button', 'Refresh ERP fields')).click();
    await shown('The fields of the ERP are as they were.');
  });

  it('speaks Norwegian', async () => {
    await openSettings(world, 'nb-NO');

    await shown('ERP-koblinger');
    expect(await byRole('switch', 'Automatisk synkronisering')).to.exist;
    expect(await byRole('button', 'Vis logg')).to.exist;
    expect(await byRole('button', 'Tilordninger')).to.exist;
    expect(words()).not.to.contain('Refresh');
  });

  it('needs no sideways scrolling on a phone', async () => {
    world.status = { ...world.status, automatic: false };
    await setViewport({ width: 360, height: 740 });
    try {
      await openSettings(world);
      await shown('Super Sale');
      expect(document.documentElement.scrollWidth).to.equal(360);
    } finally {
      await setViewport({ width: 1200, height: 800 });
    }
  });
});
