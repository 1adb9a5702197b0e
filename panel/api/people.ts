import type { People } from '../../shared/api/connections.ts';
import type { Api } from './client.ts';

/** Whom a scope can name. */
export const fetchPeople = (api: Api, signal: AbortSignal) => api<People>('GET', '/api/people', { signal });
