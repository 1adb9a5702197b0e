import { Hono } from 'hono';
import { z } from 'zod';
import { GiveSeats } from '../../../shared/api/setup.ts';
import { freeSeat, giveSeats, showSeats } from '../../application/tenant/give-seats.ts';
import { repairSetup } from '../../application/tenant/repair-setup.ts';
import { showSetupCheck } from '../../application/tenant/show-setup-check.ts';
import type { App } from '../../context.ts';
import type { Env } from '../env.ts';
import { validate } from '../validate.ts';

const Holder = z.object({ userId: z.coerce.number().int().positive() });

export const setup = (app: App) =>
  new Hono<Env>()
    .get('/setup-check', async (c) => c.json(await showSetupCheck(c.var.ctx, app.origin)))
    .post('/setup-check/repair', async (c) => c.json(await repairSetup(c.var.ctx, app.origin)))
    .get('/seats', async (c) => c.json(await showSeats(c.var.ctx)))
    .put('/seats', validate('json', GiveSeats), async (c) => c.json(await giveSeats(c.var.ctx, c.req.valid('json'))))
    .delete('/seats/:userId', validate('param', Holder), async (c) =>
      c.json(await freeSeat(c.var.ctx, c.req.valid('param').userId)),
    );
