import { z } from 'zod';

/** What SuperOffice says may have happened to a tenant, in the order of its numbers. */
export const tenantChanges = ['Upgrade', 'BackupRestored', 'Suspend', 'Resume', 'Delete', 'Move'] as const;

/**
 * What SuperOffice posts when the state of a tenant changes: as much of it as we look at. The address of a tenant that
 * moved stands in it too, beside the signature and not under it, so it is not read. (SuperOffice docs:
 * developer-portal/best-practices/tenant-status.)
 */
export const TenantNotification = z.object({
  ContextIdentifier: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
  ChangeType: z
    .number()
    .transform((number) => tenantChanges[number])
    .pipe(z.enum(tenantChanges)),
  Token: z.string().min(1).max(16_384),
});
