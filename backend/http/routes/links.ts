import { Hono } from 'hono';
import { z } from 'zod';
import { FieldKey, Id } from '../../../shared/api/common.ts';
import { CompareValues, ConnectEntity, ResolveConflict, UndoChange } from '../../../shared/api/erp-tab.ts';
import { SettleMerge } from '../../../shared/api/sync.ts';
import { crmEntityTypes } from '../../../shared/vocabulary.ts';
import { compareValues } from '../../application/erp-tab/compare-values.ts';
import { connectEntity } from '../../application/erp-tab/connect-entity.ts';
import { disconnectEntity } from '../../application/erp-tab/disconnect-entity.ts';
import { showFieldHistory } from '../../application/erp-tab/show-field-history.ts';
import { resolveConflict } from '../../application/sync/resolve-conflict.ts';
import { settleMerge } from '../../application/sync/settle-merge.ts';
import { retryLink } from '../../application/sync/retry-link.ts';
import { syncNow } from '../../application/sync/sync-now.ts';
import { undoChange } from '../../application/sync/undo-change.ts';
import type { Env } from '../env.ts';
import { languageOf } from '../language.ts';
import { validate } from '../validate.ts';

const Entity = z.object({ type: z.enum(crmEntityTypes), id: z.coerce.number().int().positive() });
const Link = z.object({ id: Id });
const FieldOfLink = Link.extend({ field: FieldKey });

export const links = new Hono<Env>()
  .post('/link-previews', validate('json', CompareValues), async (c) =>
    c.json(await compareValues(c.var.ctx, c.req.valid('json'), languageOf(c))),
  )
  .post('/links', validate('json', ConnectEntity), async (c) =>
    c.json(await connectEntity(c.var.ctx, c.req.valid('json')), 201),
  )
  .delete('/links/:id', validate('param', Link), async (c) => {
    await disconnectEntity(c.var.ctx, c.req.valid('param').id);
    return c.body(null, 204);
  })
  .post('/links/:id/retry', validate('param', Link), async (c) =>
    c.json(await retryLink(c.var.ctx, c.req.valid('param').id)),
  )
  .get('/links/:id/history/:field', validate('param', FieldOfLink), async (c) => {
    const { id, field } = c.req.valid('param');
    return c.json(await showFieldHistory(c.var.ctx, id, field));
  })
  .post('/links/:id/merge', validate('param', Link), validate('json', SettleMerge), async (c) => {
    await settleMerge(c.var.ctx, c.req.valid('param').id, c.req.valid('json'));
    return c.body(null, 204);
  })
  .post('/links/:id/undo', validate('param', Link), validate('json', UndoChange), async (c) => {
    await undoChange(c.var.ctx, c.req.valid('param').id, c.req.valid('json').ledgerId);
    return c.body(null, 204);
  })
  .put('/links/:id/conflicts/:field', validate('param', FieldOfLink), validate('json', ResolveConflict), async (c) => {
    const { id, field } = c.req.valid('param');
    await resolveConflict(c.var.ctx, id, field, c.req.valid('json'));
    return c.body(null, 204);
  })
  .post('/entities/:type/:id/sync', validate('param', Entity), async (c) =>
    c.json(await syncNow(c.var.ctx, c.req.valid('param'))),
  );
