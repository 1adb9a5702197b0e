import { expect, waitUntil } from '@open-wc/testing';
import { sendKeys, setViewport } from '@web/test-runner-commands';
import { block, ErpWorld, link, openTab } from './erp-world.ts';
import { allByRole, byRole, clearScreen, focused, queryByRole, shown, words } from './screen.ts';

const nordlys = { type: 'contact', id: 5 };

describe('connecting', () => {
  let world: ErpWorld;
  let page: HTMLElement;

  beforeEach(() => {
    world = new ErpWorld();
  });

  afterEach(clearScreen);

  async function open(): Promise<void> {
    page = await openTab(world);
    (await byRole('button', 'Connect to Customer, Super Sale 1')).focus();
    await sendKeys({ press: 'Enter' });
    await byRole('dialog', 'Connect "Nordlys Fisk AS" to Super Sale 1');
  }

  async function choose(name: string): Promise<void> {
    (await byRole('radio', name)).click();
    (await byRole('button', 'Connect')).click();
  }

  it('has searched for the name of the record already', async () => {
    await open();

    await shown('Nordlys Eksport AS');
    expect(world.sent('/api/actor-searches')).to.deep.equal([
      { connectionId: block(1).connectionId, entity: nordlys, actorType: 'Customer', text: 'Nordlys Fisk AS' },
    ]);
    expect(focused() === (await byRole('searchbox', 'Search ERP:'))).to.equal(true);
    await expect(page).to.be.accessible();
  });

  it('searches for something else, and says when there is no match', async () => {
    await open();
    await shown('Nordlys Eksport AS');
    world.found = { ...world.found, actors: [] };
    (await byRole<HTMLInputElement>('searchbox')).value = 'Fisk & Co';
    await sendKeys({ press: 'Enter' });

    await shown('No match in Super Sale 1.');
    expect(world.sent('/api/actor-searches').at(-1)).to.deep.include({ text: 'Fisk & Co' });
  });

  it('searches for the same words again, because the ERP may have changed', async () => {
    await open();
    await shown('Nordlys Eksport AS');
    await sendKeys({ press: 'Enter' });

    await waitUntil(() => world.sent('/api/actor-searches').length === 2);
  });

  it('says that there are more matches than it shows', async () => {
    world.found = { ...world.found, truncated: true };
    await open();

    await shown('Narrow your search.');
    await shown('count : 3');
  });

  it('an actor that is connected already cannot be chosen, and says to whom it belongs', async () => {
    await open();

    await shown('Connected to Nordlys Elektro AS');
    expect(allByRole('radio')).to.have.length(2);
    expect(queryByRole('radio', /Elektro/)).to.equal(null);
  });

  it('does not compare before a row is chosen, and says why', async () => {
    await open();
    await shown('Nordlys Eksport AS');
    const connect = await byRole('button', 'Connect');
    connect.click();

    await shown('Select a row first.');
    expect(connect.getAttribute('aria-disabled')).to.equal('true');
    expect(world.sent('/api/link-previews')).to.deep.equal([]);
  });

  it('works by keyboard alone', async () => {
    await open();
    await shown('Nordlys Eksport AS');
    (await byRole('radio', '10021, Nordlys Fisk AS')).focus();
    await sendKeys({ press: 'ArrowDown' });
    await sendKeys({ press: 'Enter' });

    await shown('Select correct field values for linked Company');
    expect(world.sent('/api/link-previews')).to.deep.equal([
      { connectionId: block(1).connectionId, entity: nordlys, actor: { type: 'Customer', erpKey: '10022' } },
    ]);
  });

  it('sends the side that was chosen for each field that differs, with what was seen', async () => {
    await open();
    await choose('10021, Nordlys Fisk AS');
    await shown('The correct values will be written to both ERP and SuperOffice.');
    await expect(page).to.be.accessible();
    (await byRole('radio', 'Name, Super Sale 1: NORDLYS FISK')).click();
    world.tab = { ...world.tab, connections: [block(1, { link: link() })] };
    (await byRole('button', 'Connect')).click();

    await shown('Connected to Super Sale 1.');
    await shown('Last synced');
    expect(world.sent('POST /api/links')).to.deep.equal([
      {
        connectionId: block(1).connectionId,
        entity: nordlys,
        actor: { type: 'Customer', erpKey: '10021' },
        answers: {},
        choices: { NAME: 'erp', CREDIT: 'erp' },
        seen: 'first look',
      },
    ]);
  });

  it('takes one side for all fields, except where the direction allows only the other', async () => {
    await open();
    await choose('10021, Nordlys Fisk AS');
    const locked = await byRole<HTMLInputElement>('radio', 'Credit limit, SuperOffice: (empty)');
    expect(locked.disabled).to.equal(true);
    expect(words()).to.contain('Goes from ERP to SuperOffice only');

    (await byRole('button', 'Select all Super Sale 1')).click();
    (await byRole('button', 'Select all SuperOffice')).click();
    (await byRole('button', 'Connect')).click();

    await waitUntil(() => world.sent('POST /api/links').length === 1);
    expect(world.sent('POST /api/links')[0]).to.deep.include({ choices: { NAME: 'crm', CREDIT: 'erp' } });
  });

  it('asks once more when all values are equal', async () => {
    world.compared = { ...world.compared, fields: world.compared.fields.filter(({ equal }) => equal) };
    await open();
    await choose('10021, Nordlys Fisk AS');
    await shown('All values are equal. Do you still want to connect?');
    (await byRole('button', 'Connect')).click();

    await waitUntil(() => world.sent('POST /api/links').length === 1);
    expect(world.sent('POST /api/links')[0]).to.deep.include({ choices: {} });
  });

  it('when a value changed in the meantime, it shows the new ones and lets the user decide again', async () => {
    await open();
    await choose('10021, Nordlys Fisk AS');
    await shown('NORDLYS FISK');
    const [name, ...others] = world.compared.fields;
    world.compared = {
      asked: [],
      seen: 'second look',
      fields: [{ ...name!, erp: { value: 'Nordlys Sjømat', text: null } }, ...others],
    };
    world.refuse('POST /api/links', 'link.changed');
    (await byRole('button', 'Connect')).click();

    await shown('A value has changed in the meantime.');
    await shown('Nordlys Sjømat');
    (await byRole('button', 'Connect')).click();
    await waitUntil(() => world.sent('POST /api/links').length === 2);
    expect(world.sent('POST /api/links')[1]).to.deep.include({ seen: 'second look' });
  });

  it('when the actor was taken in the meantime, it goes back to a fresh search', async () => {
    await open();
    await choose('10021, Nordlys Fisk AS');
    await shown('NORDLYS FISK');
    world.found = {
      ...world.found,
      actors: world.found.actors.map((actor) => ({ ...actor, linkedTo: actor.linkedTo ?? 'Havfisk AS' })),
    };
    world.refuse('POST /api/links', 'link.actor_taken', { name: 'Havfisk AS' });
    (await byRole('button', 'Connect')).click();

    await shown('This ERP record is already connected to Havfisk AS.');
    await shown('Connected to Havfisk AS');
    expect(allByRole('radio')).to.deep.equal([]);
  });

  it('connects once, however often the button is pressed, and cannot be left halfway', async () => {
    const release = world.hold('POST /api/links');
    await open();
    await choose('10021, Nordlys Fisk AS');
    await shown('NORDLYS FISK');
    const connect = await byRole('button', 'Connect');
    connect.click();
    connect.click();
    await sendKeys({ press: 'Escape' });
    expect(await byRole('button', 'Connecting …')).to.exist;
    release();

    await shown('Connected to Super Sale 1.');
    expect(world.sent('POST /api/links')).to.have.length(1);
  });

  it('a person whose company is not connected is told what to do first', async () => {
    world.refuse('/api/actor-searches', 'link.parent_missing');
    await open();

    await shown('Connect the company first.');
  });

  it('Esc leaves without writing, and the focus is back on the button', async () => {
    await open();
    await shown('Nordlys Eksport AS');
    await sendKeys({ press: 'Escape' });

    await waitUntil(() => queryByRole('dialog') === null);
    expect(focused() === (await byRole('button', 'Connect to Customer, Super Sale 1'))).to.equal(true);
    expect(world.sent('POST /api/links')).to.deep.equal([]);
  });

  it('fills the width of a narrow panel', async () => {
    await setViewport({ width: 360, height: 640 });
    await open();
    const dialog = await byRole('dialog');

    expect(dialog.getBoundingClientRect().width).to.equal(360);
    await choose('10021, Nordlys Fisk AS');
    await shown('NORDLYS FISK');
    expect(document.documentElement.scrollWidth).to.equal(360);
    await setViewport({ width: 1200, height: 800 });
  });
});

