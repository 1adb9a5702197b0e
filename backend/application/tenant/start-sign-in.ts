import { randomUUID } from 'node:crypto';
import type { SignInStarted, StartSignIn } from '../../../shared/api/session.ts';
import type { App } from '../../context.ts';
import { AppError } from '../../errors.ts';
import { attemptsSince } from './sign-in-attempt.ts';

const DAY = 24 * 60 * 60_000;

/** A sign-in for a panel, to be gone through in a window of its own. */
export async function startSignIn(app: App, { tenantHint, challenge }: StartSignIn): Promise<SignInStarted> {
  const attemptId = await open(app, 'panel', tenantHint ?? null, challenge);
  return { attemptId, url: `/auth/start?attempt=${attemptId}` };
}

/** A sign-in for one of our own pages, which only the browser that goes through it can use. */
export function startPageSignIn(app: App, purpose: 'install' | 'uninstall'): Promise<string> {
  return open(app, purpose, null, null);
}

/** Where to send the browser. From here on the attempt is this browser's. */
export async function beginSignIn(app: App, attemptId: string, browser: string): Promise<string> {
  const attempt = await app.signInAttempts.find(attemptId, browser, attemptsSince(app.clock.now()));
  if (!attempt) throw new AppError('sign_in.expired');
  const { url, ...expected } = await app.superOffice.startSignIn(attempt.tenantHint);
  const begun = await app.signInAttempts.begin(attemptId, browser, expected.state, JSON.stringify(expected));
  if (!begun) throw new AppError('sign_in.expired');
  return url;
}

async function open(
  app: App,
  purpose: 'panel' | 'install' | 'uninstall',
  tenantHint: string | null,
  challenge: string | null,
): Promise<string> {
  const id = randomUUID();
  const now = app.clock.now();
  await app.signInAttempts.forget(new Date(now.getTime() - DAY));
  await app.signInAttempts.open({ id, purpose, tenantHint, challenge }, now);
  return id;
}
