import { randomBytes } from 'node:crypto';
import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';

/** Who is signed in to the CRM in this browser. */
export interface Session {
  readonly context: string;
  readonly associateId: number;
}

export interface Sessions {
  start(c: Context, session: Session): void;
  of(c: Context): Session | null;
  end(c: Context): void;
}

/** Cookies do not know ports: the name does, so that several stand-ins share a browser. */
export function createSessions(port: () => number): Sessions {
  const sessions = new Map<string, Session>();
  const cookie = (): string => `so-session-${port()}`;
  return {
    start(c, session) {
      const id = randomBytes(24).toString('base64url');
      sessions.set(id, session);
      setCookie(c, cookie(), id, { httpOnly: true, sameSite: 'Lax', path: '/' });
    },
    of: (c) => sessions.get(getCookie(c, cookie()) ?? '') ?? null,
    end(c) {
      sessions.delete(getCookie(c, cookie()) ?? '');
      deleteCookie(c, cookie(), { path: '/' });
    },
  };
}
