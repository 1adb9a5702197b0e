import { createHmac, randomUUID } from 'node:crypto';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { beforeEach, describe, expect, test } from 'vitest';
import { asTenant } from '../../backend/store/db.ts';
import { createHttpWorld, type HttpWorld } from '../support/http.ts';
import { Random } from '../simulation/random.ts';

const SECRET = 'correct horse battery staple';
const OTHER = 'Cust20002';

let world: HttpWorld;
let id: string;

beforeEach(async () => {
  world = await createHttpWorld();
  id = await subscription(world.tenant);
});

async function subscription(tenant: string): Promise<string> {
  const id = randomUUID();
  const { webhooks } = world.app.storeOf(tenant);
  await webhooks.prepare(id, SECRET);
  await webhooks.confirm(id, 1);
  return id;
}

const event = (changes: Record<string, unknown> = {}): string =>
  JSON.stringify({
    EventId: randomUUID(),
    Timestamp: '2026-11-22T12:00:00.000Z',
    Event: 'contact.changed',
    Entity: 'contact',
    PrimaryKey: 42,
    Changes: ['contact_id', 'name'],
    ContextIdentifier: 'Cust10001',
    ...changes,
  });

const sign = (body: string | Uint8Array) => createHmac('sha256', SECRET).update(body).digest('base64');

async function post(
  body: string | Uint8Array,
  signature: string | readonly string[] = sign(body),
  to = `/hooks/so/Cust10001/${id}`,
): Promise<number> {
  const headers = new Headers({ 'content-type': 'application/json' });
  for (const each of [signature].flat()) headers.append('X-SuperOffice-Signature', each);
  return (await world.http.request(to, { method: 'POST', headers, body: body as BodyInit })).status;
}

const rows = (tenant = 'Cust10001') =>
  asTenant(world.db, tenant, (tx) => tx.selectFrom('webhook_event').selectAll().execute());

async function inTurns<T>(all: readonly T[], atOnce: number, work: (one: T) => Promise<void>): Promise<void> {
  for (let at = 0; at < all.length; at += atOnce) await Promise.all(all.slice(at, at + atOnce).map(work));
}

describe('a genuine event that was tampered with', () => {
  test('in ten thousand ways is refused, each time', async () => {
    const random = new Random(26);
    const upTo = (count: number) => random.below(count);
    const mutateBytes = (bytes: Buffer): Buffer => {
      const at = upTo(bytes.length);
      const forged = Buffer.from(bytes);
      switch (upTo(6)) {
        case 0:
          forged[at]! ^= 1 << upTo(8);
          return forged;
        case 1:
          return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]);
        case 2:
          return Buffer.concat([bytes.subarray(0, at), Buffer.from([upTo(256)]), bytes.subarray(at)]);
        case 3:
          return bytes.subarray(0, at);
        case 4:
          return Buffer.concat([bytes, bytes.subarray(at)]);
        default:
          return Buffer.concat([bytes.subarray(at), bytes.subarray(0, at)]);
      }
    };
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=-_';
    const mutateText = (text: string): string => {
      const at = upTo(text.length);
      const other = alphabet[upTo(alphabet.length)]!;
      switch (upTo(5)) {
        case 0:
          return text.slice(0, at) + other + text.slice(at + 1);
        case 1:
          return text.slice(0, at) + text.slice(at + 1);
        case 2:
          return text.slice(0, at) + other + text.slice(at);
        case 3:
          return text.slice(0, at);
        default:
          return text.slice(0, at) + text.slice(at).toUpperCase();
      }
    };
    const forgeries: { readonly body: Buffer; readonly signature: string }[] = [];
    while (forgeries.length < 10_000) {
      const body = Buffer.from(event());
      const signature = sign(body);
      const kind = upTo(3);
      const forged = {
        body: kind === 1 ? body : mutateBytes(body),
        signature: kind === 0 ? signature : mutateText(signature),
      };
      if (forged.signature !== sign(forged.body)) forgeries.push(forged);
    }

    const let_in: unknown[] = [];
    await inTurns(forgeries, 100, async ({ body, signature }) => {
      if ((await post(body, signature)) !== 401) let_in.push([body.toString(), signature]);
    });
    expect(let_in).toEqual([]);
    expect(await rows()).toEqual([]);
  }, 60_000);

  test('is refused with its signature in the alphabet of addresses, or with bits that a decoder drops', async () => {
    let body = event();
    while (!/[+/]/.test(sign(body))) body = event();
    const good = sign(body);
    const last = good.at(-2)!;
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
    const sameBytes = [1, 2, 3].map(
      (bits) => good.slice(0, -2) + alphabet.charAt((alphabet.indexOf(last) & ~3) | bits) + '=',
    );

    const forged = [good.replaceAll('+', '-').replaceAll('/', '_'), ...sameBytes.filter((text) => text !== good)];
    for (const signature of forged) expect([signature, await post(body, signature)]).toEqual([signature, 401]);
    expect(await post(body, good)).toBe(200);
  });

  test('is refused with two signatures, whichever is right', async () => {
    const body = event();
    const wrong = sign('something else');
    for (const pair of [
      [sign(body), wrong],
      [wrong, sign(body)],
      [sign(body), sign(body)],
      [sign(body), ''],
    ]) {
      expect(await post(body, pair)).toBe(401);
    }
  });
});

