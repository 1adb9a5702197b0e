import type { ErrorCode, ErrorDetail } from '../../shared/errors.ts';
import type { FieldValue } from '../../shared/vocabulary.ts';
import type { ErpField } from './field.ts';
import { lengthOf, parseValue } from './value.ts';

export type Fitting = { readonly value: FieldValue } | { readonly code: ErrorCode; readonly detail: ErrorDetail };

/** What somebody typed into a field, in the one form of its kind, or why the field does not take it. Nothing typed stays nothing. */
export function fittingValue(
  { name, kind, maxLength }: Pick<ErpField, 'name' | 'kind' | 'maxLength'>,
  typed: FieldValue,
): Fitting {
  // As a text, nothing would be a box that is not ticked.
  if (typed === null) return { value: null };
  const parsed = parseValue(kind, typed);
  if (parsed.kind === 'unreadable') return { code: 'value.invalid', detail: { field: name, value: typed } };
  const length = kind === 'text' ? lengthOf(parsed.value ?? '') : 0;
  return maxLength > 0 && length > maxLength
    ? { code: 'value.too_long', detail: { field: name, length, maxLength } }
    : { value: parsed.value };
}
