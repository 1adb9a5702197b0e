import type { FieldValue } from '../vocabulary.ts';

interface Askable {
  readonly key: string;
  readonly askedIf?: { readonly key: string; readonly values?: readonly string[] | undefined } | undefined;
}

/** The settings that are asked for with these values: one that hangs on another is, while that one is and says so. */
export function askedFields<Field extends Askable>(
  fields: readonly Field[],
  valueOf: (field: Field) => FieldValue,
): readonly Field[] {
  const byKey = new Map(fields.map((field) => [field.key, field]));
  const isAsked = ({ askedIf }: Field, depth = 0): boolean => {
    if (!askedIf) return true;
    const other = byKey.get(askedIf.key);
    const value = other && valueOf(other);
    if (!other || !value || depth > fields.length) return false;
    return (askedIf.values ?? [value]).includes(value) && isAsked(other, depth + 1);
  };
  return fields.filter((field) => isAsked(field));
}
