import { Hono } from 'hono';
import { z } from 'zod';
import { Id } from '../../../shared/api/common.ts';
import { SaveConnector, TestConnector } from '../../../shared/api/connectors.ts';
import { deleteConnector } from '../../application/setup/delete-connector.ts';
import { listConnectorKinds } from '../../application/setup/list-connector-kinds.ts';
import { listConnectors } from '../../application/setup/list-connectors.ts';
import { restoreConnector } from '../../application/setup/restore-connector.ts';
import { saveConnector } from '../../application/setup/save-connector.ts';
import { showConfigFields } from '../../application/setup/show-config-fields.ts';
import { tryConnector } from '../../application/setup/try-connector.ts';
import type { Env } from '../env.ts';
import { languageOf } from '../language.ts';
import { validate } from '../validate.ts';

const One = z.object({ id: Id });

export const connectors = new Hono<Env>()
  .get('/connector-kinds', (c) => c.json(listConnectorKinds(c.var.ctx)))
  .post('/connector-tests', validate('json', TestConnector), async (c) => {
    await tryConnector(c.var.ctx, c.req.valid('json'));
    return c.body(null, 204);
  })
  .get('/connectors', async (c) => c.json(await listConnectors(c.var.ctx)))
  .post('/connectors', validate('json', SaveConnector), async (c) =>
    c.json(await saveConnector(c.var.ctx, c.req.valid('json')), 201),
  )
  .put('/connectors/:id', validate('param', One), validate('json', SaveConnector), async (c) =>
    c.json(await saveConnector(c.var.ctx, c.req.valid('json'), c.req.valid('param').id)),
  )
  .delete('/connectors/:id', validate('param', One), async (c) => {
    await deleteConnector(c.var.ctx, c.req.valid('param').id);
    return c.body(null, 204);
  })
  .post('/connectors/:id/restore', validate('param', One), async (c) =>
    c.json(await restoreConnector(c.var.ctx, c.req.valid('param').id)),
  )
  .get('/connectors/:id/config-fields', validate('param', One), async (c) =>
    c.json(await showConfigFields(c.var.ctx, c.req.valid('param').id, languageOf(c))),
  );
