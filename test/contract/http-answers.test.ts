import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { httpKind, SECRET } from '../../backend/adapters/connectors/http/http-kind.ts';
import { createSafeFetch } from '../../backend/adapters/connectors/safe-fetch.ts';
import { systemClock } from '../../backend/adapters/system-clock.ts';
import type { ErpConnector, WantedField } from '../../backend/ports/erp-connector.ts';
import type { FakeErp } from '../support/fake-connector.ts';
import { startHttpErp, type HttpErp, type HttpErpAnswer } from '../support/http-erp.ts';
import { TestClock } from '../support/test-clock.ts';
import { sampleErp } from './erp-connector-suite.ts';

const ID = '3f1b2c4d-0000-4000-8000-000000000001';
const name: WantedField[] = [{ key: 'NAME', kind: 'text' }];
const limit: WantedField = { key: 'CreditLimit', kind: 'decimal' };

let erp: FakeErp;
let server: HttpErp;
let connector: ErpConnector;

const opened = (config = {}) =>
  httpKind({ fetch: createSafeFetch({ allowPrivate: true }), clock: systemClock }).open({
    connectionId: ID,
    url: server.url,
    config: { Filename: 'ErpClient.xlsx', [SECRET]: 'hush', ...config },
  });

/** Answers the calls whose path ends so, instead of the connector. */
function answering(end: string, ...answers: HttpErpAnswer[]): void {
  server.intercept = ({ path }) => (path.endsWith(end) ? answers.shift() : undefined);
}

beforeEach(async () => {
  erp = sampleErp(new TestClock());
  server = await startHttpErp(erp);
  connector = opened();
});
afterEach(() => server.close());

describe('a call', () => {
  test('goes below the address, whose query stays, with the secret and the language', async () => {
    await connector.searchActors('Customer', 'kunden', name, { language: 'nb' });
    const [call] = server.called('/actors/search');
    expect(call?.path).toBe(`/erp/connections/${ID}/actors/search`);
    expect(call?.headers).toMatchObject({ authorization: 'Bearer hush', 'accept-language': 'nb' });
    expect(call?.body).toMatchObject({
      type: 'Customer',
      text: 'kunden',
      fields: ['NAME'],
      restrictions: [],
      parent: null,
    });
  });

  test('that asks what the connector is carries no secret, and the settings never do', async () => {
    await connector.testConfig();
    await connector.saveConnection();
    expect(server.calls.find(({ path }) => path === '/erp')?.headers).not.toHaveProperty('authorization');
    expect(server.known.get(ID)).toEqual({ Filename: 'ErpClient.xlsx' });
  });

  test('to a connector that forgot the connection brings the settings, once', async () => {
    await connector.actorTypes();
    expect(server.calls.map(({ method, path }) => `${method} ${path.replace(`/erp/connections/${ID}`, '')}`)).toEqual([
      'GET /actor-types',
      'PUT ',
      'GET /actor-types',
    ]);
    answering(
      '/actor-types',
      ...Array.from({ length: 9 }, () => ({ status: 404, body: { code: 'connection_unknown' } })),
    );
    await expect(connector.actorTypes()).rejects.toMatchObject({ code: 'connector.unknown_connection' });
    expect(server.called('/actor-types')).toHaveLength(4);
  });

  test('to a connector that forgot the connection brings the settings once for all who wait', async () => {
    await Promise.all(['a', 'b', 'c', 'd'].map((text) => connector.searchActors('Customer', text, name)));
    expect(server.calls.filter(({ method }) => method === 'PUT')).toHaveLength(1);
  });
});

describe('what goes wrong', () => {
  test.each<[HttpErpAnswer, string, object]>([
    [{ status: 401, body: {} }, 'connector.denied', {}],
    [{ status: 429, headers: { 'retry-after': '7' } }, 'connector.throttled', { retryAfterSeconds: 7 }],
    [{ status: 503, headers: { 'retry-after': '1e12' } }, 'connector.throttled', { retryAfterSeconds: 3600 }],
    [{ status: 503, body: 'Bad Gateway' }, 'connector.throttled', {}],
    [{ status: 502, body: 'Bad Gateway' }, 'connector.unreachable', { status: 502 }],
    [{ status: 422, body: { code: 'refused', message: 'Credit is frozen' } }, 'connector.rejected', { explanation: 'Credit is frozen' }],
    [{ status: 422, body: { code: 'field_unknown', field: 'NAME' } }, 'mapping.field_unknown', { field: 'NAME' }],
    [{ status: 422, body: { code: 'klingon', message: 'nuq' } }, 'connector.rejected', { explanation: 'nuq' }],
    [{ status: 404, headers: { 'content-type': 'text/html' }, body: '<html>' }, 'connector.answer_invalid', { problem: 'status' }],
    [{ body: { actors: {} } }, 'connector.answer_invalid', { problem: 'contract', where: 'actors: Invalid input: expected array, received object' }],
    [{ body: { actors: [{ key: '1', modified: '1', values: { NAME: 7 } }] } }, 'connector.answer_invalid', { problem: 'contract' }],
  ])('%o is %s', async (answer, code, detail) => {
    await connector.saveConnection();
    answering('/actors/search', answer);
    await expect(connector.searchActors('Customer', '', name)).rejects.toMatchObject({ code, detail });
  }); // prettier-ignore
});

