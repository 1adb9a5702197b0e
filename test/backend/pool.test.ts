import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { asTenant, openDb, type Db } from '../../backend/store/db.ts';
import { createStore } from '../../backend/store/store.ts';
import { createWorld, type World } from '../support/world.ts';

let world: World;
let between: Between;
let db: Db;

beforeEach(async () => {
  world = await createWorld();
  between = await standBetween(world.appUrl);
  db = openDb(between.url, { connections: 1 });
});
afterEach(async () => {
  await db.destroy();
  between.close();
});

const one = () => asTenant(db, world.tenant, (tx) => sql<{ one: number }>`select 1 as one`.execute(tx));
const connector = () => ({ id: randomUUID(), kind: 'workbook', name: 'Visma', url: '', deleted: false }) as const;

describe('a transaction', () => {
  test('goes to the database twice: to begin, with the tenant and the first statement, and to end', async () => {
    await one();
    await one();
    between.sent.length = 0;
    expect((await one()).rows).toEqual([{ one: 1 }]);
    expect(between.sent.length).toBeLessThanOrEqual(2);
    expect(between.sent.join('')).toMatch(/begin.*Cust10001.*commit/s);
  });

  test('sees its own tenant from the first statement on', async () => {
    const seen = () =>
      asTenant(db, world.tenant, (tx) => sql`select current_setting('app.tenant', true) as tenant`.execute(tx));
    for (let time = 0; time < 3; time++) expect((await seen()).rows).toEqual([{ tenant: world.tenant }]);
    expect((await sql`select current_setting('app.tenant', true) as tenant`.execute(db)).rows).not.toEqual([
      { tenant: world.tenant },
    ]);
  });

  test.each([
    ['before anything of it has arrived', 0],
    ['when only its beginning has arrived', 'begin'.length + 6],
  ])('whose connection breaks %s fails whole, and the next one goes through', async (_, arrived) => {
    const store = createStore(db, world.tenant, world.seal);
    for (let time = 0; time < 3; time++) await store.connectors.list();
    between.breakAfter(arrived);
    await expect(store.connectors.save(connector())).rejects.toMatchObject({ name: 'DatabaseAway' });
    expect(await store.connectors.list()).toEqual([]);
    await store.connectors.save(connector());
    expect(await world.store.connectors.list()).toHaveLength(1);
  });

  test('whose first statement fails is undone, and its connection is as good as before', async () => {
    await one();
    const failing = asTenant(db, world.tenant, (tx) => sql`select 1 / 0`.execute(tx));
    await expect(failing).rejects.toMatchObject({ code: '22012' });
    expect((await one()).rows).toEqual([{ one: 1 }]);
  });
});

interface Between {
  readonly url: string;
  /** What the client has sent, write by write. */
  readonly sent: string[];
  /** Lets so many bytes more through, and then closes the connection. */
  breakAfter(bytes: number): void;
  close(): void;
}

/** Stands between a client and its database. */
async function standBetween(appUrl: string): Promise<Between> {
  const { hostname, port } = new URL(appUrl);
  const sent: string[] = [];
  const sockets = new Set<Socket>();
  let left = Infinity;
  const server = createServer((client) => {
    const database = connect(Number(port), hostname);
    for (const socket of [client, database]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => (client.destroy(), database.destroy()));
    }
    database.pipe(client);
    client.on('data', (chunk) => {
      sent.push(chunk.toString('latin1'));
      if (chunk.length <= left) {
        database.write(chunk);
        return;
      }
      database.end(chunk.subarray(0, left));
      client.destroy();
      left = Infinity;
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(appUrl);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: url.href,
    sent,
    breakAfter: (bytes) => (left = bytes),
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
