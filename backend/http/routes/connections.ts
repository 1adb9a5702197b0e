import { Hono } from 'hono';
import { z } from 'zod';
import { Id } from '../../../shared/api/common.ts';
import { SaveConnection, SavePriority, TestConnection } from '../../../shared/api/connections.ts';
import { activateConnection } from '../../application/setup/activate-connection.ts';
import { deactivateConnection } from '../../application/setup/deactivate-connection.ts';
import { deleteConnection } from '../../application/setup/delete-connection.ts';
import { listConnections } from '../../application/setup/list-connections.ts';
import { refreshFields } from '../../application/setup/refresh-fields.ts';
import { restoreConnection } from '../../application/setup/restore-connection.ts';
import { saveConnection } from '../../application/setup/save-connection.ts';
import { savePriority } from '../../application/setup/save-priority.ts';
import { showConnectionSummary } from '../../application/setup/show-connection-summary.ts';
import { showConnection } from '../../application/setup/show-connection.ts';
import { testConnection } from '../../application/setup/test-connection.ts';
import { trySettings } from '../../application/setup/try-settings.ts';
import type { Env } from '../env.ts';
import { languageOf } from '../language.ts';
import { validate } from '../validate.ts';

const One = z.object({ id: Id });

export const connections = new Hono<Env>()
  .post('/connection-tests', validate('json', TestConnection), async (c) => {
    await trySettings(c.var.ctx, c.req.valid('json'));
    return c.body(null, 204);
  })
  .put('/connection-priority', validate('json', SavePriority), async (c) => {
    await savePriority(c.var.ctx, c.req.valid('json'));
    return c.body(null, 204);
  })
  .get('/connections', async (c) => c.json(await listConnections(c.var.ctx)))
  .post('/connections', validate('json', SaveConnection), async (c) =>
    c.json(await saveConnection(c.var.ctx, c.req.valid('json')), 201),
  )
  .get('/connections/:id', validate('param', One), async (c) =>
    c.json(await showConnection(c.var.ctx, c.req.valid('param').id)),
  )
  .put('/connections/:id', validate('param', One), validate('json', SaveConnection), async (c) =>
    c.json(await saveConnection(c.var.ctx, c.req.valid('json'), c.req.valid('param').id)),
  )
  .delete('/connections/:id', validate('param', One), async (c) => {
    await deleteConnection(c.var.ctx, c.req.valid('param').id);
    return c.body(null, 204);
  })
  .post('/connections/:id/restore', validate('param', One), async (c) =>
    c.json(await restoreConnection(c.var.ctx, c.req.valid('param').id)),
  )
  .post('/connections/:id/test', validate('param', One), async (c) => {
    await testConnection(c.var.ctx, c.req.valid('param').id);
    return c.body(null, 204);
  })
  .post('/connections/:id/activate', validate('param', One), async (c) =>
    c.json(await activateConnection(c.var.ctx, c.req.valid('param').id)),
  )
  .post('/connections/:id/deactivate', validate('param', One), async (c) => {
    await deactivateConnection(c.var.ctx, c.req.valid('param').id);
    return c.body(null, 204);
  })
  .post('/connections/:id/refresh-fields', validate('param', One), async (c) => {
    const { id } = c.req.valid('param');
    return c.json(await refreshFields(c.var.ctx, id, languageOf(c)));
  })
  .get('/connections/:id/summary', validate('param', One), async (c) =>
    c.json(await showConnectionSummary(c.var.ctx, c.req.valid('param').id, languageOf(c))),
  );
