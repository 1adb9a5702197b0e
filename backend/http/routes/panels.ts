import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';
import type { Env } from '../env.ts';

/** The built panels. What has a hash in its name never changes; the pages that name it are asked for each time. */
export const panels = (folder: string) =>
  new Hono<Env>()
    .get('/panels/assets/*', serveBuilt(folder, 'public, max-age=31536000, immutable'))
    .get('/panels/:page{[a-z-]+\\.html}', serveBuilt(folder, 'no-cache'));

function serveBuilt(folder: string, cacheControl: string) {
  return serveStatic<Env>({
    root: folder,
    rewriteRequestPath: (path) => path.replace(/^\/panels/, ''),
    onFound: (_, c) => c.header('Cache-Control', cacheControl),
  });
}
