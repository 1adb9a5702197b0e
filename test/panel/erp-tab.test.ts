import { expect, waitUntil } from '@open-wc/testing';
import { sendKeys, setViewport } from '@web/test-runner-commands';
import { block, ErpWorld, link, openTab, shownField } from './erp-world.ts';
import { allByRole, byRole, clearScreen, focused, queryByRole, shown, words } from './screen.ts';

describe('the ERP tab', () => {
  let world: ErpWorld;

  beforeEach(() => {
    world = new ErpWorld();
  });

  afterEach(clearScreen);

  it('asks for a record when SuperOffice shows none', async () => {
    await openTab(world, { query: 'uctx=Cust10001&usid=11&entity=contact&id=0' });

    await shown('Select a company, contact or project to see its ERP data.');
    expect(world.sent('/api/erp-tab')).to.deep.equal([]);
  });

  it('says whom to ask when there is no connection', async () => {
    world.tab = { ...world.tab, connections: [] };
    await openTab(world);

    await shown('Ask your SuperOffice administrator to set one up');
  });

  it('tells an administrator where to set up a connection', async () => {
    world.tab = { ...world.tab, connections: [] };
    world.session = { ...world.session!, administrator: true };
    await openTab(world);

    await shown('Set one up in Settings and maintenance');
  });

  it('offers an unconnected record every kind of actor', async () => {
    const page = await openTab(world);

    await shown('Not connected');
    expect(await byRole('button', 'Connect to Customer, Super Sale 1')).to.exist;
    expect(await byRole('button', 'Connect to Supplier, Super Sale 1')).to.exist;
    await expect(page).to.be.accessible();
  });

  it('offers nothing to a user who may not connect, and says so', async () => {
    world.tab = {
      ...world.tab,
      connections: [block(1, { canConnect: false, canCreate: false }), block(2, { canConnect: false, link: link() })],
    };
    await openTab(world);

    await shown('You do not have the right to connect records here.');
    await shown('10021');
    expect(allByRole('button', /onnect/)).to.deep.equal([]);
  });

  it('shows the live values as the user of that country writes them', async () => {
    world.tab = { ...world.tab, connections: [block(1, { link: link() })] };
    world.values = [
      shownField({ name: 'Credit limit', kind: 'decimal', value: '150000.5' }),
      shownField({ name: 'Since', kind: 'date', value: '2026-01-31' }),
      shownField({ name: 'Number', kind: 'integer', value: '10021' }),
      shownField({ name: 'Blocked', kind: 'checkbox', value: 'true' }),
      shownField({ name: 'Terms', kind: 'list', value: '30', text: '30 days' }),
      shownField({ name: 'Region', kind: 'list', value: '9' }),
    ];
    const page = await openTab(world, { language: 'de-DE' });

    await shown('150.000,50');
    await shown('31.01.2026');
    await shown('Number: 10021');
    await shown('30 days');
    await expect(page).to.be.accessible();
  });

  it('a failing ERP is told in its own block, and can be tried again', async () => {
    world.tab = {
      ...world.tab,
      connections: [
        block(1, { link: link() }),
        block(2, { link: link({ id: '00000000-0000-4000-8000-0000000000ab' }) }),
      ],
    };
    world.refuse('0001/values', 'connector.unreachable');
    const page = await openTab(world);

    await shown('The ERP system does not answer.');
    await shown('150,000.50');
    await expect(page).to.be.accessible();

    (await byRole('button', 'Retry')).click();
    await waitUntil(() => queryByRole('alert') === null);
    expect(words().split('150,000.50').length - 1).to.equal(2);
  });

  it('a slow ERP delays only its own block', async () => {
    world.tab = { ...world.tab, connections: [block(1, { link: link() }), block(2)] };
    const release = world.hold('/values');
    await openTab(world);

    await shown('Reading from the ERP system …');
    expect(await byRole('button', 'Connect to Customer, Super Sale 2')).to.exist;
    release();
    await shown('150,000.50');
  });

  it('shows what the ERP and the CRM contain as text, never as markup', async () => {
    const evil = '<img src=x onerror="document.title=\'owned\'"><script>document.title="owned"</script>';
    world.tab = { ...world.tab, name: evil, connections: [block(1, { name: evil, link: link() })] };
    world.values = [shownField({ name: evil, value: evil })];
    await openTab(world);

    await shown(`${evil}: ${evil}`);
    expect(document.title).not.to.equal('owned');
    expect(allByRole('img')).to.deep.equal([]);
  });

  it('syncs now, says what was copied, and reads the values again', async () => {
    world.tab = { ...world.tab, connections: [block(1, { link: link() })] };
    world.syncedNow = { links: [{ linkId: link().id, written: 3, conflicts: 0, parked: null }] };
    await openTab(world);
    (await byRole('button', 'Sync now')).click();

    await shown('Values copied: 3.');
    await waitUntil(() => world.sent('/values').length === 2);
    expect(world.sent('POST /api/entities/contact/5/sync')).to.have.length(1);
  });

  it('a second click while it syncs does nothing', async () => {
    world.tab = { ...world.tab, connections: [block(1, { link: link() })] };
    const release = world.hold('/sync');
    await openTab(world);
    (await byRole('button', 'Sync now')).click();
    (await byRole('button', 'Synchronizing …')).click();
    release();

    await shown('Nothing had changed.');
    expect(world.sent('/sync')).to.have.length(1);
  });

  it('looks again while the backend is at work', async () => {
    world.tab = { ...world.tab, connections: [block(1, { link: link({ busy: true }) })] };
    await openTab(world);
    await shown('Synchronizing …');
    world.tab = { ...world.tab, connections: [block(1, { link: link() })] };

    await shown('Last synced: 22/11/2026');
  });

  it('says why a link was given up, and tries it again', async () => {
    world.tab = {
      ...world.tab,
      connections: [block(1, { link: link({ parked: { code: 'value.mandatory', detail: { name: 'VAT number' } } }) })],
    };
    await openTab(world);
    await shown('VAT number must have a value.');
    (await byRole('button', 'Retry')).click();

    await waitUntil(() => world.sent(`POST /api/links/${link().id}/retry`).length === 1);
  });

  it('disconnects only after the question is answered, by keyboard too', async () => {
    world.tab = { ...world.tab, connections: [block(1, { link: link() })] };
    await openTab(world);
    const disconnect = await byRole('button', 'Disconnect, Super Sale 1');

    disconnect.focus();
    await sendKeys({ press: 'Enter' });
    await shown('Disconnect from ERP Sync? Changes will no longer be automatically copied.');
    await sendKeys({ press: 'Escape' });
    await waitUntil(() => focused() === disconnect, 'the focus is not back');
    expect(world.sent('DELETE')).to.deep.equal([]);

    await sendKeys({ press: 'Enter' });
    await byRole('dialog', 'Disconnect from "Super Sale 1"?');
    world.tab = { ...world.tab, connections: [block(1)] };
    await sendKeys({ press: 'Enter' });
    await shown('Disconnected from Super Sale 1.');
    await shown('Not connected');
    expect(world.sent(`DELETE /api/links/${link().id}`)).to.have.length(1);
  });

  it('when somebody else was faster, it says so and shows how things are', async () => {
    world.tab = { ...world.tab, connections: [block(1, { link: link() })] };
    await openTab(world);
    (await byRole('button', 'Disconnect, Super Sale 1')).click();
    world.refuse('DELETE', 'link.not_found');
    world.tab = { ...world.tab, connections: [block(1)] };
    (await byRole('button', 'Disconnect')).click();

    await shown('This record is no longer connected.');
    await shown('Not connected');
  });

  it('speaks Norwegian', async () => {
    await openTab(world, { language: 'no' });
    expect(document.documentElement.lang).to.equal('no');

    expect(await byRole('button', 'Tilknytt til Kunde, Super Sale 1')).to.exist;
  });

  it('fits a narrow panel', async () => {
    await setViewport({ width: 360, height: 640 });
    world.tab = { ...world.tab, connections: [block(1, { link: link({ conflicts: [] }) }), block(2)] };
    await openTab(world);
    await shown('150,000.50');

    expect(document.documentElement.scrollWidth).to.equal(360);
    await setViewport({ width: 1200, height: 800 });
  });
});
