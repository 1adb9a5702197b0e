import { loadStorageConfig } from './config.ts';
import { APP, startPostgres } from './store/embedded-postgres.ts';
import { migrate } from './store/migrate.ts';

/** `npm run migrate`: brings the database up to date as its owner, apart from the app, which may not. */
async function run(): Promise<readonly string[]> {
  const { dataDir, database } = loadStorageConfig();
  if (database !== null) {
    if (database.ownerUrl === null) throw new Error('DATABASE_OWNER_URL is missing: the role that owns the tables');
    return migrate(database.ownerUrl, decodeURIComponent(new URL(database.url).username));
  }
  const embedded = await startPostgres(dataDir);
  try {
    return await migrate(embedded.ownerUrl, APP);
  } finally {
    await embedded.stop();
  }
}

run().then(
  (done) => console.log(done.length > 0 ? `Migrated: ${done.join(', ')}` : 'The database is up to date.'),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
