import { expect, waitUntil } from '@open-wc/testing';
import { sendKeys, setViewport } from '@web/test-runner-commands';
import type { DoubtfulCreation, PreparedActor } from '../../shared/api/creations.ts';
import { block, ErpWorld, link, openTab, shownField } from './erp-world.ts';
import { allByRole, byRole, clearScreen, queryByRole, shown, words } from './screen.ts';

const entity = { type: 'contact', id: 5 };
const { connectionId } = block(1);

const prepared: PreparedActor = {
  fields: [shownField({ name: 'Name', value: 'Nordlys Fisk AS' })],
  asked: [
    {
      key: 'GROUP',
      name: 'Customer group',
      description: '',
      kind: 'text',
      access: 'mandatory',
      maxLength: 20,
      items: null,
      defaultValue: null,
    },
  ],
  refused: [],
  twins: { columns: [], actors: [], truncated: false, warning: null },
  seen: 'first look',
};

const doubtful: DoubtfulCreation = {
  id: '00000000-0000-4000-8000-0000000000cc',
  actorType: 'Customer',
  sent: [shownField({ name: 'Name', value: 'Nordlys Fisk AS' })],
  candidates: new ErpWorld().found,
};

const inDoubt = {
  id: doubtful.id,
  actorType: 'Customer',
  state: 'inDoubt',
  since: '2026-11-22T19:04:00Z',
  userName: 'Lars Holm',
  reason: null,
} as const;

describe('creating in ERP', () => {
  let world: ErpWorld;
  let page: HTMLElement;

  beforeEach(() => {
    world = new ErpWorld();
    world.prepared = prepared;
    world.doubtful = doubtful;
  });

  afterEach(clearScreen);

  const created = () => world.calls.filter(({ path }) => path === '/api/creations').map(({ body }) => body);

  async function open(): Promise<void> {
    page = await openTab(world);
    (await byRole('button', 'Connect to Customer, Super Sale 1')).click();
    await shown('Nordlys Eksport AS');
    (await byRole('checkbox', "Can't find match in ERP")).click();
    (await byRole('button', 'Create')).click();
    await byRole('dialog', 'Create in ERP "Super Sale 1"');
  }

  it('begins where no match was found, and shows what will be created', async () => {
    await open();

    await shown('Fill in these values for the new ERP actor.');
    await shown('Nordlys Fisk AS');
    expect(world.sent('/api/creations/preview')).to.deep.equal([{ connectionId, entity, actorType: 'Customer' }]);
    await expect(page).to.be.accessible();
  });

  it('is not offered to those who may not, with the reason', async () => {
    world.tab = { ...world.tab, connections: [block(1, { canCreate: false })] };
    page = await openTab(world);
    (await byRole('button', 'Connect to Customer, Super Sale 1')).click();
    await shown('Nordlys Eksport AS');
    (await byRole('checkbox', "Can't find match in ERP")).click();

    await shown('You do not have the right to create records here.');
    expect((await byRole('button', 'Create')).getAttribute('aria-disabled')).to.equal('true');
  });

  it('asks for what is missing, sends what was seen, and connects', async () => {
    await open();
    await shown('Fill in these values');
    (await byRole('button', 'Create')).click();
    await shown('Please add values in all mandatory fields before creating in ERP.');
    expect(created()).to.deep.equal([]);

    (await byRole('textbox', 'Customer group')).focus();
    await sendKeys({ type: 'Fish' });
    await waitUntil(() => !words().includes('Please add values'));
    world.tab = { ...world.tab, connections: [block(1, { link: link() })] };
    (await byRole('button', 'Create')).click();

    await shown('Created in Super Sale 1, and connected.');
    expect(created().at(-1)).to.deep.equal({
      connectionId,
      entity,
      actorType: 'Customer',
      answers: { GROUP: 'Fish' },
      seen: 'first look',
    });
  });

  it('warns of records that may be the same', async () => {
    world.prepared = { ...prepared, twins: world.found };
    await open();

    await shown('has records that may be the same');
    await shown('Nordlys Eksport AS');
    expect(queryByRole('radio')).to.equal(null);
  });

  it('says why it cannot be created as things are, and does not try', async () => {
    world.prepared = {
      ...prepared,
      refused: [{ key: 'NAME', code: 'value.too_long', detail: { field: 'Name', length: 40, maxLength: 30 } }],
    };
    await open();

    await shown('It cannot be created as things are.');
    (await byRole('button', 'Create')).click();
    expect(created()).to.deep.equal([]);
  });

  it('looks again when the record was changed meanwhile, and keeps what was typed', async () => {
    await open();
    await shown('Fill in these values');
    (await byRole('textbox', 'Customer group')).focus();
    await sendKeys({ type: 'Fish' });
    world.refuse('POST /api/creations', 'link.changed');
    (await byRole('button', 'Create')).click();

    await waitUntil(() => world.sent('/api/creations/preview').length === 2);
    await shown('Fill in these values');
    expect((await byRole<HTMLInputElement>('textbox', 'Customer group')).value).to.equal('Fish');
  });

  it('says so when the ERP has not answered', async () => {
    world.created = { state: 'unknown' };
    world.prepared = { ...prepared, asked: [] };
    await open();
    await shown('The new Customer gets these values');
    (await byRole('button', 'Create')).click();

    await shown('Super Sale 1 has not answered.');
  });

  it('in doubt is decided by a person: this one it is', async () => {
    world.tab = { ...world.tab, connections: [block(1, { creation: inDoubt })] };
    page = await openTab(world);
    await shown('It is not known whether the new Customer was created (Lars Holm');
    (await byRole('button', 'Decide …')).focus();
    await sendKeys({ press: 'Enter' });
    await byRole('dialog', 'Was it created in "Super Sale 1"?');
    await shown('Records that may have come of it');
    await expect(page).to.be.accessible();
    (await byRole('radio', '10021, Nordlys Fisk AS')).click();
    (await byRole('button', 'Connect')).click();

    await shown('Connected to Super Sale 1.');
    expect(world.sent('/decision')).to.deep.equal([{ erpKey: '10021' }]);
  });

  it('in doubt is decided by a person: none of them, once she is sure', async () => {
    world.tab = { ...world.tab, connections: [block(1, { creation: inDoubt })] };
    page = await openTab(world);
    (await byRole('button', 'Decide …')).click();
    await shown('Records that may have come of it');
    (await byRole('button', 'It was not created')).click();
    await shown('creating it again makes a duplicate');
    allByRole('button', 'It was not created').at(-1)!.click();

    await shown('It can be created again.');
    expect(world.sent('/decision')).to.deep.equal([{ erpKey: null }]);
  });

  it('fits a narrow panel, and speaks Norwegian', async () => {
    await setViewport({ width: 360, height: 700 });
    world.tab = { ...world.tab, connections: [block(1, { creation: { ...inDoubt, state: 'open' } })] };
    page = await openTab(world, { language: 'nb-NO' });

    await shown('En ny Kunde opprettes (Lars Holm');
    expect(document.documentElement.scrollWidth).to.be.at.most(360);
    await setViewport({ width: 800, height: 600 });
  });
});
