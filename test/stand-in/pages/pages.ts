import { Hono } from 'hono';
import type { World } from '../start.ts';

export function pages(world: World): Hono {
  const routes = new Hono();
  routes.get('/', (c) => c.text(world.version));
  return routes;
}
