import { readFileSync } from 'node:fs';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Context } from 'hono';
import { z } from 'zod';
import { Id } from '../../../shared/api/common.ts';
import { finishSignIn } from '../../application/tenant/finish-sign-in.ts';
import { install } from '../../application/tenant/install.ts';
import { redeemPageSignIn } from '../../application/tenant/redeem-sign-in.ts';
import { newSecret } from '../../application/tenant/session-token.ts';
import { beginSignIn, startPageSignIn } from '../../application/tenant/start-sign-in.ts';
import { uninstall } from '../../application/tenant/uninstall.ts';
import type { App } from '../../context.ts';
import { AppError } from '../../errors.ts';
import { browserCookie } from '../cookies.ts';
import type { Env } from '../env.ts';
import { languageOf } from '../language.ts';
import { onlyOurForms } from '../guard.ts';
import { confirmPage, handOverPage, messagePage, resultPage } from '../pages/page.ts';
import { textsFor } from '../pages/texts.ts';
import { validate } from '../validate.ts';

const Attempt = z.object({ attempt: Id });
const Confirmation = z.object({ attemptId: Id, code: z.string().min(6).max(64) });
const CONFIRMATION_BYTES = 4096;

/** Our own pages, which stand in a window of their own: the sign-in, and what an administrator does outside SuperOffice. */
export const pages = (app: App) =>
  new Hono<Env>()
    .get('/auth/start', validate('query', Attempt), async (c) => {
      const known = browserCookie.read(c);
      const browser = /^[A-Za-z0-9_-]{43}$/.test(known) ? known : newSecret();
      const url = await beginSignIn(app, c.req.valid('query').attempt, browser);
      browserCookie.write(c, browser);
      return c.redirect(url);
    })
    .get('/auth/callback', async (c) => {
      const { search } = new URL(c.req.url);
      const finished = await finishSignIn(app, `${app.origin}/auth/callback${search}`, browserCookie.read(c));
      const language = languageOf(c);
      return c.html(finished.purpose === 'panel' ? handOverPage(language, finished) : confirmPage(language, finished));
    })
    .get('/auth/page.css', serve('page.css', 'text/css'))
    .get('/auth/hand-over.js', serve('hand-over.js', 'text/javascript'))
    .get('/signed-out', (c) => c.html(messagePage(languageOf(c), textsFor(languageOf(c)).signedOut)))
    .route('/install', provision(app, 'install'))
    .route('/uninstall', provision(app, 'uninstall'));

function provision(app: App, purpose: 'install' | 'uninstall') {
  const run = { install, uninstall }[purpose];
  return new Hono<Env>()
    .get('/', async (c) => c.redirect(`/auth/start?attempt=${await startPageSignIn(app, purpose)}`))
    .post(
      '/',
      onlyOurForms(app.origin),
      bodyLimit({ maxSize: CONFIRMATION_BYTES, onError: refuseSize }),
      validate('form', Confirmation),
      async (c) => {
        const confirmed = { ...c.req.valid('form'), browser: browserCookie.read(c) };
        const steps = await run(app, await redeemPageSignIn(app, confirmed, purpose));
        const failed = steps.some(({ failure }) => failure !== null);
        return c.html(resultPage(languageOf(c), purpose, steps, c.var.traceId), failed ? 409 : 200);
      },
    );
}

function serve(file: string, type: string) {
  const content = readFileSync(new URL(`../pages/${file}`, import.meta.url), 'utf8');
  return (c: Context) =>
    c.body(content, 200, { 'Content-Type': `${type}; charset=utf-8`, 'Cache-Control': 'no-cache' });
}

function refuseSize(): never {
  throw new AppError('input.too_large');
}
