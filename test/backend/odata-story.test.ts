import { beforeEach, expect, test } from 'vitest';
import { odataKind } from '../../backend/adapters/connectors/odata/odata-kind.ts';
import { createSafeFetch } from '../../backend/adapters/connectors/safe-fetch.ts';
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
import type { CrmEntity } from '../../shared/vocabulary.ts';
import { ids, startBusinessCentral } from '../support/business-central.ts';
import { connect } from '../support/connect.ts';
import type { ODataErp } from '../support/odata-erp.ts';
import { createWorld, type World } from '../support/world.ts';

const company: CrmEntity = { type: 'contact', id: 42 };
let world: World;
let bc: ODataErp;
let admin: Context;
let engine: Context;

beforeEach(async () => {
  world = await createWorld();
  bc = await startBusinessCentral(world.clock);
  bc.tokens.good = 'none yet';
  const kind = odataKind({ fetch: createSafeFetch({ allowPrivate: true }), clock: world.clock });
  admin = createContext({ ...world.as(), connectorKinds: [kind] });
  engine = createContext({ ...world.ctx, connectorKinds: [kind] });
  world.crm.entities.set('contact/42', { NAME: 'Adatum', POSTALCITY: 'Odense' });
  return () => bc.close();
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

test('Business Central is set up, connected and kept equal, both ways', async () => {
  const connector = { kind: 'odata', name: 'Business Central', url: bc.url } as const;
  await tryConnector(admin, connector);
  const { id: connectorId } = await saveConnector(admin, connector);
  const { fields } = await showConfigFields(admin, connectorId, 'nb');
  expect(fields.slice(0, 3).map(({ name }) => name)).toEqual(['ERP-system', 'Firma', 'Pålogging']);

  const { id } = await saveConnection(admin, {
    connectorId,
    name: 'Cronus',
    description: '',
    scope: { everyone: true, members: [] },
    config: {
      System: 'businessCentral',
      Company: 'CRONUS Danmark',
      SignIn: 'oauth',
      TokenUrl: bc.tokenUrl,
      ClientId: 'app',
      ClientSecret: 's3cret & more',
      Scope: null,
    },
    pollSeconds: 60,
  });
  const { actorTypes } = await showFieldMappings(admin, id, 'en');
  const customer = actorTypes.find(({ actorType }) => actorType === 'Customer');
  const suggested = Object.fromEntries(customer?.fields.map(({ key, crmField }) => [key, crmField]) ?? []);
  expect(suggested).toMatchObject({ NAME: 'NAME', POSTALCITY: 'POSTALCITY', creditLimit: null });
  await saveFieldMapping(admin, id, 'Customer', {
    active: true,
    fields: ['NAME', 'POSTALCITY'].map((key) => ({
      key,
      crmField: key,
      direction: 'both' as const,
      showInTab: true,
      showInSearch: true,
    })),
  });
  expect(await activateConnection(admin, id)).toMatchObject({ reasons: [] });

  const found = await searchActors(admin, { connectionId: id, entity: company, actorType: 'Customer', text: 'adatum' });
  expect(found.actors.map(({ erpKey }) => erpKey)).toEqual([ids.adatum]);
  await connect(admin, id, company, { type: 'Customer', erpKey: ids.adatum }, { NAME: 'erp' });
  expect(world.crm.entities.get('contact/42')).toMatchObject({ NAME: 'Adatum Corporation' });

  world.crm.edit(company, { POSTALCITY: 'Aarhus' });
  await receiveWebhook(engine, { entity: company });
  await work();
  expect(bc.sets.get('customers')?.[0]).toMatchObject({ city: 'Aarhus', displayName: 'Adatum Corporation' });

  await poll();
  bc.edit('customers', { id: ids.adatum }, { displayName: 'Adatum A/S' });
  await poll();
  expect(world.crm.entities.get('contact/42')).toMatchObject({ NAME: 'Adatum A/S', POSTALCITY: 'Aarhus' });
  const written = bc.count('PATCH');
  await poll();
  expect(bc.count('PATCH')).toBe(written);
});
