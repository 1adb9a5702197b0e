import type {
  ChooseRecord,
  ChosenConsentSource,
  ConfirmImport,
  ConsentSource,
  Import,
  ImportedActorPage,
  ImportedActorQuery,
  ImportPage,
  LeaveOut,
  StartImport,
} from '../../shared/api/imports.ts';
import type { Api } from './client.ts';

/** Of one connection, latest first. */
export const fetchImports = (api: Api, connectionId: string, signal: AbortSignal) =>
  api<ImportPage>('GET', `/api/imports?connectionId=${connectionId}`, { signal });

export const startImport = (api: Api, body: StartImport) => api<Import>('POST', '/api/imports', { body });

export const fetchImport = (api: Api, id: string) => api<Import>('GET', `/api/imports/${id}`);

export function fetchImportedActors(api: Api, id: string, filter: ImportedActorQuery, signal?: AbortSignal) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(filter)) if (value !== undefined) query.set(name, value);
  return api<ImportedActorPage>('GET', `/api/imports/${id}/actors?${query}`, signal ? { signal } : {});
}

/** Does exactly what was planned, if that is still what the person saw. */
export const executeImport = (api: Api, id: string, body: ConfirmImport) =>
  api<Import>('POST', `/api/imports/${id}/execute`, { body });

export const chooseRecord = (api: Api, id: string, body: ChooseRecord) =>
  api<Import>('POST', `/api/imports/${id}/choose`, { body });

export const leaveOutActors = (api: Api, id: string, body: LeaveOut) =>
  api<Import>('POST', `/api/imports/${id}/leave-out`, { body });

export const steerImport = (api: Api, id: string, action: 'pause' | 'resume' | 'cancel' | 'disconnect') =>
  api<Import>('POST', `/api/imports/${id}/${action}`);

export const fetchConsentSource = (api: Api, signal: AbortSignal) =>
  api<ConsentSource>('GET', '/api/consent-source', { signal });

export const chooseConsentSource = (api: Api, body: ChosenConsentSource) => api('PUT', '/api/consent-source', { body });
