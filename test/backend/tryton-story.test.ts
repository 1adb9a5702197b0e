import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createSafeFetch } from '../../backend/adapters/connectors/safe-fetch.ts';
import { trytonKind } from '../../backend/adapters/connectors/tryton/tryton-kind.ts';
import { searchActors } from '../../backend/application/erp-tab/search-actors.ts';
import { activateConnection } from '../../backend/application/setup/activate-connection.ts';
import { saveConnection } from '../../backend/application/setup/save-connection.ts';
import { saveConnector } from '../../backend/application/setup/save-connector.ts';
import { saveFieldMapping } from '../../backend/application/setup/save-field-mapping.ts';
import { showConfigFields } from '../../backend/application/setup/show-config-fields.ts';
import { showFieldMappings } from '../../backend/application/setup/show-field-mappings.ts';
import { tryConnector } from '../../backend/application/setup/try-connector.ts';
import { pollConnection } from '../../backend/application/sync/poll-connection.ts';
import { receiveWebhook } from '../../backend/application/sync/receive-webhook.ts';
import { reconcile } from '../../backend/application/sync/reconcile.ts';
import { createContext, type Context } from '../../backend/context.ts';
import type { ActorType, CrmEntity } from '../../shared/vocabulary.ts';
import { connect } from '../support/connect.ts';
import { create } from '../support/create.ts';
import { trytonConfig } from '../support/tryton/open-tryton.ts';
import { users } from '../support/tryton/seed.ts';
import { missingTryton, startTryton, type Rpc, type TrytonErp } from '../support/tryton/tryton-erp.ts';
import { createWorld, type World } from '../support/world.ts';

const company: CrmEntity = { type: 'contact', id: 42 };
const newcomer: CrmEntity = { type: 'contact', id: 43 };
const erik: CrmEntity = { type: 'person', id: 7 };

