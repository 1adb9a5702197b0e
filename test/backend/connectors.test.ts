import { sql } from 'kysely';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Context } from '../../backend/context.ts';
import { deleteConnector } from '../../backend/application/setup/delete-connector.ts';
import { listConnectorKinds } from '../../backend/application/setup/list-connector-kinds.ts';
import { listConnectors } from '../../backend/application/setup/list-connectors.ts';
import { restoreConnector } from '../../backend/application/setup/restore-connector.ts';
import { saveConnection } from '../../backend/application/setup/save-connection.ts';
import { saveConnector } from '../../backend/application/setup/save-connector.ts';
import { showConfigFields } from '../../backend/application/setup/show-config-fields.ts';
import { tryConnector } from '../../backend/application/setup/try-connector.ts';
import { trySettings } from '../../backend/application/setup/try-settings.ts';
import type { Endpoint } from '../../backend/domain/endpoint.ts';
import { AppError } from '../../backend/errors.ts';
import { asTenant } from '../../backend/store/db.ts';
import { certificateAuthority, selfSigned } from '../support/certificates.ts';
import { createWorld, type World } from '../support/world.ts';
import { fakeField } from '../support/fake-connector.ts';

let world: World;
let admin: Context;
beforeEach(async () => {
  world = await createWorld();
  admin = world.as();
});

const excel = { kind: 'workbook', name: 'Excel', url: '' } as const;
const visma = { kind: 'workbook', name: 'Visma', url: 'https://visma.example/sync' } as const;
const nobody = '00000000-0000-4000-8000-000000000000';

test('a connector is registered, renamed, deleted and restored', async () => {
  const { id } = await saveConnector(admin, excel);
  await saveConnector(admin, { ...excel, name: 'Excel files' }, id);
  expect(await listConnectors(admin)).toEqual([
    {
      ...excel,
      id,
      name: 'Excel files',
      deleted: false,
      connections: 0,
      signIn: null,
      secretSet: false,
      wsdl: null,
      authority: null,
    },
  ]);

  await deleteConnector(admin, id);
  expect(await listConnectors(admin)).toMatchObject([{ id, deleted: true }]);
  await expect(saveConnector(admin, excel, id)).rejects.toMatchObject({ code: 'connector.not_found' });

  expect(await restoreConnector(admin, id)).toMatchObject({ id, deleted: false });
});

test('a name is taken by one connector, in whatever case, until that one is deleted', async () => {
  const { id } = await saveConnector(admin, excel);
  const again = () => saveConnector(admin, { ...excel, name: 'EXCEL' });
  await expect(again()).rejects.toMatchObject({ code: 'connector.name_taken', detail: { name: 'EXCEL' } });

  await deleteConnector(admin, id);
  await again();
  await expect(restoreConnector(admin, id)).rejects.toMatchObject({ code: 'connector.name_taken' });
});

test('of two administrators who register one name at once, one is told', async () => {
  const results = await Promise.allSettled([saveConnector(admin, excel), saveConnector(admin, excel)]);
  expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(await listConnectors(admin)).toHaveLength(1);
});

describe('an address', () => {
  beforeEach(() => {
    world.erp.needsUrl = true;
  });

  test('is asked before it is kept, and taken once', async () => {
    world.erp.outage = new AppError('connector.unreachable');
    await expect(saveConnector(admin, visma)).rejects.toMatchObject({ code: 'connector.unreachable' });
    expect(await listConnectors(admin)).toEqual([]);

    world.erp.outage = null;
    await saveConnector(admin, visma);
    await expect(saveConnector(admin, { ...visma, name: 'Other' })).rejects.toMatchObject({
      code: 'connector.url_taken',
    });
  });

  test('need not answer for its connector to be renamed', async () => {
    const { id } = await saveConnector(admin, visma);
    world.erp.outage = new AppError('connector.unreachable');
    expect(await saveConnector(admin, { ...visma, name: 'Visma Norge' }, id)).toMatchObject({ name: 'Visma Norge' });
  });

  test('that moves takes no password along, and stops what used it', async () => {
    const { id: connectorId } = await saveConnector(admin, visma);
    const typed = { Filename: 'a.xlsx', Password: 'hemmelig-123' };
    const scope = { everyone: true, members: [] };
    const { id } = await saveConnection(admin, { connectorId, name: 'Norge', description: '', scope, config: typed });
    await world.store.connections.setActive(id, true);
    world.erp.calls.length = 0;

    await saveConnector(admin, { ...visma, url: 'https://visma.example/other-path' }, connectorId);
    expect(await world.store.connections.get(id)).toMatchObject({ active: true, secretKeys: ['Password'] });

    await saveConnector(admin, { ...visma, url: 'https://evil.example/sync' }, connectorId);
    const moved = await world.store.connections.get(id);
    expect(moved).toMatchObject({ active: false, secretKeys: [] });
    const handedOut: unknown[] = [];
    world.erp.open = (settings) => {
      handedOut.push(settings.config);
      return world.erp;
    };
    await world.ctx.connector(moved);
    expect(handedOut).toEqual([{ Filename: 'a.xlsx' }]);
  });

  test('must be there, and only where it is used', async () => {
    await expect(tryConnector(admin, excel)).rejects.toMatchObject({ code: 'input.invalid' });
    world.erp.needsUrl = false;
    await expect(tryConnector(admin, visma)).rejects.toMatchObject({ code: 'input.invalid' });
  });
});

