import { Hono } from 'hono';
import { RedeemSignIn, StartSignIn } from '../../../shared/api/session.ts';
import { redeemSignIn } from '../../application/tenant/redeem-sign-in.ts';
import { showSession } from '../../application/tenant/show-session.ts';
import { signOut } from '../../application/tenant/sign-out.ts';
import { startSignIn } from '../../application/tenant/start-sign-in.ts';
import type { App } from '../../context.ts';
import { sessionCookie } from '../cookies.ts';
import type { Env } from '../env.ts';
import { validate } from '../validate.ts';

export const session = (app: App) =>
  new Hono<Env>()
    .get('/session', async (c) => c.json(await showSession(c.var.signedIn)))
    .delete('/session', async (c) => {
      await signOut(app, sessionCookie.read(c));
      sessionCookie.remove(c);
      return c.body(null, 204);
    })
    .post('/sign-ins', validate('json', StartSignIn), async (c) =>
      c.json(await startSignIn(app, c.req.valid('json')), 201),
    )
    .post('/sign-ins/redeem', validate('json', RedeemSignIn), async (c) => {
      const { token, session } = await redeemSignIn(app, c.req.valid('json'), sessionCookie.read(c));
      sessionCookie.write(c, token);
      return c.json(session, 201);
    });
