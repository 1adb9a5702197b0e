import { z } from 'zod';

/** Postgres keeps no NUL, and one event that cannot be kept would hold up those beside it. */
const Word = z.string().regex(/^\P{Cc}+$/u);

/**
 * What SuperOffice posts to a webhook: as much of it as we look at. Values in it are not read, the record is.
 * (SuperOffice docs: automation/webhook/dev/notification.)
 */
export const WebhookEvent = z.object({
  EventId: Word.max(64),
  Event: Word.max(100),
  PrimaryKey: z
    .number()
    .int()
    .min(-(2 ** 31))
    .max(2 ** 31 - 1),
  ContextIdentifier: z.string().max(64),
  ChangedByAssociateId: z.number().int().nullish(),
});
export type WebhookEvent = z.infer<typeof WebhookEvent>;
