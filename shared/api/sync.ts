import { z } from 'zod';
import { causes, crmEntityTypes } from '../vocabulary.ts';
import { CrmEntity, ErpKey, FieldKey, Id, Reason } from './common.ts';
import { Restore } from './restores.ts';

export const SyncStatus = z.object({
  /** Automatic sync is on. *Sync now* works all the same. */
  automatic: z.boolean(),
  links: z.number().int(),
  waiting: z.number().int(),
  /** A run or an import is reading or writing. */
  working: z.boolean(),
  conflicts: z.number().int(),
  parked: z.number().int(),
  lastRunAt: z.iso.datetime().nullable(),
  /** Connections that would change more than they may, and wait for someone to decide in the run. */
  braked: z.array(
    z.object({
      connectionId: Id,
      connectionName: z.string(),
      since: z.iso.datetime(),
      runId: Id.nullable(),
      runState: z.string().nullable(),
    }),
  ),
  /** Backups that were restored, and wait for a decision: until then nothing is synced. */
  restores: z.array(Restore),
});
export type SyncStatus = z.infer<typeof SyncStatus>;

export const SetAutomaticSync = z.object({ automatic: z.boolean() });

export type SetAutomaticSync = z.infer<typeof SetAutomaticSync>;

/** How many days the log and the runs are kept: long enough to notice a mistake, short enough for personal data. */
export const SetRetention = z.object({ days: z.number().int().min(7).max(3650) });
export type SetRetention = z.infer<typeof SetRetention>;

/** Latest first; `after` is `next` of the page before. */
export const LedgerQuery = z.object({
  text: z.string().max(254).optional(),
  connectionId: Id.optional(),
  /** Of one record: both or none. */
  entityType: z.enum(crmEntityTypes).optional(),
  entityId: z.coerce.number().int().positive().optional(),
  fieldKey: FieldKey.optional(),
  cause: z.enum(causes).optional(),
  userId: z.coerce.number().int().optional(),
  from: z.iso.datetime().optional(),
  /** Up to and without. */
  to: z.iso.datetime().optional(),
  after: z
    .string()
    .regex(/^\d{1,15}$/)
    .optional(),
});
export type LedgerQuery = z.infer<typeof LedgerQuery>;

/** One changed field, or something that happened to a link: then there is no field and no value. */
export const LedgerEntry = z.object({
  id: z.string(),
  at: z.iso.datetime(),
  runId: Id.nullable(),
  event: z.enum(['connected', 'created', 'disconnected', 'merged']).nullable(),
  connectionName: z.string(),
  entity: CrmEntity,
  entityName: z.string().nullable(),
  fieldKey: FieldKey,
  fieldName: z.string(),
  target: z.enum(['crm', 'erp']),
  before: z.string().nullable(),
  after: z.string().nullable(),
  /** Why this value and no other. */
  reason: z.string(),
  cause: z.string(),
  userName: z.string().nullable(),
});
export type LedgerEntry = z.infer<typeof LedgerEntry>;

export const LedgerPage = z.object({
  entries: z.array(LedgerEntry),
  next: z.string().nullable(),
  /** Who has caused a line. */
  users: z.array(z.object({ id: z.number(), name: z.string() })),
  /** How long lines are kept. */
  retentionDays: z.number().int(),
});
export type LedgerPage = z.infer<typeof LedgerPage>;

/** Which actor stays: that of the record that was merged away, or that of the one it went into. */
export const SettleMerge = z.object({ keep: z.enum(['merged', 'into']) });
export type SettleMerge = z.infer<typeof SettleMerge>;

/** Links that need a person: parked or in conflict. */
export const AttentionPage = z.object({
  links: z.array(
    z.object({
      linkId: Id,
      connectionName: z.string(),
      entity: CrmEntity,
      entityName: z.string().nullable(),
      parked: Reason.nullable(),
      conflicts: z.number().int(),
      /** The record was merged into this one, which is connected to another actor: one of the two can stay. */
      merge: z
        .object({ into: CrmEntity, intoName: z.string().nullable(), actor: ErpKey, otherActor: ErpKey.nullable() })
        .nullable(),
      since: z.iso.datetime(),
    }),
  ),
});
export type AttentionPage = z.infer<typeof AttentionPage>;
