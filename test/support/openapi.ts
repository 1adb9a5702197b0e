import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Ajv, type AnySchema, type ValidateFunction } from 'ajv';
import type { Exchange } from '../stand-in/traffic.ts';
import { pascalCase } from '../stand-in/wire.ts';

/** SuperOffice's own description of its web API is not ours to pass on: it lies beside the project, or it does not. */
const folder = resolve(process.env['SUPEROFFICE_OPENAPI'] ?? '../shared/reference/openapi');

/** Why nothing can be held against the documents; null when they are there. */
export const missingDocuments = existsSync(folder)
  ? null
  : `SuperOffice's OpenAPI documents are not in ${folder}; SUPEROFFICE_OPENAPI names another folder`;

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header' | 'body' | 'formData';
  readonly required?: boolean;
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly schema?: Schema;
}

interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly responses: Readonly<Record<string, { readonly schema?: Schema }>>;
}

type Schema = Readonly<Record<string, unknown>>;
type Methods = Readonly<Record<string, Operation>>;

interface Document {
  readonly paths: Readonly<Record<string, Methods>>;
  readonly definitions?: Readonly<Record<string, Schema>>;
}

interface Route {
  readonly template: string;
  readonly pattern: RegExp;
  readonly methods: Methods;
  readonly document: string;
}

/** What we call and the documents lack, with the page of SuperOffice's documentation that has it. */
export const documentedElsewhere: Readonly<Record<string, string>> = {
  'PATCH /api/v1/Contact/{id}': 'api/web-services/best-practices/patch',
  'PATCH /api/v1/Person/{id}': 'api/web-services/best-practices/patch',
  'PATCH /api/v1/Project/{id}': 'api/web-services/best-practices/patch',
  'If-Unmodified-Since': 'api/web-services/best-practices/concurrency',
  // In the address of the next page, which every list names in `odata.nextLink`.
  $skip: 'api/web-services/odata',
  'SO-TimeZone': 'api/web-services/best-practices/timezone',
};

/** Answers that the documents name at hardly any call, and that every one may get (api/web-services/rest-webapi). */
const anywhere = new Set([400, 401, 403, 404, 412, 421, 429, 500, 503]);

export interface Checked {
  /** `GET /api/v1/Contact/{id}`, or null when there is no such call. */
  readonly operation: string | null;
  readonly problems: readonly string[];
}

/**
 * Holds calls and their answers against the documents. Members that a schema does not know are problems; the names of a
 * request's members may begin with either case, as SuperOffice's own client makes use of.
 */
