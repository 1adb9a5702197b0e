import type { Context } from '../../context.ts';
import { AppError } from '../../errors.ts';
import { log } from '../../log.ts';

/** Keeps how a connector describes itself now, for the day it no longer does. One that an administrator gave stays. */
export async function keepWsdl(ctx: Context, connectorId: string): Promise<void> {
  const connector = await ctx.store.connectors.get(connectorId);
  const { wsdl } = connector;
  const kind = ctx.connectorKind(connector.kind);
  if (!kind.servedWsdl || wsdl?.given) return;

  const documents = await kind.servedWsdl(await ctx.endpoint(connector)).catch((error: unknown) => {
    if (!(error instanceof AppError)) throw error;
    log.warn('connector.not_described', { tenant: ctx.tenant, connectorId, code: error.code });
    return null;
  });
  if (documents === null) return;
  const kept = wsdl ? await ctx.store.connectors.wsdl(connectorId) : [];
  if (kept.length === documents.length && kept.every((document, index) => document === documents[index])) return;
  await ctx.store.connectors.saveWsdl(connectorId, { given: false, documents, since: ctx.clock.now() });
}