describe('a sign-in', () => {
  const basic = { kind: 'basic', userName: 'sync' } as const;
  const oauth = { kind: 'oauth', tokenUrl: 'https://login.example/token', clientId: 'us', scope: null } as const;
  /** What the connector was reached with. */
  let reached: Endpoint[];
  beforeEach(() => {
    world.erp.needsUrl = true;
    world.erp.signsIn = true;
    reached = [];
    world.erp.configFields = async (endpoint) => {
      reached.push(endpoint);
      return world.erp.config;
    };
  });
  const secretsUsed = () => reached.map(({ signIn }) => signIn?.secret ?? null);

  test('is kept with the connector, sealed, and its secret never comes back', async () => {
    const saved = await saveConnector(admin, { ...visma, signIn: basic, secret: 'hemmelig-123' });
    expect(saved).toMatchObject({ signIn: basic, secretSet: true });
    expect(JSON.stringify([saved, await listConnectors(admin)])).not.toContain('hemmelig-123');
    const rows = await sql<object>`select * from connector`.execute(world.db);
    expect(JSON.stringify(rows)).not.toContain('hemmelig-123');

    await showConfigFields(admin, saved.id, 'en');
    expect(reached.at(-1)).toMatchObject({ url: visma.url, signIn: { ...basic, secret: 'hemmelig-123' } });
  });

  test('is not quoted by a connector that repeats what it was told', async () => {
    const { id } = await saveConnector(admin, { ...visma, signIn: basic, secret: 'hemmelig-123' });
    world.erp.configFields = () =>
      Promise.reject(new AppError('connector.rejected', { explanation: 'sync:hemmelig-123 may not' }));
    for (const attempt of [
      () => showConfigFields(admin, id, 'en'),
      () => tryConnector(admin, { ...visma, signIn: basic, secret: 'hemmelig-123' }),
      () => trySettings(admin, { connectorId: id, config: {} }),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ detail: { explanation: 'sync:*** may not' } });
    }
  });

  test('without its secret is not taken', async () => {
    await expect(saveConnector(admin, { ...visma, signIn: basic })).rejects.toMatchObject({
      code: 'config.field_missing',
    });
    expect(reached).toEqual([]);
    world.erp.signsIn = false;
    await expect(saveConnector(admin, { ...visma, signIn: basic, secret: 'x' })).rejects.toMatchObject({
      code: 'input.invalid',
    });
  });

  test('is used again where nothing was typed, and everything may change but where it goes', async () => {
    const { id } = await saveConnector(admin, { ...visma, signIn: basic, secret: 'first' });
    await saveConnector(admin, { ...visma, name: 'Visma Norge', signIn: basic }, id);
    expect(secretsUsed()).toEqual(['first']);

    await saveConnector(admin, { ...visma, url: 'https://visma.example/other', signIn: basic }, id);
    await saveConnector(admin, { ...visma, signIn: { ...basic, userName: 'another' } }, id);
    await tryConnector(admin, { kind: 'workbook', url: visma.url, signIn: basic, id });
    expect(secretsUsed()).toEqual(['first', 'first', 'first', 'first']);
    await saveConnector(admin, { ...visma, signIn: basic, secret: 'second' }, id);
    await showConfigFields(admin, id, 'en');
    expect(secretsUsed().slice(-2)).toEqual(['second', 'second']);
  });

  test.each([
    ['another host', { url: 'https://evil.example/sync' }],
    ['another port', { url: 'https://visma.example:8443/sync' }],
    ['no encryption', { url: 'http://visma.example/sync' }],
    ['a place for tokens', { signIn: oauth }],
    ['a header', { signIn: { kind: 'header', name: 'x-key' } as const }],
  ])('is asked for again before it goes to %s', async (_, change) => {
    const { id } = await saveConnector(admin, { ...visma, signIn: basic, secret: 'hemmelig-123' });
    reached.length = 0;
    const changed = { ...visma, signIn: basic, ...change };
    for (const attempt of [
      () => saveConnector(admin, changed, id),
      () => tryConnector(admin, { kind: changed.kind, url: changed.url, signIn: changed.signIn, id }),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ code: 'config.field_missing', detail: { field: 'secret' } });
    }
    expect(reached).toEqual([]);
  });

  test('by token goes to neither another place for tokens nor, as a token, to another connector', async () => {
    const { id } = await saveConnector(admin, { ...visma, signIn: oauth, secret: 'hemmelig-123' });
    for (const change of [
      { signIn: { ...oauth, tokenUrl: 'https://evil.example/token' } },
      { url: 'https://evil.example/sync' },
    ]) {
      await expect(saveConnector(admin, { ...visma, signIn: oauth, ...change }, id)).rejects.toMatchObject({
        code: 'config.field_missing',
      });
    }
  });

  test('that was moved in the database opens nowhere', async () => {
    const { id } = await saveConnector(admin, { ...visma, signIn: basic, secret: 'hemmelig-123' });
    await asTenant(world.db, world.tenant, (db) =>
      sql`update connector set url = 'https://evil.example/sync' where id = ${id}`.execute(db),
    );
    reached.length = 0;
    await expect(showConfigFields(admin, id, 'en')).rejects.toMatchObject({ code: 'config.field_missing' });
    expect(reached).toEqual([]);
  });

  test('goes with the connector it was for: without one, nothing is left of it', async () => {
    const { id } = await saveConnector(admin, { ...visma, signIn: basic, secret: 'hemmelig-123' });
    expect(await saveConnector(admin, visma, id)).toMatchObject({ signIn: null, secretSet: false });
    await expect(saveConnector(admin, { ...visma, signIn: basic }, id)).rejects.toMatchObject({
      code: 'config.field_missing',
    });
  });
});

