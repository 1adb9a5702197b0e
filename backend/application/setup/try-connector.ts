import { randomUUID } from 'node:crypto';
import type { TestConnector } from '../../../shared/api/connectors.ts';
import { sameOrigin } from '../../../shared/rules/same-origin.ts';
import { keptWsdl, type Context } from '../../context.ts';
import type { Authority } from '../../domain/connection.ts';
import type { Endpoint, Wsdl } from '../../domain/endpoint.ts';
import { AppError } from '../../errors.ts';
import { keepSecrets } from '../../keep-secrets.ts';
import { requireAdministrator } from '../access.ts';
import { readAuthority } from './read-authority.ts';

/** What is not saved yet has no connector to belong to. */
const NO_CONNECTOR = '00000000-0000-0000-0000-000000000000';

/** Where and how a connector was reached, with the secret that let us in. */
export interface TriedConnector {
  readonly endpoint: Endpoint;
  readonly secret: string | null;
  readonly authority: Authority | null;
}

/**
 * Asks what answers at an address which settings it wants; that it can say so is the test, where there is no other. A stored
 * secret or authority stands in for one not typed again, towards its own address only.
 */
export async function tryConnector(ctx: Context, input: TestConnector): Promise<TriedConnector> {
  requireAdministrator(ctx);
  const { kind, url, signIn = null, id = NO_CONNECTOR } = input;
  const connectorKind = ctx.connectorKind(kind);
  if (connectorKind.needsUrl !== (url !== '')) throw new AppError('input.invalid', { field: 'url' });
  if (signIn && !connectorKind.signsIn) throw new AppError('input.invalid', { field: 'signIn' });
  if (input.authority && !connectorKind.needsUrl) throw new AppError('input.invalid', { field: 'authority' });
  if (input.wsdl && !connectorKind.servedWsdl) throw new AppError('input.invalid', { field: 'wsdl' });

  const secret = signIn && (input.secret ?? (await ctx.store.connectors.secret({ id, kind, url, signIn })));
  if (signIn && !secret) throw new AppError('config.field_missing', { field: 'secret' });
  const authority = await authorityOf(ctx, input);
  const endpoint: Endpoint = {
    url,
    authority: authority?.pem ?? null,
    signIn: signIn && secret ? { ...signIn, secret } : null,
    wsdl: await wsdlOf(ctx, input),
  };
  const asked = keepSecrets(connectorKind, [secret]);
  await (asked.testAddress?.(endpoint) ?? asked.configFields(endpoint));
  return { endpoint, secret, authority };
}

async function authorityOf(ctx: Context, { id, url, authority }: TestConnector): Promise<Authority | null> {
  if (authority) return readAuthority(authority, ctx.clock.now());
  if (authority === null || id === undefined) return null;
  const known = await ctx.store.connectors.get(id);
  return sameOrigin(known.url, url) ? known.authority : null;
}

async function wsdlOf(ctx: Context, { id, wsdl }: TestConnector): Promise<Wsdl | null> {
  if (wsdl) {
    return { given: true, version: randomUUID(), documents: () => Promise.resolve(wsdl) };
  }
  if (wsdl === null || id === undefined) return null;
  return keptWsdl(ctx.store, await ctx.store.connectors.get(id));
}
