import { operate, operationUsage } from './application/tenant/operate.ts';
import { loadConfig, secretsOf } from './config.ts';
import { AppError } from './errors.ts';
import { configureLog } from './log.ts';
import { createApp, openDatabase } from './main.ts';

/** `npm run tenant -- check Cust12345`: what an operator may do to one tenant. */
async function run(args: readonly string[]): Promise<boolean> {
  const config = loadConfig();
  configureLog({ level: 'silent', secrets: secretsOf(config) });
  const started: (() => Promise<unknown>)[] = [];
  try {
    const { db } = await openDatabase(config, started);
    return await operate(createApp(config, db), (line) => console.log(line), args);
  } finally {
    for (const end of started.reverse()) await end();
  }
}

run(process.argv.slice(2)).then(
  (well) => {
    process.exitCode = well ? 0 : 1;
  },
  (error: unknown) => {
    const unknown = error instanceof AppError && error.code === 'input.invalid';
    const told = error instanceof AppError ? `Not done: ${error.code}` : error instanceof Error ? error.message : error;
    console.error(unknown ? ['npm run tenant -- <what> <tenant>', ...operationUsage].join('\n') : told);
    process.exitCode = unknown ? 2 : 1;
  },
);
