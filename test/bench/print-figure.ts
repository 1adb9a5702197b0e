/** One line of the benchmark: what, how much, and the goal it is held against. */
export function printFigure(what: string, figure: string, goal: string): void {
  console.log(`  ${what.padEnd(58)} ${figure.padStart(12)}   goal ${goal}`);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
