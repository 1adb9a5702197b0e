import type { RedeemSignIn, Session, SignInStarted, StartSignIn } from '../../shared/api/session.ts';
import type { Api } from './client.ts';

export const fetchSession = (api: Api) => api<Session>('GET', '/api/session');

export const signOut = (api: Api) => api('DELETE', '/api/session');

export const startSignIn = (api: Api, body: StartSignIn) => api<SignInStarted>('POST', '/api/sign-ins', { body });

export const redeemSignIn = (api: Api, body: RedeemSignIn) => api<Session>('POST', '/api/sign-ins/redeem', { body });