describe('conflicts', () => {
  const phone = {
    key: 'PHONE',
    name: 'Phone',
    kind: 'text' as const,
    crm: '22 10 10 10',
    erp: '22 10 10 99',
    agreed: '22 10 10 00',
    since: '2026-11-22T18:00:00Z',
  };
  const credit = {
    ...phone,
    key: 'CREDIT/LIMIT',
    name: 'Credit limit',
    kind: 'decimal' as const,
    crm: '1000',
    erp: '2000',
    agreed: null,
  };
  let world: ErpWorld;
  let page: HTMLElement;

  beforeEach(async () => {
    world = new ErpWorld();
    world.tab = { ...world.tab, connections: [block(1, { link: link({ conflicts: [phone, credit] }) })] };
    page = await openTab(world);
    (await byRole('button', 'Conflicts: 2')).click();
    await byRole('dialog', 'Conflicts with Super Sale 1');
  });

  afterEach(clearScreen);

  it('shows both values, the one before, and since when', async () => {
    await shown('22 10 10 99');
    await shown('22 10 10 00');
    await shown('2,000.00');
    await shown('22/11/2026');
    await expect(page).to.be.accessible();
  });

  it('writes the value to keep, with both values as they were seen', async () => {
    (await byRole('radio', 'Credit limit, Super Sale 1: 2,000.00')).click();
    world.tab = { ...world.tab, connections: [block(1, { link: link({ conflicts: [phone] }) })] };
    (await byRole('button', 'Save')).click();

    await shown('The conflicts are resolved.');
    await shown('Conflicts: 1');
    expect(world.calls.filter(({ method }) => method === 'PUT')).to.deep.equal([
      {
        method: 'PUT',
        path: `/api/links/${link().id}/conflicts/CREDIT%2FLIMIT`,
        body: { keep: 'erp', crm: '1000', erp: '2000' },
      },
    ]);
  });

  it('writes nothing before a value is chosen, and says why', async () => {
    (await byRole('button', 'Save')).click();

    await shown('Select the value to keep first.');
    expect(world.sent('PUT')).to.deep.equal([]);
  });

  it('when a value moved since it was shown, it shows the new one and keeps nothing chosen', async () => {
    (await byRole('radio', 'Phone, SuperOffice: 22 10 10 10')).click();
    world.refuse('PUT', 'link.changed');
    world.tab = {
      ...world.tab,
      connections: [block(1, { link: link({ conflicts: [{ ...phone, crm: '33 33 33 33' }] }) })],
    };
    (await byRole('button', 'Save')).click();

    await shown('A value has changed in the meantime.');
    const moved = await byRole<HTMLInputElement>('radio', 'Phone, SuperOffice: 33 33 33 33');
    expect(moved.checked).to.equal(false);
  });
});