describe.skipIf(missingTryton !== null)(`the story with Tryton ${missingTryton ?? ''}`, () => {
  let world: World;
  let tryton: TrytonErp;
  let astrid: Rpc;
  let admin: Context;
  let engine: Context;

  beforeAll(async () => {
    tryton = await startTryton();
    astrid = await tryton.signIn('astrid', users.astrid);
  }, 300_000);
  afterAll(() => tryton.close());
  beforeEach(async () => {
    tryton.reset();
    world = await createWorld();
    const kind = trytonKind({ fetch: createSafeFetch({ allowPrivate: true }), clock: world.clock });
    admin = createContext({ ...world.as(), connectorKinds: [kind] });
    engine = createContext({ ...world.ctx, connectorKinds: [kind] });
    world.crm.entities.set('contact/42', { NAME: 'Kunden', POSTALCITY: 'Byen', PHONE: '22 33 44 55' });
    world.crm.entities.set('contact/43', { NAME: 'Aurland Bakeri', POSTALCITY: 'Aurland', PHONE: null });
    world.crm.entities.set('person/7', { FIRSTNAME: 'Erik', LASTNAME: 'Eriksen', EMAIL: null });
    world.crm.companies.set('person/7', company);
  });

  const lease = () => new Date(world.clock.now().getTime() + 45_000);

  async function poll(): Promise<void> {
    world.clock.advance(61_000);
    for (const claim of await engine.store.polls.claimDue(10, world.clock.now(), lease()))
      await pollConnection(engine, claim);
    await work();
  }

  async function work(): Promise<void> {
    for (const claim of await engine.store.marks.claimMarked(10, world.clock.now(), lease()))
      await reconcile(engine, claim);
  }

  async function edited(entity: CrmEntity, values: Readonly<Record<string, string>>): Promise<void> {
    world.crm.edit(entity, values);
    await receiveWebhook(engine, { entity });
    await work();
  }

  async function map(id: string, actorType: ActorType, ...keys: string[]): Promise<void> {
    const fields = keys.map((key) => ({
      key,
      crmField: key,
      direction: 'both' as const,
      showInTab: true,
      showInSearch: true,
    }));
    await saveFieldMapping(admin, id, actorType, { active: true, fields });
  }

  async function setUp(): Promise<string> {
    const connector = { kind: 'tryton', name: 'Tryton', url: tryton.url } as const;
    await tryConnector(admin, connector);
    const { id: connectorId } = await saveConnector(admin, connector);
    const { fields } = await showConfigFields(admin, connectorId, 'nb');
    expect(fields.slice(0, 3).map(({ name, items }) => [name, items])).toEqual([
      ['Database', [{ key: 'erp', text: 'erp' }]],
      ['Brukernavn', null],
      ['Passord', null],
    ]);
    const { id } = await saveConnection(admin, {
      connectorId,
      name: 'Tryton',
      description: '',
      scope: { everyone: true, members: [] },
      config: trytonConfig,
      pollSeconds: 60,
    });
    const { actorTypes } = await showFieldMappings(admin, id, 'nb');
    const suggested = actorTypes.find(({ actorType }) => actorType === 'Customer')?.fields;
    expect(Object.fromEntries(suggested?.map(({ key, crmField }) => [key, crmField]) ?? [])).toMatchObject({
      NAME: 'NAME',
      POSTALCITY: 'POSTALCITY',
      PHONE: 'PHONE',
      customer_payment_term: null,
    });
    await map(id, 'Customer', 'NAME', 'POSTALCITY', 'PHONE');
    await map(id, 'Person', 'FIRSTNAME', 'LASTNAME', 'EMAIL');
    expect(await activateConnection(admin, id)).toMatchObject({ reasons: [] });
    return id;
  }

  const party = async (id: number, ...names: string[]) =>
    ((await astrid('party.party.read', [id], names)) as object[])[0];

  test('a company and its contact are connected and kept equal, both ways', async () => {
    const id = await setUp();
    const found = await searchActors(admin, {
      connectionId: id,
      entity: company,
      actorType: 'Customer',
      text: 'kunden',
    });
    expect(found.actors.map(({ erpKey }) => erpKey)).toEqual(['1']);
    await connect(admin, id, company, { type: 'Customer', erpKey: '1' }, { NAME: 'erp', PHONE: 'crm' });
    expect(world.crm.entities.get('contact/42')).toMatchObject({ NAME: 'Kunden A/S' });
    expect(await party(1, 'name', 'phone')).toMatchObject({ name: 'Kunden A/S', phone: '22 33 44 55' });

    await edited(company, { POSTALCITY: 'Oslo', PHONE: '99 88 77 66' });
    expect(await party(1, 'phone', 'addresses.city')).toMatchObject({
      phone: '99 88 77 66',
      'addresses.': [{ city: 'Oslo' }],
    });

    await poll();
    await astrid('party.address.write', [1], { city: 'Bergen' });
    await poll();
    expect(world.crm.entities.get('contact/42')).toMatchObject({ POSTALCITY: 'Bergen', PHONE: '99 88 77 66' });

    const people = await searchActors(admin, { connectionId: id, entity: erik, actorType: 'Person', text: '' });
    expect(people.actors.map(({ erpKey }) => erpKey)).toEqual(['4', '5']);
    await connect(admin, id, erik, { type: 'Person', erpKey: '4' });
    await edited(erik, { LASTNAME: 'van der Berg', EMAIL: 'erik@example.com' });
    expect(await party(4, 'name', 'email')).toMatchObject({ name: 'Erik van der Berg', email: 'erik@example.com' });

    const before = await astrid('party.party.read', [1, 4], ['write_date']);
    await poll();
    await poll();
    expect(await astrid('party.party.read', [1, 4], ['write_date'])).toEqual(before);
  });

  test('a company that Tryton lacks is created there, and goes on from there', async () => {
    const id = await setUp();
    expect(await create(admin, id, newcomer)).toEqual({ state: 'created' });
    const [made] = (await astrid('party.party.search_read', [['name', '=', 'Aurland Bakeri']], 0, null, null, [
      'categories',
      'addresses',
    ])) as { readonly id: number; readonly categories: number[]; readonly addresses: number[] }[];
    expect(made?.categories).toEqual([1]);

    await poll();
    await astrid('party.contact_mechanism.create', [{ party: made?.id, type: 'phone', value: '57 63 00 00' }]);
    await poll();
    expect(world.crm.entities.get('contact/43')).toMatchObject({ PHONE: '57 63 00 00' });
  });

  test('a field edited on both sides waits for a person', async () => {
    const id = await setUp();
    await connect(admin, id, company, { type: 'Customer', erpKey: '1' }, { NAME: 'erp', PHONE: 'crm' });
    await poll();
    world.crm.edit(company, { POSTALCITY: 'Oslo' });
    await astrid('party.address.write', [1], { city: 'Bergen' });
    await poll();
    expect(world.crm.entities.get('contact/42')).toMatchObject({ POSTALCITY: 'Oslo' });
    expect(await party(1, 'addresses.city')).toMatchObject({ 'addresses.': [{ city: 'Bergen' }] });
  });
});
