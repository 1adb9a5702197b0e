/**
 * The door of every npm script: installs what is missing, finds a Node new enough, then does what was asked.
 * Plain JavaScript without packages, because on a fresh clone there is nothing else yet.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findBrowser } from './browser.mjs';
import { installTryton } from './tryton.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
process.chdir(root);

const [command = 'start', ...rest] = process.argv.slice(2);
const commands = {
  start,
  dev,
  build,
  check,
  test,
  bench,
  migrate,
  tenant,
  simulate,
  manifest,
  'connector:check': checkConnector,
  'connector:openapi': writeContract,
};
if (!(command in commands)) fail(`There is no "${command}". Known: ${Object.keys(commands).join(', ')}.`);

installPackages();
const node = findNode();
process.env.PATH = `${dirname(node)}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH}`;
process.exitCode = await commands[command]();

/** The whole demonstration, or with SuperOffice settings in the environment the backend alone. */
async function start() {
  buildPanels();
  return run(process.env.SUPEROFFICE_CLIENT_ID ? ['backend/main.ts'] : ['test/stand-in/demo.ts'], rest);
}

/** Like start, and builds panels and restarts the backend when a file changes. */
async function dev() {
  buildPanels();
  const watch = spawn(node, [bin('vite'), 'build', '--watch', '--logLevel', 'warn'], { stdio: 'inherit' });
  const code = await run(['--watch-preserve-output', '--watch', 'test/stand-in/demo.ts'], rest);
  watch.kill();
  return code;
}

async function build() {
  return buildPanels(true);
}

async function check() {
  const steps = [
    ['types', [bin('typescript', 'tsc'), '-p', '.']],
    ['lint', [bin('eslint'), '-c', '.config/eslint.config.js', '--max-warnings', '0', '.']],
    ['templates', [bin('@jackolope/lit-analyzer', 'lit-analyzer'), 'panel/**/*.ts', '--quiet', ...templateRules()]],
    ['format', [bin('prettier'), '--check', '--log-level', 'warn', '.']],
    ['unused', [bin('knip'), '--config', '.config/knip.json']],
  ];
  let failed = 0;
  for (const [name, args] of steps) {
    if (rest.length > 0 && !rest.includes(name)) continue;
    const started = Date.now();
    const ok = spawnSync(node, args, { stdio: 'inherit' }).status === 0;
    console.log(`${ok ? 'ok    ' : 'FAILED'} ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
    if (!ok) failed++;
  }
  return failed === 0 ? 0 : 1;
}

/** Every level, then one line that counts. */
async function test() {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  buildPanels(true);
  process.env.CHROME_BIN = findBrowser(node);

  if ((await check()) !== 0) counts.failed++;
  else counts.passed++;

  installTryton();
  const results = resolve('.cache/test');
  rmSync(results, { recursive: true, force: true });
  mkdirSync(results, { recursive: true });

  const vitestReport = join(results, 'vitest.json');
  const vitest = spawnSync(
    node,
    [
      bin('vitest'),
      'run',
      '-c',
      '.config/vitest.config.ts',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${vitestReport}`,
      ...rest,
    ],
    { stdio: 'inherit' },
  );
  add(counts, vitestReport, vitest.status, (report) => ({
    passed: report.numPassedTests,
    failed: report.numFailedTests + (report.numFailedTestSuites > 0 && report.numFailedTests === 0 ? 1 : 0),
    skipped: report.numPendingTests + report.numTodoTests,
  }));

  if (rest.length === 0) {
    const panelReport = join(results, 'panel.json');
    process.env.PANEL_RESULTS = panelReport;
    const panel = spawnSync(node, [bin('@web/test-runner', 'wtr'), '--config', '.config/web-test-runner.config.js'], {
      stdio: 'inherit',
    });
    add(counts, panelReport, panel.status, (report) => report);
  }

  console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  return counts.failed === 0 ? 0 : 1;
}

/** A runner that died without a report, or failed without a failed test, counts as a failure of its own. */
function add(counts, report, status, read) {
  const counted = existsSync(report)
    ? read(JSON.parse(readFileSync(report, 'utf8')))
    : { passed: 0, failed: 1, skipped: 0 };
  if (status !== 0 && counted.failed === 0) counted.failed = 1;
  for (const key of Object.keys(counts)) counts[key] += counted[key];
}

