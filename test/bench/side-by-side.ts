import { performance } from 'node:perf_hooks';
import { median } from './print-figure.ts';

export interface Cost {
  /** Of one call, in milliseconds. */
  readonly wall: number;
  readonly cpu: number;
}

const BATCH = 20;

/**
 * What several ways to do the same cost: in turn, in short batches, so that whatever else the machine does falls on all alike.
 * The processor's time is that of the whole process, and says more than the clock where others share the machine.
 */
export async function sideBySide<Name extends string>(
  batches: number,
  ways: Readonly<Record<Name, () => Promise<unknown>>>,
): Promise<Readonly<Record<Name, Cost>>> {
  const names = Object.keys(ways) as Name[];
  const costs = new Map(names.map((name) => [name, { wall: [] as number[], cpu: [] as number[] }]));
  for (const name of names) for (let call = 0; call < BATCH; call++) await ways[name]();
  for (let batch = 0; batch < batches; batch++) {
    for (const [name, { wall, cpu }] of costs) {
      const used = process.cpuUsage();
      for (let call = 0; call < BATCH; call++) {
        const start = performance.now();
        await ways[name]();
        wall.push(performance.now() - start);
      }
      const { user, system } = process.cpuUsage(used);
      cpu.push((user + system) / 1000 / BATCH);
    }
  }
  return Object.fromEntries(
    [...costs].map(([name, { wall, cpu }]) => [name, { wall: median(wall), cpu: median(cpu) }]),
  ) as Record<Name, Cost>;
}

/** How much more the one costs than the other. */
export function over(ours: Cost, bare: Cost): string {
  const more = (a: number, b: number) => `${((a / b - 1) * 100).toFixed(0)} %`;
  return `${more(ours.wall, bare.wall)}, cpu ${more(ours.cpu, bare.cpu)}`;
}
