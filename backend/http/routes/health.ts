import { Hono } from 'hono';
import type { Env } from '../env.ts';

/** Whether requests may be sent here, or why not. */
export type Readiness = 'ready' | 'stopping' | 'database_away' | 'not_migrated';

/** `/healthz`: the process lives, and restarting it would help nobody. `/readyz`: send requests here, or to another. */
export const health = (readiness: () => Promise<Readiness>) =>
  new Hono<Env>()
    .get('/healthz', (c) => c.json({ status: 'ok' }))
    .get('/readyz', async (c) => {
      const status = await readiness();
      return c.json({ status }, status === 'ready' ? 200 : 503);
    });
