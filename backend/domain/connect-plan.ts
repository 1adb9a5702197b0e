import type { FieldValue, FieldValues, Side } from '../../shared/vocabulary.ts';
import type { FieldPair } from './convert.ts';
import { digest } from './digest.ts';
import { flowsTo, mappedField, mergeField, other, write, type MappedField } from './merge.ts';
import type { AskedField } from './new-actor.ts';
import { isBlank } from './value.ts';

/** A mapped field of an entity and an actor that are about to be connected. */
export interface ComparedField {
  readonly pair: FieldPair;
  readonly crm: FieldValue;
  readonly erp: FieldValue;
  readonly equal: boolean;
  /** The side that is chosen until the user chooses. */
  readonly preselected: Side;
  /** The only side whose value may become that of both; null when both may. */
  readonly only: Side | null;
}

export interface BothSides {
  readonly pairs: readonly FieldPair[];
  readonly crm: FieldValues;
  readonly erp: FieldValues;
  readonly protectedFields: readonly string[];
}

/**
 * The fields the user sees when she connects, by rank. A field is missing here when no choice could be carried out: its
 * direction is none, or neither value fits the other side; such a field waits on the link with its reason.
 */
export function compareFields({ pairs, crm, erp, protectedFields }: BothSides): readonly ComparedField[] {
  return pairs.flatMap((pair) => {
    const [crmValue, erpValue] = [crm[pair.crm.key], erp[pair.erp.key]];
    if (pair.erp.direction === 'none' || crmValue === undefined || erpValue === undefined) return [];

    const field = mappedField(pair, { crm: crmValue, erp: erpValue, agreed: null, newest: null });
    const equal = mergeField(field).kind === 'inSync';
    const winners = (['crm', 'erp'] as const).filter(
      (side) => equal || mayWin(field, side, protectedFields.includes(pair.crm.key)),
    );
    const [only = null, ...more] = winners;
    if (!only) return [];

    return [
      {
        pair,
        crm: crmValue,
        erp: erpValue,
        equal,
        preselected: more.length > 0 ? preferred(crmValue, erpValue) : only,
        only: more.length > 0 ? null : only,
      },
    ];
  });
}

/** Changes when a value that the user saw changes, or when there is another field to choose or to fill in. */
export function seenDigest(fields: readonly ComparedField[], asked: readonly AskedField[] = []): string {
  const compared = fields.map(({ pair, crm, erp, only }) => [pair.erp.key, pair.crm.key, crm, erp, only]);
  const questions = asked.map(({ field, value, mandatory }) => [field.key, value, mandatory]);
  return digest(JSON.stringify([compared, questions]));
}

/** Whether every field that differs has a choice, and every choice one that may be made. */
export function answersAll(fields: readonly ComparedField[], choices: Readonly<Record<string, Side>>): boolean {
  const asked = new Map(fields.map((field) => [field.pair.erp.key, field]));
  return (
    fields.every(({ equal, pair }) => equal || choices[pair.erp.key] !== undefined) &&
    Object.entries(choices).every(([key, side]) => {
      const field = asked.get(key);
      return field !== undefined && (field.only ?? side) === side;
    })
  );
}

function mayWin(field: MappedField, side: Side, crmProtected: boolean): boolean {
  const target = other(side);
  if (target === 'crm' && crmProtected) return false;
  return flowsTo(target, field.direction) && write(field, target, 'chosen').kind === 'write';
}

function preferred(crm: FieldValue, erp: FieldValue): Side {
  return isBlank(crm) && !isBlank(erp) ? 'erp' : 'crm';
}
