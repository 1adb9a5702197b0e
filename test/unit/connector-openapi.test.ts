import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { operations } from '../../shared/connector-contract.ts';
import * as contract from '../../shared/connector-contract.ts';
import { connectorOpenApi } from '../../shared/connector-openapi.ts';

type Json = { readonly [key: string]: unknown };
type Endpoint = {
  readonly operationId: string;
  readonly summary: string;
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly required: boolean }[];
  readonly requestBody?: Json;
  readonly responses: Readonly<Record<string, Json>>;
};

const document = connectorOpenApi() as Json & {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Endpoint>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Json>> };
};
const endpoints = Object.entries(document.paths).flatMap(([path, at]) =>
  Object.entries(at).map(([method, endpoint]) => ({ path, method, ...endpoint })),
);

describe('the OpenAPI document of the contract', () => {
  test('says what OpenAPI 3.1 asks a document to say', () => {
    expect(document).toMatchObject({ openapi: '3.1.0', info: { title: expect.any(String), version: '1' } });
    for (const { path, operationId, responses } of endpoints) {
      expect(path).toMatch(/^\//);
      expect(
        Object.keys(responses).every((status) => /^[1-5]\d\d$/.test(status)),
        operationId,
      ).toBe(true);
      expect(Object.values(responses).every((response) => typeof response['description'] === 'string')).toBe(true);
    }
  });

  test('has every operation once', () => {
    expect(endpoints.map(({ operationId }) => operationId).sort()).toEqual(Object.keys(operations).sort());
  });

  test('declares what stands in a path, and nothing else as part of it', () => {
    for (const { path, parameters } of endpoints) {
      const inPath = parameters.filter((parameter) => parameter.in === 'path');
      expect(inPath.map(({ name }) => name)).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
      expect(inPath.every(({ required }) => required)).toBe(true);
    }
  });

  test('leads every reference to a schema that is there', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, at]) => at ?? '');
    expect(references.length).toBeGreaterThan(20);
    for (const reference of references) {
      const [, name = ''] = /^#\/components\/schemas\/(\w+)$/.exec(reference) ?? [];
      expect(document.components.schemas[name], reference).toBeDefined();
    }
  });

  test('asks of an answer what we check, and no more: what has a standard need not be sent', () => {
    const { schemas } = document.components;
    expect(schemas['Description']).toMatchObject({ required: ['contract', 'name'] });
    expect(schemas['Actor']).toMatchObject({ required: ['key', 'modified', 'values'] });
    expect(schemas['Page']).toMatchObject({ required: ['actors'] });
  });

  test('can be written down', () => {
    expect(JSON.parse(JSON.stringify(document))).toEqual(document);
  });
});

test('what README shows on the wire is what the contract says', () => {
  const page = readFileSync(new URL('../connector/README.md', import.meta.url), 'utf8');
  const [, shown = ''] = /```jsonc\n(.*?)```/s.exec(page) ?? [];
  const bodies = shown
    .replaceAll(/^\/\/.*$/gm, '')
    .split(/\n(?=\{)/)
    .filter((text) => text.trim() !== '')
    .map((text) => JSON.parse(text) as unknown);
  const schemas = [
    ...[contract.Description, contract.Settings, contract.ActorTypes, contract.Read, contract.Search, contract.Changes],
    ...[contract.Page, contract.Save, contract.Saved, contract.Saved, contract.Create, contract.Created, contract.List],
  ];
  expect(bodies).toHaveLength(schemas.length);
  for (const [index, schema] of schemas.entries()) expect(schema.safeParse(bodies[index]).error).toBeUndefined();
});
