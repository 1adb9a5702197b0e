import { mkdtemp, chmod, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { APP, startPostgres } from '../../backend/store/embedded-postgres.ts';
import { migrate } from '../../backend/store/migrate.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The one server of this run. `template` is migrated and nobody connects to it, so that it can be copied. */
    postgres: { readonly superUrl: string; readonly appUrl: string; readonly template: string };
  }
}

/** One server for all test files, with one migrated database to copy. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'erp-sync-test-'));
  // The server runs as another account when we are root.
  await chmod(folder, 0o755);
  const server = await startPostgres(folder, { durable: false });
  const clear = async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
  await migrate(server.ownerUrl, APP).catch(async (error: unknown) => {
    await clear();
    throw error;
  });
  const template = new URL(server.ownerUrl).pathname.slice(1);
  project.provide('postgres', { superUrl: server.superUrl, appUrl: server.appUrl, template });

  return clear;
}
