import type { Generated } from 'kysely';
import type { ErrorCode, ErrorDetail } from '../../shared/errors.ts';
import type { ActorType, CrmEntityType } from '../../shared/vocabulary.ts';
import type { CreationState } from '../domain/creation.ts';

export interface CreationTables {
  creation: {
    tenant: string;
    id: string;
    connection_id: string;
    crm_type: CrmEntityType;
    crm_id: number;
    actor_type: ActorType;
    parent_type: ActorType | null;
    parent_key: string | null;
    /** Null when it is over. */
    intent: string | null;
    known: readonly string[] | null;
    state: CreationState;
    code: ErrorCode | null;
    detail: ErrorDetail | null;
    erp_key: string | null;
    user_id: number;
    user_name: string;
    entered_at: Date;
    due_at: Date;
    lease_until: Date | null;
    fence: Generated<number>;
    attempts: Generated<number>;
    ended_at: Date | null;
  };
}
