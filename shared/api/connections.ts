import { z } from 'zod';
import {
  ActorType,
  ConflictPolicy,
  Description,
  FieldKey,
  FieldValue,
  FieldValues,
  Id,
  Name,
  Reason,
} from './common.ts';

export const ScopeMember = z.object({
  kind: z.enum(['user', 'group']),
  id: z.number().int().positive(),
  canConnect: z.boolean(),
  canCreate: z.boolean(),
});

export const Scope = z.object({ everyone: z.boolean(), members: z.array(ScopeMember).max(5000) });
export type Scope = z.infer<typeof Scope>;

/** So many of its connected records may change without anyone being asked: a share of all, and at most so many. */
export const Brake = z.object({
  percent: z.number().int().min(1).max(100),
  links: z.number().int().min(1).max(1_000_000),
});

/** Config values by field key. A secret that is not there stays as it is; null clears it. */
export const SaveConnection = z.object({
  connectorId: Id,
  name: Name,
  description: Description,
  scope: Scope,
  config: FieldValues,
  pollSeconds: z
    .number()
    .int()
    .min(5)
    .max(7 * 24 * 3600)
    .optional(),
  policy: ConflictPolicy.optional(),
  brake: Brake.optional(),
});
export type SaveConnection = z.infer<typeof SaveConnection>;

/** Tries settings that are not saved. With a connection, its stored secrets stand in for those not typed again. */
/** Strongest first. */
export const SavePriority = z.object({ connectionIds: z.array(Id).max(1000) });
export type SavePriority = z.infer<typeof SavePriority>;

export const TestConnection = z.object({
  connectorId: Id,
  connectionId: Id.optional(),
  config: FieldValues,
});
export type TestConnection = z.infer<typeof TestConnection>;

export const Connection = z.object({
  id: Id,
  connectorId: Id,
  connectorName: z.string(),
  name: z.string(),
  description: z.string(),
  active: z.boolean(),
  deleted: z.boolean(),
  scope: Scope,
  config: z.record(FieldKey, FieldValue),
  /** Secrets that are stored; their values never leave the server. */
  secretsSet: z.array(FieldKey),
  pollSeconds: z.number().int(),
  /** How a field changed on both sides is settled, where the field has no policy of its own. */
  policy: ConflictPolicy,
  brake: Brake,
  links: z.number().int(),
  conflicts: z.number().int(),
  parked: z.number().int(),
  lastPolledAt: z.iso.datetime().nullable(),
  /** Why its last poll failed; null when it did not. */
  trouble: Reason.nullable(),
});
export type Connection = z.infer<typeof Connection>;

/** Per actor type: which fields are mapped, in words, as the summary beside the links. */
export const ConnectionSummary = z.object({
  actorTypes: z.array(
    z.object({
      actorType: ActorType,
      active: z.boolean(),
      mapped: z.array(z.string()),
    }),
  ),
});
export type ConnectionSummary = z.infer<typeof ConnectionSummary>;

/** Empty: it is active now. Otherwise each thing that stands in the way. */
export const ActivationResult = z.object({
  active: z.boolean(),
  reasons: z.array(
    z.object({
      kind: z.enum([
        'noActorType',
        'noMapping',
        'mandatoryUnmapped',
        'fieldMissingInErp',
        'fieldMissingInCrm',
        'directionRefused',
        'scopeEmpty',
        'testFailed',
      ]),
      actorType: ActorType.nullable(),
      field: z.string().nullable(),
      cause: Reason.nullable(),
    }),
  ),
});
export type ActivationResult = z.infer<typeof ActivationResult>;

/** Whom a scope can name. */
export const People = z.object({
  users: z.array(z.object({ id: z.number(), name: z.string(), groupIds: z.array(z.number()) })),
  groups: z.array(z.object({ id: z.number(), name: z.string() })),
});
export type People = z.infer<typeof People>;
