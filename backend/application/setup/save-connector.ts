import { randomUUID } from 'node:crypto';
import type { Connector as ConnectorView, SaveConnector } from '../../../shared/api/connectors.ts';
import { inTransaction, type Context } from '../../context.ts';
import type { Connector } from '../../domain/connection.ts';
import { secretOrigin } from '../../domain/secret-origin.ts';
import { AppError } from '../../errors.ts';
import { log } from '../../log.ts';
import { requireAdministrator } from '../access.ts';
import { findConnector } from './find-connector.ts';
import { keepWsdl } from './keep-wsdl.ts';
import { tryConnector } from './try-connector.ts';

/** Registers a sync connector, or changes one. It must answer as it is reached now before that is kept. */
export async function saveConnector(ctx: Context, input: SaveConnector, id?: string): Promise<ConnectorView> {
  requireAdministrator(ctx);
  const { kind, name, url, signIn = null, wsdl } = input;
  const known = id === undefined ? null : await ctx.store.connectors.get(id);
  const tried = known && isReachedAsBefore(known, input) ? null : await tryConnector(ctx, { ...input, ...(id === undefined ? {} : { id }) }); // prettier-ignore

  const saved = await inTransaction(ctx, async (ctx) => {
    const { connectors, connections } = ctx.store;
    const before = id === undefined ? null : await connectors.lock(id);
    if (before?.deleted) throw new AppError('connector.not_found', { id: before.id });
    if (before && before.kind !== kind) throw new AppError('input.invalid', { field: 'kind' });

    const after = { id: before?.id ?? randomUUID(), kind, name, url, deleted: false, signIn };
    await connectors.save(after);
    if (tried) {
      await connectors.saveSignIn(after, tried.secret);
      await connectors.saveAuthority(after.id, tried.authority);
    }
    // What was kept describes what stood at the old address.
    const moved = before !== null && before.url !== url;
    if (wsdl) await connectors.saveWsdl(after.id, { given: true, documents: wsdl, since: ctx.clock.now() });
    else if (wsdl === null || (moved && !before.wsdl?.given)) await connectors.saveWsdl(after.id, null);
    if (before && secretOrigin(before) !== secretOrigin(after)) {
      // Whoever can edit an address could otherwise have every stored password sent to it.
      await connections.forgetSecretsOf(after.id);
      log.warn('connector.moved', { tenant: ctx.tenant, connectorId: after.id, userId: ctx.user?.id ?? null });
    }
    return after.id;
  });
  if (tried) await keepWsdl(ctx, saved);
  return findConnector(ctx, saved);
}

/** Its name says nothing to a connector, which need not answer for it to be changed. */
function isReachedAsBefore(known: Connector, { url, signIn = null, secret, wsdl, authority }: SaveConnector): boolean {
  return (
    known.url === url &&
    secret === undefined &&
    wsdl === undefined &&
    authority === undefined &&
    JSON.stringify(sorted(known.signIn)) === JSON.stringify(sorted(signIn))
  );
}

function sorted(signIn: Connector['signIn']): unknown {
  return signIn && Object.entries(signIn).sort(([a], [b]) => (a < b ? -1 : 1));
}
