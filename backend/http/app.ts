import { Hono, type Context } from 'hono';
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
import { languageOf } from './language.ts';
import { failurePage } from './pages/page.ts';
import { connections } from './routes/connections.ts';
import { comparisons } from './routes/comparisons.ts';
import { connectors } from './routes/connectors.ts';
import { contract } from './routes/contract.ts';
import { creations } from './routes/creations.ts';
import { erpTab } from './routes/erp-tab.ts';
import { health, type Readiness } from './routes/health.ts';
import { hooks } from './routes/hooks.ts';
import { links } from './routes/links.ts';
import { mappings } from './routes/mappings.ts';
import { pages } from './routes/pages.ts';
import { panels } from './routes/panels.ts';
import { people } from './routes/people.ts';
import { restores } from './routes/restores.ts';
import { imports } from './routes/imports.ts';
import { runs } from './routes/runs.ts';
import { session } from './routes/session.ts';
import { setup } from './routes/setup.ts';
import { sync } from './routes/sync.ts';
import { trace } from './trace.ts';

export interface HttpParts {
  readonly app: App;
  /** The sites of SuperOffice, whose pages frame the panels. */
  readonly framedBy: readonly string[];
  /** Where the built panels are. */
  readonly panelFolder: string;
  /** Without it, as soon as it answers. */
  readonly readiness?: () => Promise<Readiness>;
}

/** The largest form of the Sync page is a few hundred mapped fields. */
const LARGEST_BODY = 1024 * 1024;

/** Everything that answers over HTTP. */
export function createHttp({ app, framedBy, panelFolder, readiness = () => Promise.resolve('ready') }: HttpParts) {
  const http = new Hono<Env>();
  http.use(trace, securityHeaders(app.origin, framedBy));
  http.use('/panels/*', compress());
  http.use('/api/*', onlyOurPages(app.origin), bodyLimit({ maxSize: LARGEST_BODY, onError: refuseSize }));
  http.use('/api/*', authenticate(app));

  const refuse = (error: AppError, c: Context<Env>) => {
    const { traceId } = c.var;
    if (isForMachines(c.req.path)) return answerError(error, c, traceId);
    return c.html(failurePage(languageOf(c), error.code, traceId, againAt(c.req.path)), statusOf[error.code]);
  };
  http.notFound((c) => refuse(new AppError('route.not_found'), c));
  http.onError((error, c) => {
    const known = toAppError(error);
    const about = { traceId: c.var.traceId, method: c.req.method };
    if (known.code === 'internal') log.error('http.failed', error, about);
    if (known.code === 'store.away') log.warn('http.store_away', about);
    return refuse(known, c);
  });

  return http
    .route('/', health(readiness))
    .route('/', contract)
    .route('/', hooks(app, createAcceptWebhook(app)))
    .route('/', pages(app))
    .route('/', panels(panelFolder))
    .route('/api', session(app))
    .route('/api', connectors)
    .route('/api', connections)
    .route('/api', mappings)
    .route('/api', people)
    .route('/api', setup(app))
    .route('/api', erpTab)
    .route('/api', links)
    .route('/api', creations)
    .route('/api', sync)
    .route('/api/comparisons', comparisons)
    .route('/api/restores', restores)
    .route('/api', runs)
    .route('/api', imports);
}

function isForMachines(path: string): boolean {
  return /^\/(api|hooks|healthz|readyz)(\/|$)/.test(path);
}

/** A sign-in that failed in the middle begins again where it began; in a pop-up, that is the panel. */
function againAt(path: string): string | null {
  return path === '/install' || path === '/uninstall' ? path : null;
}

function refuseSize(): never {
  throw new AppError('input.too_large');
}
