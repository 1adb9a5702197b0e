import { z } from 'zod';
import { CrmEntity, FieldKey, Id } from './common.ts';

const LedgerId = z.string().regex(/^\d{1,15}$/);

/** One side is right: from SuperOffice to all ERPs or to one, or from an ERP to SuperOffice and on to the other ERPs. */
export const StartResync = z
  .object({
    kind: z.enum(['resync', 'dryRun']),
    from: z.enum(['crm', 'erp']),
    connectionId: Id.nullable(),
    /** A blank value of the source overwrites nothing. */
    keepNonBlank: z.boolean(),
    /** This record only; null for all. */
    entity: CrmEntity.nullable(),
  })
  .refine(({ from, connectionId }) => from === 'crm' || connectionId !== null, { path: ['connectionId'] });
export type StartResync = z.infer<typeof StartResync>;

/** Takes back what a run did, to all its records or to one, or one line of the log. */
export const StartUndo = z
  .object({
    kind: z.literal('undo'),
    runId: Id.nullable(),
    ledgerId: LedgerId.nullable(),
    entity: CrmEntity.nullable(),
  })
  .refine(({ runId, ledgerId }) => (runId === null) !== (ledgerId === null), { path: ['runId'] });
export type StartUndo = z.infer<typeof StartUndo>;

export const StartRun = z.union([StartResync, StartUndo]);
export type StartRun = z.infer<typeof StartRun>;

/** The number of values the person saw: if the plan has another, nothing is done. */
export const ConfirmRun = z.object({ steps: z.number().int().nonnegative() });
export type ConfirmRun = z.infer<typeof ConfirmRun>;

export const Run = z.object({
  id: Id,
  kind: z.enum(['resync', 'dryRun', 'undo']),
  state: z.enum(['planning', 'planned', 'needsApproval', 'running', 'paused', 'done', 'cancelled', 'failed']),
  from: z.enum(['crm', 'erp']),
  connectionId: Id.nullable(),
  connectionName: z.string().nullable(),
  keepNonBlank: z.boolean(),
  entity: CrmEntity.nullable(),
  undoes: Id.nullable(),
  startedAt: z.iso.datetime(),
  startedBy: z.string(),
  endedAt: z.iso.datetime().nullable(),
  /** What a person may do with it now. */
  may: z.array(z.enum(['approve', 'execute', 'pause', 'resume', 'cancel', 'undo'])),
  /** How many links it may change without being asked. */
  limit: z.number().int(),
  counts: z.object({
    records: z.number().int(),
    recordsLeft: z.number().int(),
    links: z.number().int(),
    toWrite: z.number().int(),
    blanks: z.number().int(),
    changedLinks: z.number().int(),
    written: z.number().int(),
    stale: z.number().int(),
    unchanged: z.number().int(),
    conflicts: z.number().int(),
    parked: z.number().int(),
    failed: z.number().int(),
  }),
});
export type Run = z.infer<typeof Run>;

export const RunPage = z.object({ runs: z.array(Run) });
export type RunPage = z.infer<typeof RunPage>;

/** How many values of one field a run changes. */
export const RunField = z.object({
  connectionId: Id,
  connectionName: z.string(),
  fieldKey: FieldKey,
  fieldName: z.string(),
  target: z.enum(['crm', 'erp']),
  changes: z.number().int(),
  blanks: z.number().int(),
});
export type RunField = z.infer<typeof RunField>;

export const RunDetail = Run.extend({ fields: z.array(RunField) });
export type RunDetail = z.infer<typeof RunDetail>;

export const RunStepQuery = z.object({
  connectionId: Id.optional(),
  fieldKey: FieldKey.optional(),
  target: z.enum(['crm', 'erp']).optional(),
  blanksOnly: z.enum(['true']).optional(),
  after: LedgerId.optional(),
});
export type RunStepQuery = z.infer<typeof RunStepQuery>;

export const RunStep = z.object({
  id: z.string(),
  entity: CrmEntity,
  /** Null when the person may not see the record; then its values are not told either. */
  entityName: z.string().nullable(),
  connectionName: z.string(),
  fieldKey: FieldKey,
  fieldName: z.string(),
  target: z.enum(['crm', 'erp']),
  before: z.string().nullable(),
  after: z.string().nullable(),
  /** Null while it is not decided. */
  outcome: z.enum(['written', 'stale', 'failed']).nullable(),
});
export type RunStep = z.infer<typeof RunStep>;

export const RunStepPage = z.object({ steps: z.array(RunStep), next: z.string().nullable() });
export type RunStepPage = z.infer<typeof RunStepPage>;
