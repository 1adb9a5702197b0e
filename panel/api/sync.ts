import type {
  AttentionPage,
  LedgerPage,
  LedgerQuery,
  SetAutomaticSync,
  SetRetention,
  SyncStatus,
} from '../../shared/api/sync.ts';
import type { Api } from './client.ts';

export const fetchSyncStatus = (api: Api, signal: AbortSignal) => api<SyncStatus>('GET', '/api/sync', { signal });

export const setAutomaticSync = (api: Api, body: SetAutomaticSync) => api<SyncStatus>('PUT', '/api/sync', { body });

/** Newest first. */
export const fetchLedger = (api: Api, query: LedgerQuery, signal?: AbortSignal) =>
  api<LedgerPage>('GET', `/api/ledger?${asSearch(query)}`, signal ? { signal } : {});

/** The same lines, all of them, as a file. */
export const ledgerFile = (query: LedgerQuery) => `/api/ledger/export?${asSearch(query)}`;

export const setRetention = (api: Api, body: SetRetention) => api('PUT', '/api/retention', { body });

/** Plans anew what the brake of a connection has stopped. */
export const compareAgain = (api: Api, connectionId: string) =>
  api<SyncStatus>('POST', `/api/connections/${connectionId}/compare`);

function asSearch(query: LedgerQuery): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') search.set(name, String(value));
  }
  return search.toString();
}

export const fetchAttention = (api: Api, signal: AbortSignal) =>
  api<AttentionPage>('GET', '/api/attention', { signal });
