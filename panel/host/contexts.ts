import { createContext } from '@lit/context';
import type { Session } from '../../shared/api/session.ts';
import type { CrmEntity } from '../../shared/vocabulary.ts';
import type { Api } from '../api/client.ts';

/** The way to our backend. */
export const apiContext = createContext<Api>('erpsync-api');

/** The company, contact or project in view; null when SuperOffice shows none. */
export const entityContext = createContext<CrmEntity | null>('erpsync-entity');

/** Who is signed in. There is one before any screen is drawn. */
export const sessionContext = createContext<Session>('erpsync-session');
