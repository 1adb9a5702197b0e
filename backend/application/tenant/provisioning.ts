import type { ErrorCode } from '../../../shared/errors.ts';
import type { App, Context } from '../../context.ts';
import { AppError } from '../../errors.ts';
import { isAdministrator } from './check-licence.ts';
import { openContext } from './open-context.ts';
import type { KeptIdentity } from './sign-in-attempt.ts';

/** Longer than it ever takes. After it, a run that died no longer keeps others out. */
export const LONGEST_RUN = 5 * 60_000;

export type StepName = 'rights' | 'approval' | 'systemUser' | 'panels' | 'webhook' | 'nothingLeft' | 'data';

export interface Step {
  readonly name: StepName;
  /** Null when it has passed. */
  readonly failure: ErrorCode | null;
  /** What it failed at, by its name in SuperOffice. */
  readonly at: string | null;
}

type RunStep = <T>(name: StepName, work: () => Promise<T>) => Promise<T>;

/** Tells what was done up to the end, or up to the step that failed, which is the last. */
export async function inSteps(work: (step: RunStep) => Promise<void>): Promise<readonly Step[]> {
  const steps: Step[] = [];
  try {
    await work(async (name, run) => {
      try {
        const result = await run();
        steps.push({ name, failure: null, at: null });
        return result;
      } catch (error) {
        if (error instanceof AppError) steps.push({ name, failure: error.code, at: nameIn(error) });
        throw error;
      }
    });
  } catch (error) {
    if (!steps.at(-1)?.failure) throw error;
  }
  return steps;
}

function nameIn({ detail }: AppError): string | null {
  return typeof detail['name'] === 'string' ? detail['name'] : null;
}

/** Asked with her own token: the claim of the sign-in and what a page address says are hints. */
export async function requireAdministratorOf(app: App, { tenant, tokens }: KeptIdentity): Promise<void> {
  const crm = app.superOffice.asUser(tenant, tokens, async () => {});
  if (!isAdministrator(await crm.principal())) throw new AppError('access.denied', { right: 'administrator' });
}

/** Runs `work` as the tenant's system user, while nobody else installs or removes there. */
export async function aloneInTenant(
  app: App,
  { tenant, serial, systemToken }: KeptIdentity,
  step: RunStep,
  work: (ctx: Context) => Promise<void>,
): Promise<void> {
  const { installations } = app.storeOf(tenant);
  const now = app.clock.now();
  await step('approval', async () => {
    if (systemToken === null) throw new AppError('approval.missing');
    await app.registry.add(tenant, now);
    await installations.saveSystemToken(serial, systemToken);
    const begun = await installations.begin(now, new Date(now.getTime() + LONGEST_RUN));
    if (!begun) throw new AppError('install.running');
  });
  try {
    const ctx = await openContext(app, tenant);
    await step('systemUser', () => ctx.crm.principal());
    await work(ctx);
  } finally {
    await installations.finish();
  }
}
