import { mkdtemp, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import readExcelFile from 'read-excel-file/node';
import { systemClock } from '../../backend/adapters/system-clock.ts';
import { workbookKind } from '../../backend/adapters/connectors/workbook/workbook-kind.ts';
import { writeWorkbook, type ExcelValue } from '../support/excel.ts';
import { median, printFigure } from './print-figure.ts';

const ROWS = 20_000;
const RUNS = 5;
const POLLS = 300;

/** What a large workbook costs: read once beside a bare reader, then polled beside a bare `stat`. */
export async function benchWorkbook(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'erpsync-bench-'));
  const path = join(folder, 'large.xlsx');
  try {
    await writeWorkbook(path, { Customer: [headers, ...Array.from({ length: ROWS }, (_, index) => row(index + 1))] });
    const kind = workbookKind({ folder, clock: systemClock });
    const erp = kind.open({ connectionId: '', url: '', config: { Filename: 'large.xlsx' } });
    const fields = (await erp.fields('Customer')).map(({ key, kind }) => ({ key, kind }));
    const last = (await erp.changedActors('Customer', '', [])).actors.at(-1)?.lastModified ?? '';

    const stops: { idle: number[]; ours: number[] } = { idle: [], ours: [] };
    const times: { bare: number[]; ours: number[] } = { bare: [], ours: [] };
    for (let run = 0; run < RUNS; run++) {
      times.bare.push(await timed(() => readExcelFile(path)));
      await utimes(path, new Date(), new Date());
      let took = 0;
      stops.ours.push(
        await longestStop(async () => {
          took = await timed(() => erp.getActors('Customer', ['1'], fields));
        }),
      );
      times.ours.push(took);
      stops.idle.push(await longestStop(() => pause(took)));
    }
    const [bare, ours] = [median(times.bare), median(times.ours)];
    const size = `${ROWS.toLocaleString('en')} rows x ${headers.length} columns`;
    printFigure(
      `${size}, read against read-excel-file (${bare.toFixed(0)} ms)`,
      `${(ours / bare).toFixed(2)}x`,
      '<= 1.5x',
    );
    printFigure(
      `${size}, longest stop of the event loop while reading (${median(stops.idle).toFixed(0)} ms while idle)`,
      `${median(stops.ours).toFixed(0)} ms`,
      '<= 50 ms',
    );

    const polls: { stat: number[]; poll: number[] } = { stat: [], poll: [] };
    for (let poll = 0; poll < POLLS; poll++) {
      polls.stat.push(await timed(() => stat(path)));
      polls.poll.push(await timed(() => erp.changedActors('Customer', last, fields)));
    }
    const [bareStat, ourPoll] = [median(polls.stat), median(polls.poll)];
    const label = `poll of an unchanged workbook against a stat (${bareStat.toFixed(3)} ms)`;
    printFigure(label, `${(ourPoll / bareStat).toFixed(1)}x, ${ourPoll.toFixed(2)} ms`, '');

    const saves: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      const change = { type: 'Customer', erpKey: '7', values: { POSTALCITY: `Ny ${run}` } } as const;
      saves.push(await timed(() => erp.saveActors([change], [])));
    }
    printFigure(
      'one changed cell, written and read back, against a read',
      `${(median(saves) / ours).toFixed(2)}x, ${median(saves).toFixed(0)} ms`,
      '',
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

// prettier-ignore
const headers = ['LastModified', 'ID', 'CustNo', 'Nm', 'Ad1', 'Ad2', 'Zip', 'City', 'Country', 'Phone', 'Email', 'CustGr', 'Credit limit', 'Customer since', 'Electronic invoice'];

// prettier-ignore
function row(n: number): ExcelValue[] {
  return [new Date(Date.UTC(2026, 0, 1) + n * 60_000), n, 10_000 + n, `Customer ${n} AS`, `Storgata ${n % 97}`, null, String(n % 10_000).padStart(4, '0'), `City ${n % 500}`, 'NO', `+47 22 ${n}`, `post@customer-${n}.example`, n % 6, n * 1.25, new Date(Date.UTC(2000 + (n % 25), n % 12, 1)), n % 2 === 0];
}

/** What others do with the machine stops the loop too, so it is measured while nothing happens as well. */
async function longestStop(work: () => Promise<void>): Promise<number> {
  const lag = monitorEventLoopDelay({ resolution: 1 });
  lag.enable();
  await pause(20);
  lag.reset();
  await work();
  lag.disable();
  return lag.max / 1e6;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
