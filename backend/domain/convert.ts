import type { ErrorCode, ErrorDetail } from '../../shared/errors.ts';
import type { ConflictPolicy, FieldKind, FieldValue, ListItem, Side } from '../../shared/vocabulary.ts';
import type { FieldMapping } from './connection.ts';
import type { CrmField } from './field.ts';
import { isBlank, lengthOf, parseValue } from './value.ts';

/** What the administrator mapped of one ERP list. */
export interface ListItemMap {
  /** ERP item -> SuperOffice item, or null for "(No Selection)". */
  readonly items: ReadonlyMap<string, string | null>;
  /** Of several ERP items that are one SuperOffice item, the one that this becomes in the ERP. */
  readonly goesBack: ReadonlySet<string>;
}

export const nothingMapped: ListItemMap = { items: new Map(), goesBack: new Set() };

/** An ERP field and the SuperOffice field it is mapped to, with all that is needed to carry a value across. */
export interface FieldPair {
  readonly erp: FieldMapping;
  /** The field's own, or its connection's. */
  readonly policy: ConflictPolicy;
  readonly crm: CrmField;
  readonly listMap: ListItemMap;
  /** The items behind list fields; empty unless the pair needs their texts. */
  readonly erpItems: readonly ListItem[];
  readonly crmItems: readonly ListItem[];
}

export type Converted =
  | { readonly kind: 'value'; readonly value: FieldValue }
  /** The administrator chose that this item has no counterpart. */
  | { readonly kind: 'ignored' }
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly detail: ErrorDetail };

/** The value as the other side would hold it. Nothing is cut, rounded towards a guess or blanked on the way. */
export function convert(pair: FieldPair, target: Side, value: FieldValue): Converted {
  const [from, to] = target === 'crm' ? [pair.erp, pair.crm] : [pair.crm, pair.erp];
  const converted = isBlank(value) ? blank(to.kind) : translate(pair, target, from.kind, to.kind, value ?? '');
  return converted.kind === 'value' ? fitting(converted, to) : converted;
}

function translate(pair: FieldPair, target: Side, from: FieldKind, to: FieldKind, value: string): Converted {
  if (from === 'list' || to === 'list') return translateList(pair, target, from, to, value);
  if (from === to) return { kind: 'value', value };

  switch (to) {
    case 'text':
      return { kind: 'value', value: worded(from, value) };
    case 'integer':
      if (from === 'checkbox') return { kind: 'value', value: value === 'true' ? '1' : '0' };
      return read(pair, to, from === 'decimal' && target === 'crm' ? roundHalfEven(value) : value);
    case 'checkbox':
      // An ERP that counts where SuperOffice ticks: anything but nothing is yes. Back, only what is surely a tick goes.
      if (target === 'crm' && from === 'integer') return { kind: 'value', value: value === '0' ? 'false' : 'true' };
      return read(pair, to, value);
    case 'decimal':
    case 'date':
    case 'datetime':
      return read(pair, to, value);
    case 'password':
    case 'label':
      return invalid(pair, value);
  }
}

function translateList(pair: FieldPair, target: Side, from: FieldKind, to: FieldKind, value: string): Converted {
  const items = (kind: 'crm' | 'erp') => (kind === 'crm' ? pair.crmItems : pair.erpItems);
  const source = target === 'crm' ? 'erp' : 'crm';

  if (to === 'text') return called(pair, value, items(source).find(({ key }) => key === value)?.text);
  if (from === 'text') return called(pair, value, itemCalled(items(target), value)?.key);
  if (from === 'integer' || to === 'integer') return read(pair, 'integer', value);
  return target === 'crm' ? mapped(pair, value) : mappedBack(pair, value);
}

function mapped(pair: FieldPair, erpItem: string): Converted {
  const crmItem = pair.listMap.items.get(erpItem);
  return crmItem === null ? { kind: 'ignored' } : found(pair, erpItem, crmItem);
}

/** Where several ERP items mean the same SuperOffice item, the chosen one; without a choice there is no way back. */
function mappedBack(pair: FieldPair, crmItem: string): Converted {
  const { items, goesBack } = pair.listMap;
  const erpItems = [...items].filter(([, item]) => item === crmItem).map(([item]) => item);
  const [erpItem, ...others] = erpItems.length > 1 ? erpItems.filter((item) => goesBack.has(item)) : erpItems;
  return found(pair, crmItem, others.length > 0 ? undefined : erpItem);
}

function itemCalled(items: readonly ListItem[], text: string): ListItem | undefined {
  const [item, ...others] = items.filter((item) => folded(item.text) === folded(text));
  return others.length > 0 ? undefined : item;
}

/** Texts that a reader takes for the same. */
export function folded(text: string): string {
  return text.trim().normalize('NFC').toLocaleLowerCase('en');
}

function found(pair: FieldPair, item: string, value: string | undefined): Converted {
  return value === undefined ? refused('list.item_unmapped', itemOf(pair, item)) : { kind: 'value', value };
}

/** Between a list and a text the items' own texts are the mapping. */
function called(pair: FieldPair, item: string, value: string | undefined): Converted {
  return value === undefined ? refused('list.item_unknown', itemOf(pair, item)) : { kind: 'value', value };
}

function itemOf({ erp, crm }: FieldPair, item: string): ErrorDetail {
  return { field: erp.name, item, list: erp.listName ?? crm.listName };
}

function read(pair: FieldPair, to: FieldKind, value: string): Converted {
  const result = parseValue(to, value);
  return result.kind === 'value' ? result : invalid(pair, value);
}

function invalid(pair: FieldPair, value: string): Converted {
  return refused('value.invalid', { field: pair.erp.name, value });
}

function refused(code: ErrorCode, detail: ErrorDetail): Converted {
  return { kind: 'refused', code, detail };
}

function blank(to: FieldKind): Converted {
  return { kind: 'value', value: to === 'checkbox' ? 'false' : null };
}

function worded(from: FieldKind, value: string): string {
  if (from === 'checkbox') return value === 'true' ? 'Yes' : 'No';
  return from === 'datetime' ? value.replace('T', ' ') : value;
}

function fitting(
  converted: { readonly kind: 'value'; readonly value: FieldValue },
  { name, kind, maxLength }: Pick<CrmField, 'name' | 'kind' | 'maxLength'>,
): Converted {
  const length = kind === 'text' ? lengthOf(converted.value ?? '') : 0;
  return maxLength > 0 && length > maxLength
    ? refused('value.too_long', { field: name, length, maxLength })
    : converted;
}

function roundHalfEven(value: string): string {
  const [whole = '0', fraction = ''] = value.split('.');
  const half = fraction.startsWith('5') && /^50*$/.test(fraction);
  const up = half ? BigInt(whole) % 2n !== 0n : fraction >= '5';
  return up ? String(BigInt(whole) + (value.startsWith('-') ? -1n : 1n)) : whole;
}
