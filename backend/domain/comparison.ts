import type { ErrorCode, ErrorDetail } from '../../shared/errors.ts';
import type { CrmEntity } from '../../shared/vocabulary.ts';
import type { UnequalReason } from './news.ts';

/** A comparison of all links of a connection, which one worker carries on by one batch. */
export interface ComparisonClaim {
  readonly connectionId: string;
  readonly fence: number;
  /** The last record that was compared; null at the beginning. */
  readonly after: CrmEntity | null;
  /** How often this batch was tried in vain. */
  readonly attempts: number;
}

export interface Finding {
  readonly linkId: string;
  readonly entity: CrmEntity;
  readonly reason: UnequalReason;
  /** Not known before: nobody has looked at it yet. */
  readonly fresh: boolean;
  /** Its record is deleted, and its link says so. */
  readonly isDeleted: boolean;
}

export interface Comparison {
  readonly connectionId: string;
  /** The one under way. */
  readonly progress: { readonly compared: number; readonly total: number } | null;
  /** What the last whole one proved. */
  readonly verified: {
    readonly at: Date;
    readonly total: number;
    readonly equal: number;
    readonly others: readonly { readonly reason: UnequalReason; readonly count: number; readonly settled: number }[];
  } | null;
  /** Why the last one came to no end, or concluded nothing. */
  readonly trouble: { readonly code: ErrorCode; readonly detail: ErrorDetail } | null;
}
