import type { ErrorCode } from '../../shared/errors.ts';
import type { ActorType, CrmEntity, FieldValue, Side } from '../../shared/vocabulary.ts';

/** `sync` writes what ordinary syncing would, `resync` what one side being right would, `undo` what stood there before,
 * `restore` what stood in a system before it was put back to an older state. */
export const runKinds = ['sync', 'resync', 'undo', 'restore'] as const;
export type RunKind = (typeof runKinds)[number];

/**
 * `planning` reads and counts, and writes nothing. `planned` waits for someone to run exactly this plan; `needsApproval` is a
 * run the brake has stopped. Both may be executed or cancelled.
 */
export const runStates = [
  'planning',
  'planned',
  'needsApproval',
  'running',
  'paused',
  'done',
  'cancelled',
  'failed',
] as const;
export type RunState = (typeof runStates)[number];

/** What a person may do with a run, and in which states. */
export const runActions = {
  approve: ['needsApproval'],
  execute: ['planned'],
  pause: ['planning', 'running'],
  resume: ['paused'],
  cancel: ['planning', 'planned', 'needsApproval', 'running', 'paused'],
  undo: ['done', 'cancelled', 'failed'],
} as const satisfies Readonly<Record<string, readonly RunState[]>>;
export type RunAction = keyof typeof runActions;

export function runIsOver({ state }: Pick<Run, 'state'>): boolean {
  return state === 'done' || state === 'cancelled' || state === 'failed';
}

export function mayBe(action: RunAction, state: RunState): boolean {
  return (runActions[action] as readonly RunState[]).includes(state);
}

/** Which records a run looks at, as far as they have links. */
export type RunRecords =
  | { readonly kind: 'all' }
  | { readonly kind: 'these'; readonly entities: readonly CrmEntity[] }
  | { readonly kind: 'selection'; readonly selectionId: number; readonly name: string }
  /** Those linked to these actors of the connection; without keys, to all of their type. */
  | { readonly kind: 'actors'; readonly actorType: ActorType; readonly erpKeys: readonly string[] }
  /** Those that this import connected to what they were already. */
  | { readonly kind: 'import'; readonly importId: string }
  /** Those that are marked, with a link in the connection: what its brake has stopped. */
  | { readonly kind: 'marked' };

/** Which side is right, and for which records. */
export interface RunScope {
  readonly from: 'crm' | 'erp';
  /** The ERP that is right; with `from: 'crm'` the one that follows, or null for all of them. */
  readonly connectionId: string | null;
  /** A blank value of the source overwrites nothing. */
  readonly keepNonBlank: boolean;
  readonly records: RunRecords;
}

export interface Run {
  readonly id: string;
  readonly kind: RunKind;
  /** Waits, when its plan is known, for someone to say yes to it. */
  readonly dryRun: boolean;
  readonly state: RunState;
  readonly scope: RunScope;
  /** The run that this one takes back. */
  readonly undoes: string | null;
  readonly startedAt: Date;
  /** When it was known what it would write; null while that is still found out. */
  readonly plannedAt: Date | null;
  readonly endedAt: Date | null;
  /** Null when the brake has started it. */
  readonly startedBy: { readonly id: number; readonly name: string } | null;
}

export interface RunCounts {
  readonly records: number;
  readonly recordsLeft: number;
  /** Links looked at. */
  readonly links: number;
  readonly toWrite: number;
  /** Steps that blank a value. */
  readonly blanks: number;
  readonly changedLinks: number;
  readonly written: number;
  /** Steps that were dropped, because the value had moved since. */
  readonly stale: number;
  readonly unchanged: number;
  readonly conflicts: number;
  readonly parked: number;
  readonly failed: number;
}

/** One value of a plan, and what became of it. */
export interface RunStep {
  readonly id: number;
  readonly entity: CrmEntity;
  readonly linkId: string;
  readonly connectionId: string;
  readonly fieldKey: string;
  readonly crmField: string;
  readonly target: Side;
  readonly before: FieldValue;
  readonly after: FieldValue;
  readonly outcome: StepOutcome | null;
}

export const stepOutcomes = ['written', 'stale', 'failed'] as const;
export type StepOutcome = (typeof stepOutcomes)[number];

/** A record of a run that one worker holds. */
export interface RunTask {
  readonly runId: string;
  readonly phase: 'plan' | 'write';
  readonly entity: CrmEntity;
  readonly fence: number;
  readonly attempts: number;
}

/** What planning one record came to. */
export interface RecordPlan {
  readonly links: number;
  readonly unchanged: number;
  readonly conflicts: number;
  readonly parked: number;
  readonly failure: ErrorCode | null;
  readonly steps: readonly Omit<RunStep, 'id' | 'entity' | 'outcome'>[];
}

/** How much of a connection a run would change. */
export interface RunReach {
  readonly connectionId: string;
  readonly changedLinks: number;
}

/**
 * What an undo takes back: a run, one record of it, one line of the ledger, or all that was written to its record from that
 * line on.
 */
export type Undone =
  | { readonly runId: string; readonly entity: CrmEntity | null }
  | { readonly ledgerId: number; readonly since: CrmEntity | null };
