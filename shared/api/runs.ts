import { z } from 'zod';
import { ActorType, CrmEntity, ErpKey, FieldKey, Id, Reason } from './common.ts';

const LedgerId = z.string().regex(/^\d{1,15}$/);

/** Which records, as far as they are connected. */
export const RunRecords = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('all') }),
  z.object({ kind: z.literal('these'), entities: z.array(CrmEntity).min(1).max(1000) }),
  z.object({ kind: z.literal('selection'), selectionId: z.number().int().positive() }),
  /** Those connected to these actors of the connection; without keys, to any of the type. */
  z.object({ kind: z.literal('actors'), actorType: ActorType, erpKeys: z.array(ErpKey).max(1000) }),
  /** Those that this import connected to what they were already, and that may have other values than the ERP. */
  z.object({ kind: z.literal('import'), importId: Id }),
]);
export type RunRecords = z.infer<typeof RunRecords>;

/**
 * `resync`: one side is right, from SuperOffice to all ERPs or to one, or from an ERP to SuperOffice and on to the other
 * ERPs. `sync`: what ordinary syncing would do now. A dry run waits when its plan is known.
 */
export const StartSync = z
  .object({
    kind: z.enum(['resync', 'sync']),
    dryRun: z.boolean(),
    from: z.enum(['crm', 'erp']),
    connectionId: Id.nullable(),
    /** A blank value of the source overwrites nothing. */
    keepNonBlank: z.boolean(),
    records: RunRecords,
  })
  .refine(
    ({ from, records: { kind }, connectionId }) =>
      (from === 'crm' && kind !== 'actors' && kind !== 'import') || connectionId !== null,
    { path: ['connectionId'] },
  );
export type StartSync = z.infer<typeof StartSync>;

/**
 * Takes back what a run did, to all its records or to one; or one line of the log, or everything that was written to the
 * line's record from there on.
 */
export const StartUndo = z
  .object({
    kind: z.literal('undo'),
    runId: Id.nullable(),
    ledgerId: LedgerId.nullable(),
    entity: CrmEntity.nullable(),
    wholeRecord: z.boolean().optional(),
  })
  .refine(({ runId, ledgerId }) => (runId === null) !== (ledgerId === null), { path: ['runId'] });
export type StartUndo = z.infer<typeof StartUndo>;

export const StartRun = z.union([StartSync, StartUndo]);
export type StartRun = z.infer<typeof StartRun>;

/** The number of values the person saw: if the plan has another, nothing is done. And the name, where it has to be typed. */
export const ConfirmRun = z.object({ steps: z.number().int().nonnegative(), name: z.string().max(254).optional() });
export type ConfirmRun = z.infer<typeof ConfirmRun>;

export const Run = z.object({
  id: Id,
  kind: z.enum(['sync', 'resync', 'undo', 'restore']),
  dryRun: z.boolean(),
  state: z.enum(['planning', 'planned', 'needsApproval', 'running', 'paused', 'done', 'cancelled', 'failed']),
  from: z.enum(['crm', 'erp']),
  connectionId: Id.nullable(),
  connectionName: z.string().nullable(),
  keepNonBlank: z.boolean(),
  records: z.object({
    kind: z.enum(['all', 'these', 'selection', 'actors', 'import', 'marked']),
    /** Of the selection. */
    name: z.string().nullable(),
    actorType: ActorType.nullable(),
  }),
  undoes: Id.nullable(),
  startedAt: z.iso.datetime(),
  /** Null when the brake has started it. */
  startedBy: z.string().nullable(),
  endedAt: z.iso.datetime().nullable(),
  /** What a person may do with it now. */
  may: z.array(z.enum(['approve', 'execute', 'pause', 'resume', 'cancel', 'undo'])),
  /** Until when what it wrote is remembered, and can be undone. */
  undoUntil: z.iso.datetime(),
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

/** How much of a connection it would change, and how much it may without being asked. */
export const RunReach = z.object({
  connectionName: z.string(),
  changedLinks: z.number().int(),
  changedBefore: z.number().int(),
  limit: z.number().int(),
});
export type RunReach = z.infer<typeof RunReach>;

export const RunDetail = Run.extend({
  fields: z.array(RunField),
  reach: z.array(RunReach),
  /** Why records failed. */
  failures: z.array(Reason),
  /** What has to be typed before it may write; null when nothing has to. */
  nameToType: z.string().nullable(),
});
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
