import { z } from 'zod';
import { CrmEntity, FieldKey, Id, Reason } from './common.ts';

export const SyncStatus = z.object({
  /** Automatic sync is on. *Sync now* works all the same. */
  automatic: z.boolean(),
  links: z.number().int(),
  waiting: z.number().int(),
  conflicts: z.number().int(),
  parked: z.number().int(),
  lastRunAt: z.iso.datetime().nullable(),
});
export type SyncStatus = z.infer<typeof SyncStatus>;

export const SetAutomaticSync = z.object({ automatic: z.boolean() });
export type SetAutomaticSync = z.infer<typeof SetAutomaticSync>;

/** Latest first; `after` is `next` of the page before. */
export const LedgerQuery = z.object({
  text: z.string().max(254).optional(),
  connectionId: Id.optional(),
  after: z
    .string()
    .regex(/^\d{1,15}$/)
    .optional(),
});
export type LedgerQuery = z.infer<typeof LedgerQuery>;

/** One changed field. */
export const LedgerEntry = z.object({
  id: z.string(),
  at: z.iso.datetime(),
  connectionName: z.string(),
  entity: CrmEntity,
  entityName: z.string().nullable(),
  fieldKey: FieldKey,
  fieldName: z.string(),
  target: z.enum(['crm', 'erp']),
  before: z.string().nullable(),
  after: z.string().nullable(),
  cause: z.string(),
  userName: z.string().nullable(),
});
export type LedgerEntry = z.infer<typeof LedgerEntry>;

export const LedgerPage = z.object({ entries: z.array(LedgerEntry), next: z.string().nullable() });
export type LedgerPage = z.infer<typeof LedgerPage>;

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
      since: z.iso.datetime(),
    }),
  ),
});
export type AttentionPage = z.infer<typeof AttentionPage>;
