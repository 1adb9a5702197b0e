import type { ListMappings, SaveListMapping } from '../../shared/api/list-mappings.ts';
import type { ActorType } from '../../shared/vocabulary.ts';
import type { Api } from './client.ts';

/** Both sides of every mapped list, as they are now. */
export const fetchListMappings = (api: Api, connectionId: string, signal: AbortSignal) =>
  api<ListMappings>('GET', `/api/connections/${connectionId}/list-mappings`, { signal });

export const saveListMapping = (api: Api, connectionId: string, actorType: ActorType, body: SaveListMapping) =>
  api('PUT', `/api/connections/${connectionId}/list-mappings/${actorType}`, { body });
