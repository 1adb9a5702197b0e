import { randomUUID } from 'node:crypto';
import type { Access } from '../../backend/http/access.ts';

/** One of each thing, by the word of the path that stands before its id. */
export type Ids = Readonly<Record<string, string>>;

/** What a caller needs: to be somebody (`access`), and in a connection the right to see it, to connect or to create. */
export interface Row {
  readonly needs: Access;
  readonly right?: 'see' | 'canConnect' | 'canCreate';
  readonly search?: string;
  /** A body with which the route does something. */
  readonly body?: (ids: Ids) => unknown;
}

const open = { needs: 'anyone' } as const;
const session = { needs: 'session' } as const;
const setsUp = { needs: 'administrator' } as const;
const manages = { needs: 'manager' } as const;
const sees = { needs: 'licensed', right: 'see' } as const;
const connects = { needs: 'licensed', right: 'canConnect' } as const;
const creates = { needs: 'licensed', right: 'canCreate' } as const;

export const company = { type: 'contact', id: 42 } as const;
export const unconnected = { type: 'contact', id: 43 } as const;
export const customer = { type: 'Customer', erpKey: '831' } as const;
const connector = () => ({ kind: 'workbook', name: randomUUID(), url: '' });
export const config = { Filename: 'ErpClient.xlsx' };
const connection = (ids: Ids) => ({
  connectorId: ids['connectors'],
  name: randomUUID(),
  description: '',
  scope: { everyone: true, members: [] },
  config,
});

