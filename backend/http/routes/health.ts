import { Hono } from 'hono';
import type { Env } from '../env.ts';

export const health = new Hono<Env>().get('/healthz', (c) => c.json({ status: 'ok' }));
