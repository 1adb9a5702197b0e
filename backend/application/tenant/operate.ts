import type { App, Context } from '../../context.ts';
import { AppError } from '../../errors.ts';
import { openContext } from './open-context.ts';
import { LONGEST_RUN } from './provisioning.ts';
import { repair } from './repair-setup.ts';
import { checkSetup } from './show-setup-check.ts';
import { removeFromTenant } from './uninstall.ts';
import { eraseTenant } from './watch-tenant.ts';

type Tell = (line: string) => void;

interface Operation {
  readonly usage: string;
  /** Whether it was done, or for a check, whether all is well. */
  run(app: App, tell: Tell, tenant: string, args: readonly string[]): Promise<boolean>;
}

/** What whoever runs the backend may do to a tenant, where an administrator of it would use a page. */
const operations: Readonly<Record<string, Operation>> = {
  install: {
    usage: 'finishes an installation that broke off, or says what an administrator has to open',
    async run(app, tell, tenant) {
      const ctx = await reachable(app, tenant).catch((error: unknown) => {
        if (!(error instanceof AppError) || error.code !== 'tenant.not_installed') throw error;
        return null;
      });
      if (!ctx) {
        tell(`Only an administrator of ${tenant} can approve the app. Let her open ${app.origin}/install`);
        return false;
      }
      await repair(ctx, app.origin);
      tell(`${tenant}: panels and webhook are in place.`);
      return true;
    },
  },
  check: {
    usage: 'tells every prerequisite with its state',
    async run(app, tell, tenant) {
      const { items } = await checkSetup(await openContext(app, tenant), app.origin);
      for (const { name, state, reason, names, count, of } of items) {
        const facts = [reason?.code, ...names, of === null ? count : `${count} of ${of}`];
        const told = facts.filter((fact) => fact !== null && fact !== undefined).join(', ');
        tell(`${state.padEnd(9)} ${name}${told === '' ? '' : `: ${told}`}`);
      }
      return items.every(({ state }) => state !== 'wrong');
    },
  },
  repair: {
    usage: 'puts back panels and webhook, and brings them up to date',
    async run(app, tell, tenant) {
      await repair(await reachable(app, tenant), app.origin);
      tell(`${tenant}: panels and webhook are in place.`);
      return true;
    },
  },
  seats: {
    usage: '<number | none> [until]: how many seats the company has bought, and until when (2027-12-31)',
    async run(app, tell, tenant, [number = '', until]) {
      const seats = number === 'none' ? null : /^\d{1,6}$/.test(number) ? Number(number) : undefined;
      const end = until === undefined ? null : new Date(until);
      if (seats === undefined || (end && Number.isNaN(end.getTime()))) throw new AppError('input.invalid');
      const { store } = await installed(app, tenant);
      await store.seats.license(seats, end);
      await store.sessions.checkAnew();
      tell(seats === null ? `${tenant}: SuperOffice's licences decide.` : `${tenant}: ${seats} seats.`);
      return true;
    },
  },
  uninstall: {
    usage: 'removes panels and webhook, proves it, and erases all data',
    async run(app, tell, tenant) {
      const ctx = await reachable(app, tenant);
      const now = app.clock.now();
      if (!(await ctx.store.installations.begin(now, new Date(now.getTime() + LONGEST_RUN)))) {
        throw new AppError('install.running');
      }
      try {
        await removeFromTenant(ctx, app.origin, (_, work) => work());
        tell(`${tenant}: nothing of ours is left in SuperOffice.`);
        await eraseTenant(app, tenant, 'operator');
        tell(`${tenant}: all data is erased.`);
        return true;
      } finally {
        await ctx.store.installations.finish();
      }
    },
  },
  erase: {
    usage: 'erases all data of a tenant that cannot be reached any more, or that an old backup brought back',
    async run(app, tell, tenant) {
      await eraseTenant(app, tenant, 'operator');
      tell(`${tenant}: all data is erased. What is in SuperOffice stays there.`);
      return true;
    },
  },
};

export const operationUsage: readonly string[] = Object.entries(operations).map(
  ([name, { usage }]) => `  ${name.padEnd(10)} ${usage}`,
);

/** Whether all is well afterwards. Throws `input.invalid` when there is no such operation. */
export async function operate(
  app: App,
  tell: Tell,
  [name = '', tenant = '', ...args]: readonly string[],
): Promise<boolean> {
  const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
  if (!operation || !/^[A-Za-z0-9_-]{1,64}$/.test(tenant)) throw new AppError('input.invalid');
  return operation.run(app, tell, tenant, args);
}

async function installed(app: App, tenant: string): Promise<Context> {
  const ctx = await openContext(app, tenant);
  if (!(await ctx.store.installations.get())) throw new AppError('tenant.not_installed');
  return ctx;
}

/** With the key to its system user, which only an administrator's sign-in brings. */
async function reachable(app: App, tenant: string): Promise<Context> {
  const ctx = await installed(app, tenant);
  await ctx.crm.principal();
  return ctx;
}
