import type { TestConnection } from '../../../shared/api/connections.ts';
import type { FieldValues } from '../../../shared/vocabulary.ts';
import type { Context } from '../../context.ts';
import { configValues } from '../../domain/config-values.ts';
import type { Connection, Connector } from '../../domain/connection.ts';
import { secretOrigin } from '../../domain/secret-origin.ts';
import { AppError } from '../../errors.ts';
import { keepSecrets } from '../../keep-secrets.ts';
import { requireAdministrator } from '../access.ts';

/** The id a connector is told before a connection has one. */
const NO_CONNECTION = '00000000-0000-0000-0000-000000000000';

/** Settings that passed the connector's test. */
export interface TriedSettings {
  readonly connector: Connector;
  readonly config: FieldValues;
  /** Only those that change. */
  readonly secrets: FieldValues;
}

/** Tests settings that are not saved. Stored secrets stand in for those not typed again, towards their own address only. */
export async function trySettings(ctx: Context, input: TestConnection): Promise<TriedSettings> {
  requireAdministrator(ctx);
  const connector = await ctx.store.connectors.get(input.connectorId);
  if (connector.deleted) throw new AppError('connector.not_found', { id: connector.id });
  const existing = input.connectionId === undefined ? null : await ctx.store.connections.get(input.connectionId);
  const kept = await secretsFor(ctx, connector, existing);

  const kind = ctx.connectorKind(connector.kind);
  const endpoint = await ctx.endpoint(connector);
  const values = configValues(await keepSecrets(kind, [endpoint.signIn?.secret]).configFields(endpoint), input.config, {
    config: existing?.config ?? {},
    secretKeys: Object.keys(kept),
  });
  if (values.kind === 'refused') throw new AppError(values.code, values.detail);

  const { config, secrets } = values;
  const opened = kind.open({
    ...endpoint,
    connectionId: existing?.id ?? NO_CONNECTION,
    config: { ...config, ...kept, ...secrets },
  });
  await keepSecrets(opened, [...Object.values({ ...kept, ...secrets }), endpoint.signIn?.secret]).testConfig();
  return { connector, config, secrets };
}

async function secretsFor(ctx: Context, connector: Connector, existing: Connection | null): Promise<FieldValues> {
  if (existing?.connectorId !== connector.id) return {};
  return ctx.store.connections.secrets(existing.id, secretOrigin(connector));
}
