import type { Session } from '../../shared/api/session.ts';
import type { CrmEntity } from '../../shared/vocabulary.ts';

/** Shows a record in the CRM client around us, as "CrossMessaging" of SuperOffice describes. There is no answer. */
export function openEntity({ crmOrigin }: Session, { type, id }: CrmEntity): void {
  if (window.parent === window) return;
  window.parent.postMessage({ command: 'soprotocol', arguments: `${type}.main?${type}_id=${id}` }, crmOrigin);
}
