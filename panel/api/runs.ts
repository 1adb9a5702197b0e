import type {
  ConfirmRun,
  RunDetail,
  RunPage,
  RunStepPage,
  RunStepQuery,
  StartSync,
  StartUndo,
} from '../../shared/api/runs.ts';
import type { Api } from './client.ts';

/** Latest first. */
export const fetchRuns = (api: Api, signal: AbortSignal) => api<RunPage>('GET', '/api/runs', { signal });

export const fetchRun = (api: Api, id: string) => api<RunDetail>('GET', `/api/runs/${id}`);

export function fetchRunSteps(api: Api, id: string, filter: RunStepQuery, signal?: AbortSignal) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(filter)) if (value !== undefined) query.set(name, value);
  return api<RunStepPage>('GET', `/api/runs/${id}/steps?${query}`, signal ? { signal } : {});
}

export const startRun = (api: Api, body: StartSync | StartUndo) => api<RunDetail>('POST', '/api/runs', { body });

/** Writes exactly what was planned, if that is still what the person saw. */
export const executeRun = (api: Api, id: string, action: 'approve' | 'execute', body: ConfirmRun) =>
  api<RunDetail>('POST', `/api/runs/${id}/${action}`, { body });

export const steerRun = (api: Api, id: string, action: 'pause' | 'resume' | 'cancel') =>
  api<RunDetail>('POST', `/api/runs/${id}/${action}`);

/** Plans to put back what a run has changed; the answer is a run of its own. */
export const undoRun = (api: Api, id: string) => api<RunDetail>('POST', `/api/runs/${id}/undo`);
