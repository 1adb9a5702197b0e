import { expect, waitUntil } from '@open-wc/testing';
import { sendKeys, setViewport } from '@web/test-runner-commands';
import { byRole, clearScreen, queryByRole, shown, words } from './screen.ts';
import { astrid, openSettings, setupItem, SettingsWorld, superSale, workbookConnector } from './settings-world.ts';

describe('the setup check', () => {
  let world: SettingsWorld;

  beforeEach(() => {
    world = new SettingsWorld();
    world.connectors = [workbookConnector];
    world.connections = [superSale];
  });
  afterEach(clearScreen);

  async function open(language?: string): Promise<HTMLElement> {
    const page = await openSettings(world, language);
    (await byRole('button', language === 'nb-NO' ? 'Oppsettkontroll' : 'Setup check')).click();
    return page;
  }

  it('says of every prerequisite how it stands, and offers no repair where there is nothing to repair', async () => {
    const page = await open();
    await byRole('dialog', 'Setup check');
    for (const text of ['Approval of the app', 'Clocks', 'Web panels', 'Webhook', 'Seats', 'All right'])
      await shown(text);

    expect(queryByRole('button', 'Repair')).to.equal(null);
    await expect(page).to.be.accessible();
  });

  it('names what is missing and who can help, and repairs it', async () => {
    world.setupCheck = [
      setupItem('panels', { state: 'wrong', names: ['ERP', 'Sync'], repairable: true }),
      setupItem('clock', { state: 'wrong', count: 90 }),
      setupItem('webhook', { state: 'unknown', reason: { code: 'crm.unreachable', detail: {} } }),
    ];
    const page = await open();
    await shown('Missing or changed: ERP, Sync.');
    await shown('differs from SuperOffice by 90 seconds');
    await shown('SuperOffice does not answer.');
    await shown('Administrators of ERP Sync: Astrid Berg');
    await expect(page).to.be.accessible();

    (await byRole('button', 'Repair')).click();
    await waitUntil(() => queryByRole('button', 'Repair') === null);
    expect(world.sent('POST /api/setup-check/repair')).to.have.length(1);
    expect(words()).not.to.contain('Missing or changed');
  });

  it('names the function rights of SuperOffice, those she has and those she needs', async () => {
    world.setupCheck = [setupItem('functionRights', { names: ['admin-quote'] })];
    const page = await open();
    await shown('You have: Quote administrator.');
    await shown('To approve or install the app, a general administrator or a user administrator is needed.');

    world.setupCheck = [
      setupItem('functionRights', { state: 'wrong', names: ['admin-all', 'admin-quote'] }),
      setupItem('systemUser', { state: 'attention', names: ['admin-all', 'admin-lists'] }),
    ];
    (await byRole('button', 'Check again')).click();
    await shown('To set up ERP Sync you need one of these: General administrator, Quote administrator.');
    await shown('SuperOffice does not list any of these rights for it: General administrator, List administrator.');
    await expect(page).to.be.accessible();
  });

  it('says whom to ask for what it cannot repair', async () => {
    world.setupCheck = [
      setupItem('webhook', { state: 'wrong', reason: { code: 'crm.denied', detail: {} } }),
      setupItem('licence', { state: 'wrong', reason: { code: 'licence.missing', detail: {} } }),
      setupItem('userLicence', { state: 'wrong' }),
    ];
    await open();
    await shown('Ask your supplier to look at the registration of the app.');
    await shown('Ask your SuperOffice administrator to order it.');
    await shown('Ask your SuperOffice administrator to assign one to you.');
  });

  it('tells why a repair did not succeed, and offers it again', async () => {
    world.setupCheck = [setupItem('webhook', { state: 'wrong', names: ['stopped'], repairable: true })];
    world.refuse('POST /api/setup-check/repair', 'install.running');
    await open();
    (await byRole('button', 'Repair')).click();

    await shown('Somebody else is installing, repairing or removing ERP Sync right now.');
    await byRole('button', 'Repair');
  });

  it('gives seats to some, is refused too many, and frees one', async () => {
    world.setupCheck = [setupItem('seats', { count: 2, of: 2, state: 'attention' })];
    const page = await open();
    await shown('In use: 2 of 2.');
    (await byRole('button', 'Give seats')).click();
    await byRole('dialog', 'Seats');
    await expect(page).to.be.accessible();
    (await byRole('button', 'Free the seat of Lars Holm')).click();
    await shown('In use: 1 of 2.');

    (await byRole('radio', 'Specific users + groups')).click();
    await byRole('dialog', 'Who may take a seat');
    expect(queryByRole('columnheader', 'May connect')).to.equal(null);
    (await byRole('checkbox', 'Sales Nordic')).click();
    (await byRole('button', 'OK')).click();
    await waitUntil(() => world.sent('PUT /api/seats').length > 0);
    expect(world.sent('PUT /api/seats')).to.deep.equal([{ everyone: false, members: [{ kind: 'group', id: 2 }] }]);

    world.refuse('PUT /api/seats', 'seat.too_many', { chosen: 3, licensed: 2 });
    (await byRole('radio', 'Everyone')).click();
    await shown('You have chosen 3 people, but there are 2 seats.');
  });

  it('is reached by keyboard, and left by it', async () => {
    await openSettings(world);
    (await byRole('button', 'Setup check')).focus();
    await sendKeys({ press: 'Enter' });
    await byRole('dialog', 'Setup check');
    await sendKeys({ press: 'Escape' });
    await waitUntil(() => queryByRole('dialog', 'Setup check') === null);
  });

  it('is all that an administrator without a licence sees, so that she can give herself a seat', async () => {
    world.session = { ...astrid, licensed: false, missing: ['seat'], administrators: ['Astrid Berg'] };
    world.setupCheck = [setupItem('seats', { count: 1, of: 2 })];
    const page = await openSettings(world);

    await shown('No seat of ERP Sync is meant for you.');
    await shown('You can ask: Astrid Berg');
    await byRole('button', 'Give seats');
    expect(queryByRole('button', 'Show log')).to.equal(null);
    await expect(page).to.be.accessible();
  });

  it('speaks Norwegian, and fits a narrow page', async () => {
    await setViewport({ width: 360, height: 700 });
    world.setupCheck = [setupItem('panels', { state: 'wrong', names: ['ERP'], repairable: true })];
    await open('nb-NO');
    await shown('Mangler eller er endret: ERP.');
    await byRole('button', 'Reparer');
    expect(document.documentElement.scrollWidth).to.be.at.most(360);
    await setViewport({ width: 1200, height: 800 });
  });
});

