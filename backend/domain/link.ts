import type { ActorRef, CrmEntity, FieldValue } from '../../shared/vocabulary.ts';
import type { ErrorCode, ErrorDetail } from '../../shared/errors.ts';

/** "This entity is that actor", within one connection. */
export interface Link {
  readonly id: string;
  readonly connectionId: string;
  readonly entity: CrmEntity;
  readonly actor: ActorRef;
  /** Null while it is claimed but not yet confirmed. */
  readonly confirmedAt: Date | null;
  /** When both sides were last looked at and found equal or made equal. */
  readonly syncedAt: Date | null;
  /** Why nothing moves until it changes or someone retries; null when all is well. */
  readonly parked: { readonly code: ErrorCode; readonly detail: ErrorDetail; readonly since: Date } | null;
}

/**
 * What both sides last agreed on in one mapped field, as each side stores it: an ERP that trims, rounds or
 * upper-cases keeps another text than SuperOffice, and that is agreement, not an edit.
 */
export interface AgreedValue {
  readonly crm: FieldValue;
  readonly erp: FieldValue;
}

/** A field that was changed on both sides: neither is written until someone decides. */
export interface Conflict {
  readonly fieldKey: string;
  readonly crm: FieldValue;
  readonly erp: FieldValue;
  readonly agreed: AgreedValue | null;
  readonly since: Date;
}
