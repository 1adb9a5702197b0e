import type { FieldMappings, SaveFieldMapping } from '../../shared/api/mappings.ts';
import type { ActorType } from '../../shared/vocabulary.ts';
import type { Api } from './client.ts';

export const fetchFieldMappings = (api: Api, connectionId: string, signal: AbortSignal) =>
  api<FieldMappings>('GET', `/api/connections/${connectionId}/mappings`, { signal });

export const saveFieldMapping = (api: Api, connectionId: string, actorType: ActorType, body: SaveFieldMapping) =>
  api('PUT', `/api/connections/${connectionId}/mappings/${actorType}`, { body });
