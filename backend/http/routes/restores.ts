import { Hono } from 'hono';
import { z } from 'zod';
import { Id } from '../../../shared/api/common.ts';
import { ReportRestore, SettleRestore } from '../../../shared/api/restores.ts';
import { reportRestore, settleRestore } from '../../application/sync/settle-restore.ts';
import type { Env } from '../env.ts';
import { validate } from '../validate.ts';

export const restores = new Hono<Env>()
  .post('/', validate('json', ReportRestore), async (c) => {
    await reportRestore(c.var.ctx, c.req.valid('json'));
    return c.body(null, 204);
  })
  .post('/:id', validate('param', z.object({ id: Id })), validate('json', SettleRestore), async (c) => {
    await settleRestore(c.var.ctx, c.req.valid('param').id, c.req.valid('json'));
    return c.body(null, 204);
  });
