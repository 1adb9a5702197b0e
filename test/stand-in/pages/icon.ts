import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { raw } from 'hono/html';

const require = createRequire(import.meta.url);
const known = new Map<string, ReturnType<typeof raw>>();

/** A Phosphor icon as inline SVG, hidden from screen readers: words stand beside it. */
export function icon(name: string): ReturnType<typeof raw> {
  let svg = known.get(name);
  if (!svg) {
    const file = require.resolve(`@phosphor-icons/core/assets/regular/${name}.svg`);
    svg = raw(readFileSync(file, 'utf8').replace('<svg ', '<svg class="icon" aria-hidden="true" '));
    known.set(name, svg);
  }
  return svg;
}
