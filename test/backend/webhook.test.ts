import { createHmac, randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { createAcceptWebhook } from '../../backend/application/tenant/accept-webhook.ts';
import { asTenant } from '../../backend/store/db.ts';
import type { Store } from '../../backend/store/store.ts';
import { createHttpWorld, type HttpWorld } from '../support/http.ts';

const SECRET = 'correct horse battery staple';

let world: HttpWorld;
let id: string;

beforeEach(async () => {
  world = await createHttpWorld();
  id = await subscription(world.tenant, SECRET);
});

async function subscription(tenant: string, secret: string): Promise<string> {
  const id = randomUUID();
  const { webhooks } = world.app.storeOf(tenant);
  await webhooks.prepare(id, secret);
  await webhooks.confirm(id, 1);
  return id;
}

function event(changes: Record<string, unknown> = {}): string {
  return JSON.stringify({
    EventId: randomUUID(),
    Timestamp: '2026-11-22T12:00:00.000Z',
    Event: 'contact.changed',
    Entity: 'contact',
    PrimaryKey: 42,
    Changes: ['contact_id', 'name', 'updated'],
    FieldValues: { category_idx: 3 },
    ContextIdentifier: 'Cust10001',
    ChangedByAssociateId: 11,
    WebhookName: 'ERP Sync for SuperOffice',
    ...changes,
  });
}

const sign = (body: string | Uint8Array, secret = SECRET) => createHmac('sha256', secret).update(body).digest('base64');

interface Posted {
  readonly signature?: string | null;
  readonly to?: string;
  readonly headers?: Record<string, string>;
}

async function post(body: string | Uint8Array, { signature = sign(body), to, headers }: Posted = {}): Promise<number> {
  const response = await world.http.request(to ?? `/hooks/so/Cust10001/${id}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(signature === null ? {} : { 'X-SuperOffice-Signature': signature }),
      ...headers,
    },
    body: body as BodyInit,
  });
  return response.status;
}

const rows = (tenant = 'Cust10001') =>
  asTenant(world.db, tenant, (tx) => tx.selectFrom('webhook_event').selectAll().execute());

/** How often the record was marked: null when it has no links. */
async function marks(contactId: number): Promise<number | null> {
  const row = await asTenant(world.db, world.tenant, (tx) =>
    tx.selectFrom('linked_entity').select('marked').where('crm_id', '=', contactId).executeTakeFirst(),
  );
  return row?.marked ?? null;
}

describe('a genuine event', () => {
  test('is in the store and has marked its record when it is answered', async () => {
    await world.store.marks.ensure({ type: 'contact', id: 42 });
    const before = await marks(42);

    expect(await post(event({ EventId: 'e1' }))).toBe(200);

    expect(await rows()).toMatchObject([{ event_id: 'e1', event: 'contact.changed', record_id: 42 }]);
    expect(await marks(42)).toBe((before ?? 0) + 1);
  });

  test.each([
    ['of a record without links', event({ PrimaryKey: 4711 })],
    ['of a kind we do not know', event({ Event: 'hovercraft.full', PrimaryKey: 1 })],
    ['of a list', event({ Event: 'list.category.changed', PrimaryKey: 7 })],
    ['with a key below zero', event({ PrimaryKey: -1 })],
    ['years old', event({ Timestamp: '2019-01-01T00:00:00Z' })],
  ])('%s is 200 and kept', async (_, body) => {
    expect(await post(body)).toBe(200);
    expect(await rows()).toHaveLength(1);
  });

  test.each([
    ['that is no JSON', 'hello'],
    ['that is empty', ''],
    ['that is a list', '[]'],
    ['without an id', event({ EventId: undefined })],
    ['with an empty id', event({ EventId: '' })],
    ['with a text for a key', event({ PrimaryKey: '42; drop table session' })],
    ['with a key that is no integer', event({ PrimaryKey: 1.5 })],
    ['with a key beyond 32 bits', event({ PrimaryKey: 1e15 })],
    ['ten thousand levels deep', '['.repeat(10_000)],
  ])('%s is 200, because SuperOffice signed it, and changes nothing', async (_, body) => {
    expect(await post(body)).toBe(200);
    expect(await rows()).toEqual([]);
  });

  test('takes only what it needs from a body with keys that poison objects', async () => {
    const body = event({ EventId: 'e1' }).replace('{', '{"__proto__":{"tenant":"Cust20002"},"constructor":{"x":1},');

    expect(await post(body)).toBe(200);
    expect(await rows()).toMatchObject([{ tenant: 'Cust10001', event_id: 'e1' }]);
    expect(({} as Record<string, unknown>).tenant).toBeUndefined();
  });

  test('that comes a thousand times is one row and marks its record once', async () => {
    await world.store.marks.ensure({ type: 'contact', id: 42 });
    const before = (await marks(42)) ?? 0;
    const body = event();

    const statuses = new Set<number>();
    for (let round = 0; round < 20; round++) {
      for (const status of await Promise.all(Array.from({ length: 50 }, () => post(body)))) statuses.add(status);
    }

    expect([...statuses]).toEqual([200]);
    expect(await rows()).toHaveLength(1);
    expect(await marks(42)).toBe(before + 1);
  });

  test('is one of many that come at the same time, and each is kept', async () => {
    const statuses = await Promise.all(Array.from({ length: 300 }, (_, i) => post(event({ PrimaryKey: i + 1 }))));

    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(await rows()).toHaveLength(300);
  });

  describe('while the database is away', () => {
    const away = () => Promise.reject(new Error('the database is restarting'));
    const patience = { pausesMs: [10, 20], againMs: 30, tries: 20 };

    /** Counts how often the store was tried, and fails until it is told to work. */
    function breakable() {
      const state = { broken: true, tries: 0 };
      const storeOf = (tenant: string): Store => {
        const store = world.app.storeOf(tenant);
        const transaction: Store['transaction'] = (work) => {
          state.tries += 1;
          return state.broken ? away() : store.transaction(work);
        };
        const secrets: Store['webhooks']['secrets'] = (id) => (state.broken ? away() : store.webhooks.secrets(id));
        return { ...store, transaction, webhooks: { ...store.webhooks, secrets } };
      };
      return { state, accept: createAcceptWebhook({ ...world.app, storeOf }, patience) };
    }

    const delivery = (body: string, signature = sign(body)) => ({
      tenant: 'Cust10001',
      id,
      signature,
      body: Buffer.from(body),
    });

    test('it waits for a restart, and is in the store when it is answered', async () => {
      const { state, accept } = breakable();
      state.broken = false;
      await accept(delivery(event()));
      state.broken = true;
      setTimeout(() => (state.broken = false), 15);

      await accept(delivery(event({ EventId: 'e2' })));

      expect((await rows()).map(({ event_id }) => event_id)).toContain('e2');
    });

    test('for longer, it is answered all the same, kept, and stored once when the database is back', async () => {
      const { state, accept } = breakable();
      state.broken = false;
      await accept(delivery(event()));
      state.broken = true;
      world.clock.advance(10 * 60_000);

      await accept(delivery(event({ EventId: 'e2' })));
      await accept(delivery(event({ EventId: 'e2' })));
      expect((await rows()).map(({ event_id }) => event_id)).not.toContain('e2');

      state.broken = false;
      await expect.poll(async () => (await rows()).filter(({ event_id }) => event_id === 'e2').length).toBe(1);
    });

    test('a process that knows no secret yet keeps it, and proves it when the database is back', async () => {
      const { state, accept } = breakable();
      await accept(delivery(event({ EventId: 'genuine' })));
      await accept(delivery(event({ EventId: 'forged' }), sign('something else')));
      expect(await rows()).toEqual([]);

      state.broken = false;
      await expect.poll(async () => (await rows()).map(({ event_id }) => event_id)).toEqual(['genuine']);
      await new Promise((resolve) => setTimeout(resolve, patience.againMs * 3));
      expect(await rows()).toHaveLength(1);
    });

    test('a forged one is not taken for genuine', async () => {
      const { state, accept } = breakable();
      state.broken = false;
      await accept(delivery(event()));
      state.broken = true;

      await expect(accept(delivery(event(), sign('something else')))).rejects.toThrow();
    });
  });

  test('is believed by its signature, whatever its headers say', async () => {
    const headers = { 'X-SuperOffice-EventId': 'other', 'X-SuperOffice-Event': 'test', 'X-Hook-Test': 'true' };

    expect(await post(event({ EventId: 'e1' }), { headers })).toBe(200);
    expect(await rows()).toMatchObject([{ event_id: 'e1' }]);
  });
});

describe('the test event that SuperOffice posts before it saves', () => {
  const testEvent = event({ Event: 'test', Entity: 'test', PrimaryKey: 0, Changes: [], ContextIdentifier: 'Default' });

  test('is answered with the secret that is about to be saved', async () => {
    await world.store.webhooks.remove();
    id = randomUUID();
    await world.store.webhooks.prepare(id, 'pending');

    expect(await post(testEvent, { signature: sign(testEvent, 'pending') })).toBe(200);
    expect(await post(testEvent)).toBe(401);
    expect(await rows()).toEqual([]);
  });

  test('and events with the old secret both pass while the new one is pending; a minute later only the new one does', async () => {
    const isFine = async (secret: string) => {
      const body = event();
      return (await post(body, { signature: sign(body, secret) })) === 200;
    };
    await isFine(SECRET);
    await world.store.webhooks.prepare(id, 'newer');
    expect([await isFine('newer'), await isFine(SECRET)]).toEqual([true, true]);

    await world.store.webhooks.confirm(id, 1);
    world.clock.advance(60_000);
    expect([await isFine('newer'), await isFine(SECRET)]).toEqual([true, false]);
  });
});

test('a secret that was left pending stays, because SuperOffice may sign with it already', async () => {
  await world.store.webhooks.prepare(id, 'left pending');

  expect(await world.store.webhooks.prepare(id, 'another')).toBe('left pending');
  const body = event();
  expect(await post(body, { signature: sign(body, 'left pending') })).toBe(200);
});

test('an event is remembered for ninety days', async () => {
  const old = event({ EventId: 'old' });
  await post(old);
  world.clock.advance(89 * 24 * 60 * 60_000);
  await post(event({ EventId: 'young' }));
  expect((await rows()).map(({ event_id }) => event_id).sort()).toEqual(['old', 'young']);

  world.clock.advance(2 * 24 * 60 * 60_000);
  await post(event({ EventId: 'today' }));
  expect((await rows()).map(({ event_id }) => event_id).sort()).toEqual(['today', 'young']);
});

describe('a signature that is not right', () => {
  test('by any single bit is refused', async () => {
    const body = event();
    const good = createHmac('sha256', SECRET).update(body).digest();

    for (let bit = 0; bit < 256; bit++) {
      const forged = Buffer.from(good);
      forged[bit >> 3]! ^= 1 << (bit & 7);
      expect(await post(body, { signature: forged.toString('base64') })).toBe(401);
    }
    expect(await rows()).toEqual([]);
  });

  test('for any byte of the body that was changed is refused', async () => {
    const body = Buffer.from(event());
    const signature = sign(body);

    for (let at = 0; at < body.length; at++) {
      const forged = Buffer.from(body);
      forged[at]! ^= 0x20;
      expect(await post(forged, { signature })).toBe(401);
    }
    expect(await rows()).toEqual([]);
  });

  const body = event();
  const good = createHmac('sha256', SECRET).update(body).digest();
  test.each<[string, string | null]>([
    ['missing', null],
    ['empty', ''],
    ['blank', ' '],
    ['made with the empty secret', sign(body, '')],
    ['made with another secret', sign(body, 'wrong')],
    ['cut short', good.subarray(0, 31).toString('base64')],
    ['longer', Buffer.concat([good, Buffer.from([0])]).toString('base64')],
    ['in hexadecimal', good.toString('hex')],
    ['without its padding', good.toString('base64').replace('=', '')],
    ['with more padding', `${good.toString('base64')}=`],
    ['with its name before it', `sha256=${good.toString('base64')}`],
    ['given twice', `${good.toString('base64')}, ${good.toString('base64')}`],
    ['of SHA-1', createHmac('sha1', SECRET).update(body).digest('base64')],
    ['not ASCII', 'æ'.repeat(44)],
  ])('%s is refused', async (_, signature) => {
    expect(await post(body, { signature })).toBe(401);
    expect(await rows()).toEqual([]);
  });

  test('over the parsed body and not its bytes is refused', async () => {
    const spaced = body.replace(',', ' ,');
    expect(await post(spaced, { signature: sign(JSON.stringify(JSON.parse(spaced))) })).toBe(401);
  });
});

describe('an event of another tenant', () => {
  test('is refused although this tenant signed it', async () => {
    expect(await post(event({ ContextIdentifier: 'Cust20002' }))).toBe(401);
    expect(await post(event({ ContextIdentifier: '' }))).toBe(401);
    expect([await rows(), await rows('Cust20002')]).toEqual([[], []]);
  });

  test('is refused at the address of this one, and this one at the address of the other', async () => {
    const theirs = await subscription('Cust20002', 'their secret');
    const ours = event();
    const other = event({ ContextIdentifier: 'Cust20002' });

    const to = [`/hooks/so/Cust10001/${theirs}`, `/hooks/so/Cust20002/${id}`, `/hooks/so/Cust20002/${theirs}`];
    for (const address of to) expect(await post(ours, { to: address })).toBe(401);
    expect(await post(other, { signature: sign(other, 'their secret') })).toBe(401);
    expect([await rows(), await rows('Cust20002')]).toEqual([[], []]);
  });

  test.each([
    ['nobody', '/hooks/so/Nobody/1b4e28ba-2fa1-4d3b-8d57-6d0b2c1f9a11'],
    ['no subscription', '/hooks/so/Cust10001/1b4e28ba-2fa1-4d3b-8d57-6d0b2c1f9a11'],
    ['no id', '/hooks/so/Cust10001/x'],
    ['a tenant that is none', '/hooks/so/%00/1b4e28ba-2fa1-4d3b-8d57-6d0b2c1f9a11'],
  ])('is refused in the same words as a forged one, at an address of %s', async (_, to) => {
    expect(await post(event(), { to })).toBe(401);
  });
});

test('a subscription that was removed takes nothing more, also where its secret is remembered', async () => {
  expect(await post(event())).toBe(200);
  await world.store.webhooks.remove();

  expect(await post(event())).toBe(401);
  expect(await post(event())).toBe(401);
  expect(await rows()).toEqual([]);
});

test.each([
  ['says so', (body: string) => ({ 'content-length': String(body.length) })],
  ['does not say so', () => ({ 'transfer-encoding': 'chunked' })],
])('a body that is too large and %s is refused before it is hashed', async (_, headersFor) => {
  const body = event({ Changes: ['x'.repeat(256 * 1024)] });

  expect(await post(body, { headers: headersFor(body) })).toBe(413);
  expect(await rows()).toEqual([]);
});

test('only POST is known, and no answer is ever 410', async () => {
  const to = `/hooks/so/Cust10001/${id}`;
  for (const method of ['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
    expect((await world.http.request(to, { method })).status).toBe(404);
  }
});
