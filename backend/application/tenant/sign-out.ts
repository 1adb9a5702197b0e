import type { App } from '../../context.ts';
import { readSessionToken } from './session-token.ts';

/** Ends the session on the server: a copy of the cookie is worth nothing afterwards. */
export async function signOut(app: App, token: string | undefined): Promise<void> {
  const held = token === undefined ? null : readSessionToken(token);
  if (held) await app.storeOf(held.tenant).sessions.end(held.key);
}
