import type { FieldValue, FieldValues, Side } from '../../shared/vocabulary.ts';
import type { FieldPair } from './convert.ts';
import type { LinkMemory, WaitingField } from './link.ts';
import { flowsTo, other } from './merge.ts';
import { sameValue } from './value.ts';

/** Whether one of these values of a side is not what the link knows of it, be it agreed on or waiting for a person. */
export function isNews(
  side: Side,
  { agreed }: Pick<LinkMemory, 'agreed'>,
  waiting: readonly WaitingField[],
  values: readonly { readonly fieldKey: string; readonly value: FieldValue }[],
): boolean {
  return values.some(({ fieldKey, value }) => {
    const known = waiting.find((field) => field.fieldKey === fieldKey) ?? agreed[fieldKey];
    return !known || !sameValue(value, known[side]);
  });
}

/** Why the two ends of a link are not proven equal. */
export const unequalReasons = ['changed', 'conflict', 'parked', 'oneWay', 'gone', 'unread'] as const;
export type UnequalReason = (typeof unequalReasons)[number];

export interface ComparedLink {
  readonly link: Pick<LinkMemory, 'agreed' | 'parked'>;
  readonly waiting: readonly WaitingField[];
  readonly pairs: readonly FieldPair[];
  readonly crm: FieldValues;
  readonly erp: FieldValues;
}

/**
 * Null when both sides hold what they agreed on in every mapped field. `changed` is for the next look at the record;
 * `oneWay` differs because the direction of the field lets it.
 */
export function unequal({ link, waiting, pairs, crm, erp }: ComparedLink): UnequalReason | null {
  const mapped = pairs.filter((pair) => pair.erp.direction !== 'none');
  const known = mapped.filter((pair) => waiting.every(({ fieldKey }) => fieldKey !== pair.erp.key));
  if (known.some((pair) => crm[pair.crm.key] === undefined || erp[pair.erp.key] === undefined)) return 'unread';

  const newsOf = (side: Side, fields: readonly FieldPair[]) =>
    isNews(
      side,
      link,
      waiting,
      fields.map((pair) => ({
        fieldKey: pair.erp.key,
        value: (side === 'crm' ? crm[pair.crm.key] : erp[pair.erp.key]) ?? null,
      })),
    );
  const flowing = (side: Side) => mapped.filter((pair) => flowsTo(other(side), pair.erp.direction));
  if (newsOf('crm', flowing('crm')) || newsOf('erp', flowing('erp'))) return 'changed';
  if (waiting.some(({ kind }) => kind === 'conflict')) return 'conflict';
  if (link.parked || waiting.length > 0) return 'parked';
  return newsOf('crm', mapped) || newsOf('erp', mapped) ? 'oneWay' : null;
}
