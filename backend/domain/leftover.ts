import type { FieldKind, FieldValue, Side } from '../../shared/vocabulary.ts';
import { convert, type FieldPair } from './convert.ts';
import type { UnsettledRow } from './ledger.ts';
import type { AgreedValue } from './link.ts';
import { agreedByWriting, other } from './merge.ts';
import { isAlike } from './twins.ts';
import { isRounded, sameValue } from './value.ts';

/**
 * Which of the writes into one place, oldest first, that nobody saw the end of has made what stands there now. One that was
 * overtaken may arrive late, and only its own value tells so, be it as the system keeps it.
 */
export function arrived<Row extends UnsettledRow>(
  kind: FieldKind,
  rows: readonly Row[],
  now: FieldValue,
  agreed: FieldValue | undefined,
): Row | undefined {
  // Whoever overtook them has seen what is agreed on: that is no news of theirs.
  const possible = sameValue(now, agreed) ? rows.filter(({ overtaken }) => !overtaken) : rows;
  const latest = possible.at(-1);
  return (
    possible.findLast(({ after }) => sameValue(now, after)) ??
    possible.findLast((row) => isKept(kind, row, now)) ??
    (latest && mayBe(latest, now) ? latest : undefined)
  );
}

/** Nobody knows what a system makes of a value; but of what was only overruled nothing was to be written. */
function mayBe({ overtaken, reason, before }: UnsettledRow, now: FieldValue): boolean {
  return !overtaken && reason !== 'overruled' && !sameValue(now, before);
}

/** What it has written: the value that stands there now, or what was sent, where somebody may have edited that since. */
export function writtenBy(kind: FieldKind, row: UnsettledRow, now: FieldValue): FieldValue {
  return isOurs(kind, row, now) ? now : row.after;
}

/** What both sides agree on by it; null where what stands there may be somebody's edit. */
export function agreedByArrival(
  pair: FieldPair,
  row: UnsettledRow,
  now: Readonly<Record<Side, FieldValue | undefined>>,
  agreed: AgreedValue | undefined,
): AgreedValue | null {
  const { target, before, after, reason } = row;
  const { [target]: here, [other(target)]: there } = now;
  if (here === undefined || !isOurs(pair[target].kind, row, here)) return null;
  if (reason === 'overruled') {
    // The weaker ERP keeps its own value, and that the two differ is settled.
    const own = there === undefined ? undefined : convert(pair, target, there);
    return own?.kind === 'value' && sameValue(own.value, before) ? { crm: here, erp: there ?? null } : null;
  }
  // An undo says nothing of the other side: what that holds may differ, or have been edited since.
  const sent = reason === 'undo' ? agreed : agreedByWriting(pair, target, after);
  return sent ? { ...sent, [target]: here } : null;
}

function isOurs(kind: FieldKind, row: UnsettledRow, now: FieldValue): boolean {
  return sameValue(now, row.after) || isKept(kind, row, now);
}

/** As the system keeps it, which trims, cuts off, writes in capitals or rounds. */
function isKept(kind: FieldKind, { before, after }: UnsettledRow, now: FieldValue): boolean {
  if (sameValue(now, before)) return false;
  return isAlike(after, now) === true || (kind === 'decimal' && isRounded(after, now));
}
