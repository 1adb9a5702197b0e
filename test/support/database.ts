import { randomBytes } from 'node:crypto';
import postgres from 'postgres';
import { inject } from 'vitest';
import { openDb, type Db } from '../../backend/store/db.ts';

export interface TestDatabase {
  /** As the role the app runs with. */
  readonly db: Db;
  readonly appUrl: string;
  drop(): Promise<void>;
}

/** A fresh copy of the migrated template. */
export async function createDatabase(): Promise<TestDatabase> {
  const { superUrl, appUrl, template } = inject('postgres');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await asSuperuser(superUrl, `create database ${name} template ${template} strategy file_copy`);
  const url = new URL(appUrl);
  url.pathname = name;
  const db = openDb(url.href);

  return {
    db,
    appUrl: url.href,
    async drop() {
      await db.destroy();
      await asSuperuser(superUrl, `drop database ${name} with (force)`);
    },
  };
}

async function asSuperuser(url: string, statement: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice() {} });
  try {
    await sql.unsafe(statement);
  } finally {
    await sql.end();
  }
}
