import { randomBytes } from 'node:crypto';
import { printFigure } from './print-figure.ts';
import { send, startReceiver, type Receiver } from './webhook-receiver.ts';

const EVENTS = 500_000;
const RECORDS = 5_000;
const PROBES = 500;

/** One tenant edits five thousand records a hundred times each, at once; another is served meanwhile. Takes minutes. */
export async function benchFlood(): Promise<void> {
  const receiver = await startReceiver();
  const [flooding, other] = ['Cust10001', 'Cust20002'];
  const secret = randomBytes(32).toString('base64url');
  try {
    const flood = { tenant: flooding, secret, url: await receiver.subscribe(flooding, secret, RECORDS) };
    const probe = { tenant: other, secret, url: await receiver.subscribe(other, secret, 10), atOnce: 1, records: 10 };
    await send({ ...flood, events: 2_000, atOnce: 32, records: RECORDS });
    const quiet = await send({ ...probe, events: PROBES });

    const before = { held: held(), ...(await tables(receiver)) };
    let [most, over] = [before.held, false];
    const beside: number[] = [];
    const watch = setInterval(() => (most = Math.max(most, held())), 100);
    const probing = (async () => {
      while (!over) beside.push(...(await send({ ...probe, events: 200 })).waits);
    })();
    const flooded = await send({ ...flood, events: EVENTS, atOnce: 32, records: RECORDS });
    over = true;
    clearInterval(watch);
    await probing;
    const after = await tables(receiver);
    const stored = (await receiver.events(flooding)) - 2_000;
    const pending = await receiver.storeOf(flooding).marks.waiting();

    printFigure(`${stored.toLocaleString('en')} events kept, a second`, flooded.perSecond.toFixed(0), '');
    printFigure(`records that wait after them`, pending.toLocaleString('en'), `<= ${RECORDS.toLocaleString('en')}`);
    printFigure('memory of whoever receives them, more than before', mb(most - before.held), '128 MB');
    printFigure('an event in its table, with its indices', `${(after.events - before.events) / EVENTS} B`, '');
    printFigure('the table of marks, more than before', mb(after.marks - before.marks), '');
    for (const part of [0.5, 0.95]) {
      const [calm, busy] = [at(quiet.waits, part), at(beside, part)];
      const figures = `${busy.toFixed(1)} ms against ${calm.toFixed(1)} ms`;
      printFigure(`another tenant's event, p${part * 100}: ${figures}`, `${(busy / calm).toFixed(2)}x`, '1.2x');
    }
    if (stored !== EVENTS || pending > RECORDS) throw new Error(`${stored} events are kept, ${pending} records wait`);
  } finally {
    await receiver.stop();
  }
}

/** Bytes of the tables that a flood writes to. */
async function tables({ owner }: Receiver): Promise<{ readonly events: number; readonly marks: number }> {
  const [sizes] = await owner<[{ events: string; marks: string }]>`
    select pg_total_relation_size('webhook_event') as events, pg_total_relation_size('linked_entity') as marks`;
  return { events: Number(sizes.events), marks: Number(sizes.marks) };
}

/** Of this thread: the senders have others. */
function held(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const mb = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(0)} MB`;
const at = (waits: readonly number[], part: number) =>
  waits.toSorted((a, b) => a - b)[Math.floor(waits.length * part)] ?? NaN;
