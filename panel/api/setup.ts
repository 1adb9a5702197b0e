import type { GiveSeats, Seats, SetupCheck } from '../../shared/api/setup.ts';
import type { Api } from './client.ts';

export const fetchSetupCheck = (api: Api, signal?: AbortSignal) =>
  api<SetupCheck>('GET', '/api/setup-check', signal ? { signal } : {});

export const repairSetup = (api: Api) => api<SetupCheck>('POST', '/api/setup-check/repair');

export const fetchSeats = (api: Api, signal?: AbortSignal) => api<Seats>('GET', '/api/seats', signal ? { signal } : {});

export const giveSeats = (api: Api, body: GiveSeats) => api<Seats>('PUT', '/api/seats', { body });

export const freeSeat = (api: Api, userId: number) => api<Seats>('DELETE', `/api/seats/${userId}`);