describe('the WSDL of a connector', () => {
  /** What it serves, and which one it was reached with. */
  let served: string[] | null;
  let used: (readonly string[] | null)[];
  beforeEach(() => {
    world.erp.needsUrl = true;
    [served, used] = [['<a/>'], []];
    world.erp.servedWsdl = async () => served;
    world.erp.configFields = async ({ wsdl }) => {
      used.push(wsdl ? await wsdl.documents() : null);
      return world.erp.config;
    };
  });

  test('is kept as it serves it, and brought up to date, for when it no longer does', async () => {
    const { id, wsdl } = await saveConnector(admin, visma);
    expect(wsdl).toEqual({ given: false, since: world.clock.now().toISOString() });
    world.clock.advance(1000);
    served = ['<b/>', '<c/>'];
    await saveConnection(admin, {
      connectorId: id,
      name: 'Norge',
      description: '',
      scope: { everyone: true, members: [] },
      config: { Filename: 'a.xlsx' },
    });
    served = null;
    await showConfigFields(admin, id, 'en');
    expect(used.at(-1)).toEqual(['<b/>', '<c/>']);

    await saveConnector(admin, { ...visma, url: 'https://visma.example/new' }, id);
    expect((await listConnectors(admin))[0]).toMatchObject({ wsdl: null });
  });

  test('given by an administrator is tried, and stays until somebody goes back to the one it serves', async () => {
    const { id } = await saveConnector(admin, { ...visma, wsdl: ['<given/>'] });
    expect(used).toEqual([['<given/>']]);
    world.clock.advance(1000);
    await saveConnector(admin, { ...visma, url: 'https://visma.example/new' }, id);
    expect(used.at(-1)).toEqual(['<given/>']);
    expect((await listConnectors(admin))[0]).toMatchObject({ wsdl: { given: true } });

    await saveConnector(admin, { ...visma, wsdl: null }, id);
    expect(used.at(-1)).toBeNull();
    expect((await listConnectors(admin))[0]).toMatchObject({ wsdl: { given: false } });
  });

  test('that is not usable is not kept', async () => {
    world.erp.configFields = async () => {
      throw new AppError('connector.wsdl_invalid', { reason: 'wsdl' });
    };
    await expect(saveConnector(admin, { ...visma, wsdl: ['<x/>'] })).rejects.toMatchObject({
      code: 'connector.wsdl_invalid',
    });
    expect(await listConnectors(admin)).toEqual([]);
  });
});

