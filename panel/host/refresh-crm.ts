import type { Session } from '../../shared/api/session.ts';

/** Tells the CRM client around us to read the record again, after we have written to it. There is no answer. */
export function refreshCrm({ crmOrigin }: Session): void {
  if (window.parent !== window) window.parent.postMessage({ command: 'refresh' }, crmOrigin);
}
