import type {
  BeginComparison,
  ComparisonPage,
  NightlyTime,
  UnequalPage,
  UnequalQuery,
} from '../../shared/api/comparisons.ts';
import type { Api } from './client.ts';

export const fetchComparisons = (api: Api, signal?: AbortSignal) =>
  api<ComparisonPage>('GET', '/api/comparisons', signal ? { signal } : {});

export const beginComparison = (api: Api, body: BeginComparison) =>
  api<ComparisonPage>('POST', '/api/comparisons', { body });

export const setNightlyTime = (api: Api, body: NightlyTime) =>
  api<ComparisonPage>('PUT', '/api/comparisons/nightly', { body });

export function fetchUnequal(api: Api, connectionId: string, { reason, after }: UnequalQuery, signal?: AbortSignal) {
  const query = new URLSearchParams();
  if (reason) query.set('reason', reason);
  if (after) query.set('after', after);
  return api<UnequalPage>('GET', `/api/comparisons/${connectionId}/unequal?${query}`, signal ? { signal } : {});
}
