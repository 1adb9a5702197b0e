import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { acceptNotification } from '../../application/tenant/accept-notification.ts';
import type { AcceptWebhook } from '../../application/tenant/accept-webhook.ts';
import type { App } from '../../context.ts';
import { AppError } from '../../errors.ts';
import type { Env } from '../env.ts';

/** SuperOffice's events are a few kilobytes. What is larger is not hashed. */
const LARGEST_EVENT = 256 * 1024;

/** Exactly 200 to whatever SuperOffice has signed: anything else counts against the subscription, and 410 ends it. */
export const hooks = (app: App, acceptWebhook: AcceptWebhook) =>
  new Hono<Env>()
    .use('/hooks/*', bodyLimit({ maxSize: LARGEST_EVENT, onError: refuseSize }))
    .post('/hooks/so/state', async (c) => {
      await acceptNotification(app, await c.req.json<unknown>().catch(() => null));
      return c.body(null, 200);
    })
    .post('/hooks/so/:tenant/:id', async (c) => {
      const { tenant, id } = c.req.param();
      const body = Buffer.from(await c.req.arrayBuffer());
      await acceptWebhook({ tenant, id, signature: c.req.header('x-superoffice-signature') ?? '', body });
      return c.body(null, 200);
    });

function refuseSize(): never {
  throw new AppError('input.too_large');
}
