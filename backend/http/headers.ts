import { createMiddleware } from 'hono/factory';
import type { Env } from './env.ts';

/** What every answer carries. `framedBy` are the sites whose pages may frame the panels; nothing else may be framed. */
export const securityHeaders = (origin: string, framedBy: readonly string[]) => {
  const panels = policy(framedBy.join(' ') || "'none'");
  const others = policy("'none'");
  const overTls = origin.startsWith('https:');

  // Set before, so that an answer is made with them at once; a route may still say otherwise about caching.
  return createMiddleware<Env>(async (c, next) => {
    c.header('Content-Security-Policy', c.req.path.startsWith('/panels/') ? panels : others);
    c.header('X-Content-Type-Options', 'nosniff');
    // Panel addresses carry ids.
    c.header('Referrer-Policy', 'no-referrer');
    c.header('Cross-Origin-Resource-Policy', 'same-origin');
    c.header('Permissions-Policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()');
    c.header('X-Trace-Id', c.var.traceId);
    c.header('Cache-Control', 'no-store');
    if (overTls) c.header('Strict-Transport-Security', 'max-age=63072000');
    await next();
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
