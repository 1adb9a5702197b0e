import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const known = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

/** The path of a Chromium for the tests: CHROME_BIN, one that is installed, or one installed now. */
export function findBrowser(node) {
  const found = [process.env.CHROME_BIN, ...known].find((path) => path && existsSync(path));
  if (found) return found;

  console.log('Installing a browser for the tests ...');
  if (existsSync('/usr/bin/apt-get') && process.getuid?.() === 0) {
    const apt = (...args) => spawnSync('apt-get', ['-qq', ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
    apt('update');
    apt('install', '-y', '--no-install-recommends', 'chromium', 'fonts-liberation');
    if (existsSync('/usr/bin/chromium')) return '/usr/bin/chromium';
  }

  const cli = join('node_modules', 'playwright-core', 'cli.js');
  spawnSync(node, [cli, 'install', 'chromium'], { stdio: 'inherit' });
  const downloaded = createRequire(import.meta.url)('playwright-core').chromium.executablePath();
  if (existsSync(downloaded)) return downloaded;

  console.error('No Chromium was found and none could be installed. Install one, or set CHROME_BIN to its path.');
  return process.exit(1);
}
