import type { Session, SignInMessage } from '../../shared/api/session.ts';
import type { Api } from '../api/client.ts';
import { fetchSession, redeemSignIn, startSignIn } from '../api/session.ts';

/** A sign-in that has begun in another window. */
export interface HandOver {
  /** Signs in with what the window posts to us. Settles once, or never when the window is closed before. */
  readonly done: Promise<Session>;
  /** Signs in with the short code the window shows when it has lost us. */
  redeem(code: string): Promise<Session>;
  cancel(): void;
}

/**
 * Signs in through a pop-up, because the pages of an identity provider may not be framed. Call it from a click, or the
 * browser blocks the window: then the answer is null.
 *
 * The panel keeps a verifier and sends its hash. Whoever gets hold of the code can do nothing without the verifier, so a
 * sign-in that somebody else began cannot be claimed here, nor ours elsewhere.
 */
export function signInWithPopUp(api: Api, tenantHint: string | null): HandOver | null {
  const popUp = window.open('', '', 'popup,width=520,height=680');
  if (!popUp) return null;

  const listening = new AbortController();
  const verifier = base64Url(crypto.getRandomValues(new Uint8Array(32)));
  const started = challengeOf(verifier)
    .then((challenge) => startSignIn(api, { challenge, ...(tenantHint === null ? {} : { tenantHint }) }))
    .catch((error: unknown) => {
      popUp.close();
      throw error;
    });

  const redeem = async (code: string): Promise<Session> => {
    const { attemptId } = await started;
    await redeemSignIn(api, { attemptId, verifier, code });
    listening.abort();
    // Asked again, which proves that the browser keeps our cookie.
    return fetchSession(api);
  };

  const done = new Promise<Session>((resolve, reject) => {
    started.then(({ attemptId, url }) => {
      window.addEventListener(
        'message',
        ({ origin, source, data }: MessageEvent<unknown>) => {
          if (origin !== location.origin || source !== popUp) return;
          if (!isSignInMessage(data) || data.attemptId !== attemptId) return;
          redeem(data.code).then(resolve, reject);
        },
        { signal: listening.signal },
      );
      popUp.location.replace(new URL(url, location.href));
    }, reject);
  });

  return { done, redeem, cancel: () => listening.abort() };
}

function isSignInMessage(data: unknown): data is SignInMessage {
  const { type, attemptId, code } = (data ?? {}) as Partial<Record<keyof SignInMessage, unknown>>;
  return type === 'erpsync-sign-in' && typeof attemptId === 'string' && typeof code === 'string';
}

async function challengeOf(verifier: string): Promise<string> {
  return base64Url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))));
}

function base64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
