import { AppError } from '../../errors.ts';
import { log } from '../../log.ts';

export interface Patience {
  /** Pauses while the caller waits: a database that restarts is back within these, and nobody notices. */
  readonly pausesMs: readonly number[];
  /** Pause between the tries in the background, and how many there are. */
  readonly againMs: number;
  readonly tries: number;
}

const patient: Patience = { pausesMs: [100, 300, 600, 1000, 2000], againMs: 2_000, tries: 450 };
/** What one process keeps at most. */
const MOST = 20_000;

/**
 * Runs work that must reach the database. While the database is away it waits with the caller for some seconds, then lets
 * the caller go and tries on in the background.
 *
 * For webhooks that is the lesser evil: SuperOffice sends an event three times within five seconds, then drops it, and
 * after nine failures it sends nothing more. An event is a hint to look, and the sweep finds what changed even if this
 * process dies with it; a webhook that was switched off costs minutes for everything.
 */
export function untilStored({ pausesMs, againMs, tries }: Patience = patient, most = MOST) {
  let kept = 0;

  async function tryOn(work: () => Promise<void>, about: { readonly tenant: string; readonly webhookId: string }) {
    for (let left = tries; left > 0; left--) {
      await pause(againMs);
      const failure = await failureOf(work);
      // Refused after all: the subscription is gone.
      if (failure === null || failure instanceof AppError) return;
      if (left === 1) log.error('webhook.left_to_sweep', failure, about);
    }
  }

  return async (work: () => Promise<void>, about: { readonly tenant: string; readonly webhookId: string }) => {
    let failure: unknown = null;
    for (const wait of [0, ...pausesMs]) {
      if (wait > 0) await pause(wait);
      failure = await failureOf(work);
      if (failure === null) return;
      if (failure instanceof AppError) throw failure;
    }
    log.error('webhook.store_away', failure, about);
    if (kept >= most) return;
    kept += 1;
    void tryOn(work, about).finally(() => {
      kept -= 1;
    });
  };
}

async function failureOf(work: () => Promise<void>): Promise<unknown> {
  try {
    await work();
    return null;
  } catch (error) {
    return error;
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds).unref());
}
