import { Hono } from 'hono';
import { z } from 'zod';
import { Id } from '../../../shared/api/common.ts';
import { ConfirmRun, RunStepQuery, StartRun } from '../../../shared/api/runs.ts';
import { listRuns, showRun, showRunSteps } from '../../application/sync/show-run.ts';
import { startSync, startUndo } from '../../application/sync/start-run.ts';
import { cancelRun, executeRun, pauseRun, resumeRun } from '../../application/sync/steer-run.ts';
import type { Env } from '../env.ts';
import { validate } from '../validate.ts';

const Run = z.object({ id: Id });

export const runs = new Hono<Env>()
  .get('/runs', async (c) => c.json(await listRuns(c.var.ctx)))
  .post('/runs', validate('json', StartRun), async (c) => {
    const { ctx } = c.var;
    const start = c.req.valid('json');
    const id = start.kind === 'undo' ? await startUndo(ctx, start) : await startSync(ctx, start);
    return c.json(await showRun(ctx, id), 201);
  })
  .get('/runs/:id', validate('param', Run), async (c) => c.json(await showRun(c.var.ctx, c.req.valid('param').id)))
  .get('/runs/:id/steps', validate('param', Run), validate('query', RunStepQuery), async (c) =>
    c.json(await showRunSteps(c.var.ctx, c.req.valid('param').id, c.req.valid('query'))),
  )
  .post('/runs/:id/undo', validate('param', Run), async (c) => {
    const { id: runId } = c.req.valid('param');
    const id = await startUndo(c.var.ctx, { kind: 'undo', runId, ledgerId: null, entity: null });
    return c.json(await showRun(c.var.ctx, id), 201);
  })
  .post('/runs/:id/approve', validate('param', Run), validate('json', ConfirmRun), async (c) => {
    const { id } = c.req.valid('param');
    await executeRun(c.var.ctx, id, 'approve', c.req.valid('json'));
    return c.json(await showRun(c.var.ctx, id));
  })
  .post('/runs/:id/execute', validate('param', Run), validate('json', ConfirmRun), async (c) => {
    const { id } = c.req.valid('param');
    await executeRun(c.var.ctx, id, 'execute', c.req.valid('json'));
    return c.json(await showRun(c.var.ctx, id));
  })
  .post('/runs/:id/pause', validate('param', Run), async (c) => {
    const { id } = c.req.valid('param');
    await pauseRun(c.var.ctx, id);
    return c.json(await showRun(c.var.ctx, id));
  })
  .post('/runs/:id/resume', validate('param', Run), async (c) => {
    const { id } = c.req.valid('param');
    await resumeRun(c.var.ctx, id);
    return c.json(await showRun(c.var.ctx, id));
  })
  .post('/runs/:id/cancel', validate('param', Run), async (c) => {
    const { id } = c.req.valid('param');
    await cancelRun(c.var.ctx, id);
    return c.json(await showRun(c.var.ctx, id));
  });
