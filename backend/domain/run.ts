import type { ErrorCode } from '../../shared/errors.ts';
import type { CrmEntity, FieldValue, Side } from '../../shared/vocabulary.ts';

export const runKinds = ['resync', 'dryRun', 'undo'] as const;
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

export function mayBe(action: RunAction, state: RunState): boolean {
  return (runActions[action] as readonly RunState[]).includes(state);
}

/** Which side is right, and for which records. */
export interface RunScope {
  readonly from: 'crm' | 'erp';
  /** The ERP that is right; with `from: 'crm'` the one that follows, or null for all of them. */
  readonly connectionId: string | null;
  /** A blank value of the source overwrites nothing. */
  readonly keepNonBlank: boolean;
  /** This record only; null for all. */
  readonly entity: CrmEntity | null;
}

export interface Run {
  readonly id: string;
  readonly kind: RunKind;
  readonly state: RunState;
  readonly scope: RunScope;
  /** The run that this one takes back. */
  readonly undoes: string | null;
  readonly startedAt: Date;
  /** When it was known what it would write; null while that is still found out. */
  readonly plannedAt: Date | null;
  readonly endedAt: Date | null;
  readonly startedBy: { readonly id: number; readonly name: string };
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

export interface BrakeLimit {
  readonly percent: number;
  readonly links: number;
}

export const defaultBrake: BrakeLimit = { percent: 5, links: 200 };

/** So few links are no mass change, whatever share of all they are. */
const A_FEW = 10;

/** Whether so many changed or blanked links, of so many looked at, have to be approved first. */
export function mustBrake(
  { links, changedLinks }: Pick<RunCounts, 'links' | 'changedLinks'>,
  limit: BrakeLimit = defaultBrake,
): boolean {
  return changedLinks > brakeLimit(links, limit);
}

/** How many links a run may change without being asked. */
export function brakeLimit(links: number, { percent, links: most }: BrakeLimit = defaultBrake): number {
  return Math.min(most, Math.max(A_FEW, Math.floor((links * percent) / 100)));
}
