import { describe, expect, test } from 'vitest';
import type { OutboundRequest, OutboundResponse, SafeFetch } from '../../backend/adapters/connectors/safe-fetch.ts';
import { trytonKind } from '../../backend/adapters/connectors/tryton/tryton-kind.ts';
import { AppError } from '../../backend/errors.ts';
import { inLanguage } from '../../shared/multi-language.ts';
import { TestClock } from '../support/test-clock.ts';
import { methodOf } from '../support/tryton/open-tryton.ts';

type Answer = OutboundResponse | ((request: OutboundRequest) => OutboundResponse);

const json = (body: object, status = 200): OutboundResponse => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(JSON.stringify(body)),
});
const result = (value: unknown) => json({ id: 0, result: value });
const fault = (...error: unknown[]) => json({ id: 0, error });
const page = (status: number, headers: Record<string, string> = {}): OutboundResponse => ({
  status,
  headers: { 'content-type': 'text/html', ...headers },
  body: Buffer.from('<h1>Oh</h1>'),
});

/** A Tryton with nothing in it but what it answers. */
const usual: Readonly<Record<string, Answer>> = {
  'common.db.login': result([1, 'token']),
  'model.res.user.get_preferences': result({ company: 7 }),
  'model.party.party.fields_get': result({ name: { type: 'char', string: 'Name' } }),
  'model.party.address.fields_get': result({ city: { type: 'char', string: 'City' } }),
  'model.party.party.search_read': result([{ id: 1, name: 'One', _timestamp: '5' }]),
};

function open(answers: Readonly<Record<string, Answer>> = {}) {
  const requests: OutboundRequest[] = [];
  const fetch: SafeFetch = async (request) => {
    requests.push(request);
    await Promise.resolve();
    const answer = { ...usual, ...answers }[methodOf(request)] ?? page(403);
    return typeof answer === 'function' ? answer(request) : answer;
  };
  const erp = trytonKind({ fetch, clock: new TestClock() }).open({
    connectionId: '',
    url: 'https://tryton.example.com',
    config: { Database: 'erp', UserName: 'sync', Password: 'secret' },
  });
  const count = (method: string) => requests.filter((request) => methodOf(request) === method).length;
  return { erp, requests, count };
}

async function failure(work: Promise<unknown>) {
  const error = await work.catch((thrown: unknown) => thrown);
  if (!(error instanceof AppError)) throw new Error('it did not fail as it should', { cause: error });
  const { explanation } = error.detail;
  return { ...error.detail, code: error.code, words: inLanguage(String(explanation ?? ''), 'en') };
}

const name = [{ key: 'NAME', kind: 'text' as const }];

describe('signing in', () => {
  test.each<[string, OutboundResponse, object]>([
    ['refused', page(401), { code: 'connector.denied' }],
    ['too often', page(429, { 'retry-after': '7' }), { code: 'connector.throttled', retryAfterSeconds: 7 }],
    [
      'with more than a password',
      fault('LoginException', ['sms_code', 'SMS code', 'char']),
      {
        code: 'connector.denied',
        words: 'Tryton asks this user for more than a password. Use a user who signs in with a password alone.',
      },
    ],
    ['while it is down', page(502), { code: 'connector.unreachable' }],
    ['where something else answers', page(200), { code: 'connector.answer_invalid' }],
    ['answered with nothing', result(null), { code: 'connector.answer_invalid' }],
  ])('%s', async (_, answer, told) => {
    const { erp } = open({ 'common.db.login': answer });
    expect(await failure(erp.testConnection())).toMatchObject(told);
  });

  test.each<[string, OutboundResponse, Answer, string]>([
    ['is not there', page(404), result(['another']), 'config.value_unknown'],
    [
      'Tryton stumbles over',
      fault("Database '/srv/erp.sqlite' doesn't exist!", ''),
      result([]),
      'config.value_unknown',
    ],
    ['is not there, of a server that lists none', page(404), page(403), 'config.value_unknown'],
    ['is there, but not now', page(404), result(['erp']), 'connector.unreachable'],
    ['nobody can reach', page(404), fault('could not connect to server', ''), 'connector.unreachable'],
  ])('at a database that %s', async (_, answer, list, code) => {
    const { erp } = open({ 'common.db.login': answer, 'common.db.list': list });
    expect(await failure(erp.testConnection())).toMatchObject({ code });
  });

  test('a session that is refused is renewed once, not for ever', async () => {
    const { erp, count } = open({ 'model.party.party.search_read': page(401) });
    expect(await failure(erp.getActors('Customer', ['1'], []))).toMatchObject({ code: 'connector.denied' });
    expect([count('common.db.login'), count('model.party.party.search_read')]).toEqual([2, 2]);
  });

  test('what the user prefers goes along with every call', async () => {
    const { erp, requests } = open();
    await erp.getActors('Customer', ['1'], []);
    const { body, headers } = requests.at(-1) ?? {};
    const { params } = JSON.parse(String(body)) as { readonly params: readonly object[] };
    expect(params.at(-1)).toEqual({ company: 7, active_test: false });
    expect(headers).toMatchObject({ authorization: `Session ${Buffer.from('sync:1:token').toString('base64')}` });
  });
});

