import type { FieldValue, Side } from '../../shared/vocabulary.ts';
import type { FieldPair } from './convert.ts';
import type { LedgerRow } from './ledger.ts';
import type { AgreedValue, LinkMemory } from './link.ts';
import { flowsTo, type MappedField } from './merge.ts';
import type { PlannedStep } from './sync-plan.ts';
import { isAlike } from './twins.ts';
import { sameValue } from './value.ts';

/** A system that was put back to an older state. Nothing is synced with it until somebody has decided what that means. */
export interface Restore {
  readonly id: string;
  readonly side: Side;
  /** Which ERP; of SuperOffice null, or the one connection that had no part in the decision because it was switched off. */
  readonly connectionId: string | null;
  readonly at: Date;
  /** Who said so; null when SuperOffice did. */
  readonly userName: string | null;
  /** Its plan. */
  readonly runId: string | null;
}

/**
 * Takes back the newer value, where the one that stands there now is an older one that the ledger knows, be it as the other
 * side keeps it: an ERP trims, cuts off and writes in capitals. Any other value was edited since, and is an edit like all others.
 */
export function restoredStep(
  side: Side,
  field: MappedField,
  history: readonly Pick<LedgerRow, 'target' | 'before' | 'after'>[],
): Pick<PlannedStep, 'target' | 'before' | 'after'> | null {
  const { agreed, direction, readOnly } = field;
  const now = field[side];
  if (!agreed || sameValue(now, agreed[side])) return null;
  if (!flowsTo(side, direction) || readOnly.includes(side)) return null;

  const there = side === 'erp' ? field.erpInCrm : field.crmInErp;
  const stoodBefore = history.some(({ target, before, after }) => {
    if (target === side) return sameValue(before, now) || sameValue(after, now);
    if (there.kind !== 'value') return false;
    const { value } = there;
    return [before, after].some((stood) => sameValue(stood, value) || isMadeOf(side, value, stood));
  });
  return stoodBefore ? { target: side, before: now, after: agreed[side] } : null;
}

/**
 * The rows that tell of a field's older values, oldest first. What was written when the link could not keep up with it is newer
 * than what was agreed on. A field of SuperOffice is one place, so what was replaced there for another ERP is among them.
 */
export function pastOf<Row extends Pick<LedgerRow, 'at' | 'linkId' | 'fieldKey' | 'crmField' | 'target' | 'after'>>(
  side: Side,
  agreed: AgreedValue | null,
  { link, pair }: { readonly link: Pick<LinkMemory, 'id' | 'syncedAt'>; readonly pair: FieldPair },
  rows: readonly Row[],
): readonly Row[] {
  const isOwn = ({ linkId, fieldKey }: Row) => linkId === link.id && fieldKey === pair.erp.key;
  const isShared = ({ target, crmField }: Row) => side === 'crm' && target === 'crm' && crmField === pair.crm.key;
  const latest = rows.findLastIndex(
    (row) => (isOwn(row) || isShared(row)) && agreed !== null && sameValue(row.after, agreed[row.target]),
  );
  return rows.filter(
    (row, index) =>
      (index <= latest && (isOwn(row) || isShared(row))) ||
      (isOwn(row) && link.syncedAt !== null && row.at <= link.syncedAt),
  );
}

/** Whether the ERP's value of the two may have been made of SuperOffice's. */
function isMadeOf(side: Side, value: FieldValue, stood: FieldValue): boolean {
  return isAlike(side === 'crm' ? value : stood, side === 'crm' ? stood : value) === true;
}
