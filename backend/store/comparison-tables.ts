import type { Generated } from 'kysely';
import type { ErrorCode, ErrorDetail } from '../../shared/errors.ts';
import type { CrmEntityType, Side } from '../../shared/vocabulary.ts';
import type { UnequalReason } from '../domain/news.ts';

export interface ComparisonTables {
  restore: {
    tenant: string;
    id: string;
    side: Side;
    connection_id: string | null;
    at: Date;
    user_name: string | null;
    run_id: string | null;
    settled_at: Date | null;
  };
  comparison: {
    tenant: string;
    connection_id: string;
    due_at: Date;
    lease_until: Date | null;
    fence: Generated<number>;
    attempts: Generated<number>;
    round: Generated<number>;
    started_at: Date | null;
    after_type: CrmEntityType | null;
    after_id: number | null;
    total: Generated<number>;
    compared: Generated<number>;
    equal: Generated<number>;
    trouble_code: ErrorCode | null;
    trouble_detail: ErrorDetail | null;
    verified_round: number | null;
    verified_at: Date | null;
    verified_total: Generated<number>;
    verified_equal: Generated<number>;
  };
  unequal_link: {
    tenant: string;
    connection_id: string;
    round: number;
    link_id: string;
    reason: UnequalReason;
    fresh: boolean;
    at: Date;
  };
}
