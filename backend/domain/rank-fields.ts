import type { FieldMapping } from './connection.ts';

/**
 * The fields in a new order, with what the ERP tab shows of them. One that the ERP no longer has is ignored; one that came
 * meanwhile keeps its place behind the others.
 */
export function rankFields(
  fields: readonly FieldMapping[],
  wanted: readonly { readonly key: string; readonly showInTab: boolean }[],
): readonly FieldMapping[] {
  const shown = new Map(wanted.map(({ key, showInTab }) => [key, showInTab]));
  const byKey = new Map(fields.map((field) => [field.key, field]));
  const order = new Set([...shown.keys(), ...byKey.keys()]);
  return [...order]
    .flatMap((key) => byKey.get(key) ?? [])
    .map((field, index) => ({
      ...field,
      rank: index + 1,
      showInTab: shown.get(field.key) ?? field.showInTab,
      // A search without a column would show nothing to choose by.
      showInSearch: field.showInSearch || index === 0,
    }));
}
