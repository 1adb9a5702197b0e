import { msg } from '@lit/localize';
import type { UnequalReason } from '../../shared/api/comparisons.ts';

/** Why a connected record is not proven equal, as a short label. */
export function unequalReasonName(reason: UnequalReason): string {
  return names[reason]();
}

const names: Record<UnequalReason, () => string> = {
  changed: () => msg('Changed'),
  conflict: () => msg('Conflict'),
  parked: () => msg('Needs attention'),
  oneWay: () => msg('Different, as the direction allows'),
  gone: () => msg('Not found'),
  unread: () => msg('Not readable'),
};
