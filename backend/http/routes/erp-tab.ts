import { Hono } from 'hono';
import { z } from 'zod';
import { Id } from '../../../shared/api/common.ts';
import { SearchActors } from '../../../shared/api/erp-tab.ts';
import { crmEntityTypes } from '../../../shared/vocabulary.ts';
import { searchActors } from '../../application/erp-tab/search-actors.ts';
import { showErpTab } from '../../application/erp-tab/show-erp-tab.ts';
import { showLiveValues } from '../../application/erp-tab/show-live-values.ts';
import type { Env } from '../env.ts';
import { validate } from '../validate.ts';

const Entity = z.object({ type: z.enum(crmEntityTypes), id: z.coerce.number().int().positive() });
const EntityInConnection = Entity.extend({ connectionId: Id });

export const erpTab = new Hono<Env>()
  .get('/erp-tab/:type/:id', validate('param', Entity), async (c) =>
    c.json(await showErpTab(c.var.ctx, c.req.valid('param'))),
  )
  .get('/erp-tab/:type/:id/connections/:connectionId/values', validate('param', EntityInConnection), async (c) => {
    const { connectionId, ...entity } = c.req.valid('param');
    return c.json(await showLiveValues(c.var.ctx, entity, connectionId));
  })
  .post('/actor-searches', validate('json', SearchActors), async (c) =>
    c.json(await searchActors(c.var.ctx, c.req.valid('json'))),
  );
