import type { ErrorCode, ErrorDetail } from '../../shared/errors.ts';
import {
  entityTypeOf,
  type ActorType,
  type CrmEntity,
  type CrmEntityType,
  type FieldValues,
} from '../../shared/vocabulary.ts';
import { convert, type FieldPair } from './convert.ts';
import { isName } from './crm-rules.ts';
import { digest } from './digest.ts';
import type { AgreedValue } from './link.ts';
import { traitsOf, type Trait } from './twins.ts';
import { isBlank } from './value.ts';

export const importStates = ['planning', 'planned', 'running', 'paused', 'done', 'cancelled', 'failed'] as const;
/** `planning` reads the ERP and SuperOffice and writes nothing; `planned` waits for someone to say yes to exactly this. */
export type ImportState = (typeof importStates)[number];

/** What a person may do with an import, and in which states. */
export const importActions = {
  execute: ['planned'],
  choose: ['planned', 'paused'],
  pause: ['planning', 'running'],
  resume: ['paused'],
  cancel: ['planning', 'planned', 'running', 'paused'],
  disconnect: ['done', 'cancelled'],
} as const satisfies Readonly<Record<string, readonly ImportState[]>>;
export type ImportAction = keyof typeof importActions;

export type ImportSource =
  | { readonly kind: 'all' }
  | { readonly kind: 'search'; readonly text: string }
  | { readonly kind: 'keys'; readonly erpKeys: readonly string[] };

/** Actors of one type that become records in SuperOffice, or are connected to those they are. */
export interface Import {
  readonly id: string;
  readonly connectionId: string;
  readonly actorType: ActorType;
  readonly source: ImportSource;
  readonly state: ImportState;
  /** The ERP has told which actors there are. */
  readonly listed: boolean;
  readonly warning: string | null;
  readonly failure: Obstacle | null;
  readonly startedBy: { readonly id: number; readonly name: string };
  readonly startedAt: Date;
  readonly plannedAt: Date | null;
  readonly endedAt: Date | null;
}

export interface Obstacle {
  readonly code: ErrorCode;
  readonly detail: ErrorDetail;
}

/**
 * `create` makes a record, `connect` links the one that it is. `linked` is connected already; `duplicate` looks like a record
 * that it cannot be connected to, so a person decides; `blocked` cannot be imported yet.
 */
export const verdicts = ['create', 'connect', 'linked', 'duplicate', 'blocked'] as const;
export type ImportVerdict = (typeof verdicts)[number];

/** Something becomes of these, unless a person leaves them out. */
export type ChosenVerdict = Extract<ImportVerdict, 'create' | 'connect'>;

/** `disconnected` was made or connected, and somebody took that back. */
export const importOutcomes = ['created', 'connected', 'disconnected', 'leftOut', 'stale', 'failed'] as const;
export type ImportOutcome = (typeof importOutcomes)[number];

/** What was left out is not counted as to be created or connected. */
export interface ImportCounts {
  readonly actors: number;
  readonly left: number;
  readonly create: number;
  readonly connect: number;
  readonly linked: number;
  readonly duplicate: number;
  readonly blocked: number;
  readonly leftOut: number;
  readonly created: number;
  readonly connected: number;
  readonly disconnected: number;
  readonly stale: number;
  readonly failed: number;
}

/** An actor of an import that one worker holds. */
export interface ImportTask {
  readonly importId: string;
  readonly id: number;
  readonly erpKey: string;
  /** `open`: a record was about to be made, and nobody saw the end of it. */
  readonly state: 'toPlan' | 'toWrite' | 'open';
  readonly digest: string | null;
  /** Ids of the records that looked like it before one was made. */
  readonly known: readonly number[];
  readonly chosen: ChosenRecord;
  readonly fence: number;
  readonly attempts: number;
}

/** Id of the record that somebody says an actor is, or 0 for none of those it could be. Null while nobody has said it. */
export type ChosenRecord = number | null;

/** An import whose actors one worker asks the ERP for. */
export interface ListingTask {
  readonly importId: string;
  readonly fence: number;
  readonly attempts: number;
}

export interface ImportedActor {
  readonly id: number;
  readonly erpKey: string;
  readonly name: string;
  readonly verdict: ImportVerdict | null;
  readonly crmId: number | null;
  /** Ids of the records that it could be, where a person has to say it. */
  readonly lookalikes: readonly number[];
  readonly chosen: ChosenRecord;
  readonly outcome: ImportOutcome | null;
  readonly reason: Obstacle | null;
}

