import { createMiddleware } from 'hono/factory';
import type { Env } from './env.ts';

/** What every answer carries. `framedBy` are the sites whose pages may frame the panels; nothing else may be framed. */
export const securityHeaders = (origin: string, framedBy: readonly string[]) => {
  const panels = policy(framedBy.join(' ') || "'none'");
  const others = policy("'none'");
  const overTls = origin.startsWith('https:');

  return createMiddleware<Env>(async (c, next) => {
    await next();
    const { headers } = c.res;
    headers.set('Content-Security-Policy', c.req.path.startsWith('/panels/') ? panels : others);
    headers.set('X-Content-Type-Options', 'nosniff');
    // Panel addresses carry ids.
    headers.set('Referrer-Policy', 'no-referrer');
    headers.set('Cross-Origin-Resource-Policy', 'same-origin');
    headers.set('Permissions-Policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()');
    headers.set('X-Trace-Id', c.var.traceId);
    if (overTls) headers.set('Strict-Transport-Security', 'max-age=63072000');
    if (!headers.has('Cache-Control')) headers.set('Cache-Control', 'no-store');
  });
};

function policy(frameAncestors: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "font-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    `frame-ancestors ${frameAncestors}`,
    "require-trusted-types-for 'script'",
    'trusted-types lit-html',
  ].join('; ');
}