/** Every route below /api. One that is not in here fails a test: here it is said who may call it. */
export const routes: Readonly<Record<string, Row>> = {
  'POST /api/sign-ins': { ...open, body: () => ({ challenge: 'A'.repeat(43) }) },
  'POST /api/sign-ins/redeem': open,
  'GET /api/session': session,
  'DELETE /api/session': session,

  'GET /api/erp-tab/:type/:id': sees,
  'GET /api/erp-tab/:type/:id/connections/:connectionId/values': sees,
  'POST /api/entities/:type/:id/sync': sees,
  'GET /api/links/:id/history/:field': sees,
  'POST /api/actor-searches': {
    ...connects,
    body: (ids) => ({ connectionId: ids['connections'], entity: unconnected, actorType: 'Customer', text: 'Nordlys' }),
  },
  'POST /api/link-previews': {
    ...connects,
    body: (ids) => ({ connectionId: ids['connections'], entity: company, actor: customer }),
  },
  'POST /api/links': {
    ...connects,
    body: (ids) => ({ connectionId: ids['connections'], entity: company, actor: customer, choices: {}, seen: '' }),
  },
  'POST /api/links/:id/retry': connects,
  'POST /api/links/:id/undo': { ...connects, body: () => ({ ledgerId: '1' }) },
  'PUT /api/links/:id/conflicts/:field': { ...connects, body: () => ({ keep: 'crm', crm: 'A', erp: 'B' }) },
  'DELETE /api/links/:id': connects,
  'POST /api/links/:id/merge': { ...setsUp, body: () => ({ keep: 'into' }) },
  'POST /api/creations/preview': {
    ...creates,
    body: (ids) => ({ connectionId: ids['connections'], entity: unconnected, actorType: 'Customer' }),
  },
  'POST /api/creations': {
    ...creates,
    body: (ids) => ({
      connectionId: ids['connections'],
      entity: unconnected,
      actorType: 'Customer',
      answers: {},
      seen: '',
    }),
  },
  'GET /api/creations/:id': creates,
  'PUT /api/creations/:id/decision': { ...creates, body: () => ({ erpKey: null }) },

  'GET /api/connector-kinds': setsUp,
  'POST /api/connector-tests': { ...setsUp, body: () => ({ kind: 'workbook', url: '' }) },
  'GET /api/connectors': setsUp,
  'POST /api/connectors': { ...setsUp, body: connector },
  'PUT /api/connectors/:id': { ...setsUp, body: connector },
  'DELETE /api/connectors/:id': setsUp,
  'POST /api/connectors/:id/restore': setsUp,
  'GET /api/connectors/:id/config-fields': setsUp,
  'POST /api/connection-tests': { ...setsUp, body: (ids) => ({ connectorId: ids['connectors'], config }) },
  'GET /api/connections': setsUp,
  'POST /api/connections': { ...setsUp, body: connection },
  'GET /api/connections/:id': setsUp,
  'PUT /api/connections/:id': { ...setsUp, body: connection },
  'DELETE /api/connections/:id': setsUp,
  'POST /api/connections/:id/restore': setsUp,
  'POST /api/connections/:id/test': setsUp,
  'POST /api/connections/:id/activate': setsUp,
  'POST /api/connections/:id/deactivate': setsUp,
  'POST /api/connections/:id/refresh-fields': setsUp,
  'POST /api/connections/:id/compare': setsUp,
  'GET /api/connections/:id/summary': setsUp,
  'GET /api/connections/:id/mappings': setsUp,
  'GET /api/connections/:id/mappings/:actorType/list': { ...setsUp, search: '?field=CustGr' },
  'GET /api/connections/:id/list-mappings': setsUp,
  'PUT /api/connections/:id/list-mappings/:actorType': {
    ...setsUp,
    body: () => ({ fieldKey: 'CustGr', crmField: 'CATEGORY', items: [] }),
  },
  'PUT /api/connections/:id/mappings/:actorType': { ...setsUp, body: () => ({ active: true, fields: [] }) },
  'DELETE /api/connections/:id/schema-tasks/:actorType': setsUp,
  'GET /api/schema-tasks': setsUp,
  'PUT /api/connections/:id/ranks/:actorType': { ...setsUp, body: () => ({ fields: [] }) },
  'PUT /api/connection-priority': { ...setsUp, body: (ids) => ({ connectionIds: [ids['connections']] }) },

  'GET /api/imports': { ...setsUp, search: '?connectionId=:connectionId' },
  'POST /api/imports': {
    ...setsUp,
    body: (ids) => ({ connectionId: ids['connections'], actorType: 'Customer', source: { kind: 'all' } }),
  },
  'GET /api/imports/:id': setsUp,
  'GET /api/imports/:id/actors': setsUp,
  'POST /api/imports/:id/execute': { ...setsUp, body: () => ({ create: 0, connect: 0 }) },
  'POST /api/imports/:id/leave-out': {
    ...setsUp,
    body: () => ({ leftOut: true, actors: { kind: 'all', verdict: null } }),
  },
  'POST /api/imports/:id/choose': { ...setsUp, body: () => ({ actorId: '1', recordId: 0 }) },
  'POST /api/imports/:id/:action': setsUp,

  'GET /api/consent-source': setsUp,
  'PUT /api/consent-source': { ...setsUp, body: () => ({ key: 'IMPORT' }) },

  'GET /api/people': manages,
  'GET /api/setup-check': manages,
  'POST /api/setup-check/repair': manages,
  'GET /api/seats': manages,
  'PUT /api/seats': { ...manages, body: () => ({ everyone: true, members: [] }) },
  'DELETE /api/seats/:userId': manages,

  'GET /api/sync': setsUp,
  'PUT /api/sync': { ...setsUp, body: () => ({ automatic: true }) },
  'GET /api/ledger': setsUp,
  'GET /api/ledger/export': setsUp,
  'PUT /api/retention': { ...setsUp, body: () => ({ days: 90 }) },
  'GET /api/attention': setsUp,
  'GET /api/comparisons': setsUp,
  'POST /api/comparisons': { ...setsUp, body: () => ({ connectionId: null }) },
  'PUT /api/comparisons/nightly': { ...setsUp, body: () => ({ hour: 2, timeZone: 'Europe/Oslo' }) },
  'GET /api/comparisons/:connectionId/unequal': setsUp,
  'POST /api/restores': { ...setsUp, body: (ids) => ({ connectionId: ids['connections'] }) },
  'POST /api/restores/:id': { ...setsUp, body: () => ({ take: 'newer', steps: 0, keep: [] }) },
  'GET /api/runs': setsUp,
  'POST /api/runs': {
    ...setsUp,
    body: (ids) => ({
      kind: 'resync',
      dryRun: true,
      from: 'crm',
      connectionId: ids['connections'],
      keepNonBlank: false,
      records: { kind: 'all' },
    }),
  },
  'GET /api/runs/:id': setsUp,
  'GET /api/runs/:id/steps': setsUp,
  'POST /api/runs/:id/undo': setsUp,
  'POST /api/runs/:id/approve': { ...setsUp, body: () => ({ steps: 0 }) },
  'POST /api/runs/:id/execute': { ...setsUp, body: () => ({ steps: 0 }) },
  'POST /api/runs/:id/pause': setsUp,
  'POST /api/runs/:id/resume': setsUp,
  'POST /api/runs/:id/cancel': setsUp,
};

/** Where a route is called, with these things in the place of its parameters. */
export function addressOf(route: string, ids: Ids): string {
  const path = route.replace(/^\w+ /, '') + (routes[route]?.search ?? '');
  const [, , subject = ''] = path.split('/');
  return path
    .replace(':type/:id', 'contact/42')
    .replace(':id', ids[subject] ?? '')
    .replace(':connectionId', ids['connections'] ?? '')
    .replace(':actorType', 'Customer')
    .replace(':field', 'NAME')
    .replace(':action', 'pause')
    .replace(':userId', '5');
}
