/** Writes what a tenant is given and what the app's registration has to say, for the address the app runs at. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { manifest } from '../manifest/manifest.ts';
import { manifestAt, portalPage } from '../manifest/portal-page.ts';

const [given] = process.argv.slice(2);
const origin = given === undefined ? null : URL.parse(given)?.origin;
if (!origin?.startsWith('https://')) {
  console.error('Say where the app runs: npm run manifest -- https://erp-sync.example.com');
  process.exit(1);
}

const folder = join('dist', 'manifest');
mkdirSync(folder, { recursive: true });
for (const [name, text] of [
  ['manifest.json', `${JSON.stringify(manifestAt(manifest, origin), null, 2)}\n`],
  ['developer-portal.md', portalPage(manifest, origin)],
]) {
  writeFileSync(join(folder, name), text);
  console.log(join(folder, name));
}
