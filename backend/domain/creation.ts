import type { ErrorCode, ErrorDetail } from '../../shared/errors.ts';
import type { ActorRef, ActorType, CrmEntity, FieldValue, FieldValues } from '../../shared/vocabulary.ts';
import type { AgreedValue } from './link.ts';
import type { FieldPair } from './convert.ts';
import { isAlike } from './twins.ts';
import { isBlank } from './value.ts';

export const creationStates = ['open', 'inDoubt', 'created', 'refused', 'notCreated', 'givenUp'] as const;

/** `open`: the call is under way, or nobody knows how it ended. `inDoubt`: a person decides. The others are over. */
export type CreationState = (typeof creationStates)[number];

/** Somebody's wish for one new actor, entered before the ERP is called. At most one actor ever comes of it. */
export interface Creation {
  readonly id: string;
  readonly connectionId: string;
  readonly entity: CrmEntity;
  readonly actorType: ActorType;
  readonly parent: ActorRef | null;
  /** By ERP field key. */
  readonly sent: FieldValues;
  /** What SuperOffice had in the mapped fields then, by ERP field key. */
  readonly crm: FieldValues;
  /** ERP keys of the actors that looked like it before; null when that could not be found out. */
  readonly known: readonly string[] | null;
  readonly state: CreationState;
  /** The actor's key, once the ERP has told it. */
  readonly erpKey: string | null;
  /** Why it is in doubt, or how it ended. */
  readonly reason: { readonly code: ErrorCode; readonly detail: ErrorDetail } | null;
  readonly user: { readonly id: number; readonly name: string };
  readonly enteredAt: Date;
  /** Whoever acts on it must still have this number. */
  readonly fence: number;
  readonly attempts: number;
}

/**
 * What both sides have agreed on once the actor is there: what was sent, as each side stores it. A field that SuperOffice
 * had blank is agreed on only where nothing may flow back; else the value the ERP assigned is news to SuperOffice.
 */
export function agreedAfterCreation(
  { sent, crm }: Pick<Creation, 'sent' | 'crm'>,
  pairs: readonly FieldPair[],
  stored: FieldValues,
  answer: FieldValues | null,
): Readonly<Record<string, AgreedValue>> {
  return Object.fromEntries(
    pairs.flatMap(({ erp: { key, direction } }) => {
      const [here, there] = [crm[key], stored[key]];
      if (here === undefined || there === undefined || direction === 'none') return [];
      if (isBlank(here)) return direction === 'toErp' ? [[key, { crm: here, erp: there }]] : [];
      const made = isBlank(sent[key] ?? null) ? undefined : madeOf(sent[key], there, answer, key);
      return made === undefined ? [] : [[key, { crm: here, erp: made }]];
    }),
  );
}

/**
 * What the ERP made of a value that was sent. By the time it is read somebody may have edited it: where it is not like what
 * was sent, the answer to the creation counts, and of an actor that was looked up nothing is known.
 */
export function madeOf(
  sent: FieldValue | undefined,
  stored: FieldValue,
  answer: FieldValues | null,
  key: string,
): FieldValue | undefined {
  if (isAlike(sent, stored)) return stored;
  if (answer === null) return undefined;
  return answer[key] === undefined ? stored : answer[key];
}
