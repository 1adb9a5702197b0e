import type { RedeemSignIn, Session } from '../../../shared/api/session.ts';
import type { App } from '../../context.ts';
import { LONGEST_SESSION, type UserSession } from '../../domain/session.ts';
import { AppError } from '../../errors.ts';
import { crmOriginOf, standingOf } from './check-licence.ts';
import { openSession } from './open-session.ts';
import { newSecret, writeSessionToken } from './session-token.ts';
import { showSession } from './show-session.ts';
import { fits, readCode, readIdentity, type KeptIdentity } from './sign-in-attempt.ts';
import { signOut } from './sign-out.ts';

/**
 * Makes a session of a finished sign-in, for the panel that began it: it alone knows the verifier, and the code came to
 * it alone. The session it may have had before ends.
 */
export async function redeemSignIn(
  app: App,
  { attemptId, verifier, code }: RedeemSignIn,
  tokenBefore: string | undefined,
): Promise<{ readonly token: string; readonly session: Session }> {
  const identity = await claim(
    app,
    attemptId,
    code,
    ({ challenge }) => challenge !== null && fits(verifier, challenge),
  );
  const { tenant, userId, systemToken, serial } = identity;
  const store = app.storeOf(tenant);
  const now = app.clock.now();

  const installation = await store.installations.get();
  if (!installation?.systemToken) throw new AppError('tenant.not_installed');
  if (systemToken !== null && systemToken !== installation.systemToken) {
    await store.installations.saveSystemToken(serial, systemToken);
  }

  let { tokens } = identity;
  const userCrm = app.superOffice.asUser(tenant, tokens, async (renewed) => {
    tokens = renewed;
  });
  const [principal, crmOrigin] = await Promise.all([userCrm.principal(), crmOriginOf(app, tenant)]);
  if (principal.userId !== userId) throw new AppError('sign_in.failed');

  const session: UserSession = {
    userId,
    standing: await standingOf(app, tenant, principal),
    crmOrigin,
    tokens,
    seenAt: now,
    endsAt: new Date(now.getTime() + LONGEST_SESSION),
    checkedAt: now,
    askedAt: now,
  };
  const key = newSecret();
  await signOut(app, tokenBefore);
  await store.sessions.endThoseUntil(now);
  await store.sessions.open(key, session, now);
  const token = writeSessionToken({ tenant, key });
  return { token, session: await showSession(await openSession(app, token)) };
}

/** The same for one of our own pages: the browser that went through the sign-in vouches for itself. */
export function redeemPageSignIn(
  app: App,
  { attemptId, code, browser }: { readonly attemptId: string; readonly code: string; readonly browser: string },
  wanted: 'install' | 'uninstall',
): Promise<KeptIdentity> {
  return claim(app, attemptId, code, ({ purpose, browserHash }) => purpose === wanted && fits(browser, browserHash));
}

interface Claimable {
  readonly purpose: string;
  readonly challenge: string | null;
  readonly browserHash: string;
}

async function claim(
  app: App,
  attemptId: string,
  code: string,
  isTheirs: (attempt: Claimable) => boolean,
): Promise<KeptIdentity> {
  const attempt = await app.signInAttempts.tryClaim(attemptId, app.clock.now());
  if (!attempt) throw new AppError('sign_in.expired');
  const codeFits = fits(readCode(code), attempt.codeHash);
  if (!isTheirs(attempt) || !codeFits) throw new AppError('sign_in.failed');
  const outcome = await app.signInAttempts.claim(attemptId);
  if (outcome === null) throw new AppError('sign_in.expired');
  return readIdentity(outcome);
}
