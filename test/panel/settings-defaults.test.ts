import { expect, waitUntil } from '@open-wc/testing';
import { sendKeys } from '@web/test-runner-commands';
import type { FirstValue } from '../../shared/api/mappings.ts';
import { allByRole, byRole, clearScreen, focused, queryByRole, shown, words } from './screen.ts';
import { fill, mappedField, openSettings, SettingsWorld, superSale, workbookConnector } from './settings-world.ts';

describe('the default values', () => {
  let world: SettingsWorld;

  beforeEach(() => {
    world = new SettingsWorld();
    world.connectors = [workbookConnector];
    world.connections = [superSale];
    world.erpLists = {
      CustGr: [
        { key: '1', text: 'Retail' },
        { key: '2', text: 'Wholesale' },
      ],
    };
    world.mappings[0]!.fields = [
      mappedField({ key: 'CustNo', name: 'Customer number', kind: 'integer', access: 'readOnly' }),
      mappedField({ key: 'NAME', name: 'Name', access: 'mandatory', crmField: 'NAME', direction: 'both' }),
      mappedField({ key: 'Terms', name: 'Terms', access: 'mandatory', description: 'Days until a bill is due' }),
      mappedField({ key: 'CustGr', name: 'Customer group', kind: 'list', firstValue: first({ value: '2' }) }),
      mappedField({ key: 'Credit', name: 'Credit limit', kind: 'decimal' }),
      mappedField({ key: 'Blocked', name: 'Blocked', kind: 'checkbox' }),
      mappedField({ key: 'Since', name: 'Since', kind: 'date' }),
      mappedField({ key: 'OldFax', name: 'Fax', missingInErp: true, firstValue: first({ value: '12' }) }),
    ];
  });

  afterEach(clearScreen);

  const first = (more: Partial<FirstValue>): FirstValue => ({ value: null, ask: false, mandatory: false, ...more });

  async function open(language?: string): Promise<void> {
    await openSettings(world, language);
    (await byRole('button', 'Mappings')).click();
    (await byRole('button', 'Defaults')).click();
    await byRole('dialog', 'Defaults: Customer');
    await waitUntil(() => !words().includes('Reading the lists'));
  }

  async function add(field: string): Promise<void> {
    (await byRole('combobox', 'Add sync default value')).click();
    (await byRole('option', field)).click();
    await byRole('checkbox', `Ask user for ${field}`);
  }

  /** Leaves both dialogs, and answers what was sent about a field. */
  async function saved(key: string): Promise<FirstValue | undefined> {
    (await byRole('button', 'Done')).click();
    await waitUntil(() => queryByRole('dialog', /^Defaults/) === null);
    (await byRole('button', 'Done')).click();
    await waitUntil(() => queryByRole('dialog') === null);
    const [body] = world.sent(`PUT /api/connections/${superSale.id}/mappings/Customer`) as {
      fields: { key: string; firstValue: FirstValue }[];
    }[];
    return body?.fields.find((field) => field.key === key)?.firstValue;
  }

  const ticked = async (name: string) => (await byRole<HTMLInputElement>('checkbox', name)).checked;

  it('show what is set, and what the ERP demands and nothing fills', async () => {
    await open();
    expect(await byRole('combobox', 'Default value for Customer group')).to.have.property('value', 'Wholesale');
    await shown('Days until a bill is due');
    const demanded = await byRole<HTMLInputElement>('checkbox', 'Terms is mandatory');
    expect([demanded.checked, demanded.disabled, demanded.title]).to.deep.equal([
      true,
      true,
      'The ERP demands a value here.',
    ]);
    expect(queryByRole('checkbox', 'Name is mandatory'), 'the mapping fills it').to.equal(null);
    await expect(document.querySelector<HTMLElement>('erpsync-sign-in-gate')!).to.be.accessible();
  });

  it('offer every field that takes a value and stands there not yet', async () => {
    await open();
    (await byRole('combobox', 'Add sync default value')).click();
    await byRole('option', 'Credit limit');
    const offered = allByRole('option').map((option) => option.textContent.trim());
    expect(offered).to.deep.equal(['Name', 'Credit limit', 'Blocked', 'Since']);
  });

  it('are added by keyboard, with the input that fits, and saved with the mapping', async () => {
    await open();
    (await byRole('combobox', 'Add sync default value')).focus();
    await sendKeys({ type: 'cred' });
    await sendKeys({ press: 'Enter' });
    const input = await byRole<HTMLInputElement>('textbox', 'Default value for Credit limit');
    await waitUntil(() => focused() === input);
    expect(input.inputMode).to.equal('decimal');
    fill(input, '50000,50');
    (await byRole('checkbox', 'Ask user for Credit limit')).focus();
    await sendKeys({ press: 'Space' });

    expect(await byRole('combobox', 'Add sync default value')).to.have.property('value', '');
    expect(await saved('Credit')).to.deep.equal({ value: '50000.5', ask: true, mandatory: false });
  });

  it('of a box can be yes, no or nothing', async () => {
    await open();
    await add('Blocked');
    const box = await byRole<HTMLInputElement>('combobox', 'Default value for Blocked');
    expect([box.value, box.placeholder]).to.deep.equal(['', '(No selection)']);
    box.click();
    (await byRole('option', 'No')).click();
    expect(await saved('Blocked')).to.deep.equal({ value: 'false', ask: false, mandatory: false });
  });

  it('that must be there come from somewhere: the value, or the user', async () => {
    await open();
    await add('Since');
    (await byRole('checkbox', 'Since is mandatory')).click();
    await waitUntil(async () => ticked('Ask user for Since'));
    (await byRole('checkbox', 'Ask user for Since')).click();
    await waitUntil(async () => !(await ticked('Since is mandatory')));

    (await byRole('checkbox', 'Customer group is mandatory')).click();
    await waitUntil(async () => ticked('Customer group is mandatory'));
    expect(await ticked('Ask user for Customer group'), 'its value is enough').to.equal(false);
    (await byRole('combobox', 'Default value for Customer group')).click();
    (await byRole('option', '(No selection)')).click();
    await waitUntil(async () => ticked('Ask user for Customer group'));
    expect(await saved('CustGr')).to.deep.equal({ value: null, ask: true, mandatory: true });
  });

  it('are removed, also those of fields that are gone, and a row stays while its value is retyped', async () => {
    await open();
    await shown('The ERP no longer takes a value here.');
    (await byRole('button', 'Remove the default of Fax')).click();
    await waitUntil(() => queryByRole('checkbox', 'Ask user for Fax') === null);
    const add = await byRole('combobox', 'Add sync default value');
    await waitUntil(() => focused() === add);

    (await byRole('combobox', 'Default value for Customer group')).click();
    (await byRole('option', '(No selection)')).click();
    expect(await byRole('checkbox', 'Ask user for Customer group')).to.exist;
    expect(await saved('OldFax')).to.deep.equal(first({}));
  });

  it('tell when a list cannot be read, keep what is set, and read again', async () => {
    await openSettings(world);
    (await byRole('button', 'Mappings')).click();
    const list = `GET /api/connections/${superSale.id}/mappings/Customer/list?field=CustGr`;
    world.refuse(list, 'connector.unreachable');
    (await byRole('button', 'Defaults')).click();
    await shown('The ERP system does not answer.');
    const group = await byRole<HTMLInputElement>('combobox', 'Default value for Customer group');
    expect([group.value, group.disabled]).to.deep.equal(['2', true]);

    (await byRole('button', 'Try again')).click();
    await waitUntil(() => group.value === 'Wholesale');
    expect(group.disabled).to.equal(false);
  });

  it('that are refused are told in the mapping, which stays open', async () => {
    await open();
    await add('Credit limit');
    fill(await byRole('textbox', 'Default value for Credit limit'), 'much');
    await shown('Enter a number.');
    world.refuse(`PUT /api/connections/${superSale.id}/mappings/Customer`, 'value.invalid', { field: 'Credit limit' });
    (await byRole('button', 'Done')).click();
    await waitUntil(() => queryByRole('dialog', /^Defaults/) === null);
    (await byRole('button', 'Done')).click();
    await shown('Credit limit');
    expect(await byRole('dialog', 'Mappings: Super Sale')).to.exist;
  });

  it('speak the language of the user', async () => {
    await openSettings(world, 'de-DE');
    (await byRole('button', 'Zuordnungen')).click();
    (await byRole('button', 'Standards')).click();
    await byRole('dialog', 'Standards: Kunde');
    await byRole('columnheader', 'Benutzer fragen');
  });
});
