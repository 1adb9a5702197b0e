import type { FieldPair } from './convert.ts';
import type { UnsettledRow } from './ledger.ts';
import type { AgreedValue } from './link.ts';
import { agreedByWriting } from './merge.ts';
import type { FieldValue } from '../../shared/vocabulary.ts';
import { isAlike } from './twins.ts';
import { sameValue } from './value.ts';

/**
 * Which of the writes into one place, oldest first, that nobody saw the end of has made what stands there now. One that was
 * overtaken may arrive late, and only its own value tells so, be it as the system keeps it.
 */
export function arrived<Row extends UnsettledRow>(
  rows: readonly Row[],
  now: FieldValue,
  agreed: FieldValue | undefined,
): Row | undefined {
  // Whoever overtook them has seen what is agreed on: that is no news of theirs.
  const possible = sameValue(now, agreed) ? rows.filter(({ overtaken }) => !overtaken) : rows;
  const latest = possible.at(-1);
  return (
    possible.findLast(({ after }) => sameValue(now, after)) ??
    possible.findLast((row) => isKept(row, now)) ??
    (latest && !latest.overtaken && !sameValue(now, latest.before) ? latest : undefined)
  );
}

/** What it has written: the value that stands there now, or what was sent, where somebody may have edited that since. */
export function writtenBy(row: UnsettledRow, now: FieldValue): FieldValue {
  return isOurs(row, now) ? now : row.after;
}

/** What both sides agree on by it; null where what stands there may be somebody's edit. */
export function agreedByArrival(
  pair: FieldPair,
  row: UnsettledRow,
  now: FieldValue,
  agreed: AgreedValue | undefined,
): AgreedValue | null {
  const { target, after, reason } = row;
  if (!isOurs(row, now)) return null;
  // An undo says nothing of the other side: what that holds may differ, or have been edited since.
  const sent = reason === 'undo' ? agreed : agreedByWriting(pair, target, after);
  return sent ? { ...sent, [target]: now } : null;
}

function isOurs(row: UnsettledRow, now: FieldValue): boolean {
  return sameValue(now, row.after) || isKept(row, now);
}

/** As the system keeps it, which trims, cuts off or writes in capitals. */
function isKept({ before, after }: UnsettledRow, now: FieldValue): boolean {
  return !sameValue(now, before) && isAlike(after, now) === true;
}
