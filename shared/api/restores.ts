import { z } from 'zod';
import { FieldKey, Id } from './common.ts';

/** A backup of this connection's ERP was restored. */
export const ReportRestore = z.object({ connectionId: Id });
export type ReportRestore = z.infer<typeof ReportRestore>;

/** A system that was put back to an older state, and the run that plans what to do about it. */
export const Restore = z.object({
  id: Id,
  side: z.enum(['crm', 'erp']),
  connectionName: z.string().nullable(),
  at: z.iso.datetime(),
  userName: z.string().nullable(),
  runId: Id.nullable(),
});
export type Restore = z.infer<typeof Restore>;

/** `newer` gives it the values again that it had before, but for the fields in `keep`. `steps` is what the person saw. */
export const SettleRestore = z.object({
  take: z.enum(['newer', 'restored']),
  steps: z.number().int().nonnegative(),
  keep: z.array(z.object({ connectionId: Id, fieldKey: FieldKey })),
});
export type SettleRestore = z.infer<typeof SettleRestore>;
