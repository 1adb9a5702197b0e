import type { Generated } from 'kysely';
import type { ErrorCode, ErrorDetail } from '../../shared/errors.ts';
import type { ActorType, Cause, CrmEntityType, FieldValue, Side } from '../../shared/vocabulary.ts';
import type { LinkEvent } from '../domain/ledger.ts';

export interface SyncTables {
  linked_entity: {
    tenant: string;
    crm_type: CrmEntityType;
    crm_id: number;
    marked: Generated<number>;
    handled: Generated<number>;
    lane: Generated<number>;
    cause: Generated<Cause>;
    user_id: number | null;
    user_name: string | null;
    marked_at: Date | null;
    attempts: Generated<number>;
    next_try_at: Date | null;
    lease_until: Date | null;
    fence: Generated<number>;
    compared_at: Date | null;
  };
  link: {
    tenant: string;
    id: string;
    connection_id: string;
    crm_type: CrmEntityType;
    crm_id: number;
    actor_type: ActorType;
    erp_key: string;
    /** Field key -> what SuperOffice and the ERP had. */
    agreed: Generated<Readonly<Record<string, readonly [crm: FieldValue, erp: FieldValue]>>>;
    claimed_at: Date;
    confirmed_at: Date | null;
    synced_at: Date | null;
    parked_code: ErrorCode | null;
    parked_detail: ErrorDetail | null;
    parked_since: Date | null;
  };
  open_field: {
    tenant: string;
    link_id: string;
    field_key: string;
    kind: 'conflict' | 'parked';
    crm: FieldValue;
    erp: FieldValue;
    code: ErrorCode | null;
    detail: ErrorDetail | null;
    since: Date;
  };
  list_item_mapping: {
    tenant: string;
    connection_id: string;
    actor_type: ActorType;
    field_key: string;
    erp_item: string;
    crm_item: string | null;
    goes_back: boolean;
  };
  ledger: {
    tenant: string;
    id: Generated<number>;
    run_id: string | null;
    link_id: string;
    connection_id: string;
    crm_type: CrmEntityType;
    crm_id: number;
    actor_type: ActorType;
    erp_key: string;
    field_key: string;
    crm_field: string;
    target: Side;
    before: FieldValue;
    after: FieldValue;
    reason: string;
    cause: Cause;
    user_id: number | null;
    user_name: string | null;
    at: Date;
    settled: boolean;
    event: LinkEvent | null;
  };
  poll: {
    tenant: string;
    connection_id: string;
    due_at: Date;
    lease_until: Date | null;
    fence: Generated<number>;
    polled_at: Date | null;
    attempts: Generated<number>;
    idle: Generated<number>;
    trouble_code: ErrorCode | null;
    trouble_detail: ErrorDetail | null;
  };
  poll_cursor: {
    tenant: string;
    connection_id: string;
    actor_type: ActorType;
    asked_from: string;
    next: string;
    known_since: Date;
  };
  sweep: {
    tenant: string;
    crm_type: CrmEntityType;
    since: Date | null;
    due_at: Date;
    lease_until: Date | null;
    fence: Generated<number>;
  };
  sync_setting: {
    tenant: string;
    compare_hour: Generated<number>;
    time_zone: Generated<string>;
    automatic: Generated<boolean>;
    retention_days: Generated<number>;
    consent_source: Generated<string | null>;
    tidied_at: Date | null;
  };
}
