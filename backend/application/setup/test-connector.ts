import type { TestConnector } from '../../../shared/api/connectors.ts';
import type { Context } from '../../context.ts';
import { AppError } from '../../errors.ts';
import { requireAdministrator } from '../access.ts';

/** Asks what answers at an address which settings it wants; that it can say so is the test, where there is no other. */
export async function testConnector(ctx: Context, { kind, url }: TestConnector): Promise<void> {
  requireAdministrator(ctx);
  const connectorKind = ctx.connectorKind(kind);
  if (connectorKind.needsUrl !== (url !== '')) throw new AppError('input.invalid', { field: 'url' });
  await (connectorKind.testAddress?.(url) ?? connectorKind.configFields(url));
}
