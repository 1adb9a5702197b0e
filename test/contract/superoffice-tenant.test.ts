import { generateKeyPairSync } from 'node:crypto';
import { CompactSign } from 'jose';
import { beforeEach, describe, expect, test } from 'vitest';
import { createSuperOffice } from '../../backend/adapters/superoffice/super-office.ts';
import type { Crm } from '../../backend/ports/crm.ts';
import type { SuperOffice } from '../../backend/ports/super-office.ts';
import { savePanel } from '../stand-in/panels.ts';
import { startStandIn, type StandIn } from '../stand-in/start.ts';
import { TestClock } from '../support/test-clock.ts';

const claim = (name: string): string => `http://schemes.superoffice.net/identity/${name}`;

let clock: TestClock;
let standIn: StandIn;
let superOffice: SuperOffice;
let crm: Crm;

beforeEach(async () => {
  clock = new TestClock();
  standIn = await startStandIn({ now: () => clock.now(), approved: true, contexts: ['Cust10001'] });
  superOffice = createSuperOffice({
    authUrl: standIn.url,
    clientId: standIn.app.clientId,
    clientSecret: standIn.app.clientSecret,
    redirectUri: standIn.app.redirectUrls[0]!,
    systemUserPrivateKey: standIn.app.privateKey,
    clock,
  });
  crm = superOffice.asSystemUser('Cust10001', standIn.tenant().systemToken);
  return () => standIn.close();
});

