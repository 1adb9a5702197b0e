import type { ErrorCode } from '../../../shared/errors.ts';
import type { FieldValue, FieldValues } from '../../../shared/vocabulary.ts';
import type { ErpField } from '../../domain/field.ts';
import { isBlank, lengthOf, parseValue } from '../../domain/value.ts';

export interface FieldFault {
  readonly code: ErrorCode;
  readonly field: string;
}

/** The first value that the fields' own descriptions rule out. Whether a list has an item, only the ERP can say. */
export function faultIn(values: FieldValues, fields: readonly ErpField[]): FieldFault | null {
  for (const [key, value] of Object.entries(values)) {
    const field = fields.find((candidate) => candidate.key === key);
    const code = field ? faultOf(value, field) : 'mapping.field_unknown';
    if (code) return { code, field: key };
  }
  return null;
}

/** The same for an actor to be made, which needs every mandatory value. */
export function faultInNew(values: FieldValues, fields: readonly ErpField[]): FieldFault | null {
  const mandatory = fields.filter(({ access }) => access === 'mandatory');
  return faultIn({ ...Object.fromEntries(mandatory.map(({ key }) => [key, null])), ...values }, fields);
}

function faultOf(value: FieldValue, { kind, access, maxLength }: ErpField): ErrorCode | null {
  if (access === 'readOnly') return 'mapping.direction_refused';
  if (isBlank(value)) return access === 'mandatory' ? 'value.mandatory' : null;
  if (maxLength > 0 && lengthOf(value ?? '') > maxLength) return 'value.too_long';
  return parseValue(kind, value ?? '').kind === 'unreadable' ? 'value.invalid' : null;
}
