import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { esbuildPlugin } from '@web/dev-server-esbuild';
import { defaultReporter } from '@web/test-runner';
import { chromeLauncher } from '@web/test-runner-chrome';

const root = fileURLToPath(new URL('..', import.meta.url));

export default {
  rootDir: root,
  files: join(root, 'test/panel/**/*.test.ts'),
  nodeResolve: { exportConditions: ['browser', 'development'] },
  hostname: '127.0.0.1',
  concurrency: 1,
  browserStartTimeout: 60_000,
  testsStartTimeout: 60_000,
  testsFinishTimeout: 120_000,
  testFramework: { config: { timeout: 10_000 } },
  plugins: [rawFiles(), esbuildPlugin({ ts: true, target: 'es2022', tsconfig: join(root, 'tsconfig.json') })],
  reporters: [defaultReporter({ reportTestProgress: process.stdout.isTTY }), counts()],
  browsers: [
    chromeLauncher({
      launchOptions: {
        executablePath: process.env.CHROME_BIN ?? '/usr/bin/chromium',
        args: [
          '--no-sandbox',
          '--disable-gpu',
          '--disable-quic',
          '--no-first-run',
          '--disable-background-networking',
          '--disable-component-update',
          '--disable-sync',
          '--disable-dev-shm-usage',
        ],
      },
    }),
  ],
};

/** What Vite does for `?raw` imports. */
function rawFiles() {
  return {
    name: 'raw-files',
    async serve({ path, query }) {
      if (query.raw === undefined) return undefined;
      return { body: `export default ${JSON.stringify(await readFile(join(root, path), 'utf8'))}`, type: 'js' };
    },
  };
}

/** How many passed and failed, for the line that sums up all levels. */
function counts() {
  return {
    onTestRunFinished({ sessions }) {
      if (!process.env.PANEL_RESULTS) return undefined;
      const sum = { passed: 0, failed: 0, skipped: 0 };
      for (const { testResults, errors } of sessions) {
        sum.failed += errors.length;
        if (testResults) add(sum, testResults);
      }
      return writeFile(process.env.PANEL_RESULTS, JSON.stringify(sum));
    },
  };
}

function add(sum, { tests, suites }) {
  for (const { passed, skipped } of tests) sum[skipped ? 'skipped' : passed ? 'passed' : 'failed'] += 1;
  for (const suite of suites) add(sum, suite);
}