describe('the token of a notification', () => {
  const now = () => Math.floor(clock.now().getTime() / 1000);
  const claims = (changes: Record<string, unknown> = {}) => ({
    iss: standIn.url,
    aud: standIn.app.clientId,
    iat: String(now()),
    nbf: now() - 60,
    exp: now() + 300,
    [claim('ctx')]: 'Cust10001',
    ...changes,
  });
  const verify = async (changes?: Record<string, unknown>, tenant = 'Cust10001') =>
    superOffice.verifyNotification(await standIn.credentials.sign(claims(changes)), tenant);

  test.each<[string, Record<string, unknown>]>([
    ['as the stand-in sends it', {}],
    ['of the other issuer', { iss: 'SuperOffice AS' }],
    ['for us as a service', { aud: 'spn:4f1c7a52d9be4f0aa1f3c2b7e6d80955' }],
    ['without an audience', { aud: undefined }],
    ['that names no tenant', { [claim('ctx')]: undefined }],
    ['with a number for its time', { iat: 1_760_000_000 }],
  ])('%s is believed', async (_, changes) => {
    await expect(verify(changes)).resolves.toMatchObject({ endsAt: new Date((now() + 360) * 1000) });
  });

  test('is known again however its signature is spelled, and no other is taken for it', async () => {
    const token = await standIn.credentials.sign(claims());
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const last = alphabet.indexOf(token.at(-1)!);
    const spelled = [1, 2, 3].map((bits) => token.slice(0, -1) + alphabet.charAt((last & ~3) | bits));
    const idOf = async (token: string) => (await superOffice.verifyNotification(token, 'Cust10001')).id;

    const id = await idOf(token);
    for (const other of spelled) {
      const found = await idOf(other).catch((error: unknown) => error);
      expect(found === id || (found as { code?: string }).code === 'webhook.refused').toBe(true);
    }
    expect(await idOf(await standIn.credentials.sign(claims({ iat: String(now() - 1) })))).not.toBe(id);
  });

  test.each<[string, Record<string, unknown>]>([
    ['of another environment', { iss: 'https://online.superoffice.com' }],
    ['of no issuer', { iss: undefined }],
    ['for another app', { aud: 'another-app' }],
    ['for another app as a service', { aud: 'spn:another-app' }],
    ['for several', { aud: ['4f1c7a52d9be4f0aa1f3c2b7e6d80955', 'another'] }],
    ['about another tenant', { [claim('ctx')]: 'Cust20002' }],
    ['that has run out', { exp: 1 }],
    ['that never runs out', { exp: undefined }],
    ['of the future', { nbf: 4_000_000_000 }],
    // All of these SuperOffice signs with the same keys, for other purposes.
    ['of a sign-in', { nonce: 'x' }],
    ['of a user', { [claim('associateid')]: '5' }],
    ['of the system user', { [claim('ticket')]: '7T:x' }],
    ['with the key of the system user', { [claim('system_token')]: 'x' }],
  ])('%s is refused', async (_, changes) => {
    await expect(verify(changes)).rejects.toMatchObject({ code: 'webhook.refused' });
  });

  test('that somebody else has signed, or nobody, is refused', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const payload = Buffer.from(JSON.stringify(claims()));
    const [kid] = (await standIn.credentials.keySet()).keys.map((key) => key.kid);
    const forged = await new CompactSign(payload).setProtectedHeader({ alg: 'RS256', kid: kid! }).sign(privateKey);
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload.toString('base64url')}.`;

    for (const token of [forged, unsigned, 'x', 'a.b.c']) {
      await expect(superOffice.verifyNotification(token, 'Cust10001')).rejects.toMatchObject({
        code: 'webhook.refused',
      });
    }
  });
});

test('the state of a tenant is kept while it holds, and asked for anew when something is said to have happened', async () => {
  expect((await superOffice.tenantState('Cust10001')).state).toBe('Running');
  standIn.tenant().state = 'Suspended';

  expect((await superOffice.tenantState('Cust10001')).state).toBe('Running');
  expect((await superOffice.tenantState('Cust10001', { afresh: true })).state).toBe('Suspended');
  expect((await superOffice.tenantState('Cust10001')).state).toBe('Suspended');
});

describe('a web panel', () => {
  const panel = {
    progId: 'ErpSync.Contact',
    name: 'ERP',
    windowName: 'erpsync_contact',
    tooltip: 'ERP Sync for SuperOffice',
    url: 'https://erp-sync.test/panels/erp-tab.html',
    visibleIn: 'ContactArchive',
  };
  const ASTRID = 5;
  const foreign = (Name: string, Deleted: boolean) =>
    savePanel(standIn.tenant(), { Name, Url: 'https://other.test', WindowName: `w ${Name}`, Deleted }, ASTRID);
  const names = async () => (await crm.panels()).map(({ name }) => name);

  test.each([
    ['is there', false],
    ['lies in the recycle bin', true],
  ])('whose name is taken by another that %s gets another name', async (_, deleted) => {
    foreign('ERP', deleted);
    await crm.savePanel(panel);

    expect(await names()).toEqual(['ERP (ERP Sync)']);
    await crm.savePanel(panel);
    expect(await names()).toEqual(['ERP (ERP Sync)']);
  });

  test('whose other name is taken as well is refused in words', async () => {
    foreign('ERP', true);
    foreign('ERP (ERP Sync)', false);

    await expect(crm.savePanel(panel)).rejects.toMatchObject({
      code: 'install.name_taken',
      detail: { name: 'ERP' },
    });
  });

  test('that was deleted comes back as the same one', async () => {
    await crm.savePanel(panel);
    const [id] = standIn.tenant().panels.keys();
    standIn.tenant().panels.set(id!, { ...standIn.tenant().panels.get(id!)!, Deleted: true });
    expect(await names()).toEqual([]);
    await crm.savePanel(panel);

    expect([...standIn.tenant().panels.keys()]).toEqual([id]);
    expect(await names()).toEqual(['ERP']);
  });

  test('is deleted for good, alone or with all of ours, and nobody else loses one', async () => {
    foreign('Map', false);
    await crm.savePanel(panel);
    await crm.savePanel({ ...panel, progId: 'ErpSync.Person', name: 'ERP (Contact)', windowName: 'erpsync_person' });
    await crm.deletePanel('ErpSync.Contact');
    await crm.deletePanel('ErpSync.Contact');
    expect(await names()).toEqual(['ERP (Contact)']);

    await crm.deletePanels();
    expect(await names()).toEqual([]);
    expect([...standIn.tenant().panels.values()].map(({ Name }) => Name)).toEqual(['Map']);
  });
});

test('an agent that the app was not granted is denied to it, and what is open to every app is not', async () => {
  const bare = await startStandIn({
    ...{ now: () => clock.now(), approved: true, contexts: ['Cust10001'] },
    app: { ...standIn.app, agents: [] },
  });
  try {
    const door = createSuperOffice({
      authUrl: bare.url,
      clientId: bare.app.clientId,
      clientSecret: bare.app.clientSecret,
      redirectUri: bare.app.redirectUrls[0]!,
      systemUserPrivateKey: bare.app.privateKey,
      clock,
    }).asSystemUser('Cust10001', bare.tenant().systemToken);

    await expect(door.webhooks()).rejects.toMatchObject({ code: 'crm.denied' });
    expect(await door.panels()).toEqual([]);
    expect((await door.principal()).functionRights).toContain('admin-all');
    expect(await crm.webhooks()).toEqual([]);
  } finally {
    await bare.close();
  }
});

describe('the log of merges', () => {
  const registered = '2026-11-20T08:00:00Z';
  const log = (...rows: readonly (readonly [source: number, destination: number])[]) =>
    rows.forEach(([source, destination], index) =>
      standIn.tenant().merges.push({ id: 9_000 + index, table: 'person', source, destination, registered }),
    );
  const person = (id: number) => ({ type: 'person', id }) as const;
  const where = (id: number) => crm.whereabouts(person(id));

  test('knows a move as well, to a company whose number no contact has', async () => {
    log([900_001, 900_002]);
    expect(await where(900_001)).toEqual({ kind: 'gone' });
  });

  test('leads on from merge to merge, but not for ever', async () => {
    const [there] = standIn.tenant().records.person.keys();
    log([900_001, 900_002], [900_002, there!], [900_003, 900_004], [900_004, 900_003]);

    expect(await where(900_001)).toEqual({ kind: 'merged', into: person(900_002) });
    expect(await where(900_002)).toEqual({ kind: 'merged', into: person(there!) });
    expect(await where(900_003)).toEqual({ kind: 'gone' });
  });
});