describe('a body that is signed and made to harm', () => {
  const keys = ['EventId', 'Event', 'PrimaryKey', 'ContextIdentifier', 'Timestamp'];
  const values = ['null', '{}', '[]', '""', '1e999', '"Cust20002"', 'true', '-0'];
  const twice = keys.flatMap((key) =>
    values.flatMap((value) => [
      event().replace('{', `{"${key}":${value},`),
      event().replace(/\}$/, `,"${key}":${value}}`),
    ]),
  );
  const poison = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', 'then', 'toJSON'];
  const poisoned = poison.flatMap((key) =>
    ['{"harmed":true}', '"harmed"', 'null', '{"prototype":{"harmed":true}}'].map((value) =>
      event().replace('{', `{"${key}":${value},`),
    ),
  );
  const numbers = [
    '1e308',
    '1e309',
    '-1e309',
    '2147483648',
    '-2147483649',
    '9007199254740993',
    '0.1',
    '-0',
    '1E2',
    '"1"',
  ]
    .concat(['0x1', '01', '1.', 'NaN', 'Infinity', `1${'0'.repeat(5_000)}`])
    .map((number) => event().replace('"PrimaryKey":42', `"PrimaryKey":${number}`));
  const deep = [10, 50, 100, 500, 1_000, 10_000, 60_000].flatMap((depth) =>
    [
      ['[', ']'],
      ['{"a":', '}'],
    ].flatMap(([open = '', close = '']) => [
      `${open.repeat(depth)}1${close.repeat(depth)}`.slice(0, 250_000),
      event()
        .replace('{', `{"Values":${open.repeat(depth / 2)}1${close.repeat(depth / 2)},`)
        .slice(0, 250_000),
    ]),
  );
  const characters = [
    '\u0000',
    '\u001b[31m',
    '\r\n',
    '\u2028',
    '\ud800',
    '\udfff\ud800',
    '\u202e',
    '\ufeff',
    '\uffff',
  ].flatMap((text) => [
    event({ EventId: `${randomUUID().slice(0, 8)}${text}` }),
    event({ Event: `contact.changed${text}` }),
    event({ ContextIdentifier: `Cust10001${text}` }),
    event({ [text]: text }),
  ]);
  const shapes = ['\ufeff', ' ', '\u0000', '//x\n'].map((before) => before + event());
  const wide = [
    event({ Changes: Array(20_000).fill('name') }),
    event({ FieldValues: Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`k${i}`, i])) }),
    event({ EventId: 'x'.repeat(200_000) }),
    event({ Event: 'x'.repeat(200_000) }),
  ];
  const bodies = [...twice, ...poisoned, ...numbers, ...deep, ...characters, ...shapes, ...wide];

  test('in two hundred ways is taken for what it is: a hint at a record of its own tenant, or nothing', async () => {
    expect(bodies.length).toBeGreaterThanOrEqual(200);
    const wrong: unknown[] = [];
    await inTurns(bodies, 20, async (body) => {
      const started = performance.now();
      const status = await post(body);
      // Signed for another tenant, it is refused; whatever else it is, it is no reason to switch the webhook off.
      const foreign = parsed(body)?.['ContextIdentifier'];
      const isForeign = typeof foreign === 'string' && foreign !== 'Cust10001';
      if (status !== 200 && !(status === 401 && isForeign)) wrong.push([status, body.slice(0, 200)]);
      if (performance.now() - started > 2_000) wrong.push(['slow', body.slice(0, 200)]);
    });

    expect(wrong).toEqual([]);
    expect(await rows(OTHER)).toEqual([]);
    for (const { record_id, event: name } of await rows()) {
      expect(Number.isInteger(record_id)).toBe(true);
      expect(name).not.toMatch(/\p{Cc}/u);
    }
    expect('harmed' in {}).toBe(false);
  }, 60_000);

  test('harms none of the events that come with it', async () => {
    const good = Array.from({ length: 50 }, (_, n) => event({ EventId: `good-${n}` }));
    const bad = Array.from({ length: 10 }, (_, n) => event({ EventId: `bad-${n}\u0000` }));

    const statuses = await Promise.all([...good, ...bad].map((body) => post(body)));
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect((await rows()).map(({ event_id }) => event_id).filter((id) => id.startsWith('good'))).toHaveLength(50);
  });
});

