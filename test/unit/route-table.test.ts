import { expect, test } from 'vitest';
import type { App } from '../../backend/context.ts';
import { createHttp } from '../../backend/http/app.ts';
import { routes } from '../support/route-table.ts';

const http = createHttp({ app: { origin: 'https://erp-sync.test' } as App, framedBy: [], panelFolder: '.' });

test('every route below /api is called by every kind of caller, and the table names no other', () => {
  const there = http.routes
    .filter(({ method, path }) => method !== 'ALL' && path.startsWith('/api/'))
    .map(({ method, path }) => `${method} ${path}`);
  expect(Object.keys(routes).toSorted()).toEqual([...new Set(there)].toSorted());
});