describe('an error that arrives as a success', () => {
  test.each<[string, unknown[], object]>([
    [
      'is told in the words of Tryton',
      ['UserError', ['The code must be unique.', 'Choose another.', null]],
      { code: 'connector.rejected', words: 'The code must be unique.\nChoose another.' },
    ],
    [
      'a warning is a question that nobody is there to answer',
      ['UserWarning', ['similar_1', 'There is a similar party.', '']],
      { code: 'connector.rejected', words: 'There is a similar party.' },
    ],
    ['a fault of its own', ["'nothing'", 'Traceback ...'], { code: 'connector.rejected', words: '' }],
    ['a database that is busy may be asked again', ['database is locked', ''], { code: 'connector.unreachable' }],
  ])('%s', async (_, error, told) => {
    const { erp } = open({ 'model.party.party.create': fault(...error) });
    const made = erp.createActor({ type: 'Customer', values: { NAME: 'x' }, parent: null }, []);
    expect(await failure(made)).toMatchObject(told);
  });

  test('a write that somebody always overtakes is given up', async () => {
    const { erp, count } = open({ 'model.party.party.write': fault('ConcurrencyException', 'Records were modified') });
    const outcomes = await erp.saveActors([{ type: 'Customer', erpKey: '1', values: { NAME: 'x' } }], []);
    expect(outcomes).toMatchObject([{ kind: 'refused', code: 'actor.changed' }]);
    expect(count('model.party.party.write')).toBe(4);
  });
});

test('what may have been done is not sent again', async () => {
  const { erp, requests, count } = open({
    'model.party.party.create': () => {
      throw new AppError('connector.timeout');
    },
    'model.party.party.write': result(null),
  });
  const made = erp.createActor({ type: 'Customer', values: { NAME: 'x' }, parent: null }, []);
  expect(await failure(made)).toMatchObject({ code: 'connector.timeout' });
  expect(count('model.party.party.create')).toBe(1);
  await erp.saveActors([{ type: 'Customer', erpKey: '1', values: { NAME: 'x' } }], []);
  const once = requests.filter(({ repeatable }) => repeatable !== true).map(methodOf);
  expect(once).toEqual(['model.party.party.create', 'model.party.party.write']);
});

test.each<[string, unknown]>([
  ['a page of something else', 'rows'],
  ['rows without an id', [{ name: 'One' }]],
  ['rows that go round in circles', Array.from({ length: 500 }, () => ({ id: 0 }))],
  ['more rows than were asked for', Array.from({ length: 501 }, (_, id) => ({ id: id + 1 }))],
])('%s is no answer', async (_, rows) => {
  const { erp } = open({ 'model.party.party.search_read': result(rows) });
  expect(await failure(erp.changedActors('Customer', '', name))).toMatchObject({ code: 'connector.answer_invalid' });
});
