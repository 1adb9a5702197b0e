import { randomBytes } from 'node:crypto';
import { createMiddleware } from 'hono/factory';
import { routePath } from 'hono/route';
import { log } from '../log.ts';
import type { Env } from './env.ts';

/** Gives each request an id, the caller's own trace where it names one, and a line in the log. */
export const trace = createMiddleware<Env>(async (c, next) => {
  const started = performance.now();
  const [, traceId = randomBytes(16).toString('hex')] =
    /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/.exec(c.req.header('traceparent') ?? '') ?? [];
  c.set('traceId', traceId);
  await next();
  log.info('http.answered', {
    traceId,
    method: c.req.method,
    route: routePath(c, -1),
    status: c.res.status,
    ms: Math.round(performance.now() - started),
  });
});