describe('an authority of the company’s own', () => {
  const nordlys = certificateAuthority('Nordlys Root CA', { untilDays: 30 });
  /** Whom it was reached with. */
  let trusted: (string | null | undefined)[];
  beforeEach(() => {
    world.erp.needsUrl = true;
    trusted = [];
    world.erp.configFields = async ({ authority }) => {
      trusted.push(authority);
      return world.erp.config;
    };
  });
  const kept = async () => (await listConnectors(admin))[0]?.authority;

  test('vouches for the connector it was given with, and tells its name and until when', async () => {
    const { id, authority } = await saveConnector(admin, { ...visma, authority: `Nordlys\n${nordlys.cert}` });
    expect(authority).toEqual({ name: 'Nordlys Root CA', until: expect.any(String) as unknown });
    expect((Date.parse(authority!.until) - Date.now()) / 86_400_000).toBeCloseTo(30, 1);
    expect(trusted).toEqual([nordlys.cert.trim()]);

    await showConfigFields(admin, id, 'en');
    await tryConnector(admin, { kind: 'workbook', url: 'https://visma.example/new', id });
    expect(trusted.slice(1)).toEqual([nordlys.cert.trim(), nordlys.cert.trim()]);
    const reached = await admin.endpoint(await admin.store.connectors.get(id));
    expect(reached.authority).toBe(nordlys.cert.trim());
    await saveConnector(admin, { ...visma, name: 'Visma ERP' }, id);
    expect(await kept()).toEqual(authority);
  });

  test('vouches at the origin it was given for, and nowhere else', async () => {
    const { id } = await saveConnector(admin, { ...visma, authority: nordlys.cert });
    await tryConnector(admin, { kind: 'workbook', url: 'https://evil.example/sync', id });
    expect(trusted.at(-1)).toBeNull();
    await saveConnector(admin, { ...visma, url: 'https://visma.example/new' }, id);
    expect(await kept()).toMatchObject({ name: 'Nordlys Root CA' });
    await saveConnector(admin, { ...visma, url: 'https://evil.example/sync' }, id);
    expect(await kept()).toBeNull();
    expect(trusted.at(-1)).toBeNull();
  });

  test('is taken back, and is nobody else’s', async () => {
    const { id } = await saveConnector(admin, { ...visma, authority: nordlys.cert });
    await saveConnector(admin, { ...visma, name: 'Other', url: 'https://visma.example/other' });
    expect(trusted.at(-1)).toBeNull();
    await saveConnector(admin, { ...visma, authority: null }, id);
    expect(trusted.at(-1)).toBeNull();
    expect(await kept()).toBeNull();
  });

  const leaf = nordlys.issue(['erp.example.com']);
  test.each<[string, string, object]>([
    ['no certificate', 'hello', { code: 'certificate.invalid', detail: { problem: 'pem' } }],
    [
      'half a certificate',
      nordlys.cert.replace(/\w{40}/, ''),
      { code: 'certificate.invalid', detail: { problem: 'pem' } },
    ],
    ['a private key too', nordlys.cert + nordlys.key, { code: 'certificate.invalid', detail: { problem: 'key' } }],
    [
      'the certificate of a server',
      leaf.cert,
      { code: 'certificate.invalid', detail: { problem: 'authority', name: 'erp.example.com' } },
    ],
    [
      'what is behind an authority',
      nordlys.cert + leaf.cert,
      { code: 'certificate.invalid', detail: { problem: 'authority' } },
    ],
    [
      'an expired one',
      certificateAuthority('Old CA', { fromDays: -3660, untilDays: -3650 }).cert,
      { code: 'certificate.expired', detail: { name: 'Old CA' } },
    ],
  ])('is not %s, and the field that holds it is named', async (_, authority, refusal) => {
    const failure = saveConnector(admin, { ...visma, authority });
    await expect(failure).rejects.toMatchObject({ ...refusal });
    await expect(failure).rejects.toMatchObject({ detail: { field: 'authority' } });
    expect(trusted).toEqual([]);
    expect(await listConnectors(admin)).toEqual([]);
  });

  test('may be the server itself, where it signs its own certificate', async () => {
    const { authority } = await saveConnector(admin, { ...visma, authority: selfSigned(['erp.example.com']).cert });
    expect(authority).toMatchObject({ name: 'erp.example.com' });
  });

  test('is for those that have an address', async () => {
    world.erp.needsUrl = false;
    await expect(saveConnector(admin, { ...excel, authority: nordlys.cert })).rejects.toMatchObject({
      code: 'input.invalid',
      detail: { field: 'authority' },
    });
  });
});

