import type { ErrorCode, ErrorDetail } from '../../shared/errors.ts';
import type { ActorRef, ActorType, CrmEntity, FieldValues } from '../../shared/vocabulary.ts';
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
 * had blank is agreed on only where nothing may flow back; else the value the ERP assigned is news to SuperOffice. An actor that was looked up may have
 * been edited since: there, what is not alike is not agreed on.
 */
export function agreedAfterCreation(
  { sent, crm }: Pick<Creation, 'sent' | 'crm'>,
  pairs: readonly FieldPair[],
  stored: FieldValues,
  how: 'answered' | 'lookedUp',
): Readonly<Record<string, AgreedValue>> {
  return Object.fromEntries(
    pairs.flatMap(({ erp: { key, direction } }) => {
      const [here, there] = [crm[key], stored[key]];
      if (here === undefined || there === undefined || direction === 'none') return [];
      const carried =
        !isBlank(sent[key] ?? null) && !isBlank(here) && (how === 'answered' || isAlike(sent[key], there));
      const fromErpOnly = isBlank(here) && direction === 'toErp';
      return carried || fromErpOnly ? [[key, { crm: here, erp: there }]] : [];
    }),
  );
}
