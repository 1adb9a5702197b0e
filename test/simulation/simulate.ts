import { parseArgs } from 'node:util';
import { configureLog } from '../../backend/log.ts';
import { runHistory } from './history.ts';

/** `npm run simulate -- --seed S --count N` replays histories; the first that breaks a promise is told step by step. */
configureLog({ level: 'silent' });
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '1' },
    trace: { type: 'boolean', default: false },
  },
});
const first = Number(values.seed);
const count = Number(values.count);
const began = performance.now();
const faults: Record<string, number> = {};
const sum = { writes: 0, edits: 0, unseen: 0, steps: 0 };
let broken = 0;

for (let seed = first; seed < first + count; seed++) {
  const outcome = await runHistory(seed, values.trace);
  for (const [kind, times] of Object.entries(outcome.faults)) faults[kind] = (faults[kind] ?? 0) + times;
  sum.writes += outcome.writes;
  sum.edits += outcome.edits;
  sum.unseen += outcome.unseen;
  sum.steps += outcome.steps;
  if (values.trace || (outcome.broken.length > 0 && broken === 0)) {
    const { trace } = values.trace ? outcome : await runHistory(seed, true);
    console.log(trace.join('\n'));
  }
  if (outcome.broken.length === 0) continue;
  broken += 1;
  console.log(`seed ${seed}:\n  ${outcome.broken.slice(0, 5).join('\n  ')}`);
}

const seconds = (performance.now() - began) / 1000;
console.log(`${count} histories, ${broken} broken, ${Math.round(count / seconds)}/s`);
console.log(JSON.stringify(sum));
console.log(JSON.stringify(faults));
process.exitCode = broken > 0 ? 1 : 0;
