import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { beforeEach, describe, expect, inject, test } from 'vitest';
import { asTenant, json, openDb, refusePrivilegedRole } from '../../backend/store/db.ts';
import { pendingMigrations } from '../../backend/store/migrate.ts';
import { sweepStore } from '../../backend/store/sweeps.ts';
import { createWorld, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});

const connector = (name: string, url = '') =>
  ({ id: randomUUID(), kind: 'workbook', name, url, deleted: false }) as const;

describe('tenants', () => {
  test('every table with a tenant forces row-level security, on what is read and on what is written', async () => {
    const { rows } = await sql<{ name: string; forced: boolean; policies: string[] }>`
      select c.relname::text as name, c.relrowsecurity and c.relforcerowsecurity as forced,
        (select coalesce(json_agg(p.cmd || ' ' || (p.qual = p.with_check) || ' ' || (p.qual like '%app.tenant%')), '[]')
          from pg_policies p where p.tablename = c.relname) as policies
      from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant' and not a.attisdropped
      where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace and c.relname <> 'tenant'
      order by 1`.execute(world.db);

    expect(rows.length).toBeGreaterThanOrEqual(6);
    expect(rows).toEqual(rows.map(({ name }) => ({ name, forced: true, policies: ['ALL true true'] })));
  });

  // A sign-in begins before anyone has said which tenant it is for.
  const withoutTenant = ['kysely_migration', 'kysely_migration_lock', 'sign_in_attempt'];

  test('no table is without a tenant, but these few', async () => {
    const { rows } = await sql<{ name: string }>`
      select relname::text as name from pg_class c
      where relkind in ('r', 'p', 'v', 'm') and relnamespace = 'public'::regnamespace
        and not exists (select from pg_attribute where attrelid = c.oid and attname = 'tenant')
      order by 1`.execute(world.db);
    expect(rows.map(({ name }) => name)).toEqual(withoutTenant);
  });

  test('every unique key of a tenant table begins with the tenant, so that no tenant can feel another', async () => {
    const { rows } = await sql<{ index: string; first: string; table: string }>`
      select i.indexrelid::regclass::text as index, a.attname::text as first,
        c.relname::text as table
      from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
      join pg_class c on c.oid = i.indrelid
      where i.indisunique and c.relnamespace = 'public'::regnamespace`.execute(world.db);
    expect(rows.filter((row) => row.first !== 'tenant' && !withoutTenant.includes(row.table))).toEqual([]);
  });

  test('a query that forgets the tenant sees nothing and writes nothing', async () => {
    await world.store.connectors.save(connector('Visma'));

    expect(await world.db.selectFrom('connector').selectAll().execute()).toEqual([]);
    expect(await asTenant(world.db, 'Cust20002', (tx) => tx.selectFrom('connector').selectAll().execute())).toEqual([]);
    const write = asTenant(world.db, 'Cust20002', (tx) =>
      tx
        .insertInto('connector')
        .values({ tenant: world.tenant, ...connector('Stranger') })
        .execute(),
    );
    await expect(write).rejects.toMatchObject({ code: '42501' });
  });

  test('a pooled connection keeps no tenant from the transaction before', async () => {
    const one = openDb(world.appUrl, { connections: 1 });
    try {
      await world.store.connectors.save(connector('Visma'));
      const seen = () => one.selectFrom('connector').select('name').execute();
      expect(
        await asTenant(one, world.tenant, (tx) => tx.selectFrom('connector').select('name').execute()),
      ).toHaveLength(1);
      expect(await seen()).toEqual([]);
    } finally {
      await one.destroy();
    }
  });

  test('two tenants at once see their own rows only', async () => {
    const other = world.otherTenant().store;
    await world.store.connectors.save(connector('Visma'));
    await other.connectors.save(connector('Visma'));

    const rounds = Array.from({ length: 40 }, (_, round) => (round % 2 ? world.store : other).connectors.list());
    const [first, second] = [await world.store.connectors.list(), await other.connectors.list()];
    expect(first[0]?.id).not.toBe(second[0]?.id);
    (await Promise.all(rounds)).forEach((list, round) => expect(list).toEqual(round % 2 ? first : second));
  });

  test('a tenant that leaves takes its rows along and no others', async () => {
    const id = await world.connection({ fields: { NAME: 'NAME' } });
    await world.store.connections.saveSecrets(id, 'workbook', { Password: 'hemmelig' });
    await world.otherTenant().store.connectors.save(connector('Other'));

    await world.registry.remove(world.tenant);

    expect(await world.registry.tenants()).toEqual(['Cust20002']);
    expect(await world.store.connections.list()).toEqual([]);
    expect(await world.otherTenant().store.connectors.list()).toHaveLength(1);
  });
});

