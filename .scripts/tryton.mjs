import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const modules = ['party', 'party-relationship', 'account-invoice', 'stock', 'project'];
const packages = ['tryton-server', ...modules.map((name) => `tryton-modules-${name}`)];

/** A real ERP for the tests, on a Debian where we may; elsewhere they say that they were skipped, and why. */
export function installTryton() {
  if (packages.every((name) => existsSync(`/usr/share/doc/${name}`))) return;
  if (!existsSync('/usr/bin/apt-get') || process.getuid?.() !== 0) return;
  console.log('Installing Tryton for the tests ...');
  // A mirror that does not answer holds up nobody's tests for long.
  const apt = (...args) =>
    spawnSync('apt-get', ['-qq', ...args], { stdio: 'ignore', timeout: 5 * 60_000 }).status === 0;
  apt('update');
  if (!apt('install', '-y', '--no-install-recommends', ...packages)) console.log('Tryton could not be installed.');
}
