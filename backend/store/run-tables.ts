import type { Generated } from 'kysely';
import type { ErrorCode } from '../../shared/errors.ts';
import type { CrmEntityType, FieldValue, Side } from '../../shared/vocabulary.ts';
import type { RunKind, RunRecords, RunState, StepOutcome } from '../domain/run.ts';

export interface RunTables {
  run: {
    tenant: string;
    id: string;
    kind: RunKind;
    dry_run: boolean;
    state: RunState;
    source: 'crm' | 'erp';
    connection_id: string | null;
    keep_non_blank: boolean;
    records: RunRecords;
    undoes: string | null;
    started_at: Date;
    planned_at: Date | null;
    ended_at: Date | null;
    user_id: number | null;
    user_name: string | null;
  };
  brake: {
    tenant: string;
    connection_id: string;
    counted_from: Date;
    allowed: number;
    changed: number;
    held_since: Date | null;
    run_id: string | null;
  };
  run_hold: {
    tenant: string;
    connection_id: string;
    run_id: string;
  };
  run_record: {
    tenant: string;
    run_id: string;
    crm_type: CrmEntityType;
    crm_id: number;
    state: 'toPlan' | 'toWrite' | 'done';
    links: Generated<number>;
    unchanged: Generated<number>;
    conflicts: Generated<number>;
    parked: Generated<number>;
    failure: ErrorCode | null;
    attempts: Generated<number>;
    next_try_at: Date | null;
    lease_until: Date | null;
    fence: Generated<number>;
  };
  run_step: {
    tenant: string;
    id: Generated<number>;
    run_id: string;
    crm_type: CrmEntityType;
    crm_id: number;
    link_id: string;
    connection_id: string;
    field_key: string;
    crm_field: string;
    target: Side;
    before: FieldValue;
    after: FieldValue;
    outcome: StepOutcome | null;
  };
}
