import type { Generated } from 'kysely';
import type { ErrorCode, ErrorDetail } from '../../shared/errors.ts';
import type { ActorType } from '../../shared/vocabulary.ts';
import type { ImportOutcome, ImportSource, ImportState, ImportVerdict } from '../domain/import.ts';

export interface ImportTables {
  import: {
    tenant: string;
    id: string;
    connection_id: string;
    actor_type: ActorType;
    source: ImportSource;
    state: ImportState;
    listed: boolean;
    warning: string | null;
    code: ErrorCode | null;
    detail: ErrorDetail | null;
    user_id: number;
    user_name: string;
    started_at: Date;
    planned_at: Date | null;
    ended_at: Date | null;
    attempts: Generated<number>;
    next_try_at: Date | null;
    lease_until: Date | null;
    fence: Generated<number>;
  };
  import_actor: {
    tenant: string;
    id: Generated<number>;
    import_id: string;
    erp_key: string;
    name: string;
    state: 'toPlan' | 'toWrite' | 'open' | 'done';
    verdict: ImportVerdict | null;
    crm_id: number | null;
    digest: string | null;
    known: number[] | null;
    chosen: number | null;
    outcome: ImportOutcome | null;
    code: ErrorCode | null;
    detail: ErrorDetail | null;
    attempts: Generated<number>;
    next_try_at: Date | null;
    lease_until: Date | null;
    fence: Generated<number>;
  };
}
