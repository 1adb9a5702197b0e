import { passing } from '../../../shared/errors.ts';
import type { App, Context } from '../../context.ts';
import { AppError } from '../../errors.ts';
import { log } from '../../log.ts';
import { standingOf } from './check-licence.ts';
import { openContext } from './open-context.ts';

/** How long an answer holds that the engine may, or may not, run for a tenant. */
const MAY_RUN_MS = 10 * 60_000;
const MAY_NOT_RUN_MS = 60_000;

interface Verdict {
  readonly runs: boolean;
  /** The installation it was found for. */
  readonly systemToken: string;
  readonly until: number;
}

/** Answers the engine's context for a tenant, or null while the app is not installed, has no licence, or the tenant rests. */
export function createEngineContexts(app: App): (tenant: string) => Promise<Context | null> {
  const verdicts = new Map<string, Verdict>();

  return async (tenant) => {
    const installation = await app.storeOf(tenant).installations.get();
    if (!installation?.installedAt || installation.systemToken === null) {
      verdicts.delete(tenant);
      return null;
    }
    const { systemToken } = installation;
    const ctx = await openContext(app, tenant);
    const now = app.clock.now().getTime();
    const known = verdicts.get(tenant);
    if (known?.systemToken === systemToken && now < known.until) return known.runs ? ctx : null;

    const runs = await mayRun(app, ctx, known?.systemToken === systemToken && known.runs);
    verdicts.set(tenant, { runs, systemToken, until: now + (runs ? MAY_RUN_MS : MAY_NOT_RUN_MS) });
    if (known?.runs !== runs) log.info('engine.tenant', { tenant, state: runs ? 'runs' : 'rests' });
    return runs ? ctx : null;
  };
}

/** While SuperOffice does not answer, what it last said holds. */
async function mayRun(app: App, ctx: Context, before: boolean): Promise<boolean> {
  try {
    const { running } = await app.superOffice.tenantState(ctx.tenant);
    return running && standingOf(await ctx.crm.principal()).tenantLicensed;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    log.warn('engine.tenant_unknown', { tenant: ctx.tenant, code: error.code });
    return before && passing.has(error.code);
  }
}
