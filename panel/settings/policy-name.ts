import { msg } from '@lit/localize';
import type { ConflictPolicy } from '../../shared/vocabulary.ts';

/** How a field changed on both sides is settled. */
export const policyNames: Readonly<Record<ConflictPolicy, () => string>> = {
  ask: () => msg('Ask'),
  newest: () => msg('The newest wins'),
  crm: () => msg('SuperOffice wins'),
  erp: () => msg('ERP wins'),
  nonBlank: () => msg('Not blank wins over blank'),
};
