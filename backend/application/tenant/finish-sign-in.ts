import type { App } from '../../context.ts';
import { AppError } from '../../errors.ts';
import { attemptsSince, CODE_LASTS, CODE_TRIES, newCode, writeIdentity, type Expected } from './sign-in-attempt.ts';

export interface FinishedSignIn {
  readonly attemptId: string;
  readonly purpose: 'panel' | 'install' | 'uninstall';
  readonly tenant: string;
  /** Of use once, for two minutes, to whoever began the attempt and to nobody else. */
  readonly code: string;
}

/** The browser is back from SuperOffice. Who it is stays here; the browser gets a code. */
export async function finishSignIn(app: App, callbackUrl: string, browser: string): Promise<FinishedSignIn> {
  const now = app.clock.now();
  const state = new URL(callbackUrl).searchParams.get('state') ?? '';
  const attempt = await app.signInAttempts.answer(state, browser, attemptsSince(now));
  if (!attempt) throw new AppError('sign_in.expired');

  const identity = await app.superOffice.finishSignIn(callbackUrl, JSON.parse(attempt.request) as Expected);
  const { tenantHint } = attempt;
  if (tenantHint !== null && tenantHint.toLowerCase() !== identity.tenant.toLowerCase()) {
    throw new AppError('sign_in.wrong_user');
  }

  const code = newCode();
  await app.signInAttempts.finish(attempt.id, {
    code,
    outcome: writeIdentity(identity),
    tries: CODE_TRIES,
    until: new Date(now.getTime() + CODE_LASTS),
  });
  return { attemptId: attempt.id, purpose: attempt.purpose, tenant: identity.tenant, code };
}
