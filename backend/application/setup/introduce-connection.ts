import type { Context } from '../../context.ts';
import type { Connection } from '../../domain/connection.ts';
import { AppError } from '../../errors.ts';
import { log } from '../../log.ts';
import { keepWsdl } from './keep-wsdl.ts';
import { readFields } from './refresh-fields.ts';

/**
 * Makes a saved connection known to its connector and reads what the ERP offers. A failure is kept as the connection's
 * trouble; saving it again tries again.
 */
export async function introduceConnection(ctx: Context, connection: Connection): Promise<void> {
  const { id } = connection;
  try {
    const connector = await ctx.connector(connection);
    await connector.saveConnection();
    await connector.testConnection();
    await readFields(ctx, connection, connector);
    await keepWsdl(ctx, connection.connectorId);
    await ctx.store.connections.setTrouble(id, null);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    await ctx.store.connections.setTrouble(id, { code: error.code, detail: error.detail });
    log.warn('connection.not_introduced', { tenant: ctx.tenant, connectionId: id, code: error.code });
  }
}
