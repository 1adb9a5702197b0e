import { Hono } from 'hono';
import { z } from 'zod';
import { ActorType, FieldKey, Id } from '../../../shared/api/common.ts';
import { SaveListMapping } from '../../../shared/api/list-mappings.ts';
import { SaveFieldMapping, SaveFieldRanks } from '../../../shared/api/mappings.ts';
import { finishSchemaTask } from '../../application/setup/finish-schema-task.ts';
import { listSchemaTasks } from '../../application/setup/list-schema-tasks.ts';
import { saveFieldMapping } from '../../application/setup/save-field-mapping.ts';
import { saveFieldRanks } from '../../application/setup/save-field-ranks.ts';
import { saveListMapping } from '../../application/setup/save-list-mapping.ts';
import { showErpList } from '../../application/setup/show-erp-list.ts';
import { showFieldMappings } from '../../application/setup/show-field-mappings.ts';
import { showListMappings } from '../../application/setup/show-list-mappings.ts';
import type { Env } from '../env.ts';
import { languageOf } from '../language.ts';
import { validate } from '../validate.ts';

const One = z.object({ id: Id });
const OneActorType = One.extend({ actorType: ActorType });

export const mappings = new Hono<Env>()
  .get('/schema-tasks', async (c) => c.json(await listSchemaTasks(c.var.ctx, languageOf(c))))
  .delete('/connections/:id/schema-tasks/:actorType', validate('param', OneActorType), async (c) => {
    const { id, actorType } = c.req.valid('param');
    await finishSchemaTask(c.var.ctx, id, actorType);
    return c.body(null, 204);
  })
  .get('/connections/:id/mappings', validate('param', One), async (c) =>
    c.json(await showFieldMappings(c.var.ctx, c.req.valid('param').id, languageOf(c))),
  )
  .get(
    '/connections/:id/mappings/:actorType/list',
    validate('param', OneActorType),
    validate('query', z.object({ field: FieldKey })),
    async (c) => {
      const { id, actorType } = c.req.valid('param');
      return c.json(await showErpList(c.var.ctx, id, actorType, c.req.valid('query').field, languageOf(c)));
    },
  )
  .put(
    '/connections/:id/mappings/:actorType',
    validate('param', OneActorType),
    validate('json', SaveFieldMapping),
    async (c) => {
      const { id, actorType } = c.req.valid('param');
      await saveFieldMapping(c.var.ctx, id, actorType, c.req.valid('json'));
      return c.body(null, 204);
    },
  )
  .put(
    '/connections/:id/ranks/:actorType',
    validate('param', OneActorType),
    validate('json', SaveFieldRanks),
    async (c) => {
      const { id, actorType } = c.req.valid('param');
      await saveFieldRanks(c.var.ctx, id, actorType, c.req.valid('json'));
      return c.body(null, 204);
    },
  )
  .get('/connections/:id/list-mappings', validate('param', One), async (c) =>
    c.json(await showListMappings(c.var.ctx, c.req.valid('param').id, languageOf(c))),
  )
  .put(
    '/connections/:id/list-mappings/:actorType',
    validate('param', OneActorType),
    validate('json', SaveListMapping),
    async (c) => {
      const { id, actorType } = c.req.valid('param');
      await saveListMapping(c.var.ctx, id, actorType, c.req.valid('json'));
      return c.body(null, 204);
    },
  );
