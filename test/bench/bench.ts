/**
 * `npm run bench [name ...]`: the figures of the README. Ratios are measured side by side in one run, because machines are
 * noisy; absolute times are printed for what they are worth on this machine.
 */
import { benchCompare } from './compare.bench.ts';
import { benchHttp } from './http.bench.ts';
import { benchOData } from './odata.bench.ts';
import { benchFlood } from './flood.bench.ts';
import { benchEngine } from './engine.bench.ts';
import { benchPanel } from './panel.bench.ts';
import { benchSoap } from './soap.bench.ts';
import { benchStart } from './start.bench.ts';
import { benchWebhook } from './webhook.bench.ts';
import { benchWorkbook } from './workbook.bench.ts';

const benches: Readonly<Record<string, () => Promise<void>>> = {
  start: benchStart,
  panel: benchPanel,
  webhook: benchWebhook,
  workbook: benchWorkbook,
  soap: benchSoap,
  http: benchHttp,
  odata: benchOData,
  compare: benchCompare,
  engine: benchEngine,
};

/** These take minutes, and run when they are asked for. */
const long: typeof benches = { flood: benchFlood };

const asked = process.argv.slice(2);
const chosen = Object.entries({ ...benches, ...long }).filter(([name]) =>
  asked.length > 0 ? asked.includes(name) : name in benches,
);
for (const [name, bench] of chosen) {
  console.log(`\n${name}`);
  await bench();
}
