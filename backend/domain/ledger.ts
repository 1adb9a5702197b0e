import type { ActorRef, Cause, CrmEntity, FieldValue, Side } from '../../shared/vocabulary.ts';
import type { Link } from './link.ts';
import type { Step } from './sync-plan.ts';

/** What happened to a link, and stands in the ledger beside the values that were written. */
export type LinkEvent = 'connected' | 'created' | 'disconnected' | 'merged';

/** One changed field: what stood there, what stands there now, and why. */
export interface LedgerRow {
  readonly id: number;
  readonly at: Date;
  readonly runId: string | null;
  /** Null where a value was written; else there is no field and no value. */
  readonly event: LinkEvent | null;
  readonly linkId: string;
  readonly connectionId: string;
  readonly entity: CrmEntity;
  readonly actor: ActorRef;
  readonly fieldKey: string;
  readonly crmField: string;
  readonly target: Side;
  readonly before: FieldValue;
  readonly after: FieldValue;
  readonly reason: string;
  readonly cause: Cause;
  readonly userName: string | null;
}

/** A write that was begun and that nobody saw the end of. */
export interface UnsettledRow extends LedgerRow {
  /** Another write of the same value has been begun since. */
  readonly overtaken: boolean;
}

export type LedgerEntry = Pick<Step, 'fieldKey' | 'target' | 'before' | 'after'> & {
  readonly reason: Step['reason'] | 'created';
  readonly link: Pick<Link, 'id' | 'connectionId' | 'entity' | 'actor'>;
  readonly crmField: string;
  readonly runId: string | null;
};
