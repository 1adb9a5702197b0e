import { Hono } from 'hono';
import { z } from 'zod';
import { Id } from '../../../shared/api/common.ts';
import { LedgerQuery, SetAutomaticSync, SetRetention } from '../../../shared/api/sync.ts';
import { askAgain } from '../../application/sync/ask-again.ts';
import { listAttention } from '../../application/sync/list-attention.ts';
import { setAutomaticSync } from '../../application/sync/set-automatic-sync.ts';
import { setRetention } from '../../application/sync/set-retention.ts';
import { exportLedger, showLedger } from '../../application/sync/show-ledger.ts';
import { showSyncStatus } from '../../application/sync/show-sync-status.ts';
import type { Env } from '../env.ts';
import { validate } from '../validate.ts';

const One = z.object({ id: Id });

export const sync = new Hono<Env>()
  .get('/sync', async (c) => c.json(await showSyncStatus(c.var.ctx)))
  .put('/sync', validate('json', SetAutomaticSync), async (c) =>
    c.json(await setAutomaticSync(c.var.ctx, c.req.valid('json'))),
  )
  .get('/ledger', validate('query', LedgerQuery), async (c) =>
    c.json(await showLedger(c.var.ctx, c.req.valid('query'))),
  )
  .get('/ledger/export', validate('query', LedgerQuery), async (c) => {
    const text = await exportLedger(c.var.ctx, c.req.valid('query'));
    return c.body(text, 200, {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="erp-sync-log.csv"',
    });
  })
  .put('/retention', validate('json', SetRetention), async (c) => {
    await setRetention(c.var.ctx, c.req.valid('json'));
    return c.body(null, 204);
  })
  .post('/connections/:id/compare', validate('param', One), async (c) => {
    await askAgain(c.var.ctx, c.req.valid('param').id);
    return c.json(await showSyncStatus(c.var.ctx));
  })
  .get('/attention', async (c) => c.json(await listAttention(c.var.ctx)));
