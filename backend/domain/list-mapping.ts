import type { ErrorCode, ErrorDetail } from '../../shared/errors.ts';
import { ambiguousItems } from '../../shared/rules/list-rules.ts';
import type { ListItem } from '../../shared/vocabulary.ts';
import type { FieldMapping } from './connection.ts';
import { folded, type ListItemMap } from './convert.ts';
import { flowsTo } from './merge.ts';

/**
 * Which SuperOffice item an ERP item most likely is: the one of the same text, else the one whose text is the ERP item's key.
 * Never by the SuperOffice item's key: that is a number, and many ERPs count theirs from 1 as well.
 */
export function suggestItems(
  { direction }: Pick<FieldMapping, 'direction'>,
  erpItems: readonly ListItem[],
  crmItems: readonly ListItem[],
  { items: decided, goesBack }: ListItemMap,
): ReadonlyMap<string, string> {
  const named = new Map<string, string | null>();
  for (const { key, text } of crmItems) named.set(folded(text), named.has(folded(text)) ? null : key);

  const taken = new Set(decided.values());
  // One that a way back was chosen for may be that of more.
  const settled = new Set([...goesBack].map((erpItem) => decided.get(erpItem)));
  const suggested = new Map<string, string>();
  for (const wordOf of [({ text }: ListItem) => text, ({ key }: ListItem) => key]) {
    for (const item of erpItems) {
      const crmItem = named.get(folded(wordOf(item)));
      if (!crmItem || decided.has(item.key) || suggested.has(item.key)) continue;
      if (flowsTo('erp', direction) && taken.has(crmItem) && !settled.has(crmItem)) continue;
      suggested.set(item.key, crmItem);
      taken.add(crmItem);
    }
  }
  return suggested;
}

export type ChangedListMapping =
  /** `revised`: an item means something else than before, not only more is known. */
  | { readonly kind: 'changed'; readonly revised: boolean }
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly detail: ErrorDetail };

/** Whether a list may be mapped so. An item that is gone from SuperOffice may stay where it was, but be chosen nowhere. */
export function changeListMapping(
  field: Pick<FieldMapping, 'name' | 'direction'>,
  before: ListItemMap,
  after: ListItemMap,
  crmItems: readonly ListItem[],
): ChangedListMapping {
  const known = new Set(crmItems.map(({ key }) => key));
  for (const [erpItem, crmItem] of after.items) {
    if (crmItem !== null && !known.has(crmItem) && before.items.get(erpItem) !== crmItem) {
      return { kind: 'refused', code: 'list.item_unknown', detail: { field: field.name, item: crmItem } };
    }
  }
  const [ambiguous] = ambiguousItems(field.direction, after.items, after.goesBack);
  if (ambiguous !== undefined) {
    const item = crmItems.find(({ key }) => key === ambiguous)?.text ?? ambiguous;
    return { kind: 'refused', code: 'list.item_ambiguous', detail: { field: field.name, item } };
  }
  const revised = [...before.items].some(([erpItem, crmItem]) => after.items.get(erpItem) !== crmItem);
  return { kind: 'changed', revised };
}
