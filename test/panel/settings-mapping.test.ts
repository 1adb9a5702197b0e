import { expect, waitUntil } from '@open-wc/testing';
import { sendKeys } from '@web/test-runner-commands';
import { allByRole, byRole, clearScreen, queryByRole, shown, words } from './screen.ts';
import { fill, mappedField, openSettings, SettingsWorld, superSale, workbookConnector } from './settings-world.ts';

const toErp = 'From SuperOffice to ERP';
const toCrm = 'From ERP to SuperOffice';

describe('the mappings', () => {
  let world: SettingsWorld;

  beforeEach(() => {
    world = new SettingsWorld();
    world.connectors = [workbookConnector];
    world.connections = [superSale];
  });

  afterEach(clearScreen);

  async function open(): Promise<void> {
    await openSettings(world);
    (await byRole('button', 'Mappings')).click();
    await byRole('checkbox', 'Sync ERP "Customer" to SuperOffice "Company"');
  }

  /** One of the two arrows of a field. */
  async function arrow(field: string, name: string): Promise<HTMLElement> {
    const group = await byRole('group', field);
    return group.querySelector<HTMLElement>(`[aria-label="${name}"]`)!;
  }

  async function choose(field: string, crmField: string): Promise<void> {
    (await byRole('combobox', `SuperOffice field for ${field}`)).click();
    (await byRole('option', crmField)).click();
  }

  const saved = () => world.sent(`PUT /api/connections/${superSale.id}/mappings/Customer`) as { fields: object[] }[];

  it('say why an arrow cannot be used', async () => {
    world.mappings[0]!.fields = [
      mappedField({ key: 'A', name: 'Unmapped' }),
      mappedField({ key: 'B', name: 'Fixed', access: 'readOnly', crmField: 'NAME' }),
      mappedField({ key: 'C', name: 'Group', kind: 'list', crmField: 'DEPARTMENT' }),
      mappedField({ key: 'D', name: 'Number', kind: 'integer', crmField: 'CONTACT_ID' }),
      mappedField({ key: 'E', name: 'Town', crmField: 'POSTALCITY', alreadyMappedIn: 'Visma Norway' }),
    ];
    await open();
    const reason = async (field: string, name: string) => (await arrow(field, name)).title;

    expect(await reason('Unmapped', toErp)).to.equal('Choose a SuperOffice field before setting the direction.');
    expect(await reason('Unmapped', toCrm)).to.equal('Choose a SuperOffice field before setting the direction.');
    expect(await reason('Fixed', toErp)).to.equal('This field is set to read-only by the ERP system.');
    expect(await reason('Fixed', toCrm)).to.equal(toCrm);
    expect(await reason('Group', toErp)).to.contain('List types cannot be synchronized back to ERP');
    expect(await reason('Number', toCrm)).to.equal('This SuperOffice field cannot be changed by synchronization.');
    expect(await reason('Town', toCrm)).to.equal(
      'This SuperOffice field is already updated from Visma Norway. To share it, switch on its direction to the ERP first.',
    );

    const refused = await arrow('Fixed', toErp);
    expect(refused.getAttribute('aria-disabled')).to.equal('true');
    refused.click();
    expect(await arrow('Fixed', toErp)).to.have.attribute('aria-pressed', 'false');
    await expect(document.querySelector<HTMLElement>('erpsync-sign-in-gate')!).to.be.accessible();
  });

  it('are made by keyboard: a field, a direction, done', async () => {
    await open();
    (await byRole('combobox', 'SuperOffice field for Blocked')).focus();
    await sendKeys({ press: 'ArrowDown' });
    await sendKeys({ type: 'stop' });
    await sendKeys({ press: 'Enter' });
    (await arrow('Blocked', toCrm)).focus();
    await sendKeys({ press: 'Space' });
    expect(await arrow('Blocked', toCrm)).to.have.attribute('aria-pressed', 'true');
    (await byRole('button', 'Done')).focus();
    await sendKeys({ press: 'Enter' });

    await waitUntil(() => queryByRole('dialog') === null);
    expect(saved()).to.have.length(1);
    expect(saved()[0]?.fields.find((field) => 'key' in field && field.key === 'Blocked')).to.deep.equal({
      key: 'Blocked',
      crmField: 'STOP',
      direction: 'toCrm',
      showInTab: false,
      showInSearch: false,
      policy: null,
      firstValue: { value: null, ask: false, mandatory: false },
    });
  });

  it('offer only fields of a fitting kind that no other field has', async () => {
    await open();
    (await byRole('combobox', 'SuperOffice field for Customer group')).click();
    await byRole('option', 'Category');
    const offered = allByRole('option').map((option) => option.textContent.trim());

    expect(offered).to.deep.equal(['(No selection)', 'Department', 'Business', 'Category']);
  });

  it('start without a direction when a field is paired anew', async () => {
    await open();
    expect(await arrow('City', toCrm)).to.have.attribute('aria-pressed', 'true');
    await choose('City', 'Department');

    expect(await arrow('City', toCrm)).to.have.attribute('aria-pressed', 'false');
    expect(await arrow('City', toCrm)).to.have.attribute('aria-disabled', 'false');
  });

  it('point out pairs without a direction', async () => {
    await open();
    await shown('One field is paired already, but is not synchronized until you choose a direction.');
    allByRole('button', 'Show').at(-1)!.click();

    await waitUntil(() => queryByRole('group', 'City') === null);
    expect(await byRole('group', 'Address 1')).to.exist;
  });

  it('show what is gone on either side, with what to do', async () => {
    await open();
    await shown('2 fields no longer exist and are not synchronized.');
    await shown('The SuperOffice field no longer exists. Choose another one.');
    await shown('No longer available in ERP. Choose (No selection) to end this mapping.');

    await choose('Fax', '(No selection)');
    await shown('One field no longer exists and is not synchronized.');
  });

  it('find a field in a long list', async () => {
    await open();
    fill(await byRole('searchbox', 'Filter fields'), 'postal addr., city');

    await waitUntil(() => queryByRole('group', 'Name') === null);
    expect(await byRole('group', 'City')).to.exist;
    fill(await byRole('searchbox', 'Filter fields'), 'zzz');
    await shown('No hits');
  });

  for (const { language, mappings, fieldOfCity, city, choices } of [
    {
      language: 'de-DE',
      mappings: 'Zuordnungen',
      fieldOfCity: 'SuperOffice-Feld für City',
      city: 'Postadresse, Ort',
      choices: ['Abteilung', 'Straßenadresse, Adresszeile 2', 'USt. ID-Nr'],
    },
    {
      language: 'nb-NO',
      mappings: 'Tilordninger',
      fieldOfCity: 'SuperOffice-felt for City',
      city: 'Postadresse, sted',
      choices: ['Avdeling', 'Besøksadresse, adresselinje 2', 'Org.nr'],
    },
  ]) {
    it(`name and find SuperOffice's own fields in the user's language: ${language}`, async () => {
      world.mappings[0]!.fields = [
        mappedField({ key: 'NAME', name: 'Name', crmField: 'NAME' }),
        mappedField({ key: 'CITY', name: 'City', crmField: 'POSTALCITY' }),
      ];
      world.mappings[0]!.crmFields = [
        { key: 'NAME', name: 'Name', kind: 'text', access: 'normal' },
        { key: 'POSTALCITY', name: 'Postal addr., city', kind: 'text', access: 'normal' },
        { key: 'DEPARTMENT', name: 'Department', kind: 'text', access: 'normal' },
        { key: 'STREETAD2', name: 'Street addr., address line 2', kind: 'text', access: 'normal' },
        { key: 'VATNO', name: 'VAT No', kind: 'text', access: 'normal' },
        { key: 'SuperOffice:12', name: 'Sales region', kind: 'text', access: 'normal' },
      ];
      await openSettings(world, language);
      (await byRole('button', mappings)).click();

      const box = await byRole<HTMLInputElement>('combobox', fieldOfCity);
      expect(box.value).to.equal(city);
      box.click();
      await byRole('option', city);
      const offered = allByRole('option').map((option) => option.textContent.trim());
      expect(offered.slice(1)).to.deep.equal([city, ...choices, 'Sales region']);

      fill(await byRole('searchbox'), city.toLowerCase());
      await waitUntil(() => queryByRole('group', 'Name') === null);
      expect(await byRole('group', 'City')).to.exist;
    });
  }

  it('rest while their actor type is not synchronized, and say so', async () => {
    await open();
    (await byRole('tab', 'Contact')).click();
    await byRole('checkbox', 'Sync ERP "Contact" to SuperOffice "Contact"');
    expect((await arrow('First name', toErp)).title).to.equal('Tick the box above the table first.');
    expect(await byRole('combobox', 'SuperOffice field for First name')).to.have.property('disabled', true);

    (await byRole('checkbox', 'Sync ERP "Contact" to SuperOffice "Contact"')).click();
    await waitUntil(() =>
      allByRole('combobox', /^SuperOffice field/).every((box) => !(box as HTMLInputElement).disabled),
    );
    (await byRole('button', 'Done')).click();
    await waitUntil(() => queryByRole('dialog') === null);
    expect(world.mappings[1]?.active).to.equal(true);
    expect(saved(), 'the other tab was not changed').to.deep.equal([]);
  });

  it('stay open with what was edited when saving is refused', async () => {
    world.refuse(`PUT /api/connections/${superSale.id}/mappings/Customer`, 'mapping.field_twice', { field: 'City' });
    await open();
    await choose('City', 'Department');
    (await byRole('tab', 'Contact')).click();
    await byRole('checkbox', 'Sync ERP "Contact" to SuperOffice "Contact"');
    (await byRole('button', 'Done')).click();

    await shown('The SuperOffice field chosen for City is mapped to another ERP field already.');
    expect(await byRole('checkbox', 'Sync ERP "Customer" to SuperOffice "Company"')).to.exist;
    expect(await byRole('combobox', 'SuperOffice field for City')).to.have.property('value', 'Department');
  });

  it('are not lost by accident', async () => {
    await open();
    await choose('City', 'Department');
    (await byRole('button', 'Done')).focus();
    await sendKeys({ press: 'Escape' });
    await shown('You have unsaved changes.');
    (await byRole('button', 'Cancel')).click();
    await waitUntil(() => !words().includes('You have unsaved changes.'));
    expect(await byRole('combobox', 'SuperOffice field for City')).to.have.property('value', 'Department');
  });

  it('close without a question when nothing was changed', async () => {
    await open();
    (await byRole('button', 'Done')).focus();
    await sendKeys({ press: 'Escape' });

    await waitUntil(() => queryByRole('dialog') === null);
    expect(saved()).to.deep.equal([]);
  });

  it('let one of two arrows be turned off where only one may be on', async () => {
    world.mappings[0]!.fields = [
      mappedField({ key: 'A', name: 'Rate', kind: 'decimal', crmField: 'NAME', direction: 'both' }),
    ];
    await open();
    (await arrow('Rate', toErp)).click();

    const off = await arrow('Rate', toErp);
    await waitUntil(() => off.ariaPressed === 'false');
    expect(off.title).to.contain('in one direction only');
    expect(await arrow('Rate', toCrm)).to.have.attribute('aria-pressed', 'true');
  });

  it('tell when they cannot be read, and read again', async () => {
    await openSettings(world);
    await byRole('button', 'Mappings');
    world.refuse(`GET /api/connections/${superSale.id}/mappings`, 'crm.unreachable');
    (await byRole('button', 'Mappings')).click();
    await shown('SuperOffice does not answer.');
    (await byRole('button', 'Try again')).click();

    await byRole('checkbox', 'Sync ERP "Customer" to SuperOffice "Company"');
  });

  it('let a field that goes both ways have a rule of its own for conflicts', async () => {
    await open();
    const one = await byRole<HTMLSelectElement>('combobox', 'Blocked, changed on both sides');
    expect(one.disabled, 'it goes one way at most').to.equal(true);
    const name = await byRole<HTMLSelectElement>('combobox', 'Name, changed on both sides');
    expect(name.selectedOptions[0]?.text).to.equal('As the ERP connection');
    name.value = 'erp';
    name.dispatchEvent(new Event('change'));
    (await byRole('button', 'Done')).click();
    await waitUntil(() => queryByRole('dialog') === null);
    expect(saved()[0]?.fields.find((field) => 'policy' in field && field.policy !== null)).to.include({
      policy: 'erp',
    });
  });
});
