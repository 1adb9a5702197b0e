import { Hono } from 'hono';
import { z } from 'zod';
import { Id } from '../../../shared/api/common.ts';
import { CreateActor, DecideCreation, PrepareActor } from '../../../shared/api/creations.ts';
import { createActor } from '../../application/erp-tab/create-actor.ts';
import { decideCreation } from '../../application/erp-tab/decide-creation.ts';
import { prepareActor } from '../../application/erp-tab/prepare-actor.ts';
import { showCreation } from '../../application/erp-tab/show-creation.ts';
import type { Env } from '../env.ts';
import { languageOf } from '../language.ts';
import { validate } from '../validate.ts';

const One = z.object({ id: Id });

export const creations = new Hono<Env>()
  .post('/creations/preview', validate('json', PrepareActor), async (c) =>
    c.json(await prepareActor(c.var.ctx, c.req.valid('json'), languageOf(c))),
  )
  .post('/creations', validate('json', CreateActor), async (c) => {
    const created = await createActor(c.var.ctx, c.req.valid('json'));
    return c.json(created, created.state === 'created' ? 201 : 202);
  })
  .get('/creations/:id', validate('param', One), async (c) =>
    c.json(await showCreation(c.var.ctx, c.req.valid('param').id, languageOf(c))),
  )
  .put('/creations/:id/decision', validate('param', One), validate('json', DecideCreation), async (c) => {
    await decideCreation(c.var.ctx, c.req.valid('param').id, c.req.valid('json'));
    return c.body(null, 204);
  });
