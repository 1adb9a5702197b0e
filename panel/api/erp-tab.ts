import type {
  CompareValues,
  ComparedValues,
  ErpTab,
  FoundActors,
  LiveValues,
  SearchActors,
} from '../../shared/api/erp-tab.ts';
import type { CrmEntity } from '../../shared/vocabulary.ts';
import type { Api } from './client.ts';

export const erpTabPath = ({ type, id }: CrmEntity) => `/api/erp-tab/${type}/${id}`;

export const fetchErpTab = (api: Api, entity: CrmEntity, signal: AbortSignal) =>
  api<ErpTab>('GET', erpTabPath(entity), { signal });

/** Read from the ERP now. Fetched per connection, so that a slow ERP delays only itself. */
export const fetchLiveValues = (api: Api, { type, id }: CrmEntity, connectionId: string, signal: AbortSignal) =>
  api<LiveValues>('GET', `/api/erp-tab/${type}/${id}/connections/${connectionId}/values`, { signal });

export const searchActors = (api: Api, body: SearchActors, signal: AbortSignal) =>
  api<FoundActors>('POST', '/api/actor-searches', { body, signal });

export const compareValues = (api: Api, body: CompareValues, signal: AbortSignal) =>
  api<ComparedValues>('POST', '/api/link-previews', { body, signal });
