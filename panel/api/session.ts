import type { RedeemSignIn, Session, SignInStarted, StartSignIn } from '../../shared/api/session.ts';
import type { Api } from './client.ts';

export const sessionPath = '/api/session';

export const fetchSession = (api: Api) => api<Session>('GET', sessionPath);

export const signOut = (api: Api) => api('DELETE', sessionPath);

export const startSignIn = (api: Api, body: StartSignIn) => api<SignInStarted>('POST', '/api/sign-ins', { body });

export const redeemSignIn = (api: Api, body: RedeemSignIn) => api<Session>('POST', '/api/sign-ins/redeem', { body });