describe('roles', () => {
  test('the app may not run as superuser or as the owner of the tables', async () => {
    const { superUrl } = inject('postgres');
    const root = openDb(superUrl, { connections: 1 });
    try {
      await expect(refusePrivilegedRole(root)).rejects.toThrow('postgres is a superuser');
    } finally {
      await root.destroy();
    }
    await expect(refusePrivilegedRole(world.db)).resolves.toBeUndefined();
  });

  test.each([
    'alter table connector disable row level security',
    'drop policy tenant_rows on connector',
    'create table loot (secret text)',
    'delete from kysely_migration',
    'set role erpsync_owner',
  ])('the role of the app may not: %s', async (statement) => {
    await expect(sql.raw(statement).execute(world.db)).rejects.toMatchObject({ code: '42501' });
  });

  test('a migrated database has nothing pending', async () => {
    expect(await pendingMigrations(world.db)).toEqual([]);
  });
});

describe('transactions', () => {
  test('what fails half way leaves nothing behind', async () => {
    const work = world.store.transaction(async (store) => {
      await store.connectors.save(connector('Visma'));
      await store.transaction((inner) => inner.connectors.save(connector('Inner')));
      throw new Error('stop');
    });
    await expect(work).rejects.toThrow('stop');
    expect(await world.store.connectors.list()).toEqual([]);
  });

  test('a call of several statements is one transaction by itself', async () => {
    const id = await world.connection({ fields: { NAME: 'NAME' } });
    const [before] = await world.store.mappings.list(id);
    const twice = { ...before!, fields: [before!.fields[0]!, { ...before!.fields[0]!, key: 'OTHER' }] };

    await expect(world.store.mappings.save(twice)).rejects.toMatchObject({
      constraint_name: 'field_mapping_crm_field',
    });
    expect(await world.store.mappings.list(id)).toEqual([before]);
  });

  test('two that wait for each other both get through', async () => {
    const [a, b] = [connector('A'), connector('B')];
    for (const each of [a, b]) await world.store.connectors.save(each);
    let waiting = 0;
    const both = (first: string, second: string) =>
      world.store.transaction(async (store) => {
        await store.connectors.lock(first);
        waiting++;
        while (waiting < 2) await new Promise((resolve) => setTimeout(resolve, 5));
        await store.connectors.lock(second);
        return second;
      });
    expect(await Promise.all([both(a.id, b.id), both(b.id, a.id)])).toEqual([b.id, a.id]);
  });

  test('json comes back as it went in', async () => {
    const values = [[], ['a', null], { a: 1 }, 'text', '{"a":1}', null, [new Date(0).toISOString()]];
    for (const value of values) {
      const { rows } = await sql<{ value: unknown }>`select ${json(value)} as value`.execute(world.db);
      expect(rows[0]?.value).toEqual(value);
    }
  });
});

describe('a large tenant', () => {
  test('is not read through to see of which kinds it has records', async () => {
    await asTenant(world.db, world.tenant, (tx) =>
      sql`insert into linked_entity (tenant, crm_type, crm_id)
        select ${world.tenant}, 'contact', id from generate_series(1, 20000) as id`.execute(tx),
    );
    const owner = new URL(inject('postgres').superUrl);
    owner.pathname = new URL(world.appUrl).pathname;
    const root = openDb(owner.href, { connections: 1 });
    await sql`analyze linked_entity`.execute(root);
    await root.destroy();

    const read = await asTenant(world.db, world.tenant, async (tx) => {
      const now = world.clock.now();
      expect(await sweepStore(tx, world.tenant).claimDue(now, now)).toMatchObject({ type: 'contact' });
      const { rows } = await sql<{ rows: number }>`
        select pg_stat_get_xact_tuples_returned('linked_entity'::regclass) as rows`.execute(tx);
      return rows[0]?.rows;
    });
    expect(read).toBeLessThan(100);
  });
});

describe('secrets', () => {
  const secret = 'Sommer-2026!';

  test('are kept sealed, and open for the address they were typed for only', async () => {
    const id = await world.connection();
    await world.store.connections.saveSecrets(id, 'workbook', { Password: secret });

    const [row] = await asTenant(world.db, world.tenant, (tx) =>
      tx.selectFrom('connection_secret').selectAll().execute(),
    );
    expect(row?.sealed).not.toContain(secret);
    expect(await world.store.connections.secrets(id, 'workbook')).toEqual({ Password: secret });
    expect(await world.store.connections.secrets(id, 'workbook https://evil.example')).toEqual({});
    expect((await world.store.connections.get(id)).secretKeys).toEqual(['Password']);
  });

  test('do not open in another row', async () => {
    const [mine, yours] = [await world.connection(), await world.connection()];
    await world.store.connections.saveSecrets(mine, 'workbook', { Password: secret });
    await asTenant(world.db, world.tenant, (tx) =>
      tx.updateTable('connection_secret').set({ connection_id: yours }).execute(),
    );
    expect(await world.store.connections.secrets(yours, 'workbook')).toEqual({});
  });
});
