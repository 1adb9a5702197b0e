import type {
  ConfigFields,
  Connector,
  ConnectorKind,
  SaveConnector,
  TestConnector,
} from '../../shared/api/connectors.ts';
import type { Api } from './client.ts';

/** Deleted ones included. */
export const fetchConnectors = (api: Api, signal: AbortSignal) =>
  api<Connector[]>('GET', '/api/connectors', { signal });

export const fetchConnectorKinds = (api: Api, signal: AbortSignal) =>
  api<ConnectorKind[]>('GET', '/api/connector-kinds', { signal });

/** The settings a connection with this connector asks for. */
export const fetchConfigFields = (api: Api, connectorId: string, signal: AbortSignal) =>
  api<ConfigFields>('GET', `/api/connectors/${connectorId}/config-fields`, { signal });

export const addConnector = (api: Api, body: SaveConnector) => api<Connector>('POST', '/api/connectors', { body });

export const saveConnector = (api: Api, id: string, body: SaveConnector) =>
  api<Connector>('PUT', `/api/connectors/${id}`, { body });

export const deleteConnector = (api: Api, id: string) => api('DELETE', `/api/connectors/${id}`);

export const restoreConnector = (api: Api, id: string) => api('POST', `/api/connectors/${id}/restore`);

/** Tries an address that need not be saved. */
export const testConnector = (api: Api, body: TestConnector) => api('POST', '/api/connector-tests', { body });
