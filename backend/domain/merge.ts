import type { ErrorCode, ErrorDetail } from '../../shared/errors.ts';
import { sides, type ConflictPolicy, type Direction, type FieldValue, type Side } from '../../shared/vocabulary.ts';
import { convert, type Converted, type FieldPair } from './convert.ts';
import type { AgreedValue } from './link.ts';
import { isBlank, sameValue } from './value.ts';

/** One mapped field of one link, as both sides have it now and as they last agreed on it. */
export interface MappedField {
  readonly direction: Direction;
  readonly policy: ConflictPolicy;
  readonly crm: FieldValue;
  readonly erp: FieldValue;
  /** Null when the two have never been in sync: the mapping is new, or the value could not be carried across. */
  readonly agreed: AgreedValue | null;
  /** Each value as the other side would hold it. */
  readonly erpInCrm: Converted;
  readonly crmInErp: Converted;
  /** Sides that cannot be written, whatever the direction: read-only fields and protected records. */
  readonly readOnly: readonly Side[];
  /** Sides on which this field may never be blanked. */
  readonly mandatory: readonly Side[];
  /** The side that changed last, if the two clocks can be compared. */
  readonly newest: Side | null;
}

/** Why a value was written; stands in the ledger. */
export const writeReasons = ['changed', 'filled', 'oneWay', 'policy', 'priority', 'chosen', 'resync', 'undo'] as const;
export type WriteReason = (typeof writeReasons)[number];

export type FieldOutcome =
  /** The sides agree; `agreed` where that is news. */
  | { readonly kind: 'inSync'; readonly agreed: AgreedValue | null }
  | { readonly kind: 'write'; readonly target: Side; readonly value: FieldValue; readonly reason: WriteReason }
  | { readonly kind: 'conflict' }
  /** They differ, and the direction wants it so. */
  | { readonly kind: 'leave' }
  | { readonly kind: 'parked'; readonly code: ErrorCode; readonly detail: ErrorDetail };

/** Decides what one mapped field needs. Who changed what is told by the agreed value, never by a clock. */
export function mergeField(field: MappedField): FieldOutcome {
  const { direction, crm, erp, agreed } = field;
  if (direction === 'none') return { kind: 'leave' };

  const crmChanged = !agreed || !sameValue(crm, agreed.crm);
  const erpChanged = !agreed || !sameValue(erp, agreed.erp);
  if (!crmChanged && !erpChanged) return { kind: 'inSync', agreed: null };
  if (alike(field)) return { kind: 'inSync', agreed: { crm, erp } };

  if (direction === 'both' && crmChanged && erpChanged) return settle(field);
  if (erpChanged && flowsTo('crm', direction)) return write(field, 'crm', crmChanged ? 'oneWay' : 'changed');
  if (crmChanged && flowsTo('erp', direction)) return write(field, 'erp', erpChanged ? 'oneWay' : 'changed');
  return { kind: 'leave' };
}

/** A mapped pair with the values both sides have now. */
export function mappedField(
  pair: FieldPair,
  values: Pick<MappedField, 'crm' | 'erp' | 'agreed' | 'newest'>,
): MappedField {
  const erpInCrm = convert(pair, 'crm', values.erp);
  // Of several ERP items that are one SuperOffice item, the one that stands there need not be the one that goes back.
  const stands = pair.erp.kind === 'list' && pair.crm.kind === 'list' && erpInCrm.kind === 'value';
  return {
    ...values,
    direction: pair.erp.direction,
    policy: pair.policy,
    erpInCrm,
    crmInErp:
      stands && sameValue(erpInCrm.value, values.crm)
        ? { kind: 'value', value: values.erp }
        : convert(pair, 'erp', values.crm),
    readOnly: sides.filter((side) => pair[side].access === 'readOnly'),
    mandatory: sides.filter((side) => pair[side].access === 'mandatory'),
  };
}

export function flowsTo(target: Side, direction: Direction): boolean {
  return direction === 'both' || direction === (target === 'crm' ? 'toCrm' : 'toErp');
}

/** A write that the field allows: into a side that can be written, with a value that fits it, and never blanking a name. */
export function write(field: MappedField, target: Side, reason: WriteReason): FieldOutcome {
  if (field.readOnly.includes(target)) return { kind: 'leave' };

  const converted = target === 'crm' ? field.erpInCrm : field.crmInErp;
  if (converted.kind === 'ignored') return { kind: 'leave' };
  if (converted.kind === 'refused') return { kind: 'parked', code: converted.code, detail: converted.detail };
  if (field.mandatory.includes(target) && isBlank(converted.value)) {
    return { kind: 'parked', code: 'value.mandatory', detail: { target } };
  }
  return { kind: 'write', target, value: converted.value, reason };
}

/** Both sides changed, or nobody knows which. */
function settle(field: MappedField): FieldOutcome {
  const { crm, erp, agreed, policy } = field;
  const blankSide = isBlank(crm) ? 'crm' : isBlank(erp) ? 'erp' : null;
  if (!agreed && blankSide) return write(field, blankSide, 'filled');
  // Nobody can choose between two values of which neither can be carried over.
  const [toCrm, toErp] = [field.erpInCrm, field.crmInErp];
  if (toCrm.kind === 'refused' && toErp.kind === 'refused') {
    return { kind: 'parked', code: toCrm.code, detail: toCrm.detail };
  }

  switch (policy) {
    case 'ask':
      return { kind: 'conflict' };
    case 'crm':
    case 'erp':
      return write(field, other(policy), 'policy');
    case 'newest':
      return field.newest ? write(field, other(field.newest), 'policy') : { kind: 'conflict' };
    case 'nonBlank':
      return blankSide ? write(field, blankSide, 'policy') : { kind: 'conflict' };
  }
}

/** What both sides agree on once this value stands on the target side; null if the other side could not hold it. */
export function agreedByWriting(pair: FieldPair, target: Side, value: FieldValue): AgreedValue | null {
  const origin = convert(pair, other(target), value);
  if (origin.kind !== 'value') return null;
  return target === 'crm' ? { crm: value, erp: origin.value } : { crm: origin.value, erp: value };
}

export function other(side: Side): Side {
  return side === 'crm' ? 'erp' : 'crm';
}

/** Equal in either reading: an ERP that keeps the day of a time, or the number of a text, agrees with what it keeps. */
function alike({ direction, crm, erp, erpInCrm, crmInErp }: MappedField): boolean {
  const isCrm = erpInCrm.kind === 'value' && sameValue(erpInCrm.value, crm);
  const isErp = crmInErp.kind === 'value' && sameValue(crmInErp.value, erp);
  return (flowsTo('crm', direction) && isCrm) || (flowsTo('erp', direction) && isErp);
}
