import type { Direction } from '../vocabulary.ts';

/**
 * SuperOffice items that more than one ERP item is mapped to, where that cannot be: on the way back to the ERP nobody
 * could tell which one is meant.
 */
export function ambiguousItems(direction: Direction, crmItems: Iterable<string | null>): ReadonlySet<string> {
  const seen = new Set<string>();
  const twice = new Set<string>();
  if (direction !== 'toErp' && direction !== 'both') return twice;
  for (const item of crmItems) {
    if (item === null) continue;
    if (seen.has(item)) twice.add(item);
    seen.add(item);
  }
  return twice;
}
