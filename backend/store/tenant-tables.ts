import type { Generated } from 'kysely';
import type { TenantStanding } from '../domain/tenant-standing.ts';

/** Sealed columns hold ciphertext, hashed ones SHA-256: a stolen dump opens no session and no tenant. */
export interface TenantTables {
  sign_in_attempt: {
    id: string;
    purpose: 'panel' | 'install' | 'uninstall';
    tenant_hint: string | null;
    challenge: string | null;
    created_at: Date;
    browser_hash: string | null;
    state_hash: string | null;
    request: string | null;
    code_hash: string | null;
    outcome: string | null;
    tries_left: Generated<number>;
    claimable_until: Date | null;
  };
  installation: {
    tenant: string;
    serial: string;
    system_token: string | null;
    installed_at: Date | null;
    installed_by: number | null;
    busy_until: Date | null;
    standing: Generated<TenantStanding>;
    standing_since: Date | null;
    tenant_state: string | null;
    watched_at: Date | null;
    licensed_at: Date | null;
    latest_at: Date | null;
    hint: string | null;
    seats: number | null;
    seats_until: Date | null;
    seats_for_everyone: Generated<boolean>;
  };
  tenant_notification: {
    tenant: string;
    token_id: string;
    ends_at: Date;
  };
  tenant_key: {
    tenant: string;
    id: string;
    wrapped: string;
  };
  seat_scope: {
    tenant: string;
    kind: 'user' | 'group';
    member_id: number;
  };
  seat: {
    tenant: string;
    user_id: number;
    user_name: string;
    taken_at: Date;
  };
  session: {
    tenant: string;
    key_hash: string;
    user_id: number;
    user_name: string;
    group_ids: number[];
    administrator: boolean;
    tenant_licensed: boolean;
    user_licensed: boolean;
    crm_origin: string;
    tokens: string;
    created_at: Date;
    seen_at: Date;
    ends_at: Date;
    checked_at: Date;
    asked_at: Date;
    ended: string | null;
    seat: 'taken' | 'full' | 'notGiven' | null;
  };
  administrator: {
    tenant: string;
    user_id: number;
    user_name: string;
    seen_at: Date;
  };
  webhook: {
    tenant: string;
    id: string;
    crm_id: number | null;
    secret: string | null;
    pending_secret: string | null;
    looked_at: Date | null;
    state: string | null;
    rearmed_at: Date | null;
    failure: string | null;
  };
  webhook_event: {
    tenant: string;
    webhook_id: string;
    event_id: string;
    event: string;
    record_id: number;
    received_at: Date;
  };
}
