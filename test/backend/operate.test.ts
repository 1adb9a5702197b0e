import { beforeEach, expect, test } from 'vitest';
import { install } from '../../backend/application/tenant/install.ts';
import { operate } from '../../backend/application/tenant/operate.ts';
import { AppError } from '../../backend/errors.ts';
import { createHttpWorld, ORIGIN, person, type HttpWorld } from '../support/http.ts';

let world: HttpWorld;
let told: string[];

beforeEach(async () => {
  world = await createHttpWorld();
  told = [];
  const code = person(world, 5, { systemToken: 'ERP Sync-token' });
  await install(world.app, { ...world.superOffice.identities.get(code)!, serial: '1' });
});

const run = (...args: readonly string[]) => operate(world.app, (line) => told.push(line), args);

test('an operator sees how a tenant stands', async () => {
  world.crm.allPanels.delete('ErpSync.Contact');
  await run('check', world.tenant);

  expect(told).toContain('fine      approval');
  expect(told).toContain('wrong     panels: ERP');
});

test('an operator repairs, and finishes an installation that broke off', async () => {
  for (const command of ['repair', 'install']) {
    world.crm.allPanels.clear();
    world.crm.allWebhooks.clear();
    await run(command, world.tenant);
    expect([world.crm.allPanels.size, world.crm.allWebhooks.size]).toEqual([4, 1]);
  }
});

test('what only an administrator of the tenant can begin is told with its address', async () => {
  await run('install', 'Cust30003');

  expect(told.join()).toContain(`${ORIGIN}/install`);
  await expect(run('repair', 'Cust30003')).rejects.toMatchObject({ code: 'tenant.not_installed' });
});

test('an operator enters what was bought, and takes it back', async () => {
  await run('seats', world.tenant, '25', '2027-12-31');
  expect(await world.store.seats.get()).toMatchObject({ licensed: 25, until: new Date('2027-12-31') });
  await run('seats', world.tenant, 'none');
  expect(await world.store.seats.get()).toMatchObject({ licensed: null, until: null });
});

test('an operator removes everything, with proof, and not while it could not be proven', async () => {
  const deletePanels = world.crm.deletePanels.bind(world.crm);
  world.crm.deletePanels = () => Promise.resolve();
  await expect(run('uninstall', world.tenant)).rejects.toMatchObject({ code: 'install.left_behind' });
  expect(await world.registry.tenants()).toContain(world.tenant);

  world.crm.deletePanels = deletePanels;
  await run('uninstall', world.tenant);
  expect([world.crm.allPanels.size, world.crm.allWebhooks.size]).toEqual([0, 0]);
  expect(await world.registry.tenants()).toEqual(['Cust20002']);
});

test('data of a tenant that is out of reach is erased without it', async () => {
  world.crm.refusal = new AppError('tenant.revoked');
  await expect(run('uninstall', world.tenant)).rejects.toMatchObject({ code: 'tenant.revoked' });
  await run('erase', world.tenant);

  expect(await world.registry.tenants()).toEqual(['Cust20002']);
});

test.each([
  [[]],
  [['destroy', 'Cust10001']],
  [['check']],
  [['check', "x' or 1=1"]],
  [['seats', 'Cust10001', 'many']],
  [['seats', 'Cust10001', '5', 'some day']],
  [['toString', 'Cust10001']],
])('%j is refused and changes nothing', async (args) => {
  await expect(run(...args)).rejects.toMatchObject({ code: 'input.invalid' });
});
