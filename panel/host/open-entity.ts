import type { CrmEntity } from '../../shared/vocabulary.ts';

/** Asks the CRM client to show a record. There is no answer. */
export function openEntity(crmOrigin: string, { type, id }: CrmEntity): void {
  if (window.parent === window) return;
  window.parent.postMessage({ command: 'soprotocol', arguments: `${type}.main?${type}_id=${id}` }, crmOrigin);
}