async function bench() {
  buildPanels();
  process.env.CHROME_BIN = findBrowser(node);
  return run(['test/bench/bench.ts'], rest);
}

async function migrate() {
  return run(['backend/migrate.ts'], rest);
}

async function tenant() {
  return run(['backend/tenant.ts'], rest);
}

async function simulate() {
  return run(['test/simulation/simulate.ts'], rest);
}

async function manifest() {
  return run(['.scripts/manifest.mjs'], rest);
}

async function checkConnector() {
  return run(['backend/check-connector.ts'], rest);
}

async function writeContract() {
  return run(['backend/write-contract.ts'], rest);
}

function installPackages() {
  const installed = 'node_modules/.package-lock.json';
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync('package-lock.json').mtimeMs) return;
  console.log('Installing packages ...');
  const npm = process.env.npm_execpath
    ? [process.execPath, process.env.npm_execpath]
    : [process.platform === 'win32' ? 'npm.cmd' : 'npm'];
  const [program, ...args] = [...npm, 'ci', '--no-audit', '--no-fund', '--loglevel=error'];
  if (spawnSync(program, args, { stdio: ['ignore', 'inherit', 'inherit'] }).status !== 0) {
    fail('npm could not install the packages.');
  }
}

/** Types are stripped by Node itself from 22.18 on; an older one hands over to the Node that came with the packages. */
function findNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 18)) return process.execPath;
  const packages = [
    `node-${process.platform}-${process.arch}`,
    `node-bin-${process.platform}-${process.arch}`,
    `node-win-${process.arch}`,
  ];
  for (const name of packages) {
    const path = resolve('node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    if (existsSync(path)) return path;
  }
  return fail(
    `Node 22.18 or newer is needed; this is ${process.versions.node}, and no packaged one fits this machine.`,
  );
}

function bin(packageName, name = packageName) {
  const { bin: bins } = JSON.parse(readFileSync(join('node_modules', packageName, 'package.json'), 'utf8'));
  return join('node_modules', packageName, typeof bins === 'string' ? bins : bins[name]);
}

function buildPanels(always = false) {
  const built = 'dist/panels/.vite/manifest.json';
  const newest = newestChange(['panel', 'shared', 'vite.config.ts', 'package-lock.json']);
  if (!always && existsSync(built) && statSync(built).mtimeMs > newest) return 0;
  console.log('Building the panels ...');
  for (const config of ['lit-localize', 'lit-localize-erp-tab']) writeTexts(`.config/${config}.json`);
  const panels = spawnSync(node, [bin('vite'), 'build', '--logLevel', 'warn'], { stdio: 'inherit' });
  if (panels.status !== 0) fail('The panels could not be built.');
  return 0;
}

/** The translations as modules. Its warnings are of no use here: a test fails on a text that is not translated. */
function writeTexts(config) {
  const args = [bin('@lit/localize-tools', 'lit-localize'), '--config', config, 'build'];
  const { status, stdout, stderr } = spawnSync(node, args, { encoding: 'utf8' });
  if (status !== 0) fail(`${stdout}${stderr}`);
}

function newestChange(paths) {
  return Math.max(
    ...paths.map((path) => {
      const stat = statSync(path);
      if (!stat.isDirectory()) return stat.mtimeMs;
      if (path.endsWith('generated')) return 0;
      return Math.max(0, ...readdirSync(path).map((name) => newestChange([join(path, name)])));
    }),
  );
}

/** What the type checker and eslint already say, or what our style forbids the other way round. */
function templateRules() {
  return ['--strict', '--rules.no-missing-import', 'off', '--rules.no-unknown-tag-name', 'off'];
}

/** Ends when the program ends; signals reach it, so that it can end well. */
function run(args, more) {
  return new Promise((done) => {
    const child = spawn(node, ['--disable-warning=ExperimentalWarning', ...args, ...more], { stdio: 'inherit' });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
    // npm passes a signal on to a shell, which dies of it and tells nobody.
    const parent = process.ppid;
    setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), 250).unref();
    child.on('exit', (code) => done(code ?? 1));
  });
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
