import { z } from 'zod';
import { ActorRef, CrmEntity, Id, Reason } from './common.ts';

export const UnequalReason = z.enum(['changed', 'conflict', 'parked', 'oneWay', 'gone', 'unread']);
export type UnequalReason = z.infer<typeof UnequalReason>;

/** When the nightly comparison begins, in the tenant's own time. */
export const NightlyTime = z.object({ hour: z.number().int().min(0).max(23), timeZone: z.string().min(1).max(64) });
export type NightlyTime = z.infer<typeof NightlyTime>;

/** What is known of the links of one connection. */
export const Comparison = z.object({
  connectionId: Id,
  connectionName: z.string(),
  /** The comparison under way. */
  progress: z.object({ compared: z.number().int(), total: z.number().int() }).nullable(),
  /** What the last whole one proved. `settled` are those that have been made equal since. */
  verified: z
    .object({
      at: z.iso.datetime(),
      total: z.number().int(),
      equal: z.number().int(),
      others: z.array(z.object({ reason: UnequalReason, count: z.number().int(), settled: z.number().int() })),
    })
    .nullable(),
  /** Why the last one came to no end, or concluded nothing. */
  trouble: Reason.nullable(),
});
export type Comparison = z.infer<typeof Comparison>;

export const ComparisonPage = z.object({ nightly: NightlyTime, comparisons: z.array(Comparison) });
export type ComparisonPage = z.infer<typeof ComparisonPage>;

/** Null compares all connections. */
export const BeginComparison = z.object({ connectionId: Id.nullable() });
export type BeginComparison = z.infer<typeof BeginComparison>;

/** `after` is `next` of the page before. */
export const UnequalQuery = z.object({ reason: UnequalReason.optional(), after: Id.optional() });
export type UnequalQuery = z.infer<typeof UnequalQuery>;

export const UnequalPage = z.object({
  links: z.array(
    z.object({
      linkId: Id,
      entity: CrmEntity,
      entityName: z.string().nullable(),
      actor: ActorRef,
      reason: UnequalReason,
      settled: z.boolean(),
    }),
  ),
  next: z.string().nullable(),
});
export type UnequalPage = z.infer<typeof UnequalPage>;
