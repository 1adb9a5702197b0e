import { expect, waitUntil } from '@open-wc/testing';
import { sendKeys } from '@web/test-runner-commands';
import type { Comparison } from '../../shared/api/comparisons.ts';
import { byRole, clearScreen, queryByRole, shown, words } from './screen.ts';
import { openSettings, SettingsWorld, superSale, workbookConnector } from './settings-world.ts';
import { speak } from './speak.ts';

const compared: Comparison = {
  connectionId: superSale.id,
  connectionName: 'Super Sale',
  progress: null,
  verified: {
    at: '2026-11-22T01:14:00Z',
    total: 12_431,
    equal: 12_418,
    others: [
      { reason: 'changed', count: 9, settled: 7 },
      { reason: 'conflict', count: 4, settled: 0 },
    ],
  },
  trouble: null,
};

describe('the verification', () => {
  let world: SettingsWorld;

  beforeEach(() => {
    world = new SettingsWorld();
    world.connectors = [workbookConnector];
    world.connections = [superSale];
    world.status = { ...world.status, links: 12_431 };
    world.comparisons = { ...world.comparisons, comparisons: [compared] };
  });

  afterEach(async () => {
    await speak('en-US');
    clearScreen();
  });

  it('says how many records are equal as of when, and leads to the others', async () => {
    const page = await openSettings(world);
    await shown('12,418 of 12,431 equal, verified');
    expect(words()).to.contain('Changed: 9 (7 equal again since)').and.to.contain('Conflict: 4');
    await expect(page).to.be.accessible();

    world.unequal = [
      {
        linkId: '00000000-0000-4000-8000-0000000000b1',
        entity: { type: 'contact', id: 42 },
        entityName: 'Orkdal Eldresenter',
        actor: { type: 'Customer', erpKey: '831' },
        reason: 'conflict',
        settled: false,
      },
    ];
    (await byRole('button', 'Super Sale, Conflict: 4')).focus();
    await sendKeys({ press: 'Enter' });
    await byRole('dialog', 'Super Sale: Conflict');
    await shown('Orkdal Eldresenter 831 Still different');
    await expect(page).to.be.accessible();

    await sendKeys({ press: 'Escape' });
    await waitUntil(() => queryByRole('dialog', 'Super Sale: Conflict') === null);
  });

  it('begins at once, shows how far it is, and what it came to', async () => {
    await openSettings(world);
    (await byRole('button', 'Verify now')).click();
    await shown('0 of 12,431 compared');
    expect((await byRole('button', 'Verify now')).getAttribute('aria-disabled')).to.equal('true');
    (await byRole('button', 'Verify now')).click();
    expect(world.sent('POST /api/comparisons')).to.deep.equal([{ connectionId: null }]);

    const verified = { at: '2026-11-22T20:14:00Z', total: 12_431, equal: 12_431, others: [] };
    world.comparisons = { ...world.comparisons, comparisons: [{ ...compared, verified }] };
    await waitUntil(() => words().includes('12,431 of 12,431 equal'), '', { timeout: 5_000 });
    expect(words()).not.to.contain('12,431 compared');
  });

  it('says why nothing was concluded', async () => {
    const trouble = { code: 'connection.many_missing', detail: { missing: 57, links: 1000 } };
    world.comparisons = { ...world.comparisons, comparisons: [{ ...compared, verified: null, trouble }] };
    await openSettings(world);
    await shown('Not found: 57 of 1000 connected records.');
    expect(words()).to.contain('Not verified yet');
  });

  it('takes another hour, in the time zone of whoever chose it', async () => {
    await openSettings(world);
    const hour = await byRole<HTMLInputElement>('combobox', 'Begins at');
    hour.focus();
    hour.value = '05:00';
    hour.dispatchEvent(new Event('input', { bubbles: true }));
    await sendKeys({ press: 'Enter' });
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
    await waitUntil(() => world.sent('PUT /api/comparisons/nightly').length > 0);
    expect(world.sent('PUT /api/comparisons/nightly')).to.deep.equal([{ hour: 5, timeZone }]);
  });

  it('says why it cannot begin', async () => {
    world.refuse('POST /api/comparisons', 'access.denied');
    await openSettings(world);
    (await byRole('button', 'Verify now')).click();
    await shown('You do not have the right to do this.');
  });

  it('speaks Norwegian', async () => {
    await openSettings(world);
    await speak('nb-NO');
    await shown('Verifiser nå');
  });
});
