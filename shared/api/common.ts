import { z } from 'zod';
import {
  actorTypes,
  conflictPolicies,
  connectorKinds,
  crmEntityTypes,
  directions,
  fieldAccesses,
  fieldKinds,
} from '../vocabulary.ts';

/** Longest name, description or config value we keep. */
const NAME = 254;
const VALUE = 4000;

export const Id = z.uuid();
export const Name = z.string().trim().min(1).max(NAME);
export const Description = z.string().trim().max(NAME);

export const CrmEntity = z.object({ type: z.enum(crmEntityTypes), id: z.number().int().positive() });
export const ActorType = z.enum(actorTypes);
/** ERP keys are opaque bytes: never trimmed. */
export const ErpKey = z.string().min(1).max(VALUE);
export const ActorRef = z.object({ type: ActorType, erpKey: ErpKey });
export const ConnectorKindName = z.enum(connectorKinds);
export const Direction = z.enum(directions);
export const ConflictPolicy = z.enum(conflictPolicies);
export const FieldKind = z.enum(fieldKinds);
export const FieldAccess = z.enum(fieldAccesses);
export const FieldKey = z.string().min(1).max(NAME);

/** Canonical text of its kind, or null for blank; see `FieldValue` in the vocabulary. */
export const FieldValue = z.string().max(VALUE).nullable();
export const FieldValues = z.record(FieldKey, FieldValue);

export const ListItem = z.object({ key: z.string(), text: z.string() });

/** A field to show or to fill in: enough to label it, draw the right input and format its value. */
export const FieldInfo = z.object({
  key: FieldKey,
  name: z.string(),
  description: z.string(),
  kind: FieldKind,
  access: FieldAccess,
  maxLength: z.number().int().nonnegative(),
  /** The choices, for kind `list`; for a text, suggestions. */
  items: z.array(ListItem).nullable(),
  defaultValue: FieldValue,
});
export type FieldInfo = z.infer<typeof FieldInfo>;

/** A code with what to put into its sentence. */
export const Reason = z.object({
  code: z.string(),
  detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())])),
});
export type Reason = z.infer<typeof Reason>;
