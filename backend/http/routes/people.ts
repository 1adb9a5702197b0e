import { Hono } from 'hono';
import { listPeople } from '../../application/setup/list-people.ts';
import type { Env } from '../env.ts';

export const people = new Hono<Env>().get('/people', async (c) => c.json(await listPeople(c.var.ctx)));
