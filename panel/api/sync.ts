import type { AttentionPage, LedgerPage, LedgerQuery, SetAutomaticSync, SyncStatus } from '../../shared/api/sync.ts';
import type { Api } from './client.ts';

export const fetchSyncStatus = (api: Api, signal: AbortSignal) => api<SyncStatus>('GET', '/api/sync', { signal });

export const setAutomaticSync = (api: Api, body: SetAutomaticSync) => api<SyncStatus>('PUT', '/api/sync', { body });

/** Newest first. */
export function fetchLedger(api: Api, { text, connectionId, after }: LedgerQuery, signal?: AbortSignal) {
  const query = new URLSearchParams();
  if (text) query.set('text', text);
  if (connectionId) query.set('connectionId', connectionId);
  if (after) query.set('after', after);
  return api<LedgerPage>('GET', `/api/ledger?${query}`, signal ? { signal } : {});
}

export const fetchAttention = (api: Api, signal: AbortSignal) =>
  api<AttentionPage>('GET', '/api/attention', { signal });