test('a connector with connections is not deleted', async () => {
  await world.connection();
  const [connector] = await listConnectors(admin);
  await expect(deleteConnector(admin, connector!.id)).rejects.toMatchObject({ code: 'connector.has_connections' });
});

test('a connector is not deleted while a connection is being made with it', async () => {
  const { id } = await saveConnector(admin, excel);
  const scope = { everyone: true, members: [] };
  const connection = { connectorId: id, name: 'Norge', description: '', scope, config: { Filename: 'a.xlsx' } };
  for (let round = 0; round < 10; round++) {
    const [saved, deleted] = await Promise.allSettled([
      saveConnection(admin, { ...connection, name: `Norge ${round}` }),
      deleteConnector(admin, id),
    ]);
    expect([saved.status, deleted.status].sort()).toEqual(['fulfilled', 'rejected']);
    if (deleted.status === 'fulfilled') await restoreConnector(admin, id);
    else break;
  }
});

describe('config fields', () => {
  test('come by rank, in the language of the user, with items and filled-in suggestions', async () => {
    const { id } = await saveConnector(admin, excel);
    await world.registry.add(world.tenant, world.clock.now());
    await world.store.installations.saveSystemToken('12345', 'token');
    world.erp.lists.set('Mode', [{ key: 'x', text: 'US:"Fast";NO:"Rask"' }]);
    world.erp.config = [
      fakeField('Mode', { kind: 'list', listName: 'Mode', rank: 2, name: 'US:"Mode";NO:"Modus"' }),
      fakeField('Client', { rank: 1, defaultValue: 'so-<ser#>{{nothing.known}}' }),
      fakeField('Html', { rank: 3, defaultValue: '<strong>' }),
    ];

    const { fields } = await showConfigFields(admin, id, 'nb');

    expect(fields).toMatchObject([
      { key: 'Client', defaultValue: 'so-12345', items: null },
      { key: 'Mode', name: 'Modus', items: [{ key: 'x', text: 'Rask' }] },
      { key: 'Html', defaultValue: '<strong>' },
    ]);
  });
});

describe('who may', () => {
  const verbs: Record<string, (ctx: Context) => unknown> = {
    listConnectors,
    listConnectorKinds,
    saveConnector: (ctx) => saveConnector(ctx, excel),
    tryConnector: (ctx) => tryConnector(ctx, excel),
    deleteConnector: (ctx) => deleteConnector(ctx, nobody),
    restoreConnector: (ctx) => restoreConnector(ctx, nobody),
    showConfigFields: (ctx) => showConfigFields(ctx, nobody, 'en'),
  };

  test.each(Object.keys(verbs))('%s wants a licensed administrator', async (verb) => {
    const call = async (ctx: Context) => verbs[verb]!(ctx);
    await expect(call(world.as({ administrator: false }))).rejects.toMatchObject({ code: 'access.denied' });
    await expect(call(world.as({ licensed: false }))).rejects.toMatchObject({ code: 'licence.missing' });
    await expect(call(world.ctx)).rejects.toMatchObject({ code: 'session.missing' });
    expect(world.erp.calls).toEqual([]);
  });

  test("another tenant's connector does not exist", async () => {
    const { id } = await saveConnector(admin, excel);
    const stranger = world.otherTenant();
    expect(await listConnectors(stranger)).toEqual([]);
    await expect(saveConnector(stranger, excel, id)).rejects.toMatchObject({ code: 'connector.not_found' });
    await expect(deleteConnector(stranger, id)).rejects.toMatchObject({ code: 'connector.not_found' });
    await expect(restoreConnector(stranger, id)).rejects.toMatchObject({ code: 'connector.not_found' });
    await expect(showConfigFields(stranger, id, 'en')).rejects.toMatchObject({ code: 'connector.not_found' });
    expect(await saveConnector(stranger, excel)).toMatchObject({ name: 'Excel' });
  });
});
