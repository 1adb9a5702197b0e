/**
 * `npm run bench [name ...]`: the figures of the README. Ratios are measured side by side in one run, because machines are
 * noisy; absolute times are printed for what they are worth on this machine.
 */
import { benchCompare } from './compare.bench.ts';
import { benchHttp } from './http.bench.ts';
import { benchOData } from './odata.bench.ts';
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

const asked = process.argv.slice(2);
for (const [name, bench] of Object.entries(benches)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  console.log(`\n${name}`);
  await bench();
}
