import type { Direction } from '../vocabulary.ts';

type Mapped = Iterable<readonly [erpItem: string, crmItem: string | null]>;

/** SuperOffice items that several ERP items are, where values go back to the ERP: one of these has to be chosen for that. */
export function sharedItems(direction: Direction, mapped: Mapped): ReadonlySet<string> {
  return new Set([...groups(direction, mapped)].filter(([, erpItems]) => erpItems.length > 1).map(([item]) => item));
}

/** Those of them for which nobody could tell which ERP item goes back. */
export function ambiguousItems(
  direction: Direction,
  mapped: Mapped,
  goesBack: ReadonlySet<string>,
): ReadonlySet<string> {
  const unclear = [...groups(direction, mapped)].filter(
    ([, erpItems]) => erpItems.length > 1 && erpItems.filter((item) => goesBack.has(item)).length !== 1,
  );
  return new Set(unclear.map(([item]) => item));
}

function groups(direction: Direction, mapped: Mapped): ReadonlyMap<string, readonly string[]> {
  const erpItems = new Map<string, string[]>();
  if (direction !== 'toErp' && direction !== 'both') return erpItems;
  for (const [erpItem, crmItem] of mapped) {
    if (crmItem === null) continue;
    const others = erpItems.get(crmItem);
    if (others) others.push(erpItem);
    else erpItems.set(crmItem, [erpItem]);
  }
  return erpItems;
}
