import { z } from 'zod';
import { schemaChangeKinds } from '../vocabulary.ts';
import {
  ActorType,
  ConflictPolicy,
  Direction,
  FieldAccess,
  FieldKey,
  FieldKind,
  FieldValue,
  Id,
  ListItem,
} from './common.ts';

/** What an actor gets in a field when it is created or connected, where the mapping brings nothing. */
const FirstValue = z.object({
  /** The default value; null when there is none. */
  value: FieldValue,
  ask: z.boolean(),
  mandatory: z.boolean(),
});
export type FirstValue = z.infer<typeof FirstValue>;

/** One row of the mapping dialog. */
export const MappedField = z.object({
  key: FieldKey,
  name: z.string(),
  description: z.string(),
  kind: FieldKind,
  access: FieldAccess,
  maxLength: z.number().int().nonnegative(),
  firstValue: FirstValue,
  crmField: FieldKey.nullable(),
  direction: Direction,
  showInTab: z.boolean(),
  showInSearch: z.boolean(),
  /** Null: as the connection has it. */
  policy: ConflictPolicy.nullable(),
  missingInErp: z.boolean(),
  missingInCrm: z.boolean(),
  /** Another active connection that already writes the same SuperOffice field. */
  alreadyMappedIn: z.string().nullable(),
});
export type MappedField = z.infer<typeof MappedField>;

export const MappableCrmField = z.object({
  key: FieldKey,
  name: z.string(),
  kind: FieldKind,
  access: FieldAccess,
});
export type MappableCrmField = z.infer<typeof MappableCrmField>;

export const ActorTypeMapping = z.object({
  actorType: ActorType,
  active: z.boolean(),
  /** By rank. */
  fields: z.array(MappedField),
  crmFields: z.array(MappableCrmField),
});
export type ActorTypeMapping = z.infer<typeof ActorTypeMapping>;

export const FieldMappings = z.object({ actorTypes: z.array(ActorTypeMapping) });
export type FieldMappings = z.infer<typeof FieldMappings>;

export const SaveFieldMapping = z.object({
  active: z.boolean(),
  fields: z
    .array(
      z.object({
        key: FieldKey,
        crmField: FieldKey.nullable(),
        direction: Direction,
        showInTab: z.boolean(),
        showInSearch: z.boolean(),
        policy: ConflictPolicy.nullable().optional(),
        firstValue: FirstValue.optional(),
      }),
    )
    .max(2000),
});
export type SaveFieldMapping = z.infer<typeof SaveFieldMapping>;

/** The items of the ERP's list behind a field. */
export const ErpList = z.object({ items: z.array(ListItem) });
export type ErpList = z.infer<typeof ErpList>;

/** In their new order. */
export const SaveFieldRanks = z.object({
  fields: z.array(z.object({ key: FieldKey, showInTab: z.boolean() })).max(2000),
});
export type SaveFieldRanks = z.infer<typeof SaveFieldRanks>;

export const SchemaChange = z.object({
  actorType: ActorType,
  /** Null when it is about the actor type itself. */
  fieldName: z.string().nullable(),
  kind: z.enum(schemaChangeKinds),
});

/** What the ERP has made of its fields since they were last read. */
export const SchemaChanges = z.object({ changes: z.array(SchemaChange) });
export type SchemaChanges = z.infer<typeof SchemaChanges>;

/** Of those what an administrator has not seen to yet. */
export const SchemaTasks = z.object({
  tasks: z.array(SchemaChange.extend({ connectionId: Id, connectionName: z.string(), since: z.iso.datetime() })),
});
export type SchemaTasks = z.infer<typeof SchemaTasks>;
