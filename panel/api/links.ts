import type {
  ConnectEntity,
  Connected,
  FieldHistory,
  ResolveConflict,
  SyncedNow,
  UndoChange,
} from '../../shared/api/erp-tab.ts';
import type { SettleMerge } from '../../shared/api/sync.ts';
import type { CrmEntity } from '../../shared/vocabulary.ts';
import type { Api } from './client.ts';

export const connectEntity = (api: Api, body: ConnectEntity) => api<Connected>('POST', '/api/links', { body });

export const disconnectEntity = (api: Api, linkId: string) => api('DELETE', `/api/links/${linkId}`);

/** Reconciles every link of the entity now, whether automatic sync is on or off. */
export const syncNow = (api: Api, { type, id }: CrmEntity) =>
  api<SyncedNow>('POST', `/api/entities/${type}/${id}/sync`);

export const retryLink = (api: Api, linkId: string) => api('POST', `/api/links/${linkId}/retry`);

export const settleMerge = (api: Api, linkId: string, body: SettleMerge) =>
  api('POST', `/api/links/${linkId}/merge`, { body });

/** Why a field holds what it holds, latest change first. */
export const fetchFieldHistory = (api: Api, linkId: string, fieldKey: string, signal: AbortSignal) =>
  api<FieldHistory>('GET', `/api/links/${linkId}/history/${encodeURIComponent(fieldKey)}`, { signal });

/** Puts one value back, if what was written still stands there. */
export const undoChange = (api: Api, linkId: string, body: UndoChange) =>
  api('POST', `/api/links/${linkId}/undo`, { body });

export const resolveConflict = (api: Api, linkId: string, fieldKey: string, body: ResolveConflict) =>
  api('PUT', `/api/links/${linkId}/conflicts/${encodeURIComponent(fieldKey)}`, { body });