export function readOpenApi(): (exchange: Exchange) => Checked {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  const documents = new Map(
    names.map((name) => [name, JSON.parse(readFileSync(join(folder, name), 'utf8')) as Document]),
  );
  const routes = [...documents].flatMap(([document, { paths }]) =>
    Object.entries(paths).map(([template, methods]): Route => ({
      template,
      pattern: new RegExp(`^${template.replaceAll(/[.$]/g, '\\$&').replaceAll(/\{[^}]+\}/g, '([^/]+)')}$`),
      methods,
      document,
    })),
  );
  // A path spelled out goes before one with a hole in it.
  routes.sort((a, b) => holes(a.template) - holes(b.template));

  const ajv = new Ajv({ allErrors: true, strict: false });
  ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?$/);
  for (const format of ['int32', 'int64', 'double', 'byte']) ajv.addFormat(format, true);
  for (const [name, { definitions = {} }] of documents) {
    ajv.addSchema({ $id: name, definitions: Object.fromEntries(Object.entries(definitions).map(strictly)) });
  }

  const compiled = new Map<string, ValidateFunction>();
  const against = (document: string, schema: Schema, value: unknown, where: string): string[] => {
    const key = `${document} ${JSON.stringify(schema)}`;
    const validate = compiled.get(key) ?? ajv.compile(absolute(document, strict(schema)));
    compiled.set(key, validate);
    if (validate(value)) return [];
    const errors = validate.errors ?? [];
    return errors
      .filter(({ keyword }) => keyword !== 'anyOf')
      .map(({ instancePath, message, params }) => {
        const more = [params['additionalProperty'], params['allowedValues']].filter((one) => one !== undefined);
        return `${where}${instancePath}: ${message} ${more.map((one) => JSON.stringify(one)).join(' ')}`.trim();
      });
  };

  const definition = (document: string, { $ref }: Schema): Schema | undefined =>
    typeof $ref === 'string' ? documents.get(document)?.definitions?.[$ref.replace('#/definitions/', '')] : undefined;

  function patchProblems({ document, methods }: Route, body: unknown): string[] {
    const entity = methods['put']?.parameters?.find((parameter) => parameter.in === 'body')?.schema;
    if (!entity || !Array.isArray(body)) return ['the body is no JSON Patch of a known entity'];
    return (body as readonly Record<string, unknown>[]).flatMap((step) => {
      const unknown = Object.keys(step).filter((key) => !['op', 'path', 'value'].includes(key));
      if (unknown.length > 0) return [`a step has no ${unknown.join(', ')}`];
      if (!['add', 'remove', 'replace', 'test'].includes(String(step['op'])))
        return [`no operation ${String(step['op'])}`];

      const path = String(step['path']);
      let schema: Schema | undefined = entity;
      for (const part of path.split('/').slice(1)) {
        const at: Schema = definition(document, schema) ?? schema;
        const properties = at['properties'] as Readonly<Record<string, Schema>> | undefined;
        schema = properties ? properties[part] : (at['additionalProperties'] as Schema | undefined);
        if (!schema) return [`${path}: the entity has no ${part}`];
      }
      return step['op'] === 'remove' ? [] : against(document, schema, step['value'], path);
    });
  }

  function parameterProblems(operation: Operation, exchange: Exchange, inPath: readonly string[]): string[] {
    const parameters = operation.parameters ?? [];
    const pathParameters = parameters.filter((parameter) => parameter.in === 'path');
    const query = exchange.query.flatMap(([name, value]) => {
      const parameter = parameters.find((known) => known.in === 'query' && known.name === name);
      if (parameter) return ofType(parameter, value);
      return name in documentedElsewhere ? [] : [`there is no parameter ${name}`];
    });
    const missing = parameters
      .filter(
        (known) => known.in === 'query' && known.required && !exchange.query.some(([name]) => name === known.name),
      )
      .map(({ name }) => `the parameter ${name} is missing`);
    const headers = Object.keys(exchange.headers).flatMap((header) => {
      const same = (name: string): boolean => name.toLowerCase() === header;
      const known = parameters.some((parameter) => parameter.in === 'header' && same(parameter.name));
      return known || Object.keys(documentedElsewhere).some(same) ? [] : [`there is no header ${header}`];
    });
    return [
      ...pathParameters.flatMap((parameter, i) => ofType(parameter, inPath[i] ?? '')),
      ...query,
      ...missing,
      ...headers,
    ];
  }

  return (exchange) => {
    const path = `/api${exchange.path.split('?')[0] ?? ''}`;
    const method = exchange.method.toLowerCase();
    const matching = routes.filter(({ pattern }) => pattern.test(path));
    const patched = method === 'patch' ? matching.find(({ methods }) => methods['put']) : undefined;
    const route = patched ?? matching.find(({ methods }) => methods[method]);
    if (!route) return { operation: null, problems: [`there is no ${exchange.method} ${path}`] };

    const name = `${exchange.method} ${route.template}`;
    const operation = route.methods[patched ? 'put' : method]!;
    if (patched && !(name in documentedElsewhere)) return { operation: null, problems: [`no page documents ${name}`] };
    const problems = parameterProblems(operation, exchange, route.pattern.exec(path)?.slice(1) ?? []);

    const body = operation.parameters?.find((parameter) => parameter.in === 'body');
    if (patched) problems.push(...patchProblems(route, exchange.requestBody));
    else if (body?.schema)
      problems.push(...against(route.document, body.schema, pascalCase(exchange.requestBody), 'asked'));
    else if (exchange.requestBody !== null) problems.push('asked: the call has no body');

    const answer = operation.responses[String(exchange.status)];
    if (answer?.schema) problems.push(...against(route.document, answer.schema, exchange.responseBody, 'answered'));
    else if (answer && exchange.status < 300 && exchange.responseBody !== null)
      problems.push('answered: there is no body');
    else if (!answer && !anywhere.has(exchange.status)) problems.push(`answered: there is no ${exchange.status}`);
    return { operation: name, problems };
  };
}

function holes(template: string): number {
  return template.split('{').length;
}

function ofType({ name, type, enum: allowed }: Parameter, value: string): string[] {
  if (type === 'integer' && !/^-?\d+$/.test(value)) return [`${name} is no integer: ${value}`];
  if (type === 'boolean' && !/^(true|false)$/.test(value)) return [`${name} is no boolean: ${value}`];
  return allowed && !allowed.includes(value) ? [`${name} is none of ${allowed.join(', ')}: ${value}`] : [];
}

/** Those of .NET that may be null. */
const nullable = new Set<unknown>(['string', 'array', 'object']);

function strictly([name, schema]: [string, Schema]): [string, unknown] {
  return [name, strict(schema)];
}

/** The documents say nothing of null, and every text, list and carrier may be; nor do they forbid what they do not name. */
function strict(schema: Schema): Schema {
  const { description: _, properties, additionalProperties, items, type, enum: allowed, ...rest } = schema;
  if ('$ref' in schema) return { anyOf: [{ $ref: schema['$ref'] }, { type: 'null' }] };
  const known = properties as Readonly<Record<string, Schema>> | undefined;
  const others = additionalProperties as Schema | undefined;
  // An object of which nothing is told is anything at all.
  if (type === 'object' && !known && !others) return {};
  return {
    ...rest,
    ...(type === undefined ? {} : { type: nullable.has(type) ? [type, 'null'] : type }),
    ...(allowed ? { enum: [...(allowed as unknown[]), null] } : {}),
    ...(items ? { items: strict(items as Schema) } : {}),
    ...(known ? { properties: Object.fromEntries(Object.entries(known).map(strictly)) } : {}),
    ...(type === 'object' ? { additionalProperties: others ? strict(others) : false } : {}),
  };
}

/** References of a schema that stands outside its document. */
function absolute(document: string, schema: Schema): AnySchema {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/definitions/', `"${document}#/definitions/`)) as AnySchema;
}
