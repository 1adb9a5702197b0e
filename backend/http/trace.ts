import { randomBytes } from 'node:crypto';
import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import { routePath } from 'hono/route';
import type { SignedIn } from '../application/tenant/open-session.ts';
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
    // Of a route that wants a session; the type says always.
    tenant: (c.var.signedIn as SignedIn | undefined)?.ctx.tenant ?? null,
    userId: (c.var.signedIn as SignedIn | undefined)?.session.userId ?? null,
    address: callerOf(c),
    method: c.req.method,
    route: routePath(c, -1),
    status: c.res.status,
    ms: Math.round(performance.now() - started),
  });
});

/** Who called: the last address that is told, which the proxy in front of us has entered, or whoever is connected. */
function callerOf(c: Context<Env>): string | null {
  const told = c.req.header('x-forwarded-for')?.split(',').at(-1)?.trim() ?? '';
  if (/^[\da-f.:]{2,45}$/i.test(told)) return told;
  // Without a server, as in tests, nobody is connected.
  const server: unknown = c.env;
  const isThere = typeof server === 'object' && server !== null && 'incoming' in server;
  return isThere ? (getConnInfo(c).remote.address ?? null) : null;
}
