import type {
  ActivationResult,
  Connection,
  ConnectionSummary,
  SaveConnection,
  SavePriority,
  TestConnection,
} from '../../shared/api/connections.ts';
import type { SchemaChanges } from '../../shared/api/mappings.ts';
import type { Api } from './client.ts';

/** Deleted ones included. */
export const fetchConnections = (api: Api, signal: AbortSignal) =>
  api<Connection[]>('GET', '/api/connections', { signal });

export const fetchConnectionSummary = (api: Api, id: string, signal: AbortSignal) =>
  api<ConnectionSummary>('GET', `/api/connections/${id}/summary`, { signal });

export const addConnection = (api: Api, body: SaveConnection) => api<Connection>('POST', '/api/connections', { body });

export const saveConnection = (api: Api, id: string, body: SaveConnection) =>
  api<Connection>('PUT', `/api/connections/${id}`, { body });

export const deleteConnection = (api: Api, id: string) => api('DELETE', `/api/connections/${id}`);

export const restoreConnection = (api: Api, id: string) => api('POST', `/api/connections/${id}/restore`);

/** Tries settings that are not saved. */
export const testSettings = (api: Api, body: TestConnection) => api('POST', '/api/connection-tests', { body });

export const testConnection = (api: Api, id: string) => api('POST', `/api/connections/${id}/test`);

/** Which ERP wins where several change one field at once. */
export const savePriority = (api: Api, body: SavePriority) => api('PUT', '/api/connection-priority', { body });

export const activateConnection = (api: Api, id: string) =>
  api<ActivationResult>('POST', `/api/connections/${id}/activate`);

export const deactivateConnection = (api: Api, id: string) => api('POST', `/api/connections/${id}/deactivate`);

/** Asks the ERP again which fields it has; answers what has changed. */
export const refreshFields = (api: Api, id: string) =>
  api<SchemaChanges>('POST', `/api/connections/${id}/refresh-fields`);
