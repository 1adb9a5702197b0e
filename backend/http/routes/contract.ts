import { Hono } from 'hono';
import { connectorOpenApi } from '../../../shared/connector-openapi.ts';
import type { Env } from '../env.ts';

/** For people who write a connector: public, as is the README. */
export const contract = new Hono<Env>().get('/connector-contract.json', (c) => c.json(connectorOpenApi()));
