import type { ErrorCode, ErrorDetail } from '../../shared/errors.ts';
import type { FieldValue, FieldValues } from '../../shared/vocabulary.ts';
import type { ErpField } from './field.ts';
import { isBlank, lengthOf, parseValue } from './value.ts';

/** The settings of a connection, as what is typed leaves them. */
export type ConfigValues =
  | {
      readonly kind: 'complete';
      readonly config: FieldValues;
      /** Only those that change; null forgets one. */
      readonly secrets: FieldValues;
    }
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly detail: ErrorDetail };

/** What is not typed stays as it is; what the connector no longer asks for goes. */
export function configValues(
  fields: readonly ErpField[],
  typed: FieldValues,
  stored: { readonly config: FieldValues; readonly secretKeys: readonly string[] },
): ConfigValues {
  const config: Record<string, FieldValue> = {};
  const secrets: Record<string, FieldValue> = {};
  const asked = new Set(fields.filter(({ kind }) => kind === 'password').map(({ key }) => key));
  for (const key of stored.secretKeys) if (!asked.has(key)) secrets[key] = null;

  for (const field of fields) {
    const { key, name, kind, access, maxLength } = field;
    if (kind === 'label') continue;
    const given = typed[key];
    const kept = kind === 'password' && given === undefined && stored.secretKeys.includes(key);
    if (kept) continue;

    const parsed = parseValue(kind, given ?? (given === undefined ? (stored.config[key] ?? '') : ''));
    if (parsed.kind === 'unreadable') return { kind: 'refused', code: 'value.invalid', detail: { field: name } };
    const { value } = parsed;
    if (isBlank(value) && access === 'mandatory') {
      return { kind: 'refused', code: 'config.field_missing', detail: { field: name } };
    }
    if (maxLength > 0 && lengthOf(value ?? '') > maxLength) {
      const detail = { field: name, length: lengthOf(value ?? ''), maxLength };
      return { kind: 'refused', code: 'value.too_long', detail };
    }
    if (kind === 'password') secrets[key] = value;
    else config[key] = value;
  }
  return { kind: 'complete', config, secrets };
}
