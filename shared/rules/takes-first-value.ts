import type { FieldAccess, FieldKind } from '../vocabulary.ts';

/** Whether anything can be written into a field of an actor, by its default value or by what a person fills in. */
export function takesFirstValue(field: {
  readonly access: FieldAccess;
  readonly kind: FieldKind;
  readonly missingInErp: boolean;
}): boolean {
  return field.access !== 'readOnly' && field.kind !== 'label' && !field.missingInErp;
}
