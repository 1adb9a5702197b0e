import type { ErrorCode, ErrorDetail } from '../../shared/errors.ts';
import type { CrmEntityType } from '../../shared/vocabulary.ts';

/** A connection that one worker asks for changes. */
export interface PollClaim {
  readonly connectionId: string;
  readonly fence: number;
  /** How often it was asked in vain. */
  readonly attempts: number;
  /** How often in a row nothing had changed. */
  readonly idle: number;
}

export interface PollState {
  readonly connectionId: string;
  readonly polledAt: Date | null;
  /** Why the last one failed. */
  readonly trouble: { readonly code: ErrorCode; readonly detail: ErrorDetail } | null;
}

/** A kind of SuperOffice record that one worker asks for changes. */
export interface SweepClaim {
  readonly type: CrmEntityType;
  readonly fence: number;
  /** SuperOffice's own time of the last asking; null when it was never asked. */
  readonly since: Date | null;
}
