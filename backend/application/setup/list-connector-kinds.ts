import type { ConnectorKind } from '../../../shared/api/connectors.ts';
import type { Context } from '../../context.ts';
import { requireAdministrator } from '../access.ts';

/** The software a connector can be. */
export function listConnectorKinds(ctx: Context): readonly ConnectorKind[] {
  requireAdministrator(ctx);
  return ctx.connectorKinds.map((each) => ({
    kind: each.kind,
    needsUrl: each.needsUrl,
    signsIn: each.signsIn ?? false,
    wsdl: each.servedWsdl !== undefined,
  }));
}
