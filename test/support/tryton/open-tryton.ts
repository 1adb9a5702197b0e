import {
  createSafeFetch,
  type OutboundRequest,
  type SafeFetch,
} from '../../../backend/adapters/connectors/safe-fetch.ts';
import { trytonKind } from '../../../backend/adapters/connectors/tryton/tryton-kind.ts';
import type { ErpConnector } from '../../../backend/ports/erp-connector.ts';
import type { FieldValues } from '../../../shared/vocabulary.ts';
import { TestClock } from '../test-clock.ts';
import { users } from './seed.ts';
import { DATABASE } from './tryton-erp.ts';

/** The settings of a connection to the prepared database. */
export const trytonConfig: FieldValues = {
  Database: DATABASE,
  UserName: 'sync',
  Password: users.sync,
  CustomerCategory: 'Customers',
  SupplierCategory: 'Suppliers',
  PersonCategory: 'Persons',
  PersonRelation: 'Employee of',
  Projects: 'true',
};

/** The name of the method that a request calls. */
export const methodOf = ({ body }: OutboundRequest): string =>
  (JSON.parse(String(body)) as { readonly method: string }).method;

/** A connector of its own, which knows nothing of others; `through` stands between it and the server. */
export function openTryton(
  url: string,
  config: FieldValues = {},
  through: (fetch: SafeFetch) => SafeFetch = (fetch) => fetch,
): ErpConnector {
  const fetch = through(createSafeFetch({ allowPrivate: true }));
  return trytonKind({ fetch, clock: new TestClock() }).open({
    connectionId: '',
    url,
    config: { ...trytonConfig, ...config },
  });
}
