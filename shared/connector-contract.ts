import { z } from 'zod';
import { actorTypes, fieldAccesses, fieldKinds } from './vocabulary.ts';

/**
 * What we say to a connector over HTTP, and what it answers: the operations of ERP Sync as a small JSON contract that can be
 * served in any language. These schemas check the answers and make the OpenAPI document.
 */
export const CONTRACT_VERSION = 1;

/** The operators of a search by fields; which kind of field takes which is in the README. */
export const searchOperators = [
  ...['=', 'isnot', 'begins', 'contains', 'ends', 'notbegins', 'notcontains', 'notends', 'between'],
  ...['!=', '>', '<', '>=', '<=', 'oneof', 'notoneof', 'before', 'after', 'beforeOrEqual', 'afterOrEqual'],
] as const;

const Key = z.string().min(1).max(4000);
const FieldKey = z.string().min(1).max(254);
const FieldKeys = z.array(FieldKey);

export const Value = z
  .string()
  .nullable()
  .describe(
    'Text in the one form of its kind, or null for blank. integer: -12; decimal: 12.5; checkbox: true or false; date: 2026-11-22; datetime: 2026-11-22T13:45:00, the wall clock of the ERP; list: the key of the item.',
  );

/** As `z.record(z.string(), Value)`, but ten times as fast: values are most of what a connector answers. */
export const Values = z
  .unknown()
  .superRefine((sent, context) => {
    if (typeof sent !== 'object' || sent === null || Array.isArray(sent)) {
      context.addIssue({ code: 'invalid_type', expected: 'record', input: sent });
      return;
    }
    for (const field in sent) {
      const value = (sent as Readonly<Record<string, unknown>>)[field];
      if (typeof value === 'string' || value === null) continue;
      context.addIssue({ code: 'invalid_type', expected: 'string', input: value, path: [field] });
    }
  })
  .meta({
    type: 'object',
    additionalProperties: { $ref: '#/components/schemas/Value' },
    description: 'Field key to value. A field that is left out was not reported, which is not the same as blank.',
  }) as z.ZodType<Readonly<Record<string, string | null>>>;

export const ListItem = z.object({ key: z.string().min(1), text: z.string() });

export const Field = z.object({
  key: FieldKey,
  name: z.string().describe('What people call it; may be a multi-language string, US:"Name";NO:"Navn".'),
  description: z.string().default(''),
  kind: z.enum(fieldKinds),
  list: z.string().nullable().default(null).describe('The name of its list, for kind list.'),
  default: Value.default(null),
  maxLength: z.int().min(0).default(0).describe('The longest text the ERP takes; 0 where there is no limit.'),
  access: z.enum(fieldAccesses).default('normal'),
  searchable: z.boolean().default(true),
});

export const Setting = z.object({
  key: FieldKey.regex(/^[^$]/),
  name: z.string(),
  description: z.string().default(''),
  kind: z.enum(fieldKinds),
  items: z.array(ListItem).default([]).describe('What can be chosen, for kind list.'),
  default: Value.default(null).describe('May hold <ser#>, <name>, {{tenant.serial}} or {{user.name}}.'),
  maxLength: z.int().min(0).default(0),
  access: z.enum(fieldAccesses).default('normal'),
});

export const Capabilities = z
  .object({
    batch: z.int().min(1).max(1000).default(1).describe('How many actors one read or save may carry.'),
    paging: z.boolean().default(false).describe('Answers may carry next, and calls after.'),
    operators: z
      .array(z.enum(searchOperators))
      .default([])
      .describe('The operators that search evaluates. We evaluate the others ourselves.'),
    deletions: z.boolean().default(false).describe('changes tells the keys of what was deleted.'),
    idempotencyKey: z
      .boolean()
      .default(false)
      .describe('create with an Idempotency-Key it has seen answers the actor it made then.'),
    etag: z.boolean().default(false).describe('Actors carry etag, and save refuses a change whose ifMatch is another.'),
  })
  .describe('What is left out is not asked for.');

export const Description = z.object({
  contract: z.literal(CONTRACT_VERSION),
  name: z.string(),
  settings: z.array(Setting).default([]).describe('What a connection asks its administrator for, in this order.'),
  capabilities: Capabilities.prefault({}),
});
export type Description = z.infer<typeof Description>;

export const Settings = z.object({ settings: Values });

export const ActorTypes = z.object({
  actorTypes: z.array(z.object({ type: z.enum(actorTypes), fields: z.array(Field).describe('In order of rank.') })),
});

export const ActorRef = z.object({ type: z.enum(actorTypes), key: Key });

export const Actor = z.object({
  key: Key.describe('Opaque; sent back byte for byte.'),
  modified: z
    .string()
    .describe(
      'The mark of its last change, which only ever grows within the connection: a moment such as 2026-11-22T13:45:00.123Z or a number. Sent back byte for byte. Blank where the ERP keeps none.',
    ),
  values: Values,
  parent: ActorRef.nullable().default(null).describe('The company a person belongs to.'),
  etag: z.string().optional(),
});

