import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';
import { createMiddleware } from 'hono/factory';
import type { Env } from '../env.ts';

/** The built panels. What has a hash in its name never changes; the pages that name it are asked for each time. */
export const panels = (folder: string) => {
  const built = serveStatic<Env>({ root: folder, rewriteRequestPath: (path) => path.replace(/^\/panels/, '') });
  return new Hono<Env>()
    .get('/panels/assets/*', cached('public, max-age=31536000, immutable'), built)
    .get('/panels/:page{[a-z-]+\\.html}', cached('no-cache'), built);
};

const cached = (control: string) =>
  createMiddleware<Env>(async (c, next) => {
    await next();
    if (c.res.ok) c.res.headers.set('Cache-Control', control);
  });
