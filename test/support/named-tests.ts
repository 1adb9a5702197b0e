import { readFileSync } from 'node:fs';
import { expect } from 'vitest';

/** A test by the file it stands in, below `test/`, and by its title. */
export type NamedTest = readonly [file: string, title: string];

/** Fails unless each of these is there, and is run. */
export function expectThere(tests: readonly NamedTest[]): void {
  expect(tests.length).toBeGreaterThan(0);
  for (const [file, title] of tests) {
    const source = readFileSync(`test/${file.endsWith('.ts') ? file : `${file}.test.ts`}`, 'utf8');
    const at = source.search(new RegExp(`['"\`]${title.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}['"\`]`));
    expect(at, `${file}: ${title}`).toBeGreaterThan(-1);
    expect(source.slice(Math.max(0, at - 20), at)).not.toMatch(/\b(?:skip|todo|fails)\b/);
  }
}
