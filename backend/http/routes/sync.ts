import { Hono } from 'hono';
import { LedgerQuery, SetAutomaticSync } from '../../../shared/api/sync.ts';
import { listAttention } from '../../application/sync/list-attention.ts';
import { setAutomaticSync } from '../../application/sync/set-automatic-sync.ts';
import { showLedger } from '../../application/sync/show-ledger.ts';
import { showSyncStatus } from '../../application/sync/show-sync-status.ts';
import type { Env } from '../env.ts';
import { validate } from '../validate.ts';

export const sync = new Hono<Env>()
  .get('/sync', async (c) => c.json(await showSyncStatus(c.var.ctx)))
  .put('/sync', validate('json', SetAutomaticSync), async (c) =>
    c.json(await setAutomaticSync(c.var.ctx, c.req.valid('json'))),
  )
  .get('/ledger', validate('query', LedgerQuery), async (c) =>
    c.json(await showLedger(c.var.ctx, c.req.valid('query'))),
  )
  .get('/attention', async (c) => c.json(await listAttention(c.var.ctx)));