const asked = { type: z.enum(actorTypes), fields: FieldKeys.describe('What to answer of each actor.') };
const after = z.string().optional().describe('next of the answer before; only where paging is declared.');

export const Read = z.object({ ...asked, keys: z.array(Key) });

export const Search = z.object({
  ...asked,
  text: z.string().describe('Wanted in any of the values, in upper or lower case; blank finds all.'),
  restrictions: z
    .array(z.object({ field: FieldKey, operator: z.enum(searchOperators), values: z.array(Value) }))
    .describe('All must hold. Only operators that are declared.'),
  parent: ActorRef.nullable().describe('Only the persons of this company.'),
  after,
});

export const Changes = z.object({
  ...asked,
  since: z.string().describe('Actors whose mark is this or later; blank means all.'),
  after,
});

export const Page = z.object({
  actors: z.array(Actor),
  complete: z
    .boolean()
    .default(true)
    .describe('False when perhaps not all is here: then nothing is concluded from what is missing.'),
  message: z.string().optional(),
  next: z.string().min(1).nullable().default(null).describe('There is more: ask again with this as after.'),
  deleted: z.array(Key).default([]).describe('Keys of what was deleted since; for changes.'),
});

export const Save = z.object({
  ...asked,
  changes: z.array(
    z.object({
      key: Key,
      values: Values.describe('What to change; the fields not named stay as they are.'),
      ifMatch: z.string().optional(),
    }),
  ),
});

export const Create = z.object({ ...asked, values: Values, parent: ActorRef.nullable() });
export const Created = z.object({ actor: Actor });

export const problems = [
  'connection_unknown',
  'setting_missing',
  'actor_unknown',
  'actor_changed',
  'list_unknown',
  'field_unknown',
  'field_read_only',
  'value_missing',
  'value_too_long',
  'value_invalid',
  'refused',
] as const;

export const Problem = z
  .object({
    code: z.enum(problems).catch('refused'),
    field: z.string().optional().describe('The field or setting it is about.'),
    message: z.string().optional().describe('For the user, in the language of Accept-Language.'),
  })
  .describe('Nothing was done. connection_unknown makes us send the settings again, and repeat the call once.');
export type Problem = z.infer<typeof Problem>;

export const Saved = z.object({
  results: z
    .array(z.object({ key: Key, actor: Actor.optional(), problem: Problem.optional() }))
    .describe('One for each change: the actor as it is stored now, or why it was not.'),
});

export const List = z.object({ items: z.array(ListItem) });

/** How the operations are reached, below the connector's address. */
export interface Operation {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly does: string;
  readonly request?: z.ZodType;
  /** None: the answer is 204. */
  readonly response?: z.ZodType;
}

export const operations = {
  describe: {
    method: 'GET',
    path: '',
    does: 'Which settings a connection needs, and what the connector can do. Answered without the secret.',
    response: Description,
  },
  checkSettings: {
    method: 'POST',
    path: '/settings/check',
    does: 'Whether these settings reach the ERP; keeps nothing.',
    request: Settings,
  },
  saveConnection: {
    method: 'PUT',
    path: '/connections/{id}',
    does: 'Keeps the settings of a connection, new or known.',
    request: Settings,
  },
  checkConnection: {
    method: 'POST',
    path: '/connections/{id}/check',
    does: 'Whether the connection reaches the ERP now.',
  },
  deleteConnection: {
    method: 'DELETE',
    path: '/connections/{id}',
    does: 'Forgets the connection, known or not.',
  },
  actorTypes: {
    method: 'GET',
    path: '/connections/{id}/actor-types',
    does: 'The kinds of record the ERP has, and their fields.',
    response: ActorTypes,
  },
  read: {
    method: 'POST',
    path: '/connections/{id}/actors/read',
    does: 'Actors by key. A key that is not answered does not exist.',
    request: Read,
    response: Page,
  },
  search: {
    method: 'POST',
    path: '/connections/{id}/actors/search',
    does: 'Actors by text, by fields, below a company.',
    request: Search,
    response: Page,
  },
  changes: {
    method: 'POST',
    path: '/connections/{id}/actors/changes',
    does: 'Actors changed at or after a mark.',
    request: Changes,
    response: Page,
  },
  save: {
    method: 'POST',
    path: '/connections/{id}/actors/save',
    does: 'Changes actors, each for itself.',
    request: Save,
    response: Saved,
  },
  create: {
    method: 'POST',
    path: '/connections/{id}/actors/create',
    does: 'Makes an actor, and answers the key the ERP gave it.',
    request: Create,
    response: Created,
  },
  list: {
    method: 'GET',
    path: '/connections/{id}/lists/{list}',
    does: 'The items of a list.',
    response: List,
  },
} as const satisfies Readonly<Record<string, Operation>>;
