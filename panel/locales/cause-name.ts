import { msg } from '@lit/localize';
import type { Cause } from '../../shared/vocabulary.ts';

/** What made the sync look at a record, for the log. */
export function causeName(cause: string): string {
  return cause in names ? names[cause as Cause]() : cause;
}

const names: Record<Cause, () => string> = {
  user: () => msg('User'),
  webhook: () => msg('Changed in SuperOffice'),
  poll: () => msg('Changed in ERP'),
  sweep: () => msg('Regular check'),
  compare: () => msg('Nightly comparison'),
  connect: () => msg('Connect'),
  create: () => msg('Created in ERP'),
  resync: () => msg('Resync'),
  import: () => msg('Import'),
  undo: () => msg('Undo'),
  restore: () => msg('Backup restored'),
  retry: () => msg('Retry'),
};