describe('an answer', () => {
  test('that says it is not complete is a warning', async () => {
    erp.warning = 'The register is being rebuilt';
    expect((await connector.searchActors('Customer', '', name)).warning).toBe('The register is being rebuilt');
  });

  test('comes in pages where that is declared, and all are read', async () => {
    await connector.saveConnection();
    server.capabilities = { paging: true };
    const actor = (key: string) => ({ key, modified: key, values: {} });
    answering('/actors/changes', { body: { actors: [actor('1')], next: 'a' } }, { body: { actors: [actor('2')], deleted: ['9'] } });
    const page = await connector.changedActors('Customer', '', []);
    expect(page).toMatchObject({ actors: [{ erpKey: '1' }, { erpKey: '2' }], warning: null, deleted: ['9'] });
    expect(server.called('/actors/changes').map(({ body }) => body['after'])).toEqual([undefined, 'a']);
  }); // prettier-ignore

  test('with a next page that was not declared, or that leads back, is none', async () => {
    await connector.saveConnection();
    const endless = Array.from({ length: 9 }, () => ({ body: { actors: [], next: 'again' } }));
    answering('/actors/changes', ...endless);
    await expect(connector.changedActors('Customer', '', [])).rejects.toMatchObject({ detail: { problem: 'paging' } });
    server.capabilities = { paging: true };
    connector = opened();
    answering('/actors/changes', ...endless);
    await expect(connector.changedActors('Customer', '', [])).rejects.toMatchObject({ detail: { problem: 'paging' } });
  });
});

describe('what a connector declares', () => {
  test('decides how many actors go at once', async () => {
    await connector.getActors('Customer', ['1', '2', '3'], name);
    expect(server.called('/actors/read').filter(({ body }) => (body['keys'] as string[]).length === 1)).toHaveLength(4);
    server.capabilities = { batch: 2 };
    connector = opened();
    const changes = ['1', '2', '3'].map(
      (erpKey) => ({ type: 'Customer', erpKey, values: { POSTALCITY: 'x' } }) as const,
    );
    expect((await connector.saveActors(changes, [])).map(({ kind }) => kind)).toEqual(['saved', 'saved', 'saved']);
    expect(server.called('/actors/save').map(({ body }) => (body['changes'] as unknown[]).length)).toEqual([2, 1]);
  });

  test('decides which operators it is sent; the others are evaluated here, over what it answers', async () => {
    server.capabilities = { operators: ['>'] };
    await connector.saveConnection();
    const asked = [
      { field: limit, operator: '>', values: ['0'] },
      { field: name[0]!, operator: 'ends', values: ['a/s'] },
    ];
    const { actors } = await connector.searchAdvanced('Customer', asked, []);
    expect(server.called('/actors/search').at(-1)?.body).toMatchObject({
      fields: ['NAME'],
      restrictions: [{ field: 'CreditLimit', operator: '>', values: ['0'] }],
    });
    expect(actors).toMatchObject([{ erpKey: '1', values: {} }]);
  });

  test('decides whether a create carries its key', async () => {
    const draft = { type: 'Customer', values: { NAME: 'Ny' }, parent: null } as const;
    await connector.createActor(draft, [], { idempotencyKey: 'k1' });
    expect(await connector.abilities?.()).toEqual({ repeatableCreate: false, tellsDeleted: false });
    server.capabilities = { idempotencyKey: true, deletions: true };
    connector = opened();
    await connector.createActor(draft, [], { idempotencyKey: 'k2' });
    expect(await connector.abilities?.()).toEqual({ repeatableCreate: true, tellsDeleted: true });
    const keys = server.called('/actors/create').map(({ headers }) => headers['idempotency-key']);
    expect(keys.filter(Boolean)).toEqual(['k2']);
  });

  test('an etag that was read goes with the change, and one that is old is told', async () => {
    await connector.saveConnection();
    const actor = { key: '1', modified: '1', etag: 'v1', values: { NAME: 'Kunden A/S' } };
    answering('/actors/read', { body: { actors: [actor] } });
    await connector.getActors('Customer', ['1'], name);
    answering('/actors/save', { body: { results: [{ key: '1', problem: { code: 'actor_changed' } }] } });
    const change = { type: 'Customer', erpKey: '1', values: { NAME: 'Ny' } } as const;
    expect(await connector.saveActors([change], [])).toMatchObject([{ kind: 'refused', code: 'actor.changed' }]);
    expect(server.called('/actors/save')[0]?.body).toMatchObject({ changes: [{ key: '1', ifMatch: 'v1' }] });
  });
});

describe('a save', () => {
  const change = { type: 'Customer', erpKey: '1', values: { NAME: 'Ny' } } as const;

  test.each<[string, HttpErpAnswer]>([
    ['does not say what it did', { body: { results: [] } }],
    ['does not say what it stored', { body: { results: [{ key: '1' }] } }],
    ['speaks of another actor', { body: { results: [{ key: '1', actor: { key: '2', modified: '1', values: { NAME: 'x' } } }] } }],
  ])('that %s is looked up', async (_, answer) => {
    await connector.saveConnection();
    answering('/actors/save', answer);
    expect(await connector.saveActors([change], name)).toMatchObject([
      { kind: 'saved', actor: { erpKey: '1', values: { NAME: 'Kunden A/S' } } },
    ]);
    expect(server.called('/actors/read')).toHaveLength(1);
  }); // prettier-ignore
});
