import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const modules = ['party', 'party-relationship', 'account-invoice', 'project'];

/** A real ERP for the tests, on a Debian where we may; elsewhere they say that they were skipped, and why. */
export function installTryton() {
  if (existsSync('/usr/bin/trytond-admin') && existsSync('/usr/share/doc/tryton-modules-party-relationship')) return;
  if (!existsSync('/usr/bin/apt-get') || process.getuid?.() !== 0) return;
  console.log('Installing Tryton for the tests ...');
  const apt = (...args) => spawnSync('apt-get', ['-qq', ...args], { stdio: 'ignore' });
  apt('update');
  apt('install', '-y', '--no-install-recommends', 'tryton-server', ...modules.map((name) => `tryton-modules-${name}`));
}
