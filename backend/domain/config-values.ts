import type { ErrorCode, ErrorDetail } from '../../shared/errors.ts';
import { askedFields } from '../../shared/rules/asked-fields.ts';
import { sameOrigin } from '../../shared/rules/same-origin.ts';
import type { FieldValue, FieldValues } from '../../shared/vocabulary.ts';
import type { ConfigField } from './field.ts';
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

/** What is not typed stays as it is; what the connector does not ask for, or no longer, goes. */
export function configValues(
  fields: readonly ConfigField[],
  typed: FieldValues,
  stored: { readonly config: FieldValues; readonly secretKeys: readonly string[] },
): ConfigValues {
  const config: Record<string, FieldValue> = {};
  const secrets: Record<string, FieldValue> = {};
  const valueOf = (key: string) => (typed[key] === undefined ? (stored.config[key] ?? null) : typed[key]);
  const asked = askedFields(fields, ({ key }) => valueOf(key));
  const askedSecrets = new Set(asked.filter(({ kind }) => kind === 'password').map(({ key }) => key));
  for (const key of stored.secretKeys) if (!askedSecrets.has(key)) secrets[key] = null;

  for (const { key, name, kind, access, maxLength, sentTo } of asked) {
    if (kind === 'label') continue;
    const given = typed[key];
    // A secret belongs to the address it was typed for: another one does not get it.
    const elsewhere = sentTo !== undefined && !sameOrigin(valueOf(sentTo), stored.config[sentTo] ?? null);
    const kept = kind === 'password' && given === undefined && stored.secretKeys.includes(key) && !elsewhere;
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
