import type { ErrorCode, ErrorDetail } from '../../shared/errors.ts';
import { ambiguousItems } from '../../shared/rules/list-rules.ts';
import type { ListItem } from '../../shared/vocabulary.ts';
import type { FieldMapping } from './connection.ts';
import { folded, type ListItemMap } from './convert.ts';

/**
 * Which SuperOffice item an ERP item most likely is: the one of the same text, else the one whose text is the ERP item's key.
 * Never by the SuperOffice item's key: that is a number, and many ERPs count theirs from 1 as well.
 */
export function suggestItems(
  { direction }: Pick<FieldMapping, 'direction'>,
  erpItems: readonly ListItem[],
  crmItems: readonly ListItem[],
  decided: ListItemMap,
): ReadonlyMap<string, string> {
  const named = new Map<string, string | null>();
  for (const { key, text } of crmItems) named.set(folded(text), named.has(folded(text)) ? null : key);

  const suggested = new Map<string, string>();
  for (const wordOf of [({ text }: ListItem) => text, ({ key }: ListItem) => key]) {
    for (const item of erpItems) {
      const crmItem = named.get(folded(wordOf(item)));
      if (!crmItem || decided.has(item.key) || suggested.has(item.key)) continue;
      const others = [...decided.values(), ...suggested.values()];
      if (ambiguousItems(direction, [...others, crmItem]).has(crmItem)) continue;
      suggested.set(item.key, crmItem);
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
  for (const [erpItem, crmItem] of after) {
    if (crmItem !== null && !known.has(crmItem) && before.get(erpItem) !== crmItem) {
      return { kind: 'refused', code: 'list.item_unknown', detail: { field: field.name, item: crmItem } };
    }
  }
  const [ambiguous] = ambiguousItems(field.direction, after.values());
  if (ambiguous !== undefined) {
    const item = crmItems.find(({ key }) => key === ambiguous)?.text ?? ambiguous;
    return { kind: 'refused', code: 'list.item_ambiguous', detail: { field: field.name, item } };
  }
  return { kind: 'changed', revised: [...before].some(([erpItem, crmItem]) => after.get(erpItem) !== crmItem) };
}
