import { createMiddleware } from 'hono/factory';
import { openSession } from '../application/tenant/open-session.ts';
import type { App } from '../context.ts';
import { AppError } from '../errors.ts';
import { sessionCookie } from './cookies.ts';
import type { Env } from './env.ts';

/**
 * `anyone`; `session`: who has signed in; `licensed`: and may use the app; `administrator`: and may set it up; `manager`: may
 * set it up, licensed or not.
 */
export type Access = 'anyone' | 'session' | 'licensed' | 'administrator' | 'manager';

/** Who may call what, by the first word of the path below /api. What is not named here is not there. */
export const access: Readonly<Record<string, Access>> = {
  'sign-ins': 'anyone',
  session: 'session',

  'erp-tab': 'licensed',
  'actor-searches': 'licensed',
  'link-previews': 'licensed',
  links: 'licensed',
  creations: 'licensed',
  entities: 'licensed',

  connectors: 'administrator',
  'connector-kinds': 'administrator',
  'connector-tests': 'administrator',
  connections: 'administrator',
  'connection-tests': 'administrator',
  'connection-priority': 'administrator',
  people: 'manager',
  'setup-check': 'manager',
  seats: 'manager',
  'schema-tasks': 'administrator',
  sync: 'administrator',
  comparisons: 'administrator',
  retention: 'administrator',
  restores: 'administrator',
  ledger: 'administrator',
  attention: 'administrator',
  runs: 'administrator',
  imports: 'administrator',
  'consent-source': 'administrator',
};

/** Opens the session of whoever calls, and turns away those who may not. A refusal tells nothing about any record. */
export const authenticate = (app: App) =>
  createMiddleware<Env>(async (c, next) => {
    const [, , subject = ''] = c.req.path.split('/');
    const needs = Object.hasOwn(access, subject) ? access[subject] : undefined;
    if (needs === undefined) throw new AppError('route.not_found');

    if (needs !== 'anyone') {
      const signedIn = await openSession(app, sessionCookie.read(c));
      const { user } = signedIn.ctx;
      if (needs !== 'session' && needs !== 'manager' && !user?.licensed) throw new AppError('licence.missing');
      if ((needs === 'administrator' || needs === 'manager') && !user?.administrator)
        throw new AppError('access.denied');
      c.set('signedIn', signedIn);
      c.set('ctx', signedIn.ctx);
    }
    await next();
  });
