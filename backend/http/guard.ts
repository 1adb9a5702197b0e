import { createMiddleware } from 'hono/factory';
import { AppError } from '../errors.ts';
import type { Env } from './env.ts';

const safe = new Set(['GET', 'HEAD']);

/**
 * Our cookie comes along on requests that other sites make, so what changes something must come from our own page: the
 * browser says so, or at least names our origin. JSON only, which no form of another site can send.
 */
export const onlyOurPages = (origin: string) =>
  createMiddleware<Env>(async (c, next) => {
    if (!safe.has(c.req.method)) {
      if (!isOurs(c.req.header('sec-fetch-site'), c.req.header('origin'), origin)) throw new AppError('access.denied');
      if (!isJson(c.req.header('content-type'))) throw new AppError('input.invalid', { problem: 'not JSON' });
    }
    await next();
  });

/** The same for the forms of our own pages. They say `null` for their origin, because we let no referrer out. */
export const onlyOurForms = (origin: string) =>
  createMiddleware<Env>(async (c, next) => {
    const site = c.req.header('sec-fetch-site');
    const from = c.req.header('origin');
    if (!isOurs(site, from === 'null' && site !== undefined ? undefined : from, origin)) {
      throw new AppError('access.denied');
    }
    await next();
  });

function isOurs(site: string | undefined, from: string | undefined, origin: string): boolean {
  if (site === undefined) return from === origin;
  return site === 'same-origin' && (from === undefined || from === origin);
}

function isJson(contentType: string | undefined): boolean {
  return /^application\/json(\s*;\s*charset=utf-8)?$/i.test(contentType ?? '');
}
