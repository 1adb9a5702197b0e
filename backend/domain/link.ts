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

/** A link with what both sides last agreed on, by ERP field key. */
export interface LinkMemory extends Link {
  readonly agreed: Readonly<Record<string, AgreedValue>>;
}

/** A mapped field that needs a person, with the values it stands at. */
export interface WaitingField {
  readonly fieldKey: string;
  readonly kind: 'conflict' | 'parked';
  readonly crm: FieldValue;
  readonly erp: FieldValue;
  /** Why it is parked. */
  readonly code: ErrorCode | null;
  readonly detail: ErrorDetail | null;
}

/** What one look at a link brought. */
export interface LinkNews {
  readonly agreed: Readonly<Record<string, AgreedValue>>;
  /** All of them: a field that is not here waits no more. */
  readonly waiting: readonly WaitingField[];
}
