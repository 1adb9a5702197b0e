/** Tells the CRM client to read the record again, after we have written to it. There is no answer. */
export function refreshCrm(crmOrigin: string): void {
  if (window.parent !== window) window.parent.postMessage({ command: 'refresh' }, crmOrigin);
}
