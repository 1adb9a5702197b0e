import type { SetupCheck } from '../../../shared/api/setup.ts';
import type { Context } from '../../context.ts';
import { AppError } from '../../errors.ts';
import { requireManager } from '../access.ts';
import { placePanels } from './place-panels.ts';
import { LONGEST_RUN } from './provisioning.ts';
import { showSetupCheck } from './show-setup-check.ts';
import { subscribe } from './subscribe.ts';

/** Puts back what somebody has deleted or changed, and brings an older installation up to date. */
export async function repairSetup(ctx: Context, origin: string): Promise<SetupCheck> {
  requireManager(ctx);
  await repair(ctx, origin);
  return showSetupCheck(ctx, origin);
}

export async function repair(ctx: Context, origin: string): Promise<void> {
  const { installations, sweeps } = ctx.store;
  const now = ctx.clock.now();
  if (!(await installations.begin(now, new Date(now.getTime() + LONGEST_RUN)))) throw new AppError('install.running');
  try {
    await placePanels(ctx, origin);
    await subscribe(ctx, origin);
    await installations.setInstalled(ctx.user?.id ?? null, now);
    await sweeps.makeDue(now);
  } finally {
    await installations.finish();
  }
}
