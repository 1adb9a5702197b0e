import type {
  ErpList,
  FieldMappings,
  SaveFieldMapping,
  SaveFieldRanks,
  SchemaTasks,
} from '../../shared/api/mappings.ts';
import type { ActorType } from '../../shared/vocabulary.ts';
import type { Api } from './client.ts';

export const fetchFieldMappings = (api: Api, connectionId: string, signal: AbortSignal) =>
  api<FieldMappings>('GET', `/api/connections/${connectionId}/mappings`, { signal });

export const saveFieldMapping = (api: Api, connectionId: string, actorType: ActorType, body: SaveFieldMapping) =>
  api('PUT', `/api/connections/${connectionId}/mappings/${actorType}`, { body });

export const fetchErpList = (
  api: Api,
  connectionId: string,
  actorType: ActorType,
  field: string,
  signal: AbortSignal,
) =>
  api<ErpList>(
    'GET',
    `/api/connections/${connectionId}/mappings/${actorType}/list?${new URLSearchParams({ field }).toString()}`,
    { signal },
  );

/** The order of fields, and which of them the ERP tab shows. */
export const saveFieldRanks = (api: Api, connectionId: string, actorType: ActorType, body: SaveFieldRanks) =>
  api('PUT', `/api/connections/${connectionId}/ranks/${actorType}`, { body });

/** What ERPs changed under mappings. */
export const fetchSchemaTasks = (api: Api, signal: AbortSignal) =>
  api<SchemaTasks>('GET', '/api/schema-tasks', { signal });

export const finishSchemaTask = (api: Api, connectionId: string, actorType: ActorType) =>
  api('DELETE', `/api/connections/${connectionId}/schema-tasks/${actorType}`);
