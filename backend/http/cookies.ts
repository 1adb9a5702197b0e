import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';

/** The panels are framed by another site, so theirs is a third-party cookie: kept apart for each site that frames us. */
const framed = { path: '/', httpOnly: true, secure: true, sameSite: 'None', partitioned: true } as const;
/** Comes along when SuperOffice's sign-in page sends the browser back, and on no request another site makes by itself. */
const topLevel = { path: '/', httpOnly: true, secure: true, sameSite: 'Lax' } as const;

export const sessionCookie = {
  read: (c: Context) => getCookie(c, 'erpsync', 'host'),
  write: (c: Context, token: string) => setCookie(c, 'erpsync', token, { ...framed, prefix: 'host' }),
  remove: (c: Context) => void deleteCookie(c, 'erpsync', { ...framed, prefix: 'host' }),
};

/** Tells one browser from another while it goes through a sign-in. */
export const browserCookie = {
  read: (c: Context) => getCookie(c, 'erpsync-browser', 'host') ?? '',
  write: (c: Context, id: string) => setCookie(c, 'erpsync-browser', id, { ...topLevel, prefix: 'host' }),
};