function parsed(body: string): Record<string, unknown> | null {
  try {
    return JSON.parse(body) as Record<string, unknown> | null;
  } catch {
    return null;
  }
}

describe('a flood of genuine events', () => {
  const EVENTS = 10_000;
  const RECORDS = 100;

  test('is one mark a record, takes little memory, and another tenant is served beside it', async () => {
    for (let record = 1; record <= RECORDS; record++) await world.store.marks.ensure({ type: 'contact', id: record });
    const otherId = await subscription(OTHER);
    await post(event());
    const lag = monitorEventLoopDelay({ resolution: 10 });
    global.gc?.();
    const before = process.memoryUsage().heapUsed;
    lag.enable();

    const state = { over: false };
    const waits: number[] = [];
    const beside = (async () => {
      while (!state.over) {
        const body = event({ ContextIdentifier: OTHER });
        const started = performance.now();
        expect(await post(body, sign(body), `/hooks/so/${OTHER}/${otherId}`)).toBe(200);
        waits.push(performance.now() - started);
      }
    })();
    const numbers = Array.from({ length: EVENTS }, (_, n) => n);
    const statuses = new Set<number>();
    await inTurns(numbers, 200, async (n) => {
      statuses.add(await post(event({ PrimaryKey: (n % RECORDS) + 1 })));
    });
    state.over = true;
    await beside;
    lag.disable();

    expect([...statuses]).toEqual([200]);
    expect(await rows()).toHaveLength(EVENTS + 1);
    expect(await world.store.marks.waiting()).toBeLessThanOrEqual(RECORDS);
    expect((await rows(OTHER)).length).toBe(waits.length);
    waits.sort((a, b) => a - b);
    expect(waits[Math.floor(waits.length * 0.95)]).toBeLessThan(2_000);
    expect(lag.percentile(99) / 1e6).toBeLessThan(1_000);
    expect((process.memoryUsage().heapUsed - before) / 1024 / 1024).toBeLessThan(128);
  }, 60_000);
});
