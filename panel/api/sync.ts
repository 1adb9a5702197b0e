import type { AttentionPage, LedgerPage, SetAutomaticSync, SyncStatus } from '../../shared/api/sync.ts';
import type { Api } from './client.ts';

export const fetchSyncStatus = (api: Api, signal: AbortSignal) => api<SyncStatus>('GET', '/api/sync', { signal });

export const setAutomaticSync = (api: Api, body: SetAutomaticSync) => api<SyncStatus>('PUT', '/api/sync', { body });

export interface LedgerQuery {
  /** Found in the old or new value, the field or the record; blank finds all. */
  readonly text: string;
  readonly connectionId: string | null;
  /** `next` of the page before. */
  readonly after: string | null;
}

/** Newest first. */
export function fetchLedger(api: Api, { text, connectionId, after }: LedgerQuery, signal?: AbortSignal) {
  const query = new URLSearchParams();
  if (text !== '') query.set('text', text);
  if (connectionId !== null) query.set('connectionId', connectionId);
  if (after !== null) query.set('after', after);
  return api<LedgerPage>('GET', `/api/ledger?${query}`, signal ? { signal } : {});
}

export const fetchAttention = (api: Api, signal: AbortSignal) =>
  api<AttentionPage>('GET', '/api/attention', { signal });
