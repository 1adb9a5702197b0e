import type { Generated } from 'kysely';

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
  };
  webhook: {
    tenant: string;
    id: string;
    crm_id: number | null;
    secret: string | null;
    pending_secret: string | null;
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
