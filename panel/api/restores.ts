import type { ReportRestore, SettleRestore } from '../../shared/api/restores.ts';
import type { Api } from './client.ts';

/** Automatic sync stops, and a plan is made. */
export const reportRestore = (api: Api, body: ReportRestore) => api('POST', '/api/restores', { body });

export const settleRestore = (api: Api, id: string, body: SettleRestore) =>
  api('POST', `/api/restores/${id}`, { body });