describe('signing out', () => {
  let world: SettingsWorld;
  beforeEach(() => {
    world = new SettingsWorld();
  });
  afterEach(clearScreen);

  it('ends the session and shows nothing of the screen any more', async () => {
    await openSettings(world);
    await shown('Signed in to ERP Sync as Astrid Berg');
    (await byRole('button', 'Sign out')).click();

    await shown('You are signed out of ERP Sync.');
    expect(world.sent('DELETE /api/session')).to.have.length(1);
    expect(queryByRole('button', 'Show log')).to.equal(null);
    await byRole('button', 'Sign in with SuperOffice');
  });

  it('by SuperOffice, because the approval was withdrawn, says so', async () => {
    world.refuse('GET /api/session', 'session.expired', { reason: 'revoked' });
    const page = await openSettings(world);

    await shown('The approval of ERP Sync has been withdrawn.');
    await byRole('button', 'Sign in with SuperOffice');
    await expect(page).to.be.accessible();
  });

  it('in the middle of work says so above the screen, which keeps what is typed', async () => {
    world.connectors = [workbookConnector];
    world.connections = [superSale];
    await openSettings(world);
    world.refuse('GET /api/setup-check', 'session.expired', { reason: 'revoked' });
    (await byRole('button', 'Setup check')).click();

    await byRole('dialog', 'Sign in again');
    await shown('The approval of ERP Sync has been withdrawn.');
  });
});
