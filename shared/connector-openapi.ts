import { z } from 'zod';
import * as contract from './connector-contract.ts';

type Json = Readonly<Record<string, unknown>>;

/** The contract of connectors over HTTP as an OpenAPI document, made of the schemas that check the answers. */
export function connectorOpenApi(): Json {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(contract)) {
    if (schema instanceof z.ZodType) registry.add(schema, { id });
  }
  const { schemas } = z.toJSONSchema(registry, { io: 'input', uri: (id) => `#/components/schemas/${id}` });
  const paths: Record<string, Record<string, Json>> = {};
  for (const [operationId, operation] of Object.entries<contract.Operation>(contract.operations)) {
    const at = (paths[operation.path || '/'] ??= {});
    at[operation.method.toLowerCase()] = described(operationId, operation, registry);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'ERP Sync: a connector over HTTP',
      version: String(contract.CONTRACT_VERSION),
      description:
        'What ERP Sync calls and what a connector answers. Every path stands below the address that the administrator typed, whose query is kept.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: 'https://{connector}', variables: { connector: { default: 'erp.example.com/erp-sync' } } }],
    security: [{ secret: [] }],
    paths,
    components: {
      securitySchemes: { secret: { type: 'http', scheme: 'bearer', description: 'The secret of the connection.' } },
      // A component needs neither: it is named by where it stands, and the document says which dialect it is in.
      schemas: Object.fromEntries(
        Object.entries(schemas).map(([id, { $schema: _, $id: __, ...schema }]) => [id, schema]),
      ),
    },
  };
}

function described(operationId: string, operation: contract.Operation, registry: Registry): Json {
  const { path, does, request, response } = operation;
  const refusal = (description: string) => ({ description, content: json(contract.Problem, registry) });
  return {
    operationId,
    summary: does,
    ...(operationId === 'describe' ? { security: [] } : {}),
    parameters: [
      ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
        name,
        in: 'path',
        required: true,
        schema: { type: 'string' },
      })),
      header('Accept-Language', 'The language of messages, names and list texts.'),
      ...(operationId === 'create' ? [header('Idempotency-Key', 'Only where idempotencyKey is declared.')] : []),
    ],
    ...(request ? { requestBody: { required: true, content: json(request, registry) } } : {}),
    responses: {
      ...(response
        ? { 200: { description: 'Done.', content: json(response, registry) } }
        : { 204: { description: 'Done.' } }),
      401: { description: 'The secret is not accepted.' },
      404: refusal('connection_unknown, actor_unknown, list_unknown'),
      422: refusal('Refused: nothing was done.'),
      429: {
        description: 'Too many calls; 503 means the same.',
        headers: { 'Retry-After': { description: 'Seconds.', schema: { type: 'integer' } } },
      },
    },
  };
}

type Registry = ReturnType<typeof z.registry<{ id: string }>>;

function json(schema: z.ZodType, registry: Registry): Json {
  const id = registry.get(schema)?.id;
  if (id === undefined) throw new Error('A schema of the contract that it does not export');
  return { 'application/json': { schema: { $ref: `#/components/schemas/${id}` } } };
}

function header(name: string, description: string): Json {
  return { name, in: 'header', required: false, description, schema: { type: 'string' } };
}
