import type { Context } from '../../context.ts';
import { AppError } from '../../errors.ts';
import { log } from '../../log.ts';
import { lookAtWebhook, subscribe } from './subscribe.ts';

const EVERY_MS = 5 * 60_000;
/** Longer than it ever takes to save one. */
const LONGEST_REPAIR = 60_000;

/**
 * SuperOffice switches a webhook off after nine failures in a row, and an administrator may stop or delete it: then
 * nobody tells us anything, and what happened meanwhile is not sent again. So we look, make it whole, and sweep the gap.
 */
export async function careForWebhook(ctx: Context, origin: string): Promise<void> {
  const { webhooks, installations, sweeps } = ctx.store;
  const now = ctx.clock.now();
  if (!(await webhooks.claimLook(now, new Date(now.getTime() - EVERY_MS)))) return;

  try {
    const { there, whole } = await lookAtWebhook(ctx, origin);
    if (whole) {
      await webhooks.noteLook({ state: 'active', failure: null, rearmedAt: null });
      return;
    }
    // Somebody installs or removes right now.
    if (!(await installations.begin(now, new Date(now.getTime() + LONGEST_REPAIR)))) return;
    try {
      await subscribe(ctx, origin);
    } finally {
      await installations.finish();
    }
    log.warn('webhook.rearmed', { tenant: ctx.tenant, state: there?.state ?? 'missing' });
    await webhooks.noteLook({ state: 'active', failure: null, rearmedAt: now });
    await sweeps.makeDue(now);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    log.warn('webhook.not_whole', { tenant: ctx.tenant, code: error.code });
    await webhooks.noteLook({ state: null, failure: error.code, rearmedAt: null });
  }
}
