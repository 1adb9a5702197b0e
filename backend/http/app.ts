import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { compress } from 'hono/compress';
import { createAcceptWebhook } from '../application/tenant/accept-webhook.ts';
import type { App } from '../context.ts';
import { AppError } from '../errors.ts';
import { log } from '../log.ts';
import { authenticate } from './access.ts';
import type { Env } from './env.ts';
import { answerError, statusOf, toAppError } from './errors.ts';
import { onlyOurPages } from './guard.ts';
import { securityHeaders } from './headers.ts';
import { failurePage } from './pages/page.ts';
import { erpTab } from './routes/erp-tab.ts';
import { health } from './routes/health.ts';
import { hooks } from './routes/hooks.ts';
import { languageOf, pages } from './routes/pages.ts';
import { panels } from './routes/panels.ts';
import { session } from './routes/session.ts';
import { trace } from './trace.ts';

export interface HttpParts {
  readonly app: App;
  /** The sites of SuperOffice, whose pages frame the panels. */
  readonly framedBy: readonly string[];
  /** Where the built panels are. */
  readonly panelFolder: string;
}

/** The largest form of the Sync page is a few hundred mapped fields. */
const LARGEST_BODY = 1024 * 1024;

/** Everything that answers over HTTP. */
export function createHttp({ app, framedBy, panelFolder }: HttpParts) {
  const http = new Hono<Env>();
  http.use(trace, securityHeaders(app.origin, framedBy));
  http.use('/panels/*', compress());
  http.use('/api/*', onlyOurPages(app.origin), bodyLimit({ maxSize: LARGEST_BODY, onError: refuseSize }));
  http.use('/api/*', authenticate(app));

  http.onError((error, c) => {
    const known = toAppError(error);
    const { traceId } = c.var;
    if (known.code === 'internal') log.error('http.failed', error, { traceId, method: c.req.method });
    if (isForMachines(c.req.path)) return answerError(known, c, traceId);
    return c.html(failurePage(languageOf(c), known.code, traceId, againAt(c.req.path)), statusOf[known.code]);
  });
  http.notFound(() => {
    throw new AppError('route.not_found');
  });

  return http
    .route('/', health)
    .route('/', hooks(createAcceptWebhook(app)))
    .route('/', pages(app))
    .route('/', panels(panelFolder))
    .route('/api', session(app))
    .route('/api', erpTab);
}

function isForMachines(path: string): boolean {
  return /^\/(api|hooks|healthz)(\/|$)/.test(path);
}

/** A sign-in that failed in the middle begins again where it began; in a pop-up, that is the panel. */
function againAt(path: string): string | null {
  return path === '/install' || path === '/uninstall' ? path : null;
}

function refuseSize(): never {
  throw new AppError('input.too_large');
}
