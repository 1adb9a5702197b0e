import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { startDemo } from '../support/demo.ts';
import { printFigure } from './print-figure.ts';

/** How long until the printed address can be opened, first and second time, and what the backend holds at rest. */
export async function benchStart(): Promise<void> {
  const demo = await startDemo();
  printFigure('first start, until "Open ..."', `${(demo.readyMs / 1000).toFixed(1)} s`, '<= 10 s');
  await sleep(15_000);
  const memory = residentMegabytes('backend/main.ts');
  printFigure('backend at rest', memory === null ? 'not Linux' : `${memory.toFixed(0)} MB`, '<= 150 MB');
  const stopping = performance.now();
  await demo.stop();
  printFigure('SIGTERM until ended', `${((performance.now() - stopping) / 1000).toFixed(1)} s`, '<= 5 s');
}

function residentMegabytes(program: string): number | null {
  if (process.platform !== 'linux') return null;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(program)) continue;
      const [, kilobytes] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
      return Number(kilobytes) / 1024;
    } catch {
      // It ended while we looked.
    }
  }
  return null;
}