/** What is planned for one actor. */
export interface ActorPlan {
  readonly verdict: ImportVerdict;
  readonly entity: CrmEntity | null;
  /** Of a record that is made: by SuperOffice field key. */
  readonly values: FieldValues;
  readonly company: CrmEntity | null;
  readonly reason: Obstacle | null;
}

/** Changes when something else would be done than was shown. */
export function planDigest({ verdict, entity, values, company }: ActorPlan): string {
  return digest(JSON.stringify([verdict, entity?.id ?? null, company?.id ?? null, Object.entries(values).sort()]));
}

/**
 * The values of a record made from an actor: every mapped field that SuperOffice takes, whichever way it goes later. What
 * cannot be carried over waits on the connected record with its reason; without a name there is none.
 */
export function newRecordValues(
  type: CrmEntityType,
  pairs: readonly FieldPair[],
  actor: FieldValues,
): { readonly values: FieldValues; readonly refused: Obstacle | null } {
  const values: Record<string, string> = {};
  let refused: Obstacle | null = null;
  for (const pair of pairs) {
    const value = actor[pair.erp.key];
    if (value === undefined || pair.crm.access === 'readOnly') continue;
    const converted = convert(pair, 'crm', value);
    if (converted.kind === 'value' && converted.value !== null && !isBlank(converted.value)) {
      values[pair.crm.key] = converted.value;
    }
    if (converted.kind === 'refused' && isName(type, pair.crm.key)) refused = converted;
  }
  const named = pairs.some(({ crm }) => isName(type, crm.key) && values[crm.key] !== undefined);
  return { values, refused: refused ?? (named ? null : { code: 'value.mandatory', detail: { target: 'crm' } }) };
}

/** What both sides have agreed on in the record that was made: what was sent, as each side stores it. */
export function agreedAfterImport(
  pairs: readonly FieldPair[],
  sent: FieldValues,
  stored: FieldValues,
  actor: FieldValues,
): Readonly<Record<string, AgreedValue>> {
  return Object.fromEntries(
    pairs.flatMap(({ erp, crm }) => {
      const [here, there] = [stored[crm.key], actor[erp.key]];
      return sent[crm.key] === undefined || here === undefined || there === undefined
        ? []
        : [[erp.key, { crm: here, erp: there }]];
    }),
  );
}

/** By what a record that the actor may be is known: its values in SuperOffice's terms, under the ERP's keys. */
export function traitsInCrm(
  type: ActorType,
  pairs: readonly FieldPair[],
  actor: FieldValues,
): readonly (Trait & { readonly crmKey: string })[] {
  const inCrm = Object.fromEntries(
    pairs.flatMap((pair) => {
      const value = actor[pair.erp.key];
      const converted = value === undefined ? null : convert(pair, 'crm', value);
      return converted?.kind === 'value' ? [[pair.erp.key, converted.value]] : [];
    }),
  );
  const fields = pairs.map(({ erp }) => erp);
  return traitsOf(entityTypeOf[type], fields, inCrm).flatMap((trait) => {
    const crmKey = trait.field.crmField;
    return crmKey === null ? [] : [{ ...trait, crmKey }];
  });
}

/**
 * What an actor is, told by the records that look like it, by those that only partly do, by which of them are connected in
 * this connection, and by what somebody has said.
 */
export function judgeActor(
  twins: readonly CrmEntity[],
  doubtful: readonly CrmEntity[],
  isLinked: (entity: CrmEntity) => boolean,
  chosen: ChosenRecord,
): Pick<ActorPlan, 'verdict' | 'entity' | 'reason'> {
  const candidates = twins.length > 0 ? twins : doubtful;
  const [twin, ...others] = candidates;
  if (!twin || chosen === 0) return { verdict: 'create', entity: null, reason: null };
  const said = candidates.find(({ id }) => id === chosen);
  if (said) {
    return isLinked(said)
      ? { verdict: 'duplicate', entity: said, reason: { code: 'link.exists', detail: {} } }
      : { verdict: 'connect', entity: said, reason: null };
  }
  if (others.length > 0) {
    return {
      verdict: 'duplicate',
      entity: null,
      reason: { code: 'import.ambiguous', detail: { count: others.length + 1 } },
    };
  }
  if (isLinked(twin)) return { verdict: 'duplicate', entity: twin, reason: { code: 'link.exists', detail: {} } };
  return twins.length > 0
    ? { verdict: 'connect', entity: twin, reason: null }
    : { verdict: 'duplicate', entity: twin, reason: { code: 'import.doubtful', detail: {} } };
}
