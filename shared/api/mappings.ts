import { z } from 'zod';
import { ActorType, ConflictPolicy, Direction, FieldAccess, FieldKey, FieldKind } from './common.ts';

/** One row of the mapping dialog. */
export const MappedField = z.object({
  key: FieldKey,
  name: z.string(),
  description: z.string(),
  kind: FieldKind,
  access: FieldAccess,
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
      }),
    )
    .max(2000),
});
export type SaveFieldMapping = z.infer<typeof SaveFieldMapping>;
