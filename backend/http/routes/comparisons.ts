import { Hono } from 'hono';
import { z } from 'zod';
import { BeginComparison, NightlyTime, UnequalQuery } from '../../../shared/api/comparisons.ts';
import { Id } from '../../../shared/api/common.ts';
import { beginComparison, setNightlyTime } from '../../application/sync/begin-comparison.ts';
import { showComparisons, showUnequal } from '../../application/sync/show-comparisons.ts';
import type { Env } from '../env.ts';
import { validate } from '../validate.ts';

export const comparisons = new Hono<Env>()
  .get('/', async (c) => c.json(await showComparisons(c.var.ctx)))
  .post('/', validate('json', BeginComparison), async (c) =>
    c.json(await beginComparison(c.var.ctx, c.req.valid('json')), 202),
  )
  .put('/nightly', validate('json', NightlyTime), async (c) =>
    c.json(await setNightlyTime(c.var.ctx, c.req.valid('json'))),
  )
  .get(
    '/:connectionId/unequal',
    validate('param', z.object({ connectionId: Id })),
    validate('query', UnequalQuery),
    async (c) => c.json(await showUnequal(c.var.ctx, c.req.valid('param').connectionId, c.req.valid('query'))),
  );
