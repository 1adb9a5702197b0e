import type {
  CreateActor,
  CreatedActor,
  DecideCreation,
  DoubtfulCreation,
  PrepareActor,
  PreparedActor,
} from '../../shared/api/creations.ts';
import type { Api } from './client.ts';

export const prepareActor = (api: Api, body: PrepareActor, signal: AbortSignal) =>
  api<PreparedActor>('POST', '/api/creations/preview', { body, signal });

export const createActor = (api: Api, body: CreateActor) => api<CreatedActor>('POST', '/api/creations', { body });

/** A creation in doubt, with the actors that may have come of it. */
export const fetchCreation = (api: Api, id: string, signal: AbortSignal) =>
  api<DoubtfulCreation>('GET', `/api/creations/${id}`, { signal });

export const decideCreation = (api: Api, id: string, body: DecideCreation) =>
  api('PUT', `/api/creations/${id}/decision`, { body });
